import { closestMatch } from 'leven';

/** Longer words are no slip of a finger, and would take their time to compare. */
const wordCharactersMax = 40;

/** Which of `known` was probably meant by what somebody wrote, if anything comes near; `prefix` begins them all. */
export function suggestion(written: string, known: readonly string[], prefix = ''): string | undefined {
  if (written.length > wordCharactersMax) return undefined;
  const swapped = known.find((word) => isSwapped(written, word));
  if (swapped !== undefined) return swapped;
  const letters = written.startsWith(prefix) ? written.length - prefix.length : written.length;
  // More would cost more, and find what nobody meant.
  const maxDistance = letters < 3 ? 1 : letters < 12 ? 2 : 3;
  return closestMatch(written, known, { maxDistance });
}

/** Whether two neighbouring letters changed places, the commonest slip; to an edit distance they are two that are wrong. */
function isSwapped(written: string, word: string): boolean {
  if (written.length !== word.length) return false;
  let i = 0;
  while (i < word.length && written[i] === word[i]) i++;
  const [a, b] = word.slice(i, i + 2);
  return b !== undefined && written === `${word.slice(0, i)}${b}${a}${word.slice(i + 2)}`;
}
