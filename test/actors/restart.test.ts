import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import {
  type Deaths,
  defaultPolicy,
  died,
  noDeaths,
  type RestartPolicy,
  restartDelay,
} from '../../src/actors/restart.js';

const { deathsMax, withinMs, backOffMsMin, backOffMsMax } = defaultPolicy;

function deathsAt(...times: number[]): Deaths {
  return times.reduce((deaths, at) => died(deaths, at), noDeaths);
}

t.test('what never died, or not too often, is started at once', async (t) => {
  t.equal(restartDelay(noDeaths, 1000), 0);
  t.equal(restartDelay(deathsAt(1000), 1000), 0);
  t.equal(restartDelay(deathsAt(...Array(deathsMax).fill(1000)), 1000), 0, 'as often as may be');
  const apart = Array.from({ length: 50 }, (_, i) => 1000 + Math.ceil((i * (withinMs + 1)) / deathsMax));
  t.equal(restartDelay(deathsAt(...apart), apart.at(-1) as number), 0, 'often, but not within the time');
});

t.test('one death too many is waited for, and each further one twice as long, up to a limit', async (t) => {
  let deaths = deathsAt(...Array(deathsMax).fill(1000));
  const delays: number[] = [];
  let now = 1000;
  for (let i = 0; i < 9; i++) {
    deaths = died(deaths, now);
    const delay = restartDelay(deaths, now);
    t.equal(restartDelay(deaths, now + delay - 1), 1, 'a millisecond before');
    t.equal(restartDelay(deaths, now + delay), 0, 'then it may start');
    delays.push(delay);
    // It dies as soon as it is started.
    now += delay;
  }
  const doubled = Array.from({ length: 9 }, (_, i) => Math.min(backOffMsMax, backOffMsMin * 2 ** i));
  t.strictSame(delays, doubled);
  t.equal(delays.at(-1), backOffMsMax);
});

t.test('what lives long enough after such a wait has recovered', async (t) => {
  const failed: number[] = Array(deathsMax + 1).fill(1000);
  const end = 1000 + backOffMsMin + withinMs;
  t.equal(restartDelay(deathsAt(...failed, end), end), 2 * backOffMsMin, 'not quite');
  t.equal(restartDelay(deathsAt(...failed, end + 1), end + 1), 0);
});

t.test('more than the allowed deaths within the time are never followed by a start at once', async () => {
  const lives = fc.array(fc.nat(4000), { minLength: 1, maxLength: 60 });
  const policies: fc.Arbitrary<RestartPolicy> = fc.record({
    deathsMax: fc.integer({ min: 0, max: 6 }),
    withinMs: fc.integer({ min: 1, max: 10_000 }),
    backOffMsMin: fc.integer({ min: 1, max: 1000 }),
    backOffMsMax: fc.integer({ min: 1000, max: 60_000 }),
  });
  fc.assert(
    fc.property(lives, policies, (livesMs, policy) => {
      const times: number[] = [];
      let deaths = noDeaths;
      let now = 1_000_000;
      for (const lifeMs of livesMs) {
        now += lifeMs;
        times.push(now);
        deaths = died(deaths, now, policy);
        const delay = restartDelay(deaths, now, policy);
        const recent = times.filter((time) => time >= now - policy.withinMs);
        if (recent.length > policy.deathsMax) assert.ok(delay >= policy.backOffMsMin, 'too often: it waits');
        assert.ok(delay <= policy.backOffMsMax, 'but not for ever');
        assert.ok(deaths.at.length <= policy.deathsMax + 1, 'and no more is remembered than matters');
        now += delay;
      }
    }),
  );
});
