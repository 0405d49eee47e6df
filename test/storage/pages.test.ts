import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { openForReading } from '../../src/storage/database.js';
import { cutPage, type Page, type PageRange } from '../../src/storage/pages.js';
import { readMessages } from '../../src/storage/room-reads.js';
import { RoomStore, roomDatabase } from '../../src/storage/room-store.js';
import { readInboxPage, SupervisorStore, supervisorDatabase } from '../../src/storage/supervisor-store.js';
import { ana, bia, caio, sala1, sala2 } from '../support/people.js';

interface Message {
  readonly seq: number;
  readonly text: string;
}

/** A page of an array, read off the contract. */
function pageOf<M extends Message>(all: readonly M[], range: PageRange): Page<M> {
  const { before, after, around, limit, upTo, bytesMax } = range;
  const shown = all.filter(({ seq }) => seq <= upTo);
  if (around !== undefined) return pageAround(shown, around, range);
  const inDirection =
    after === undefined
      ? shown.filter(({ seq }) => seq < (before ?? Infinity)).reverse()
      : shown.filter(({ seq }) => seq > after);
  let count = 0;
  for (let bytes = 0; count < inDirection.length && count < limit; count++) {
    bytes += Buffer.byteLength(inDirection[count]?.text ?? '');
    if (count > 0 && bytes > bytesMax) break;
  }
  const messages = inDirection.slice(0, count);
  return { messages: after === undefined ? messages.reverse() : messages, more: count < inDirection.length };
}

/** The longest run about a position, one more behind it than before or as many, where neither is at its end. */
function pageAround<M extends Message>(shown: readonly M[], around: number, { limit, bytesMax }: PageRange): Page<M> {
  const middle = shown.findIndex(({ seq }) => seq >= around);
  let from = middle === -1 ? shown.length : middle;
  let to = from;
  let bytes = 0;
  for (let behind = true; to - from < limit; behind = !behind) {
    const next = behind ? (shown[to] ?? shown[from - 1]) : (shown[from - 1] ?? shown[to]);
    if (next === undefined) break;
    bytes += Buffer.byteLength(next.text);
    if (from < to && bytes > bytesMax) break;
    if (next === shown[to]) to++;
    else from--;
  }
  return { messages: shown.slice(from, to), more: from > 0 || to < shown.length };
}

const seqs = fc.nat(40);
const ranges: fc.Arbitrary<PageRange> = fc
  .record({
    position: fc.oneof(
      fc.constant({}),
      seqs.map((before) => ({ before })),
      seqs.map((after) => ({ after })),
      seqs.map((around) => ({ around })),
    ),
    limit: fc.integer({ min: 1, max: 12 }),
    upTo: seqs,
    bytesMax: fc.oneof(fc.nat(60), fc.constant(1_000_000)),
  })
  .map(({ position, ...range }) => ({ ...position, ...range }));

const texts = ['oi', 'olá', 'x'.repeat(30), 'é'.repeat(20), '中'];

/** Messages at odd seqs of a room, as a database and as an array. */
function room(t: Test) {
  const file = join(t.testdir(), 'sala1.db');
  const store = new RoomStore(file, sala1);
  const messages: { seq: number; from: string; at: number; text: string }[] = [];
  store.transaction(() => {
    for (let seq = 1; seq <= 35; seq++) {
      const text = texts[seq % texts.length] as string;
      if (seq % 3 === 0) {
        store.append({ type: 'topic-changed', seq, at: seq, user: ana, topic: text }, seq, 'e1');
      } else {
        store.append({ type: 'said', seq, at: seq, user: bia, text }, seq, 'e1');
        messages.push({ seq, from: bia, at: seq, text });
      }
    }
  });
  const db = openForReading(file, roomDatabase);
  t.teardown(() => {
    db.close();
    store.close();
  });
  return { read: readMessages(db), messages };
}

t.test('a page of a room is the page of an array of what was said', async (t) => {
  const { read, messages } = room(t);
  fc.assert(
    fc.property(ranges, (range) => {
      assert.deepEqual(read(range), pageOf(messages, range));
    }),
    { numRuns: 1000 },
  );
});

t.test('page by page, a history is read whole, once, in either direction', async (t) => {
  const { read, messages } = room(t);
  const sizes = fc.record({ limit: fc.integer({ min: 1, max: 9 }), bytesMax: fc.nat(100) });
  fc.assert(
    fc.property(sizes, (size) => {
      const up: Message[] = [];
      for (let more = true; more; ) {
        const page = read({ after: up.at(-1)?.seq ?? 0, upTo: 35, ...size });
        up.push(...page.messages);
        more = page.more;
      }
      assert.deepEqual(up, messages);
      const down: Message[] = [];
      for (let more = true; more; ) {
        const first = down[0]?.seq;
        const page = read({ ...(first === undefined ? {} : { before: first }), upTo: 35, ...size });
        down.unshift(...page.messages);
        more = page.more;
      }
      assert.deepEqual(down, messages);
    }),
  );
});

t.test('a page of an inbox is the page of an array of what its owner has, with one user and in one room', async (t) => {
  const file = join(t.testdir(), 'supervisor.db');
  const store = new SupervisorStore(file);
  const people = [ana, bia, caio];
  const inbox = Array.from({ length: 35 }, (_, i) => {
    const other = people[i % 3] as typeof ana;
    const [from, to] = i % 2 === 0 ? [ana, other] : [other, ana];
    return { seq: i + 1, room: i % 5 < 3 ? sala1 : sala2, from, to, at: i, text: texts[i % texts.length] as string };
  });
  store.transaction(() => {
    for (const message of inbox) {
      store.addToInbox(ana, message, undefined);
      store.addToInbox(bia, { ...message, text: 'not ana’s' }, undefined);
    }
  });
  const db = openForReading(file, supervisorDatabase);
  t.teardown(() => {
    db.close();
    store.close();
  });
  const read = readInboxPage(db);
  const filters = fc.record(
    { room: fc.constantFrom('sala1', 'sala2', 'sala3'), with: fc.constantFrom<string>(ana, bia, caio, 'davi#1') },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(ranges, filters, (range, filter) => {
      const theirs = inbox.filter(({ room, from, to }) => {
        const other = from === ana ? to : from;
        return (filter.room ?? room) === room && (filter.with ?? other) === other;
      });
      assert.deepEqual(read(ana, filter, range), pageOf(theirs, range));
    }),
    { numRuns: 1000 },
  );
});

t.test('a page has a message where there is one, though it be larger than a page may be', async (t) => {
  const rows = () => [
    { seq: 1, text: 'x'.repeat(100) },
    { seq: 2, text: 'x' },
  ];
  const page = cutPage({ after: 0, limit: 10, upTo: 2, bytesMax: 10 }, rows);
  t.match(page, { messages: [{ seq: 1 }], more: true });
});

t.test('bytes are counted, not characters', async (t) => {
  const rows = () => [1, 2, 3].map((seq) => ({ seq, text: 'é' }));
  t.equal(cutPage({ after: 0, limit: 10, upTo: 3, bytesMax: 4 }, rows).messages.length, 2);
});
