import assert from 'node:assert/strict';
import { mock } from 'node:test';
import fc from 'fast-check';
import t from 'tap';
import type { Lines } from '../../src/actors/batch.js';
import type { Dialect } from '../../src/protocol/events.js';
import { type Cursor, Feed, type Reader } from '../../src/transport/feed.js';

const longerThanARetryMs = 1000;

const lineOf = (seq: number, dialect: Dialect) => `${seq} ${dialect}\n`;
const linesOf = (first: number, last: number, dialect: Dialect) =>
  new TextEncoder().encode(
    Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => lineOf(first + i, dialect)).join(''),
  );

/** A store that answers, or fails, when it is told to. */
class Store {
  readonly #open: (() => void)[] = [];
  pageLines = 3;

  readonly read = (after: number, upTo: number, dialect: Dialect) =>
    new Promise<{ first: number; last: number; lines: Uint8Array }>((resolve, reject) => {
      this.#open.push(() => {
        if (this.fails) reject(new Error('too many reads'));
        const last = Math.min(upTo, after + this.pageLines);
        resolve({ first: after + 1, last, lines: linesOf(after + 1, last, dialect) });
      });
    });
  fails = false;

  /** Settles the reads that wait, and those that they lead to at once. */
  async settle(fails: boolean): Promise<void> {
    this.fails = fails;
    for (const settle of this.#open.splice(0)) settle();
    await new Promise((resolve) => setImmediate(resolve));
  }

  get waiting(): boolean {
    return this.#open.length > 0;
  }
}

/** Reads as much as it has patience for, and notes each line with the dialect it wanted then. */
class Listener implements Reader {
  dialect: Dialect;
  patience = 0;
  isAsleep = false;
  readonly heard: number[] = [];
  closed = false;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  get ready(): boolean {
    return !this.isAsleep && this.patience >= 0;
  }

  write(lines: Uint8Array): void {
    assert.ok(this.ready, 'it was not ready');
    assert.ok(!this.closed, 'it wanted no more');
    this.patience--;
    for (const line of Buffer.from(lines).toString().split('\n').slice(0, -1)) {
      const seq = Number.parseInt(line, 10);
      assert.equal(`${line}\n`, lineOf(seq, this.dialect), 'it wanted to be told otherwise');
      this.heard.push(seq);
    }
  }
}

interface Subscriber {
  readonly listener: Listener;
  readonly cursor: Cursor;
  readonly after: number;
  readonly omitted: Set<number>;
  end: number;
}

const dialects = fc.constantFrom<Dialect>('json', 'text');
const who = fc.nat(5);
const steps = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('publish'),
      lines: fc.integer({ min: 1, max: 5 }),
      lost: fc.constantFrom(0, 0, 0, 2),
      dialects: fc.constantFrom<readonly Dialect[]>(['json'], ['text'], ['json', 'text']),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('advance'), by: fc.integer({ min: -2, max: 4 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('subscribe'),
      dialect: dialects,
      behind: fc.nat(8),
      asleep: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('wake'), who, patience: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('sleep'), who }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('dialect'), who, dialect: dialects }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('omit'), who, ahead: fc.integer({ min: -3, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('end'), who, ahead: fc.integer({ min: -3, max: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('close'), who }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('store'), fails: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('time') }) },
);

async function run(
  ringBytesMax: number,
  schedule: readonly (typeof steps extends fc.Arbitrary<infer S> ? S : never)[],
) {
  const store = new Store();
  const feed = new Feed({ head: 3, ringBytesMax: () => ringBytesMax, read: store.read });
  const subscribers: Subscriber[] = [];
  for (const step of schedule) {
    const chosen = 'who' in step ? subscribers[step.who % Math.max(1, subscribers.length)] : undefined;
    if (step.type === 'publish') {
      const first = feed.head + 1 + step.lost;
      const last = first + step.lines - 1;
      const lines: { -readonly [K in keyof Lines]: Lines[K] } = { first, last };
      for (const dialect of step.dialects) lines[dialect] = linesOf(first, last, dialect);
      feed.publish(lines);
      assert.equal(feed.head, last);
    } else if (step.type === 'advance') {
      feed.advanceTo(feed.head + step.by);
    } else if (step.type === 'subscribe') {
      const listener = new Listener(step.dialect);
      listener.isAsleep = step.asleep;
      const after = Math.max(0, feed.head - step.behind);
      subscribers.push({ listener, cursor: feed.subscribe(listener, after), after, omitted: new Set(), end: Infinity });
    } else if (step.type === 'store') {
      await store.settle(step.fails);
    } else if (step.type === 'time') {
      mock.timers.tick(longerThanARetryMs);
      await store.settle(false);
    } else if (chosen !== undefined) {
      act(step, chosen, feed.head);
    }
  }
  for (const { listener, cursor } of subscribers) {
    listener.isAsleep = false;
    listener.patience = Infinity;
    if (!listener.closed) cursor.advance();
  }
  do {
    await store.settle(false);
    mock.timers.tick(longerThanARetryMs);
    await store.settle(false);
  } while (store.waiting);
  for (const subscriber of subscribers) check(subscriber, feed.head);
}

