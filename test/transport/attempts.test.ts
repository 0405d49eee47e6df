import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { Attempts, networkOf } from '../../src/transport/attempts.js';

const rate = { attemptsMax: 3, seconds: 10 };

t.test('so many attempts may be made at once, then one in so long, each key for itself', async (t) => {
  const attempts = new Attempts(rate, 100);
  for (let i = 0; i < 3; i++) t.equal(attempts.take('ana#1', 1000), 0);
  t.equal(attempts.take('ana#1', 1000), 10_000);
  t.equal(attempts.take('bia#1', 1000), 0, 'another is not held up');
  t.equal(attempts.take('ana#1', 10_999), 1, 'and who asks too early is not held up longer');
  t.equal(attempts.take('ana#1', 11_000), 0);
  t.equal(attempts.take('ana#1', 11_000), 10_000);
});

t.test('an attempt that is given back does not count', async (t) => {
  const attempts = new Attempts(rate, 100);
  for (let i = 0; i < 50; i++) {
    t.equal(attempts.take('ana#1', 1000), 0);
    attempts.giveBack('ana#1');
  }
  attempts.giveBack('ana#1');
  for (let i = 0; i < 3; i++) t.equal(attempts.take('ana#1', 1000), 0);
  t.not(attempts.take('ana#1', 1000), 0, 'and more than there were cannot be given back');
  attempts.giveBack('bia#1');
  t.equal(attempts.size, 1, 'who never tried has nothing to get back');
});

t.test('of more than are remembered, whoever tried longest ago is forgotten', async (t) => {
  const attempts = new Attempts({ attemptsMax: 1, seconds: 10 }, 2);
  for (const key of ['ana#1', 'bia#1', 'ana#1', 'caio#1']) attempts.take(key, 1000);
  t.equal(attempts.size, 2);
  t.not(attempts.take('ana#1', 1000), 0, 'ana tried after bia, and is remembered');
  t.equal(attempts.take('bia#1', 1000), 0, 'bia is not');
});

t.test('no window of time has more failed attempts than its length allows, and so many at once more', async () => {
  const steps = fc.array(fc.record({ pause: fc.nat(4000), right: fc.boolean() }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (steps) => {
      const attempts = new Attempts(rate, 1);
      let now = 0;
      const failed: number[] = [];
      for (const { pause, right } of steps) {
        now += pause;
        if (attempts.take('ana#1', now) > 0) continue;
        if (right) attempts.giveBack('ana#1');
        else failed.push(now);
      }
      for (const [i, from] of failed.entries()) {
        for (const [j, to] of failed.slice(i).entries()) {
          assert.ok(j + 1 <= rate.attemptsMax + (to - from) / (rate.seconds * 1000) + 1e-6);
        }
      }
    }),
  );
});

t.test('who has an IPv6 address has all that begin with the same 64 bits', async (t) => {
  t.equal(networkOf('192.0.2.7'), '192.0.2.7');
  t.equal(networkOf(''), '');
  t.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2');
  t.equal(networkOf('2001:db8:1:2::6'), '2001:db8:1:2');
  t.equal(networkOf('2001:db8::6'), '2001:db8:0:0');
  t.equal(networkOf('::1'), '0:0:0:0');
  t.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0');
  t.not(networkOf('2001:db8:1:2::6'), networkOf('2001:db8:1:3::6'));
});
