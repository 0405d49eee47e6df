import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { networkOf } from '../../src/transport/attempts.js';
import { type Bucket, takeToken } from '../../src/transport/flood.js';
import { isLoopback, type Origin, Origins } from '../../src/transport/origins.js';
import { socketPair } from '../support/socket-pairs.js';
import { until } from '../support/until.js';

const rate = 5;
const bounds = { connectionsPerAddressMax: 3, originsMax: 10 };
const ana = '192.0.2.1';
const bia = '192.0.2.2';

function enter(origins: Origins, address: string): Origin {
  const origin = origins.open(address);
  assert.ok(origin !== undefined, `${address} is let in`);
  return origin;
}

function floodWait(origin: { bucket: Bucket | undefined }, now: number): number {
  const { bucket, waitMs } = takeToken(origin.bucket, rate, now);
  origin.bucket = bucket;
  return waitMs;
}

t.test('an address has connectionsPerAddressMax connections and not one more, until one is over', async (t) => {
  const origins = new Origins(bounds, false);
  const [first] = [enter(origins, ana), enter(origins, ana), enter(origins, ana)];
  t.equal(origins.open(ana), undefined);
  t.equal(origins.open(ana), undefined, 'who is refused does not count');
  enter(origins, bia);
  origins.close(first as Origin, 0);
  enter(origins, ana);
  t.equal(origins.open(ana), undefined);
});

t.test('in IPv6 the 64 bits before the host’s own are one address', async (t) => {
  const origins = new Origins(bounds, false);
  for (const host of ['1', '2', '3']) enter(origins, `2001:db8:0:7::${host}`);
  t.equal(origins.open('2001:db8:0:7:ffff::4'), undefined);
  enter(origins, '2001:db8:0:8::1');
  t.equal(networkOf('2001:db8::1'), networkOf('2001:db8:0:0:9::'));
  t.equal(networkOf('::1'), '0:0:0:0');
  t.equal(networkOf('fe80::1%eth0'), networkOf('fe80::2%eth0'));
  t.equal(networkOf(ana), ana);
});

t.test('all connections of an address share its rate, also with one that comes after they are gone', async (t) => {
  const origins = new Origins(bounds, false);
  const origin = enter(origins, ana);
  const second = enter(origins, ana);
  for (let i = 0; i < 4; i++) t.equal(floodWait(i % 2 === 0 ? origin : second, 1000), 0);
  origins.close(origin, 1000);
  origins.close(second, 1000);
  const again = enter(origins, ana);
  t.equal(floodWait(again, 1000), 0);
  t.equal(floodWait(again, 1000), 200);
  t.equal(floodWait(enter(origins, bia), 1000), 0, 'another address has its own');
});

t.test('no window of time has more calls than its length allows, whatever connections come and go', async () => {
  const step = fc.record({ pause: fc.nat({ max: 400 }), reconnect: fc.boolean(), other: fc.nat({ max: 20 }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const origins = new Origins({ ...bounds, originsMax: 100 }, false);
      let origin = enter(origins, ana);
      let now = 0;
      const made: number[] = [];
      for (const { pause, reconnect, other } of steps) {
        now += pause;
        if (reconnect) {
          origins.close(origin, now);
          const passing = enter(origins, `198.51.100.${other}`);
          floodWait(passing, now);
          origins.close(passing, now);
          origin = enter(origins, ana);
        }
        if (floodWait(origin, now) === 0) made.push(now);
      }
      for (const [i, from] of made.entries()) {
        for (let j = i; j < made.length; j++) {
          const seconds = ((made[j] as number) - from) / 1000;
          assert.ok(j - i + 1 <= rate * (seconds + 1) + 1e-6);
        }
      }
    }),
  );
});

t.test('what is remembered is bounded, however many addresses come and go', async (t) => {
  const origins = new Origins(bounds, false);
  const origin = enter(origins, ana);
  for (let i = 0; i < 1000; i++) {
    const passing = enter(origins, `2001:db8:0:${i.toString(16)}::1`);
    floodWait(passing, 0);
    origins.close(passing, 0);
    assert.ok(origins.size <= 1 + bounds.originsMax);
  }
  t.equal(origins.size, 1 + bounds.originsMax);
  floodWait(origin, 0);
  origins.close(origin, 1000);
  t.equal(origins.size, 0, 'whoever had time to fill the bucket is as good as new');
  origins.close(enter(origins, bia), 1000);
  t.equal(origins.size, 0, 'so is who never called');
});

t.test('this machine is not limited, unless it is to be; and a connection counts until it is closed', async (t) => {
  const first = await socketPair(t);
  const second = await socketPair(t);
  const open = new Origins({ ...bounds, connectionsPerAddressMax: 0 }, false);
  t.ok(open.admit(first.near));
  t.equal(open.of('127.0.0.1'), undefined);
  for (const address of ['127.1.2.3', '::1', '::ffff:127.0.0.1']) t.ok(isLoopback(address), address);

  const limited = new Origins({ ...bounds, connectionsPerAddressMax: 1 }, true);
  t.ok(limited.admit(first.near));
  t.notOk(limited.admit(second.near));
  t.equal(limited.of('127.0.0.1')?.connections, 1);
  first.near.destroy();
  await until('it is counted no more', () => limited.of('127.0.0.1') === undefined);
  t.ok(limited.admit(second.near));
});
