import fc from 'fast-check';
import t from 'tap';
import { Durations, durationBoundsMs } from '../../src/actors/durations.js';

t.test(
  'every duration is in the one bucket that it belongs to, whoever of those who share the memory counts it',
  async (t) => {
    const ms = fc.double({ min: 0, max: 20_000, noNaN: true });
    const some = fc.oneof(ms, fc.constantFrom(...durationBoundsMs));
    fc.assert(
      fc.property(fc.array(fc.tuple(some, fc.boolean())), (taken) => {
        const mine = new Durations();
        const others = new Durations(mine.memory);
        for (const [ms, other] of taken) (other ? others : mine).add(ms);
        const { counts, sumMs } = mine.read();
        const wanted = [...durationBoundsMs, Number.POSITIVE_INFINITY].map(
          (bound, i) => taken.filter(([ms]) => ms <= bound && ms > (durationBoundsMs[i - 1] ?? -1)).length,
        );
        t.strictSame(counts, wanted);
        const sum = taken.reduce((sum, [ms]) => sum + ms, 0);
        t.ok(Math.abs(sumMs - sum) <= 0.001 * taken.length, 'the sum is right to the µs');
      }),
    );
  },
);
