import { defaultLimits } from '../protocol/limits.js';
import { parseWord, type RoomName } from '../protocol/names.js';
import { refusals } from '../protocol/refusals.js';
import { type Language, quote } from '../protocol/speech.js';
import { wordsIn } from './words.js';

/** A value, or what is wrong with it: goes on behind the name of what was set. */
export type Reading<Value> = { readonly value: Value } | { readonly wrong: string };

/** What a setting's values are, wherever they come from. */
export interface Kind<Value> {
  /** Whether the flag stands alone, without a value. */
  readonly isSwitch: boolean;
  /** All that it may be, where that is few. */
  readonly choices?: readonly string[];
  /** What a flag or a variable says, as a file would say it. */
  fromText(text: string): unknown;
  read(value: unknown, language: Language): Reading<Value>;
}

export const text: Kind<string> = {
  isSwitch: false,
  fromText: (text) => text,
  read: (value, language) =>
    typeof value === 'string' && value !== '' ? { value } : { wrong: wordsIn(language).mustBeText },
};

export const onOff: Kind<boolean> = {
  isSwitch: true,
  fromText: (text) => ({ true: true, '1': true, false: false, '0': false })[text.toLowerCase()] ?? text,
  read: (value, language) =>
    typeof value === 'boolean' ? { value } : { wrong: wordsIn(language).mustBeOneOf('true, false') },
};

export function whole(min: number, max: number): Kind<number> {
  return {
    isSwitch: false,
    fromText: (text) => (/^\d+$/.test(text) ? Number(text) : text),
    read: (value, language) =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
        ? { value }
        : { wrong: wordsIn(language).mustBeWhole(min, max) },
  };
}

export function oneOf<Choice extends string>(choices: readonly Choice[]): Kind<Choice> {
  return {
    isSwitch: false,
    choices,
    fromText: (text) => text,
    read: (value, language) =>
      choices.includes(value as Choice)
        ? { value: value as Choice }
        : { wrong: wordsIn(language).mustBeOneOf(choices.join(', ')) },
  };
}

/** Names of rooms: a list, or a text with commas. */
export const rooms: Kind<readonly RoomName[]> = {
  isSwitch: false,
  fromText: (text) => text,
  read: (value, language) => {
    const list = typeof value === 'string' ? value.split(',') : value;
    if (!Array.isArray(list) || !list.every((name) => typeof name === 'string')) {
      return { wrong: wordsIn(language).mustBeRooms };
    }
    const written = list.map((name) => name.trim()).filter((name) => name !== '');
    const names = written.map((name) => parseWord(name, defaultLimits.roomNameCharactersMax));
    const wrong = written[names.indexOf(undefined)];
    if (wrong !== undefined) {
      return { wrong: `${quote(wrong)}: ${refusals.roomNameInvalid(defaultLimits).message[language]}` };
    }
    return { value: [...new Set(names as RoomName[])] };
  },
};
