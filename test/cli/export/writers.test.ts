import fc from 'fast-check';
import t from 'tap';
import { type Message, writerOf } from '../../../src/cli/export/writers.js';
import { wordsIn } from '../../../src/cli/words.js';

const words = wordsIn('en');
/** What a message may have: anything but control characters other than TAB. */
const texts = fc.string({ unit: 'binary', minLength: 1 }).map((text) => `${text.replace(/\p{Cc}|\p{Cs}/gu, '\t')}x`);
const messages = fc
  .array(fc.record({ at: fc.nat(2 ** 41), from: fc.constantFrom('ana#1', 'josé#2'), text: texts }), { maxLength: 20 })
  .map((list) => list.map((message, i): Message => ({ seq: i + 1, ...message })));

function written(format: 'jsonl' | 'txt' | 'html' | 'csv', list: readonly Message[]): string {
  const writer = writerOf(format, 'sala<1>', words);
  return writer.begin() + list.map((message) => writer.message(message)).join('') + writer.end();
}

/** The fields of CSV by RFC 4180, read with no more than its grammar. */
function readCsv(csv: string): string[][] {
  const rows: string[][] = [[]];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let match = field.exec(csv); match !== null; match = field.exec(csv)) {
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? (match[2] as string));
    if (match[3] === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

t.test('jsonl has every message as it was, a line each', async () => {
  fc.assert(
    fc.property(messages, (list) => {
      const lines = written('jsonl', list).split('\n').slice(0, -1);
      return JSON.stringify(lines.map((line) => JSON.parse(line))) === JSON.stringify(list);
    }),
  );
});

t.test('csv is read back as it was written; only what could be a formula has an apostrophe before it', async (t) => {
  fc.assert(
    fc.property(messages, (list) => {
      const [head, ...rows] = readCsv(written('csv', list));
      t.strictSame(head, ['seq', 'at', 'from', 'text', 'replyTo', 'editedAt', 'deleted']);
      return (
        rows.length === list.length &&
        rows.every(([seq, at, from, text], i) => {
          const message = list[i] as Message;
          const plain = text?.replace(/^'(?=[=+\-@\t\r＝＋－＠])/u, '');
          const same = Number(seq) === message.seq && Date.parse(at as string) === message.at && from === message.from;
          return same && (text === message.text || plain === message.text) && !/^[=+\-@\t\r]/.test(text as string);
        })
      );
    }),
  );
});

t.test('no text becomes markup in html, whatever it is', async () => {
  fc.assert(
    fc.property(messages, (list) => {
      const html = written('html', list);
      const bodies = [...html.matchAll(/<\/b> <bdi>(.*?)<\/bdi>/gs)].map((match) => match[1] as string);
      const back = bodies.map((body) =>
        body.replaceAll('&quot;', '"').replaceAll('&gt;', '>').replaceAll('&lt;', '<').replaceAll('&amp;', '&'),
      );
      return (
        !html.includes('sala<1>') &&
        bodies.every((body) => !/[<>"]/.test(body)) &&
        JSON.stringify(back) === JSON.stringify(list.map(({ text }) => text))
      );
    }),
  );
});

t.test('txt is a line a message, and moves no cursor', async () => {
  fc.assert(
    fc.property(messages, (list) => {
      const lines = written('txt', list).split('\n').slice(0, -1);
      return lines.length === list.length && lines.every((line) => !/[^\P{Cc}\t]/u.test(line));
    }),
  );
});
