import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { type Answer, answerBytes, batchOf, writeResult } from '../../src/protocol/answers.js';
import { encodeResult, frameResult } from '../../src/protocol/jsonrpc.js';
import { formatResult } from '../../src/protocol/text-replies.js';
import { acceptedTexts, roomNames, userIds, wholeNumbers } from '../support/arbitraries.js';

const messages = fc.array(fc.record({ seq: wholeNumbers, from: userIds, at: wholeNumbers, text: acceptedTexts }), {
  maxLength: 5,
});
const pages = fc.record({ room: roomNames, epoch: fc.uuid(), seq: wholeNumbers, messages, more: fc.boolean() });
const ids = fc.oneof(wholeNumbers, fc.string(), fc.constant(null));
const json = { dialect: 'json' } as const;
const text = { dialect: 'text' } as const;

function joined(answer: Answer): Buffer {
  const parts = typeof answer === 'string' ? [answer] : answer;
  return Buffer.concat(parts.map((part) => Buffer.from(part as string)));
}

t.test('a result that was written elsewhere is answered with the same bytes as one that was not', async () => {
  fc.assert(
    fc.property(ids, pages, (id, page) => {
      const written = writeResult('room.history', page, json);
      assert.equal(written.byteLength, written.buffer.byteLength, 'its memory is its own, whole');
      assert.equal(Buffer.from(written).toString(), JSON.stringify(page));
      assert.equal(joined(frameResult(id, written)).toString(), encodeResult(id, page));
      assert.equal(Buffer.from(writeResult('room.history', page, text)).toString(), formatResult('room.history', page));
    }),
  );
});

t.test('no control character is written, also where JSON would have it', async (t) => {
  const page = { room: 'sala1', epoch: 'e1', seq: 1, more: false };
  const written = writeResult(
    'room.history',
    { ...page, messages: [{ seq: 1, from: 'ana#1', at: 1, text: '\x9b\x7f' }] },
    json,
  );
  t.match(Buffer.from(written).toString(), '"text":"\\u009b\\u007f"');
});

t.test('a batch is one array of its answers, however each was written', async () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(ids, pages, fc.boolean()), { minLength: 1, maxLength: 5 }), (calls) => {
      const answers = calls.map(([id, page, elsewhere]) =>
        elsewhere ? frameResult(id, writeResult('room.history', page, json)) : encodeResult(id, page),
      );
      const batch = batchOf(answers);
      const expected = `[${calls.map(([id, page]) => encodeResult(id, page)).join(',')}]`;
      assert.equal(joined(batch).toString(), expected);
      assert.equal(answerBytes(batch), Buffer.byteLength(expected));
    }),
  );
});
