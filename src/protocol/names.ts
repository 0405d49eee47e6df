declare const brand: unique symbol;

/** `name#N`: unique for ever, never used again. */
export type UserId = string & { readonly [brand]: 'UserId' };
/** A room's name, checked and in NFC. */
export type RoomName = string & { readonly [brand]: 'RoomName' };
/** The name a person chose, checked and in NFC. */
export type UserName = string & { readonly [brand]: 'UserName' };
/** A token that brings a user back, as it may be spoken of: who knows the id cannot come back with it. */
export type SessionId = string & { readonly [brand]: 'SessionId' };

/**
 * Letters and digits of any script, `_` and `-`. Scripts such as Devanagari and Thai write vowels as marks on
 * a letter, so a letter may carry up to four (Burmese မြို့, a town, has so many); more would only serve to smear
 * the lines above and below.
 */
const word = /^(?:\p{L}\p{M}{0,4}|[\p{Nd}_-])+$/u;

/** The name in NFC, or undefined if it is not 1 to `charactersMax` allowed characters (code points). */
export function parseWord(input: string, charactersMax: number): string | undefined {
  // NFC makes one character of four at the most, and one is two units of a string at the most: anything longer
  // is refused before work is spent on it.
  if (input.length > charactersMax * 8) return undefined;
  const name = input.normalize('NFC');
  return word.test(name) && [...name].length <= charactersMax ? name : undefined;
}

export function userId(name: UserName, number: number): UserId {
  return `${name}#${number}` as UserId;
}

export function nameOf(user: UserId): UserName {
  return user.slice(0, user.lastIndexOf('#')) as UserName;
}

const sessionIdBytes = 8;

/** The first 64 bits of the token's SHA-256, in hex. */
export function sessionId(tokenHash: Uint8Array): SessionId {
  return Buffer.from(tokenHash.subarray(0, sessionIdBytes)).toString('hex') as SessionId;
}
