import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import t, { type Test } from 'tap';
import { createReads, type Reads } from '../../src/reads/pool.js';
import { RoomStore } from '../../src/storage/room-store.js';
import { SupervisorStore } from '../../src/storage/supervisor-store.js';
import { PoolBusy } from '../../src/tasks/task-pool.js';
import { ana, bia, sala1 } from '../support/people.js';
import type { WriterData } from '../support/writer-thread.js';

function openPool(t: Test, queueMax = 100): Reads {
  const reads = createReads(queueMax);
  t.teardown(() => reads.close());
  return reads;
}

/** The file of a room with some messages of ana's. */
function roomWith(t: Test, ...texts: string[]): string {
  const file = join(t.testdir(), 'sala1.db');
  const store = new RoomStore(file, sala1);
  store.transaction(() => {
    for (const [i, text] of texts.entries()) {
      store.append({ type: 'said', seq: i + 1, at: i, user: ana, text }, i, 'e1');
    }
  });
  t.teardown(() => store.close());
  return file;
}

const everything = { after: 0, upTo: Number.MAX_SAFE_INTEGER, bytesMax: 1_000_000 };
const firstPage = { after: 0, limit: 100, upTo: Number.MAX_SAFE_INTEGER, bytesMax: 1_000_000 };
const inRoom = { room: sala1, epoch: 'e1', style: { dialect: 'json' } } as const;
const inInbox = { filter: {}, style: { dialect: 'json' } } as const;
const parsed = (written: Uint8Array) => JSON.parse(textOf(written));
const textOf = (lines: Uint8Array) => Buffer.from(lines).toString();

t.test(
  'what another thread writes is read while it writes: nothing but a beginning of the log, without a gap',
  async (t) => {
    const file = join(t.testdir(), 'sala1.db');
    const reads = openPool(t);
    const workerData: WriterData = { file, messages: 3000, perCommit: 7 };
    const writer = new Worker(new URL('../support/writer-thread.js', import.meta.url), { execArgv: [], workerData });
    let committed = 0;
    const ended = new Promise<void>((resolve) => {
      writer.once('exit', () => resolve());
    });
    await new Promise<void>((resolve) => {
      writer.on('message', (head: number) => {
        committed = head;
        resolve();
      });
    });
    let seen = 0;
    let readsWhileWriting = 0;
    while (seen < workerData.messages) {
      const before = committed;
      if (before < workerData.messages) readsWhileWriting++;
      const page = await reads.roomEvents({ file, room: sala1, dialect: 'json', ...everything, after: seen });
      const lines = textOf(page.lines).split('\n').slice(0, -1);
      const seqs = lines.map((line) => (JSON.parse(line) as { params: { seq: number } }).params.seq);
      assert.deepEqual(
        seqs,
        Array.from(seqs, (_, i) => seen + 1 + i),
      );
      assert.ok(page.last >= before, `${before} was committed before the read, which ended at ${page.last}`);
      seen = page.last;
    }
    await ended;
    t.ok(readsWhileWriting > 0, `${readsWhileWriting} reads while it wrote`);
  },
);

t.test('each read answers what it is asked for', async (t) => {
  const reads = openPool(t);
  const file = roomWith(t, 'oi', 'olá', 'tchau');
  const events = await reads.roomEvents({ file, room: sala1, dialect: 'text', ...everything, after: 1, upTo: 2 });
  t.match(events, { first: 2, last: 2 });
  t.equal(textOf(events.lines), '[sala1 #2] ana#1: olá\n');
  const history = await reads.roomHistory({ ...inRoom, file, range: { ...firstPage, limit: 2, upTo: 3 } });
  const messages = [
    { seq: 1, from: ana, at: 0, text: 'oi' },
    { seq: 2, from: ana, at: 1, text: 'olá' },
  ];
  t.equal(textOf(history), JSON.stringify({ room: sala1, epoch: 'e1', seq: 3, messages, more: true }));
  const range = { before: 3, limit: 1, upTo: 3, bytesMax: 1000 };
  const lines = await reads.roomHistory({ ...inRoom, file, range, style: { dialect: 'text' } });
  t.equal(textOf(lines), '+OK 1\n[sala1 #2] ana#1: olá');

  const inboxFile = join(t.testdir({}), 'supervisor.db');
  const store = new SupervisorStore(inboxFile);
  t.teardown(() => store.close());
  const message = { seq: 1, room: sala1, from: ana, to: bia, at: 5, text: 'psst' };
  store.transaction(() => store.addToInbox(bia, message, undefined));
  const inbox = await reads.inboxMessages({ file: inboxFile, owner: bia, dialect: 'text', after: 0 });
  t.match(inbox, { first: 1, last: 1 });
  t.equal(textOf(inbox.lines), '[sala1 private #1] ana#1 -> bia#1: psst\n');
  const none = await reads.inboxMessages({ file: inboxFile, owner: ana, dialect: 'json', after: 0 });
  t.match(none, { first: 1, last: 0 }, "another's inbox is not read");
  const mine = await reads.inboxHistory({ ...inInbox, file: inboxFile, owner: bia, range: { ...firstPage, upTo: 1 } });
  t.match(parsed(mine), { messages: [message], more: false, seq: 1 });
});

