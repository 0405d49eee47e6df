import { closestMatch } from 'leven';

/** Longer words are no slip of a finger, and would take their time to compare. */
const wordCharactersMax = 40;

/** Which of `known` was probably meant by what somebody wrote, if anything comes near; `prefix` begins them all. */
export function suggestion(written: string, known: readonly string[], prefix = ''): string | undefined {
  if (written.length > wordCharactersMax) return undefined;
  const letters = written.startsWith(prefix) ? written.length - prefix.length : written.length;
  // Two letters that changed places are two that are wrong. More would cost more, and find what nobody meant.
  const maxDistance = letters < 3 ? 1 : letters < 12 ? 2 : 3;
  return closestMatch(written, known, { maxDistance });
}
