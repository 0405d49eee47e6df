/**
 * Which letters a name has beside one another. Letters of several scripts look alike (Latin a, Cyrillic а, Greek α), so a
 * name keeps to one, or to those that are written together. This is the restriction level "Highly Restrictive" of Unicode
 * Technical Standard 39, section 5.2 (https://www.unicode.org/reports/tr39/#Restriction_Level_Detection), of letters only,
 * with the recommended scripts of Unicode Standard Annex 31, table 5. The others count as one.
 */

/** Written alone; Latin and those of East Asia are written together, below. */
const separate = [
  'Arabic',
  'Armenian',
  'Bengali',
  'Cyrillic',
  'Devanagari',
  'Ethiopic',
  'Georgian',
  'Greek',
  'Gujarati',
  'Gurmukhi',
  'Hebrew',
  'Kannada',
  'Khmer',
  'Lao',
  'Malayalam',
  'Myanmar',
  'Oriya',
  'Sinhala',
  'Tamil',
  'Telugu',
  'Thaana',
  'Thai',
  'Tibetan',
];

const together = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
];

const lettersOf = (scripts: readonly string[]) => scripts.map((script) => `\\p{Script_Extensions=${script}}`).join('');

const alphabets: readonly RegExp[] = [
  ...separate.map((script) => new RegExp(`[${lettersOf([script])}]`, 'u')),
  ...together.map((scripts) => new RegExp(`[${lettersOf(scripts)}]`, 'u')),
  new RegExp(`[^${lettersOf([...separate, ...together.flat()])}]`, 'u'),
];

/** Letters, but for those that go with any script, as the Hawaiian ʻokina and the Ukrainian apostrophe do. */
const letters = /(?!(?=\p{Lm})\p{Script_Extensions=Common})\p{L}/gu;
const ascii = /^[\0-\x7f]*$/;

/** Two letters of a name in NFC that are not written together: the first that does not fit, and one that it does not fit. */
export function mixedLetters(name: string): readonly [misfit: string, other: string] | undefined {
  if (ascii.test(name)) return undefined;
  const seen: string[] = [];
  let fitting = alphabets;
  for (const letter of name.match(letters) ?? []) {
    const left = fitting.filter((alphabet) => alphabet.test(letter));
    if (left.length === 0) {
      const others = alphabets.filter((alphabet) => alphabet.test(letter));
      const other = seen.find((one) => !others.some((alphabet) => alphabet.test(one)));
      return [letter, other ?? (seen[0] as string)];
    }
    fitting = left;
    seen.push(letter);
  }
  return undefined;
}
