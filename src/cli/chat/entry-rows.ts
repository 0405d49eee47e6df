import type { Language } from '../../protocol/speech.js';
import { cellsOf, cellsOfRow, clip, cut, displayed, type Span, wrap } from './cells.js';
import type { Entry, Notice, Said } from './entries.js';
import { textsIn } from './texts.js';
import { nameStyle, type Style } from './themes.js';

/** An entry in the rows of a conversation: time, name, a line, the text, and its seq at the right. */

export type Row = readonly Span<Style>[];

export interface Layout {
  readonly width: number;
  readonly me: string;
  readonly language: Language;
  /** The key of the entry above which a line says that what follows is new. */
  readonly newFrom: number | undefined;
  /** What was said as `seq`, where it is known. */
  said(seq: number): Said | undefined;
}

interface Made {
  readonly made: string;
  readonly rows: readonly Row[];
}

/** The rows of entries that were drawn before: an entry never changes, it is replaced. */
const drawn = new WeakMap<Entry, Made>();

/** The rows of an entry that follows `previous`. */
export function rowsOf(entry: Entry, previous: Entry | undefined, layout: Layout): readonly Row[] {
  const isNewDay = previous === undefined || dayOf(previous.at) !== dayOf(entry.at);
  const isNew = layout.newFrom === entry.key;
  const quoted = entry.type === 'said' && entry.replyTo !== undefined ? layout.said(entry.replyTo) : undefined;
  const made = [layout.width, layout.me, layout.language, isNewDay, isNew, quoted?.key, quoted?.text].join();
  const known = drawn.get(entry);
  if (known?.made === made) return known.rows;
  const { width, language } = layout;
  const texts = textsIn(language);
  const rows = [
    ...(isNewDay ? [ruled(dayName(entry.at, language), width, 'day')] : []),
    ...(isNew ? [ruled(texts.newMessages, width, 'new')] : []),
    ...(entry.type === 'said' ? saidRows(entry, quoted, layout) : noticeRows(entry, layout)),
  ].map((row) => clip(row, width));
  drawn.set(entry, { made, rows });
  return rows;
}

const timeWidth = 5;
const gap = ' ';
const bar = '│ ';
const strongBar = '┃ ';
/** Below these widths, the seqs, the times, and the column of names are left out. */
const seqFrom = 60;
const timeFrom = 40;
const columnFrom = 24;

interface Columns {
  readonly time: boolean;
  readonly name: number;
  readonly seq: number;
  readonly text: number;
}

function columnsOf(width: number): Columns {
  const time = width >= timeFrom;
  const seq = width >= seqFrom ? 8 : 0;
  const name = width < columnFrom ? 0 : Math.min(20, Math.max(8, Math.floor(width / 6)));
  const before = (time ? timeWidth + 2 * gap.length : 0) + (name === 0 ? 0 : name + gap.length + bar.length);
  return { time, name, seq, text: Math.max(1, width - before - seq) };
}

function saidRows(said: Said, quoted: Said | undefined, layout: Layout): Row[] {
  const columns = columnsOf(layout.width);
  const texts = textsIn(layout.language);
  const isOwn = said.from === layout.me;
  const style: Style =
    said.refused !== undefined
      ? 'error'
      : said.pending
        ? 'pending'
        : said.deleted
          ? 'dim'
          : said.mention
            ? 'mention'
            : 'text';
  const mark = said.deleted ? '' : said.editedAt === undefined ? '' : ` ${texts.edited}`;
  const text = said.deleted ? texts.deleted : said.text;
  const inline: Row = columns.name === 0 ? [{ text: `${displayed(said.from)}: `, style: nameStyle(said.from) }] : [];
  const lines = wrap(columns.name === 0 ? `${said.from}: ${text}` : text, columns.text);
  const body: Row[] = lines.map((line) => [{ text: line, style }]);
  if (inline.length > 0 && lines[0]?.startsWith(inline[0]?.text.trimEnd() ?? ' ')) {
    const name = (inline[0]?.text ?? '').trimEnd();
    body[0] = [
      { text: name, style: nameStyle(said.from) },
      { text: lines[0].slice(name.length), style },
    ];
  }
  if (mark !== '') body.push(...appended(body.pop() ?? [], mark, columns.text));
  const head: Row[] =
    said.replyTo === undefined ? [] : [[{ text: cut(quoteOf(said.replyTo, quoted), columns.text), style: 'quote' }]];
  const tail: Row[] = [
    ...reactionRows(said, columns.text),
    ...(said.refused === undefined
      ? []
      : wrap(`✗ ${said.refused}`, columns.text).map((line): Row => [{ text: line, style: 'error' }])),
  ];
  const barOf = (): Span<Style> =>
    said.mention ? { text: strongBar, style: 'mention' } : { text: bar, style: 'separator' };
  return [...head, ...body, ...tail].map((row, index) => [
    ...before(columns, index === 0 ? said.at : undefined, index === 0 ? nameSpans(said.from, columns.name, isOwn) : []),
    ...(columns.name === 0 ? [] : [barOf()]),
    ...row,
    ...(index === head.length ? seqSpans(said, row, columns) : []),
  ]);
}

