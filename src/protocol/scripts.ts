/**
 * Which writing systems a name's letters are of. Letters of several look alike (Latin a, Cyrillic а, Greek α), so a name
 * keeps to one, or to those that are written together. This is the restriction level "Highly Restrictive" of Unicode
 * Technical Standard 39, section 5.2 (https://www.unicode.org/reports/tr39/#Restriction_Level_Detection), with the
 * recommended scripts of Unicode Standard Annex 31, table 5.
 */
const recommended = [
  ...['Latin', 'Arabic', 'Armenian', 'Bengali', 'Bopomofo', 'Cyrillic', 'Devanagari', 'Ethiopic', 'Georgian', 'Greek'],
  ...['Gujarati', 'Gurmukhi', 'Han', 'Hangul', 'Hebrew', 'Hiragana', 'Kannada', 'Katakana', 'Khmer', 'Lao'],
  ...['Malayalam', 'Myanmar', 'Oriya', 'Sinhala', 'Tamil', 'Telugu', 'Thaana', 'Thai', 'Tibetan'],
];
const together = [
  ['Latin', 'Han', 'Hiragana', 'Katakana'],
  ['Latin', 'Han', 'Bopomofo'],
  ['Latin', 'Han', 'Hangul'],
];

const classOf = (scripts: readonly string[]) => scripts.map((script) => `\\p{Script_Extensions=${script}}`).join('');
/** Digits, _ and -, and marks go with every script. */
const neutral = classOf(['Common', 'Inherited']);
const allowed = [
  ...[...recommended.map((script) => [script]), ...together].map(
    (scripts) => new RegExp(`^[${neutral}${classOf(scripts)}]*$`, 'u'),
  ),
  // Whoever writes in a script that few know is not in the way of anybody else.
  new RegExp(`^[^${classOf(recommended)}]*$`, 'u'),
];

/** Whether the letters of a name are of scripts that are not written together. */
export function mixesScripts(name: string): boolean {
  return !allowed.some((pattern) => pattern.test(name));
}
