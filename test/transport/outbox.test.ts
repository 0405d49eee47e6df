import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import { Outbox } from '../../src/transport/outbox.js';
import { received, socketPair } from '../support/socket-pairs.js';
import { nextTurn } from '../support/test-threads.js';
import { until } from '../support/until.js';

const bytes = (text: string) => Buffer.from(text);
const nobody = () => undefined;

/** How often the socket is given something to write. */
function writesOf(socket: Socket): () => number {
  let count = 0;
  const { _write: write, _writev: writev } = socket;
  socket._write = (...args) => {
    count++;
    write.apply(socket, args);
  };
  socket._writev = (...args) => {
    count++;
    writev?.apply(socket, args);
  };
  return () => count;
}

t.test('what is put in during one turn is one write, in order, whatever its kinds', async (t) => {
  const { near, far } = await socketPair(t);
  const told = received(far);
  const writes = writesOf(near);
  const outbox = new Outbox(near, 1000, nobody);
  for (const part of ['a', 'é', bytes('c'), bytes('d'), 'e', bytes('')]) outbox.put(part);
  t.equal(writes(), 0, 'nothing is written before the turn is over');
  await until('it is there', () => told.text.length === 5);
  t.equal(told.text, 'aécde');
  t.equal(writes(), 1);
});

t.test('every socket has its own turn and its own order', async (t) => {
  const pairs = [await socketPair(t), await socketPair(t), await socketPair(t)];
  const told = pairs.map(({ far }) => received(far));
  const writes = pairs.map(({ near }) => writesOf(near));
  const outboxes = pairs.map(({ near }) => new Outbox(near, 1000, nobody));
  for (let turn = 0; turn < 3; turn++) {
    for (const text of ['a', 'b']) for (const [i, outbox] of outboxes.entries()) outbox.put(`${i}${text}${turn} `);
    await nextTurn();
  }
  await until('all is there', () => told.every(({ text }) => text.length === 24));
  t.strictSame(
    told.map(({ text }) => text),
    [0, 1, 2].map((i) => [0, 1, 2].map((turn) => `${i}a${turn} ${i}b${turn} `).join('')),
  );
  t.strictSame(
    writes.map((count) => count()),
    [3, 3, 3],
  );
});

t.test('to flush does not wait for the end of the turn, and writes nothing twice', async (t) => {
  const { near, far } = await socketPair(t);
  const told = received(far);
  const outbox = new Outbox(near, 1000, nobody);
  outbox.put('a');
  outbox.flush();
  outbox.put(bytes('b'));
  await nextTurn();
  near.end();
  await once(far, 'end');
  t.equal(told.text, 'ab');
});

t.test('it is empty when all is with the system', async (t) => {
  const { near } = await socketPair(t);
  const outbox = new Outbox(near, 1000, nobody);
  t.ok(outbox.empty);
  outbox.put('a');
  t.notOk(outbox.empty);
  await nextTurn();
  t.ok(outbox.empty);
});

t.test(
  'over its bound it is not ready, and says so once it is again, also when the system took all at once',
  async (t) => {
    const { near } = await socketPair(t);
    let told = 0;
    const outbox = new Outbox(near, 10, () => told++);
    outbox.put('0123456789');
    t.ok(outbox.ready, 'at the bound');
    outbox.put('0');
    t.notOk(outbox.ready, 'over it');
    t.equal(told, 0);
    await nextTurn();
    t.ok(outbox.ready);
    t.equal(told, 1);
    outbox.put('0');
    await nextTurn();
    t.equal(told, 1, 'it was ready all the time');
  },
);

t.test('what a slow reader is sent is bounded, and nothing of it is lost', async (t) => {
  const { near, far } = await socketPair(t);
  const bytesMax = 100_000;
  let ready = 0;
  const outbox = new Outbox(near, bytesMax, () => ready++);
  const line = `${'x'.repeat(9_999)}\n`;
  let lines = 0;
  while (outbox.ready) {
    outbox.put(lines % 2 === 0 ? line : bytes(line));
    lines++;
    await nextTurn();
    assert.ok(near.writableLength <= bytesMax + line.length);
  }
  t.equal(ready, 0, 'while the reader does nothing, there is no room');
  const told = received(far);
  await until('there is room again', () => ready > 0);
  t.ok(outbox.ready);
  await until('all is there', () => told.text.length >= lines * line.length);
  t.equal(told.text, line.repeat(lines));
});

t.test('what is put in after the end goes nowhere, and breaks nothing', async (t) => {
  const { near, far } = await socketPair(t);
  const told = received(far);
  const outbox = new Outbox(near, 10, nobody);
  outbox.put('a');
  outbox.flush();
  near.end();
  outbox.put('b');
  await once(far, 'end');
  near.destroy();
  outbox.put('c');
  await nextTurn();
  t.equal(told.text, 'a');
});

t.test('in whatever turns and parts it is put in, all of it arrives, in order', async (t) => {
  const parts = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.constantFrom('text', 'bytes', 'turn', 'flush')));
  const { near, far } = await socketPair(t);
  const told = received(far);
  const outbox = new Outbox(near, 50, nobody);
  let put = '';
  await fc.assert(
    fc.asyncProperty(parts, async (schedule) => {
      for (const [text, how] of schedule) {
        if (how === 'turn') await nextTurn();
        if (how === 'flush') outbox.flush();
        const part = text.toWellFormed();
        outbox.put(how === 'bytes' ? bytes(part) : part);
        put += part;
      }
      await until('all is there', () => told.text.length >= put.length);
      assert.equal(told.text, put);
    }),
  );
});