function quoteOf(seq: number, quoted: Said | undefined): string {
  return quoted === undefined ? `↳ #${seq}` : `↳ ${quoted.from}: ${quoted.text}`;
}

/** A mark behind the last line, or on one of its own where there is no room. */
function appended(last: Row, mark: string, width: number): Row[] {
  const span = (text: string): Span<Style> => ({ text, style: 'dim' });
  return cellsOfRow(last) + cellsOf(mark) <= width ? [[...last, span(mark)]] : [last, [span(mark.trimStart())]];
}

function reactionRows({ reactions = [] }: Said, width: number): Row[] {
  const rows: Span<Style>[][] = [];
  for (const { reaction, users, mine } of reactions) {
    const span: Span<Style> = { text: `${displayed(reaction)} ${users}`, style: mine ? 'mine' : 'reaction' };
    const last = rows.at(-1);
    if (last !== undefined && cellsOfRow(last) + cellsOf(span.text) + 2 <= width) {
      last.push({ text: '  ', style: 'text' }, span);
    } else rows.push([span]);
  }
  return rows;
}

function seqSpans({ seq, pending }: Said, row: Row, columns: Columns): Row {
  const text = seq === undefined ? (pending ? '⋯' : '') : `#${seq}`;
  if (columns.seq === 0 || text === '') return [];
  const blanks = columns.text - cellsOfRow(row) + columns.seq - cellsOf(text) - 1;
  return [
    { text: ' '.repeat(Math.max(1, blanks)), style: 'text' },
    { text, style: 'time' },
  ];
}

function before(columns: Columns, at: number | undefined, name: Row): Row {
  const time = at === undefined ? ' '.repeat(timeWidth) : timeOf(at);
  const nameBlanks = ' '.repeat(Math.max(0, columns.name - cellsOfRow(name)));
  return [
    ...(columns.time ? [{ text: `${gap}${time}${gap}`, style: 'time' } as const] : []),
    ...(columns.name === 0
      ? []
      : [{ text: nameBlanks, style: 'text' } as const, ...name, { text: gap, style: 'text' } as const]),
  ];
}

/** A user's id in at most `width` cells: the number, which tells users of the same name apart, is never cut. */
export function nameSpans(userId: string, width: number, isOwn: boolean): Row {
  const mark = userId.lastIndexOf('#');
  const [name, number] = mark === -1 ? [userId, ''] : [userId.slice(0, mark), userId.slice(mark)];
  const shown = cut(name, Math.max(1, width - cellsOf(displayed(number))));
  return clip<Style>(
    [
      { text: shown, style: isOwn ? 'own' : nameStyle(userId) },
      { text: number, style: 'dim' },
    ],
    width,
  );
}

function noticeRows(notice: Notice, { width }: Layout): Row[] {
  return notice.tone === 'event' ? eventRows(notice, width) : answerRows(notice, width);
}

function eventRows({ text, at, tone }: Notice, width: number): Row[] {
  const columns = columnsOf(width);
  return wrap(text, columns.text + columns.seq).map((line, index) => [
    ...before(columns, index === 0 ? at : undefined, index === 0 ? [{ text: '*', style: tone }] : []),
    ...(columns.name === 0 ? [] : [{ text: bar, style: 'separator' } as const]),
    { text: line, style: tone },
  ]);
}

/** Answers may be lists: they have the whole width. */
function answerRows({ text, at, tone }: Notice, width: number): Row[] {
  const { time } = columnsOf(width);
  const margin = 2;
  const mark = tone === 'error' ? '✗ ' : '› ';
  const room = width - margin - (time ? timeWidth + 2 * gap.length : 0);
  return text
    .split('\n')
    .flatMap((line) => wrapKeepingIndent(line, Math.max(1, room)))
    .map((line, index) => [
      ...(time
        ? [{ text: `${gap}${index === 0 ? timeOf(at) : ' '.repeat(timeWidth)}${gap}`, style: 'time' } as const]
        : []),
      { text: index === 0 ? mark : ' '.repeat(margin), style: tone },
      { text: line, style: index > 0 && tone === 'answer' ? 'text' : tone },
    ]);
}

function wrapKeepingIndent(line: string, width: number): string[] {
  const indent = /^ */.exec(line)?.[0].slice(0, Math.max(0, width - 10)) ?? '';
  return wrap(line.trimStart(), width - indent.length).map((part) => indent + part);
}

function ruled(text: string, width: number, style: Style): Row {
  const title = cut(` ${text} `, Math.max(0, width - 4));
  const left = Math.max(0, Math.floor((width - cellsOf(title)) / 2));
  const right = Math.max(0, width - left - cellsOf(title));
  return [
    { text: '─'.repeat(left), style: style === 'new' ? 'new' : 'separator' },
    { text: title, style },
    { text: '─'.repeat(right), style: style === 'new' ? 'new' : 'separator' },
  ];
}

function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

export function timeOf(at: number): string {
  const date = new Date(at);
  return `${String(date.getHours()).padStart(2, '0')}:${String(date.getMinutes()).padStart(2, '0')}`;
}

const dayFormats = {
  en: new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
  pt: new Intl.DateTimeFormat('pt-BR', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }),
};

export function dayName(at: number, language: Language): string {
  return Number.isNaN(new Date(at).getTime()) ? '?' : dayFormats[language].format(at);
}
