import { userInfo } from 'node:os';
import { defaultLimits } from '../protocol/limits.js';
import { parseWord } from '../protocol/names.js';

const nobody = 'guest';

/** A login made fit for a name: what a name may not have becomes `-`, and what is too long is cut. */
export function nameFrom(login: string): string {
  const letters = [...login.normalize('NFC').replace(/[^\p{L}\p{M}\p{Nd}_-]+/gu, '-')];
  const name = letters.slice(0, defaultLimits.nameCharactersMax).join('');
  return /[\p{L}\p{Nd}]/u.test(name) ? (parseWord(name, defaultLimits.nameCharactersMax) ?? nobody) : nobody;
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
