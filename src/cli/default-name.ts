import { userInfo } from 'node:os';
import { defaultLimits } from '../protocol/limits.js';
import { parseWord } from '../protocol/names.js';
import { mixedLetters } from '../protocol/scripts.js';

const nobody = 'guest';

/** A login made fit for a name: what a name may not have becomes `-`, and what is too long is cut. */
export function nameFrom(login: string): string {
  const letters = [...login.normalize('NFC').replace(/[^\p{L}\p{M}\p{Nd}_-]+/gu, '-')];
  const name = parseWord(letters.slice(0, defaultLimits.nameCharactersMax).join(''), defaultLimits.nameCharactersMax);
  const fits = name !== undefined && /[\p{L}\p{Nd}]/u.test(name) && mixedLetters(name) === undefined;
  return fits ? name : nobody;
}

/** The name of whoever runs this, for who does not choose another. */
export function defaultName(): string {
  try {
    return nameFrom(userInfo().username);
  } catch {
    // A user id without an entry among the system's users, as containers have it.
    return nobody;
  }
}
