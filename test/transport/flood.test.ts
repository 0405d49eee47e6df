import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { type Bucket, takeToken } from '../../src/transport/flood.js';

t.test('a user may send one second of messages at once, then must wait', async (t) => {
  let bucket: Bucket | undefined;
  for (let i = 0; i < 5; i++) {
    const taken = takeToken(bucket, 5, 1000);
    t.equal(taken.waitMs, 0);
    bucket = taken.bucket;
  }
  t.equal(takeToken(bucket, 5, 1000).waitMs, 200);
  t.equal(takeToken(bucket, 5, 1199).waitMs, 1);
  t.equal(takeToken(bucket, 5, 1200).waitMs, 0);
});

t.test('no window of time has more messages than its length allows, and one second of them more', async () => {
  const rates = fc.integer({ min: 1, max: 50 });
  fc.assert(
    fc.property(rates, fc.array(fc.nat({ max: 400 }), { maxLength: 200 }), (rate, pauses) => {
      let now = 0;
      let bucket: Bucket | undefined;
      const sent: number[] = [];
      for (const pause of pauses) {
        now += pause;
        const taken = takeToken(bucket, rate, now);
        bucket = taken.bucket;
        if (taken.waitMs === 0) sent.push(now);
      }
      for (const [i, from] of sent.entries()) {
        for (let j = i; j < sent.length; j++) {
          const seconds = ((sent[j] as number) - from) / 1000;
          assert.ok(j - i + 1 <= rate * seconds + rate + 1e-6);
        }
      }
    }),
  );
});

t.test('who waits as long as told may send, and not a moment earlier', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.nat({ max: 1000 }), (rate, elapsed) => {
      let bucket: Bucket | undefined;
      for (let i = 0; i < rate; i++) bucket = takeToken(bucket, rate, 0).bucket;
      const { waitMs, bucket: after } = takeToken(bucket, rate, elapsed);
      if (waitMs === 0) return;
      assert.equal(takeToken(after, rate, elapsed + waitMs).waitMs, 0);
      assert.notEqual(takeToken(after, rate, elapsed + waitMs - 1).waitMs, 0);
    }),
  );
});

t.test('a clock that goes back neither fills nor empties the bucket', async (t) => {
  const { bucket } = takeToken(undefined, 1, 10_000);
  t.ok(takeToken(bucket, 1, 5000).waitMs > 0);
});