function act(
  step: { readonly type: string; ahead?: number; patience?: number; dialect?: Dialect },
  subscriber: Subscriber,
  head: number,
): void {
  const { listener, cursor, omitted } = subscriber;
  switch (step.type) {
    case 'wake':
      listener.isAsleep = false;
      listener.patience = step.patience ?? 0;
      cursor.advance();
      break;
    case 'sleep':
      listener.isAsleep = true;
      break;
    case 'dialect':
      listener.dialect = step.dialect ?? 'json';
      break;
    case 'omit': {
      const seq = head + (step.ahead ?? 0);
      if ((listener.heard.at(-1) ?? 0) < seq) omitted.add(seq);
      cursor.omit(seq);
      break;
    }
    case 'end': {
      if (subscriber.end < Infinity) break;
      // What was told already cannot be taken back.
      subscriber.end = Math.max(head + (step.ahead ?? 0), listener.heard.at(-1) ?? subscriber.after);
      cursor.endAt(head + (step.ahead ?? 0));
      break;
    }
    case 'close':
      listener.closed = true;
      cursor.close();
      break;
    default:
      assert.fail(step.type);
  }
}

function check({ listener, after, omitted, end }: Subscriber, head: number): void {
  const wanted: number[] = [];
  for (let seq = after + 1; seq <= Math.min(head, end); seq++) if (!omitted.has(seq)) wanted.push(seq);
  // Who went away heard a beginning of it.
  assert.deepEqual(listener.heard, listener.closed ? wanted.slice(0, listener.heard.length) : wanted);
}

t.test(
  'every reader gets every line behind its position, once, in order, as it wants them, up to its end',
  async (t) => {
    // It is experimental on Node 20, as it says, and needed by nobody but this test.
    t.intercept(process, 'emitWarning', { value: () => undefined });
    mock.timers.enable({ apis: ['setTimeout'] });
    t.teardown(() => mock.timers.reset());
    const rings = fc.constantFrom(0, 10, 40, 1000);
    await fc.assert(
      fc.asyncProperty(rings, fc.array(steps, { maxLength: 60, size: 'max' }), (ring, schedule) => run(ring, schedule)),
      { numRuns: 1000 },
    );
  },
);

t.test(
  'a page of a log that was replaced meanwhile is told to nobody, not even where the positions meet',
  async (t) => {
    const store = new Store();
    const feed = new Feed({ head: 5, ringBytesMax: () => 0, read: store.read });
    const ana = new Listener('json');
    ana.patience = Infinity;
    feed.subscribe(ana, 2);
    feed.restartAt(2);
    await store.settle(false);
    t.strictSame(ana.heard, [], 'lines 3 to 5 were those of the old log');
    feed.publish({ first: 3, last: 3, json: linesOf(3, 3, 'json') });
    await store.settle(false);
    t.strictSame(ana.heard, [3]);
  },
);

t.test('who left a room whose log is replaced before they were told all is told nothing of the new one', async (t) => {
  const feed = new Feed({ head: 5, ringBytesMax: () => 1000, read: new Store().read });
  const ana = new Listener('json');
  ana.isAsleep = true;
  const cursor = feed.subscribe(ana, 2);
  cursor.endAt(5);
  feed.restartAt(1);
  ana.isAsleep = false;
  ana.patience = Infinity;
  feed.publish({ first: 2, last: 3, json: linesOf(2, 3, 'json') });
  cursor.advance();
  t.strictSame(ana.heard, []);
  t.ok(cursor.closed);
});
