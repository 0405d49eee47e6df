import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { Lines } from '../../src/actors/batch.js';
import type { Dialect } from '../../src/protocol/events.js';
import { type Cursor, Feed, type Reader } from '../../src/transport/feed.js';

const encoder = new TextEncoder();

/** What a reader is to be shown of one event. */
function line(dialect: Dialect, seq: number): string {
  return `${dialect} ${seq}\n`;
}

function linesOf(dialect: Dialect, first: number, last: number): Uint8Array {
  let text = '';
  for (let seq = first; seq <= last; seq++) text += line(dialect, seq);
  return encoder.encode(text);
}

function runOf(first: number, last: number, dialects: readonly Dialect[]): Lines {
  const lines: { json?: Uint8Array; text?: Uint8Array } = {};
  for (const dialect of dialects) lines[dialect] = linesOf(dialect, first, last);
  return { first, last, ...lines };
}

/** A log whose store answers only when told, and sometimes fails. */
class SlowStore {
  readonly waiting: (() => void)[] = [];
  pageLines = 3;
  failures = 0;

  read(after: number, upTo: number, dialect: Dialect) {
    return new Promise<{ first: number; last: number; lines: Uint8Array }>((resolve, reject) => {
      this.waiting.push(() => {
        if (this.failures > 0) {
          this.failures--;
          reject(new Error('too many reads'));
          return;
        }
        const last = Math.min(upTo, after + this.pageLines);
        resolve({ first: after + 1, last, lines: linesOf(dialect, after + 1, last) });
      });
    });
  }

  async answerAll(): Promise<void> {
    while (this.waiting.length > 0) {
      this.waiting.shift()?.();
      // The cursor takes its page, and may ask for the next.
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    }
  }
}

class Listener implements Reader {
  dialect: Dialect = 'json';
  ready = true;
  heard = '';

  write(lines: Uint8Array): void {
    assert.ok(this.ready, 'a reader that is not ready must not be written to');
    this.heard += Buffer.from(lines).toString();
  }
}

function feedOf(store: SlowStore, ringBytesMax = 40, head = 0): Feed {
  return new Feed({ head, ringBytesMax: () => ringBytesMax, read: (...query) => store.read(...query) });
}

t.test('what is outdated is told from the store, to all but those who were level with the log', async (t) => {
  const store = new SlowStore();
  const feed = feedOf(store, 1000);
  const [level, behind] = [new Listener(), new Listener()];
  feed.subscribe(level, 0);
  feed.publish(runOf(1, 2, ['json']));
  behind.ready = false;
  const cursor = feed.subscribe(behind, 0);
  feed.publish(runOf(3, 3, ['json']), true);
  t.equal(level.heard, 'json 1\njson 2\njson 3\n', 'as it comes');
  behind.ready = true;
  cursor.advance();
  t.equal(behind.heard, '', 'not from memory');
  await store.answerAll();
  t.equal(behind.heard, level.heard);
  feed.publish(runOf(4, 4, ['json']));
  feed.subscribe(behind, 3);
  t.equal(behind.heard, `${level.heard}json 4\n`, 'what came since is kept again');
});

type Step =
  | { readonly type: 'publish'; readonly events: number; readonly lost: boolean; readonly text: boolean }
  | { readonly type: 'toggle'; readonly who: number }
  | { readonly type: 'speak'; readonly who: number; readonly dialect: Dialect }
  | { readonly type: 'omit'; readonly who: number; readonly ahead: number }
  | { readonly type: 'end'; readonly who: number }
  | { readonly type: 'store' };

const readersMax = 4;
const who = fc.nat({ max: readersMax - 1 });
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('publish' as const),
      events: fc.integer({ min: 1, max: 6 }),
      lost: fc.boolean(),
      text: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('toggle' as const), who }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('speak' as const), who, dialect: fc.constantFrom('json', 'text') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('omit' as const), who, ahead: fc.integer({ min: 1, max: 9 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('end' as const), who }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('store' as const) }) },
);

