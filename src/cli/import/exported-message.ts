import { defaultLimits } from '../../protocol/limits.js';
import type { Line } from '../../protocol/lines.js';
import { parseWord } from '../../protocol/names.js';
import {
  anyJson,
  anyString,
  messageText,
  type ParamKind,
  type ParamTable,
  position,
  readParams,
  trueOrFalse,
} from '../../protocol/params.js';
import { refusals } from '../../protocol/refusals.js';
import type { Speech } from '../../protocol/speech.js';

/** A line of what `salas export --format jsonl` wrote, as far as an import takes it. */
export interface ExportedMessage {
  readonly seq: number;
  /** Unix time in ms. */
  readonly at: number;
  /** A user's id, or `ID@ORIGIN` where it was imported before. */
  readonly from: string;
  /** Empty where it was deleted. */
  readonly text: string;
  readonly replyTo?: number;
  readonly deleted: boolean;
  readonly edited: boolean;
  readonly reactedTo: boolean;
}

/** Bytes of a line: a text of `textBytesMax` whose every character is written as `\uXXXX`, and what stands around it. */
export const exportedLineBytesMax = 128 * 1024;

/** Where authors came from: letters, digits, `_` and `-`. */
export const originCharactersMax = 32;

/** What a name for an origin is kept as, in NFC; nothing where it can be none. */
export function parseOrigin(input: string): string | undefined {
  return parseWord(input, originCharactersMax);
}

const author: ParamKind<string> = {
  ...anyString,
  check: (input, limits, field) => {
    const id = input.normalize('NFC');
    const [, name = '', origin] = /^([^#@]+)#[1-9]\d{0,15}(?:@(.+))?$/u.exec(id) ?? [];
    return parseWord(name, limits.nameCharactersMax) === undefined ||
      (origin !== undefined && parseOrigin(origin) === undefined)
      ? { refusal: refusals.paramMistyped(field, wantedAuthor) }
      : { value: id };
  },
};

const wantedAuthor: Speech = {
  en: "a user's id like ana#1, or one of elsewhere like ana#1@import",
  pt: 'o id de um usuário como ana#1, ou um de outro lugar como ana#1@import',
};

/** What every message has; that of a deleted one is all that counts of it. */
const place: ParamTable = { seq: { kind: position }, at: { kind: position }, from: { kind: author } };
const content: ParamTable = {
  ...place,
  text: { kind: messageText },
  replyTo: { kind: position, optional: true },
  editedAt: { kind: position, optional: true },
  reactions: { kind: anyJson, optional: true },
};
const mark: ParamTable = { deleted: { kind: trueOrFalse, optional: true } };

/** Reads a line, whose text is checked as that of a message which is sent. Keys that it does not know do not matter. */
export function readExported(line: Line): { readonly message: ExportedMessage } | { readonly wrong: Speech } {
  if (line.type !== 'text') return { wrong: wrongLines[line.type] };
  const object = parseObject(line.text);
  if (object === undefined) return { wrong: wrongLines['no-object'] };
  const marked = readKnown(mark, object);
  if ('refusal' in marked) return { wrong: marked.refusal.message };
  const deleted = marked.values.deleted === true;
  const read = readKnown(deleted ? place : content, object);
  if ('refusal' in read) return { wrong: read.refusal.message };
  const { text = '', editedAt, reactions, ...rest } = read.values;
  const message = { ...rest, text, deleted, edited: editedAt !== undefined, reactedTo: reactions !== undefined };
  return { message: message as unknown as ExportedMessage };
}

const wrongLines = {
  'too-long': {
    en: `the line is longer than ${exportedLineBytesMax} bytes`,
    pt: `a linha tem mais de ${exportedLineBytesMax} bytes`,
  },
  'invalid-utf8': { en: 'the line is not UTF-8', pt: 'a linha não é UTF-8' },
  'no-object': {
    en: 'a line must be a message as "salas export --format jsonl" writes it, like {"seq":2,"at":1700000000000,"from":"ana#1","text":"oi"}',
    pt: 'uma linha deve ser uma mensagem como "salas export --format jsonl" a escreve, como {"seq":2,"at":1700000000000,"from":"ana#1","text":"oi"}',
  },
} as const satisfies Record<string, Speech>;

const byteOrderMark = /^\ufeff/;

function parseObject(text: string): object | undefined {
  try {
    // Editors of Windows put one in front of the first line (RFC 8259, section 8.1 lets a reader ignore it).
    const value: unknown = JSON.parse(text.replace(byteOrderMark, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function readKnown(table: ParamTable, object: object) {
  const known = Object.entries(object).filter(([name]) => Object.hasOwn(table, name));
  return readParams(table, Object.fromEntries(known), false, defaultLimits);
}
