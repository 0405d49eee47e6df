import fc from 'fast-check';
import t from 'tap';
import { writerOf } from '../../../src/cli/export/writers.js';
import { exportedLineBytesMax, parseOrigin, readExported } from '../../../src/cli/import/exported-message.js';
import { wordsIn } from '../../../src/cli/words.js';
import { defaultLimits } from '../../../src/protocol/limits.js';
import { LineSplitter } from '../../../src/protocol/lines.js';
import { acceptedTexts, userIds, wholeNumbers } from '../../support/arbitraries.js';

const { textBytesMax } = defaultLimits;
const line = { seq: 2, at: 1_700_000_000_000, from: 'ana#1', text: 'oi' };
const read = (value: unknown) => readExported({ type: 'text', text: JSON.stringify(value) });
const wrong = (value: unknown) => (read(value) as { wrong?: { en: string } }).wrong?.en ?? '';

const origins = fc.constantFrom('', '@import', '@escola-2', '@çãé');
const shown = fc.record(
  {
    seq: wholeNumbers,
    at: wholeNumbers,
    from: fc.tuple(userIds, origins).map(([id, origin]) => `${id}${origin}`),
    text: acceptedTexts,
    replyTo: wholeNumbers,
    editedAt: wholeNumbers,
    reactions: fc
      .record({ reaction: fc.constant('👍'), users: fc.constant(2), mine: fc.boolean() })
      .map((one) => [one]),
  },
  { requiredKeys: ['seq', 'at', 'from', 'text'] },
);

t.test('every message that an export writes is read as it was', async (t) => {
  const writer = writerOf('jsonl', 'sala1', wordsIn('en'));
  fc.assert(
    fc.property(shown, (message) => {
      const [written, ...rest] = new LineSplitter(exportedLineBytesMax).push(Buffer.from(writer.message(message)));
      const { editedAt, reactions, ...taken } = message;
      const marks = { deleted: false, edited: editedAt !== undefined, reactedTo: reactions !== undefined };
      t.same(rest, []);
      t.strictSame(written && readExported(written), { message: { ...taken, ...marks } });
    }),
  );
});

t.test('whatever else a line is, it is a message or told to be wrong in both languages', async () => {
  const keys = fc.constantFrom('seq', 'at', 'from', 'text', 'replyTo', 'deleted', '__proto__', 'toString', 'x');
  const objects = fc.dictionary(keys, fc.oneof(fc.jsonValue(), wholeNumbers, userIds));
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    objects.map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const result = readExported({ type: 'text', text });
      return 'message' in result || (result.wrong.en !== '' && result.wrong.pt !== '');
    }),
  );
});

t.test('the longest text fits into a line, with every character as an escape of JSON', async (t) => {
  const text = 'a'.repeat(textBytesMax);
  const escaped = JSON.stringify({ ...line, text }).replaceAll(
    'a'.repeat(textBytesMax),
    '\\u0061'.repeat(textBytesMax),
  );
  const [only] = new LineSplitter(exportedLineBytesMax).push(Buffer.from(`${escaped}\n`));
  t.match(only && readExported(only), { message: { text } });
  t.match(wrong({ ...line, text: `${text}a` }), /8192/, 'but no longer one');
  t.match(readExported({ type: 'too-long', json: true }), { wrong: { en: /131072 bytes/ } });
  t.match(readExported({ type: 'invalid-utf8', json: true }), { wrong: { en: /not UTF-8/ } });
});

t.test('what is wrong with a line is named', async (t) => {
  for (const value of [7, null, [line], 'oi']) t.match(wrong(value), /a line must be a message/);
  t.match(readExported({ type: 'text', text: '' }), { wrong: { en: /a line must be a message/ } });
  for (const field of ['seq', 'at', 'from', 'text']) {
    t.equal(wrong({ ...line, [field]: undefined }), `"${field}" is missing`);
    t.match(wrong({ ...line, [field]: {} }), `"${field}" must be`);
  }
  for (const seq of [-1, 1.5, 2 ** 53]) t.match(wrong({ ...line, seq }), /"seq" must be a whole number/);
  for (const text of ['', '\u001b[2J', '\ud800']) t.not(wrong({ ...line, text }), '', text);
  t.match(wrong({ ...line, deleted: 'yes' }), /"deleted" must be/);
});

t.test("an author has a user's id, of here or of elsewhere, and nothing that could pass for more", async (t) => {
  for (const from of ['ana#1', 'ana#12@import', 'josé#1@sala-2', 'नि#3']) t.equal(wrong({ ...line, from }), '', from);
  const not = ['', 'ana', 'ana#0', 'ana#01', '#1', 'ana#1@', 'ana#1@a@b', 'ana#1@a b', 'a b#1', 'ana#1 ', 'ana#1\n'];
  for (const from of [...not, `${'a'.repeat(33)}#1`, `ana#1@${'a'.repeat(33)}`, 'salas', '\u001b#1']) {
    t.match(wrong({ ...line, from }), /"from" must be a user's id like ana#1/, from);
  }
  t.match(read({ ...line, from: 'jose\u0301#1' }), { message: { from: 'jos\u00e9#1' } }, 'in NFC, as ids are');
});

t.test('a deleted message needs no text, and keys that nobody knows do not matter', async (t) => {
  t.match(read({ ...line, text: '', deleted: true }), { message: { seq: 2, deleted: true, text: '' } });
  t.equal(wrong({ ...line, colour: 'red' }), '');
});

t.test('a byte order mark before a line is ignored', async (t) => {
  t.match(readExported({ type: 'text', text: `\ufeff${JSON.stringify(line)}` }), { message: { seq: 2 } });
});

t.test('an origin is a word of at most 32 characters', async (t) => {
  t.equal(parseOrigin('escola-2'), 'escola-2');
  t.equal(parseOrigin('a'.repeat(32)), 'a'.repeat(32));
  for (const origin of ['', 'a'.repeat(33), 'a b', 'a@b', 'a#1']) t.equal(parseOrigin(origin), undefined, origin);
});