t.test(
  'whatever happens, a reader gets every line behind its position once, in order, and none after its end',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 5 }), fc.array(steps, { maxLength: 60 }), async (start, schedule) => {
        const store = new SlowStore();
        const feed = feedOf(store, 40, start);
        const readers = Array.from({ length: readersMax }, (_, i) => {
          const listener = new Listener();
          const from = Math.min(i, start);
          return { listener, from, cursor: feed.subscribe(listener, from), omitted: new Set<number>(), end: Infinity };
        });
        const known = (cursor: Cursor, listener: Listener) => {
          if (listener.ready) cursor.advance();
        };
        for (const step of schedule) {
          if (step.type === 'publish') {
            const first = feed.head + 1;
            const last = feed.head + step.events;
            // A run that dies with its thread: only the head that it led to becomes known.
            if (step.lost) feed.advanceTo(last);
            else feed.publish(runOf(first, last, step.text ? ['json', 'text'] : ['json']));
          } else if (step.type === 'store') {
            await store.answerAll();
          } else {
            const reader = readers[step.who] as (typeof readers)[number];
            const { listener, cursor } = reader;
            if (step.type === 'toggle') {
              listener.ready = !listener.ready;
              known(cursor, listener);
            } else if (step.type === 'speak') {
              listener.dialect = step.dialect;
            } else if (step.type === 'omit') {
              cursor.omit(feed.head + step.ahead);
              reader.omitted.add(feed.head + step.ahead);
            } else if (reader.end === Infinity) {
              reader.end = feed.head;
              cursor.endAt(feed.head);
            }
          }
        }
        for (const { listener, cursor } of readers) {
          listener.ready = true;
          cursor.advance();
        }
        await store.answerAll();
        for (const { listener, from, omitted, end } of readers) {
          const heard = listener.heard
            .split('\n')
            .slice(0, -1)
            .map((text) => Number(text.split(' ')[1]));
          const wanted: number[] = [];
          for (let seq = from + 1; seq <= Math.min(feed.head, end); seq++) if (!omitted.has(seq)) wanted.push(seq);
          assert.deepEqual(heard, wanted);
        }
      }),
      { numRuns: 400 },
    );
  },
);

t.test('a reader that keeps up is given the very bytes that were published, uncopied', async (t) => {
  const feed = feedOf(new SlowStore());
  const given: Uint8Array[] = [];
  feed.subscribe({ dialect: 'json', ready: true, write: (lines) => given.push(lines) }, 0);
  const run = runOf(1, 3, ['json']);
  feed.publish(run);
  t.equal(given[0], run.json);
});

t.test('a reader that comes back in the middle of a run is sent only what is behind its position', async (t) => {
  const feed = feedOf(new SlowStore(), 1000);
  feed.publish(runOf(1, 5, ['json']));
  const ana = new Listener();
  feed.subscribe(ana, 3);
  t.equal(ana.heard, 'json 4\njson 5\n');
});

t.test('the ring keeps no more bytes than it may, and what it lost is read from the store', async (t) => {
  const store = new SlowStore();
  const feed = feedOf(store, 20);
  for (let seq = 1; seq <= 10; seq++) feed.publish(runOf(seq, seq, ['json']));
  t.equal(feed.find(0), undefined);
  t.ok(feed.find(9));
  const bia = new Listener();
  feed.subscribe(bia, 0);
  t.equal(bia.heard, '', 'nothing yet: the store has not answered');
  await store.answerAll();
  t.equal(bia.heard, Buffer.from(linesOf('json', 1, 10)).toString());
});

t.test('a read that fails is tried again', async (t) => {
  const store = new SlowStore();
  store.failures = 1;
  const feed = feedOf(store, 0);
  feed.publish(runOf(1, 2, ['json']));
  const caio = new Listener();
  feed.subscribe(caio, 0);
  await store.answerAll();
  t.equal(caio.heard, '');
  while (caio.heard === '') {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await store.answerAll();
  }
  t.equal(caio.heard, 'json 1\njson 2\n');
});

t.test('after the log was replaced, readers go on at its head and are told nothing of the old one', async (t) => {
  const store = new SlowStore();
  const feed = feedOf(store, 0);
  const ana = new Listener();
  feed.subscribe(ana, 0);
  feed.publish(runOf(1, 5, ['json']));
  ana.heard = '';
  feed.restartAt(2);
  await store.answerAll();
  feed.publish(runOf(3, 3, ['json']));
  await store.answerAll();
  t.equal(ana.heard, 'json 3\n');
});
