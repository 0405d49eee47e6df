import { readFileSync, statSync } from 'node:fs';
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Language } from '../protocol/speech.js';
import { type Words, wordsIn } from './words.js';

/** A setting as a file has it. */
export interface Entry {
  readonly key: string;
  readonly value: unknown;
  /** The file and the line, as in `salas.yaml:3`. */
  readonly where: string;
}

const fileBytesMax = 1024 * 1024;

/**
 * The settings in a file: one mapping in YAML 1.2, which JSON is a part of.
 * Answers what is wrong, in the person's language, where they cannot be read.
 */
export function readSettingsFile(
  file: string,
  language: Language,
): { readonly entries: readonly Entry[] } | { readonly wrong: readonly string[] } {
  const words = wordsIn(language);
  try {
    if (statSync(file).size > fileBytesMax) return { wrong: [words.fileTooLarge(file, fileBytesMax)] };
    return parseSettings(readFileSync(file, 'utf8'), file, words);
  } catch (error) {
    return { wrong: [words.fileUnreadable(file, (error as Error).message)] };
  }
}

function parseSettings(
  content: string,
  file: string,
  words: Words,
): { readonly entries: readonly Entry[] } | { readonly wrong: readonly string[] } {
  const lines = new LineCounter();
  const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => `${file}:${lines.linePos(offset).line}`;
  if (document.errors.length > 0) {
    return { wrong: document.errors.map(({ pos, message }) => `${at(pos[0])}: ${message}`) };
  }
  const { contents } = document;
  // A file with nothing but comments sets nothing.
  if (contents === null || (isScalar(contents) && contents.value === null)) return { entries: [] };
  if (!isMap(contents)) return { wrong: [words.fileNoMapping(file)] };
  return {
    entries: contents.items.map(({ key, value }) => ({
      key: isScalar(key) ? String(key.value) : String(key),
      value: (value as { toJS?: (of: typeof document) => unknown } | null)?.toJS?.(document) ?? null,
      where: isScalar(key) && key.range ? at(key.range[0]) : file,
    })),
  };
}
