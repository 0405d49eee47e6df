import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { defaultIntensity, restartDelay } from '../../src/actors/restart.js';

const { deathsMax, withinMs } = defaultIntensity;

t.test('what never died, or not often, is started at once', async (t) => {
  t.equal(restartDelay([], 1000), 0);
  t.equal(restartDelay([1000], 1000), 0);
  t.equal(
    restartDelay(
      Array.from({ length: deathsMax }, () => 1000),
      1000,
    ),
    0,
    'as often as may be',
  );
});

t.test('one death too many in a row waits until the oldest of them is long past', async (t) => {
  const deaths = Array.from({ length: deathsMax + 1 }, (_, i) => 1000 + i);
  t.equal(restartDelay(deaths, 1005), 1000 + withinMs - 1005);
  t.equal(restartDelay(deaths, 1000 + withinMs - 1), 1, 'a millisecond before');
  t.equal(restartDelay(deaths, 1000 + withinMs), 0, 'then it may start');
  t.equal(restartDelay([0, 0, 0, ...deaths], 1005), 1000 + withinMs - 1005, 'what died long before does not matter');
});

t.test('an intensity of its own is kept', async (t) => {
  const once = { deathsMax: 0, withinMs: 50 };
  t.equal(restartDelay([], 100, once), 0);
  t.equal(restartDelay([100], 100, once), 50);
  t.equal(restartDelay([100], 150, once), 0);
});

t.test(
  'no more than the allowed deaths are ever restarted within the time, and no wait is longer than it must be',
  async () => {
    const lives = fc.array(fc.nat(4000), { minLength: 1, maxLength: 60 });
    const intensities = fc.record({
      deathsMax: fc.integer({ min: 0, max: 6 }),
      withinMs: fc.integer({ min: 1, max: 10_000 }),
    });
    fc.assert(
      fc.property(lives, intensities, (livesMs, intensity) => {
        const deaths: number[] = [];
        let now = 1_000_000;
        for (const lifeMs of livesMs) {
          now += lifeMs;
          deaths.push(now);
          const delay = restartDelay(deaths, now, intensity);
          assert.ok(delay >= 0 && delay <= intensity.withinMs);
          assert.equal(restartDelay(deaths, now + delay, intensity), 0, 'after the wait it starts');
          if (delay > 0) assert.ok(restartDelay(deaths, now + delay - 1, intensity) > 0, 'and not before');
          now += delay;
          const recent = deaths.filter((death) => death > now - intensity.withinMs);
          assert.ok(recent.length <= intensity.deathsMax, `${recent.length} deaths shortly before a start`);
        }
      }),
    );
  },
);