t.test('a run of lines ends about where it may, and has at least one', async (t) => {
  const reads = openPool(t);
  const file = roomWith(t, ...Array.from({ length: 20 }, () => 'x'.repeat(1000)));
  const lastWith = async (bytesMax: number) =>
    (await reads.roomEvents({ file, room: sala1, dialect: 'json', ...everything, bytesMax })).last;
  t.equal(await lastWith(1), 1);
  const some = await lastWith(5000);
  t.ok(some >= 4 && some <= 6, `${some} of 20`);
  t.equal(await lastWith(1_000_000), 20);
});

t.test('a read that fails tells why, and the next one is not touched', async (t) => {
  const reads = openPool(t);
  const missing = reads.roomHistory({ ...inRoom, file: join(t.testdir(), 'nowhere.db'), range: firstPage });
  await t.rejects(missing, { message: /nowhere\.db/ });
  const next = await reads.roomHistory({ ...inRoom, file: roomWith(t, 'oi'), range: firstPage });
  t.match(parsed(next), { messages: [{ text: 'oi' }] });
});

t.test('when too many wait, the next is refused, and those that wait are answered', async (t) => {
  const reads = openPool(t, 3);
  const file = roomWith(t, 'oi');
  await reads.roomHistory({ ...inRoom, file, range: firstPage });
  const settled = await Promise.allSettled(
    Array.from({ length: 50 }, () => reads.roomHistory({ ...inRoom, file, range: firstPage })),
  );
  const refused = settled.filter(({ status }) => status === 'rejected');
  t.ok(refused.length > 0 && refused.length < 50, `${refused.length} of 50`);
  for (const { reason } of refused as PromiseRejectedResult[]) t.ok(reason instanceof PoolBusy);
  t.match(settled[0], { status: 'fulfilled' }, 'the first is none of them');
  const again = await reads.roomHistory({ ...inRoom, file, range: firstPage });
  t.match(parsed(again), { messages: [{ text: 'oi' }] }, 'then there is room again');
});

t.test('pages that take long to hand on come a few at a time, with a turn for the others in between', async (t) => {
  const reads = openPool(t);
  const file = roomWith(t, 'oi');
  await reads.roomHistory({ ...inRoom, file, range: firstPage });
  let inThisTurn = 0;
  const turns: number[] = [];
  let over = false;
  const turn = () => {
    if (inThisTurn > 0) turns.push(inThisTurn);
    inThisTurn = 0;
    if (!over) setImmediate(turn);
  };
  turn();
  const writeOut = () => {
    inThisTurn++;
    for (const end = performance.now() + 8; performance.now() < end; );
  };
  const range = firstPage;
  await Promise.all(Array.from({ length: 40 }, () => reads.roomHistory({ ...inRoom, file, range }).then(writeOut)));
  over = true;
  t.ok(Math.max(...turns) <= 4, turns.join(', '));
});

t.test('closed, it reads no more, and starts nothing', async (t) => {
  const reads = createReads(10);
  const file = roomWith(t, 'oi');
  await reads.roomHistory({ ...inRoom, file, range: firstPage });
  await reads.close();
  await t.rejects(reads.roomHistory({ ...inRoom, file, range: firstPage }), PoolBusy);

  const neverUsed = createReads(10);
  await neverUsed.close();
  await t.rejects(neverUsed.roomHistory({ ...inRoom, file, range: firstPage }), PoolBusy);
  neverUsed.warm();
  await t.rejects(neverUsed.roomHistory({ ...inRoom, file, range: firstPage }), PoolBusy);
  t.notOk(process.getActiveResourcesInfo().includes('MessagePort'), 'no thread is left');
});
