import { stringify } from 'csv-stringify/sync';
import { plainLook } from '../../protocol/look.js';
import { formatMessage } from '../../protocol/message-text.js';
import type { Result } from '../../protocol/methods.js';
import { jsonLine, printable } from '../printable.js';
import type { Words } from '../words.js';
import type { ExportFormat } from './formats.js';

export type Message = Result<'room.history'>['messages'][number];

/** An export is written piece by piece, whatever its length: what comes before the messages, each, and what comes behind. */
export interface Writer {
  begin(): string;
  message(message: Message): string;
  end(): string;
}

const nothing = () => '';

/** A writer for one export of `room`, whose texts for people are in the language of `words`. */
export function writerOf(format: ExportFormat, room: string, words: Words): Writer {
  const look = { ...plainLook, language: words.language };
  switch (format) {
    case 'jsonl':
      return { begin: nothing, message: (message) => `${jsonLine(message)}\n`, end: nothing };
    case 'txt':
      return {
        begin: nothing,
        message: (message) => `${timeOf(message.at)} ${printable(formatMessage(room, message.from, message, look))}\n`,
        end: nothing,
      };
    case 'csv':
      return {
        begin: () => csvRow(['seq', 'at', 'from', 'text', 'replyTo', 'editedAt', 'deleted']),
        message: ({ seq, at, from, text, replyTo, editedAt, deleted }) =>
          csvRow([
            seq,
            instant(at),
            from,
            text,
            replyTo ?? '',
            editedAt ? instant(editedAt) : '',
            deleted ? 'true' : '',
          ]),
        end: nothing,
      };
    case 'html':
      return htmlWriter(room, words);
    default:
      return format satisfies never;
  }
}

/**
 * A row by RFC 4180. What a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV Injection);
 * who needs every letter as it was takes jsonl.
 */
function csvRow(fields: readonly (string | number)[]): string {
  return stringify([[...fields]], { record_delimiter: 'windows', escape_formulas: true });
}

function htmlWriter(room: string, words: Words): Writer {
  let day = '';
  const daysHeading = (at: number): string => {
    const today = timeOf(at).slice(0, 10);
    if (today === day) return '';
    day = today;
    return `<h2>${day}</h2>\n`;
  };
  return {
    begin: () => `<!doctype html>
<html lang="${words.htmlLanguage}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(room)}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1rem; opacity: 0.6; margin: 2rem 0 0.5rem; }
p { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
time { opacity: 0.6; font-variant-numeric: tabular-nums; }
b { font-weight: 600; }
</style>
</head>
<body>
<h1>${escaped(room)}</h1>
`,
    message: (message) => {
      const { seq, at, from, text, replyTo, editedAt, deleted, reactions = [] } = message;
      const notes = [
        ...(replyTo === undefined ? [] : [`<a href="#m${replyTo}">↩ #${replyTo}</a>`]),
        ...(editedAt === undefined ? [] : [words.editedMark]),
        ...reactions.map(({ reaction, users }) => `${escaped(reaction)} ${users}`),
      ];
      const body = deleted === true ? `<i>${words.deletedMessage}</i>` : `<bdi>${escaped(text)}</bdi>`;
      const small = notes.length === 0 ? '' : ` <small>${notes.join(' · ')}</small>`;
      return `${daysHeading(at)}<p id="m${seq}"><time datetime="${instant(at)}">${timeOf(at).slice(11)}</time> <b><bdi>${escaped(from)}</bdi></b> ${body}${small}</p>\n`;
    },
    end: () => '</body>\n</html>\n',
  };
}

/** The text as it is in HTML, where it is neither markup nor the end of an attribute. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function instant(at: number): string {
  return new Date(at).toISOString();
}

/** Date and time where the reader is, in the order in which they sort. */
function timeOf(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}
