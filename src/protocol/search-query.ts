/** What is searched for: all of these must be in a text. */
export type SearchQuery = readonly Term[];

/** Words that follow one another; with `prefix` the last one may go on. */
export interface Term {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/** Scripts that put no spaces between words: each character is a word, and so a word is a phrase. */
const unspaced =
  '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}\\p{Extended_Pictographic}';
const word = new RegExp(`[${unspaced}]|\\p{Regional_Indicator}{2}|(?:(?![${unspaced}])[\\p{L}\\p{N}])+`, 'gu');
const asciiWord = /[A-Z0-9]+/g;
const beyondAscii = /[^\0-\x7f]/;

/**
 * A text without its case, its diacritics and other variants of characters. Capitals, because there `ς` is `Σ`, and
 * `ß` is `SS` (https://www.unicode.org/reports/tr15/ for NFKD).
 */
function folded(text: string): string {
  return beyondAscii.test(text)
    ? text
        .normalize('NFKD')
        .replace(/\p{M}+/gu, '')
        .toUpperCase()
    : text.toUpperCase();
}

/** The words of a text, in their order, folded: two words are the same if they are equal. A pictograph is a word. */
export function wordsOf(text: string): string[] {
  return wordsIn(folded(text));
}

function wordsIn(fold: string): string[] {
  return fold.match(beyondAscii.test(fold) ? word : asciiWord) ?? [];
}

/** A text as an index of words takes it: nothing but letters and digits is in its words, also beyond ASCII. */
export function indexedText(text: string): string {
  return beyondAscii.test(text) ? wordsOf(text).join(' ') : text;
}

const quotes = /["“”]/;

/**
 * Reads a query: words, `"a phrase"` and `pref*`. Nothing else is syntax; what is no word parts words, and those that
 * stood together must do so in the text. Without any word it is empty.
 */
export function parseQuery(text: string): SearchQuery {
  return text.split(quotes).flatMap((part, i) => {
    // What is in quotes has an odd place; the last quote may be missing.
    if (i % 2 === 1) return term(part, false);
    return part.split(/\s+/u).flatMap((piece) => term(piece, piece.endsWith('*')));
  });
}

function term(text: string, prefix: boolean): Term[] {
  const words = wordsOf(text);
  return words.length === 0 ? [] : [{ words, prefix }];
}

/** A word that a text of plain ASCII must have in it to be found; none, if no such text can be. */
export function asciiWordOf(query: SearchQuery): string | undefined {
  const words = query.flatMap(({ words }) => words);
  if (words.some((each) => beyondAscii.test(each))) return undefined;
  return words.toSorted((one, other) => other.length - one.length)[0];
}

/** Whether a text has all that is searched for. */
export function matcherOf(query: SearchQuery): (text: string) => boolean {
  const needles = query.flatMap(({ words }) => words);
  return (text) => {
    const fold = folded(text);
    // Most texts do not even have the letters.
    if (!needles.every((needle) => fold.includes(needle))) return false;
    const words = wordsIn(fold);
    return query.every((term) => isIn(term, words));
  };
}

function isIn({ words, prefix }: Term, text: readonly string[]): boolean {
  const last = words.length - 1;
  for (let start = 0; start + last < text.length; start++) {
    const found = words.every((word, i) => {
      const there = text[start + i] as string;
      return i === last && prefix ? there.startsWith(word) : there === word;
    });
    if (found) return true;
  }
  return false;
}
