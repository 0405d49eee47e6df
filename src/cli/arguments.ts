import { parseMoment } from './export/moments.js';
import { originCharactersMax, parseOrigin } from './import/exported-message.js';
import type { Words } from './words.js';

// No argument of a process can have it.
const mark = '\0';

/**
 * yargs reads a positional a second time, as an option's value: it loses what begins with `-`, also after `--`,
 * and strips quotes. This marks such arguments so that they stay whole, and {@link unmarked} takes the mark off.
 */
export function markedArguments(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  const read = end === -1 ? args : args.slice(0, end);
  const verbatim = end === -1 ? [] : args.slice(end + 1);
  return [...read.map((arg) => (/^(["'].*|-)$/s.test(arg) ? mark + arg : arg)), ...verbatim.map((arg) => mark + arg)];
}

export function unmarked(text: string): string {
  return text.replaceAll(mark, '');
}

/**
 * Reads an option's number, of several the last. yargs would read it too, but counts an option given twice up when the
 * second is 1.
 * @throws {Error} in the person's words
 */
export function wholeNumber(option: string, words: Words, min: number, max = Number.MAX_SAFE_INTEGER) {
  return (given: string | readonly string[]): number => {
    const digits = [given].flat().at(-1) as string;
    const value = /^\d+$/.test(digits) ? Number(digits) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new Error(`--${option} ${words.mustBeWhole(min, max)}`);
  };
}

/**
 * Reads an option's date or time, in Unix ms.
 * @throws {Error} in the person's words
 */
export function momentArgument(option: string, words: Words) {
  return (text: string): number => {
    const at = parseMoment(unmarked(text));
    if (at === undefined) throw new Error(`--${option} ${words.mustBeMoment}`);
    return at;
  };
}

/**
 * Reads where the authors of imported messages are from.
 * @throws {Error} in the person's words
 */
export function originArgument(option: string, words: Words) {
  return (text: string): string => {
    const origin = parseOrigin(unmarked(text));
    if (origin === undefined) throw new Error(`--${option} ${words.mustBeOrigin(originCharactersMax)}`);
    return origin;
  };
}
