import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { LinePage } from '../../src/reads/pool.js';
import { Feed, type Reader } from '../../src/transport/feed.js';
import { until } from '../support/until.js';

const encoder = new TextEncoder();
const linesOf = (first: number, last: number) =>
  encoder.encode(Array.from({ length: last - first + 1 }, (_, i) => `${first + i}\n`).join(''));

/** A log that keeps only what is behind its floor, and whose answers wait until they are let out. */
class PrunedLog {
  floor = 0;
  readonly waiting: (() => void)[] = [];

  read(after: number, upTo: number): Promise<LinePage> {
    return new Promise((resolve) => {
      this.waiting.push(() => {
        const from = Math.max(after, this.floor);
        const last = Math.min(upTo, from + 3);
        resolve({ first: from + 1, last, lines: last > from ? linesOf(from + 1, last) : new Uint8Array() });
      });
    });
  }

  async answerAll(): Promise<void> {
    while (this.waiting.length > 0) {
      this.waiting.shift()?.();
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    }
  }
}

class Listener implements Reader {
  readonly dialect = 'json';
  ready = true;
  readonly heard: string[] = [];

  write(lines: Uint8Array): void {
    assert.ok(this.ready, 'a reader that is not ready must not be written to');
    this.heard.push(...Buffer.from(lines).toString().trimEnd().split('\n'));
  }
}

const steps = fc.array(
  fc.oneof(
    fc.record({ type: fc.constant('publish' as const), events: fc.integer({ min: 1, max: 6 }), lost: fc.boolean() }),
    fc.record({ type: fc.constant('prune' as const), by: fc.integer({ min: 1, max: 8 }) }),
    fc.record({ type: fc.constant('toggle' as const) }),
    fc.record({ type: fc.constant('read' as const) }),
  ),
  { maxLength: 60 },
);

t.test('a reader misses nothing without being told: behind a gap that it was told of, all comes again', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (schedule) => {
      const log = new PrunedLog();
      const feed = new Feed({
        head: 0,
        ringBytesMax: () => 10,
        read: (after, upTo) => log.read(after, upTo),
        onGap: (reader, seq) => reader.write(encoder.encode(`gap ${seq}\n`)),
      });
      const listener = new Listener();
      const cursor = feed.subscribe(listener, 0);
      for (const step of schedule) {
        if (step.type === 'publish') {
          const [first, last] = [feed.head + 1, feed.head + step.events];
          if (step.lost) feed.advanceTo(last);
          else feed.publish({ first, last, json: linesOf(first, last) });
        } else if (step.type === 'prune') {
          log.floor = Math.max(log.floor, Math.min(log.floor + step.by, feed.head - 1));
        } else if (step.type === 'toggle') {
          listener.ready = !listener.ready;
          if (listener.ready) cursor.advance();
        } else {
          await log.answerAll();
        }
      }
      listener.ready = true;
      cursor.advance();
      // A page that was read of what was pruned meanwhile is empty, and read again after a while.
      await until('all is read', async () => {
        await log.answerAll();
        return cursor.lag === 0;
      });
      let position = 0;
      for (const line of listener.heard) {
        const [, gap] = /^gap (\d+)$/.exec(line) ?? [];
        if (gap !== undefined) {
          assert.ok(Number(gap) > position && Number(gap) <= log.floor, `${line} at ${position}`);
          position = Number(gap);
        } else {
          assert.equal(Number(line), position + 1);
          position++;
        }
      }
      assert.equal(position, feed.head);
    }),
  );
});
