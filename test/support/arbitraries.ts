import fc from 'fast-check';
import { parseWord, type RoomName, type UserId, type UserName, userId } from '../../src/protocol/names.js';

const letters = ['a', 'Z', 'ã', 'e\u0301', 'ж', 'م', 'न', 'नि', '中', 'ไ', 'น้', '𝒜', '7', '٣', '_', '-'];
const words = fc
  .string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 32 })
  .map((word) => parseWord(word, 32))
  .filter((word) => word !== undefined);

/** Names as the server keeps them, of many scripts. */
export const userNames = words as fc.Arbitrary<UserName>;
export const roomNames = words as fc.Arbitrary<RoomName>;
export const userNumbers = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
export const userIds: fc.Arbitrary<UserId> = fc
  .tuple(userNames, userNumbers)
  .map(([name, number]) => userId(name, number));

const characters = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).filter((character) => !/\p{Cc}/u.test(character)),
  fc.constantFrom('\t', ' ', '"', '\\', '/', '#', '[', '{', '\u2028', '\u202e', '\ufeff', '\ufffd', 'olá'),
);

/** Texts that the server accepts: every character but control characters; TAB is no such. */
export const acceptedTexts = fc.string({ unit: characters, minLength: 1 });

/** Positions, times and sequence numbers. */
export const wholeNumbers = fc.nat({ max: Number.MAX_SAFE_INTEGER });
