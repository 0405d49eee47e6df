import fc from 'fast-check';
import t from 'tap';
import { backoffMs, defaultBackoff } from '../../src/client/backoff.js';

t.test('the wait is at most twice that of the attempt before, and never over the bound', async (t) => {
  t.strictSame(
    [0, 1, 2, 3, 7, 1000].map((failures) => backoffMs(defaultBackoff, failures, 1)),
    [100, 200, 400, 800, 10_000, 10_000],
  );
  fc.assert(
    fc.property(fc.nat(2000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const wait = backoffMs(defaultBackoff, failures, random);
      t.ok(wait >= 0 && wait <= defaultBackoff.maxMs && Number.isInteger(wait));
    }),
  );
});

t.test('clients that fail together wait for different times', async (t) => {
  t.equal(backoffMs(defaultBackoff, 3, 0), 0);
  t.equal(backoffMs(defaultBackoff, 3, 0.5), 400);
});
