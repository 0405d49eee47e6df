import t from 'tap';
import { type Bar, best, bestPeer, type Goal, judge, type Lookup } from '../../bench/bars.js';

const peers = ['redis', 'nats'];
const barWith = (goal: Goal): Bar => ({ title: 'W1', workload: 'W1', case: 'a', metric: 'deliveriesPerSecond', goal });

/** Figures of one case, by subject. */
function measured(figures: Record<string, number>): Lookup {
  return (workload, id, name, metric) =>
    workload === 'W1' && id === 'a' && metric === 'deliveriesPerSecond' ? figures[name] : undefined;
}

t.test('a bar against one other server compares with that one', async (t) => {
  const bar = barWith({ type: 'times', factor: 2, of: 'redis' });
  const verdict = judge(bar, measured({ salas: 200, redis: 100, nats: 900 }), peers);
  t.match(verdict, { measured: 200, against: { name: 'redis', value: 100 }, ratio: 2, met: true });
  t.match(judge(bar, measured({ salas: 199, redis: 100 }), peers), { ratio: 1.99, met: false });
});

t.test('a bar against the best peer compares with whichever is best, and with nobody else', async (t) => {
  const bar = barWith({ type: 'times', factor: 1, of: bestPeer });
  const verdict = judge(bar, measured({ salas: 100, redis: 90, nats: 110, limit: 1000 }), peers);
  t.match(verdict, { against: { name: 'nats', value: 110 }, met: false });
  t.match(judge(bar, measured({ salas: 100, redis: 90 }), peers), { against: { name: 'redis' }, met: true });
});

t.test('what was not measured is neither met nor missed', async (t) => {
  const bar = barWith({ type: 'times', factor: 1, of: 'redis' });
  for (const figures of [{ salas: 100 }, { redis: 100 }, {}]) {
    const verdict = judge(bar, measured(figures), peers);
    t.notOk('met' in verdict, JSON.stringify(figures));
    t.notOk('ratio' in verdict);
  }
  t.match(judge(bar, measured({ salas: 100 }), peers), { measured: 100 });
});

t.test('a least figure is met when it is reached', async (t) => {
  const bar = barWith({ type: 'at-least', value: 50 });
  t.equal(judge(bar, measured({ salas: 50 }), peers).met, true);
  t.equal(judge(bar, measured({ salas: 49 }), peers).met, false);
});

t.test('a least figure is lowered to what is possible, and never raised', async (t) => {
  const bar = barWith({ type: 'at-least', value: 50, possible: { name: 'fsync', times: 10 } });
  t.match(judge(bar, measured({ salas: 40, fsync: 4 }), peers), { against: { value: 40 }, met: true });
  t.match(judge(bar, measured({ salas: 40, fsync: 1000 }), peers), { against: { value: 50 }, met: false });
  t.match(judge(bar, measured({ salas: 40 }), peers), { against: { value: 50 }, met: false });
});

t.test('a bound is kept below it, not on it', async (t) => {
  const bar = barWith({ type: 'below', value: 12 });
  t.equal(judge(bar, measured({ salas: 11.9 }), peers).met, true);
  t.equal(judge(bar, measured({ salas: 12 }), peers).met, false);
});

t.test('the best has the highest figure, or the lowest where figures are costs', async (t) => {
  const figures: Record<string, number> = { redis: 3, nats: 5 };
  const figure = (name: string) => figures[name];
  t.strictSame(best(peers, figure), { name: 'nats', value: 5 });
  t.strictSame(best(peers, figure, true), { name: 'redis', value: 3 });
  t.equal(best(['ws'], figure), undefined);
});
