import t from 'tap';
import { disturbances, median, quantile, summarize, summarizeSamples } from '../../bench/statistics.js';

t.test('the median is the middle value, or the mean of the two in the middle', async (t) => {
  t.equal(median([7]), 7);
  t.equal(median([9, 1, 5]), 5);
  t.equal(median([100, 1, 3, 2]), 2.5);
  t.equal(median([2, 10, 9]), 9, 'numbers are compared as numbers');
  t.throws(() => median([]), RangeError);
});

t.test('the median does not reorder what it is given', async (t) => {
  const values = [3, 1, 2];
  median(values);
  t.strictSame(values, [3, 1, 2]);
});

t.test('a quantile is the value below which that fraction lies', async (t) => {
  const hundred = Array.from({ length: 100 }, (_, i) => i);
  t.equal(quantile(hundred, 0.5), 50);
  t.equal(quantile(hundred, 0.99), 99);
  t.equal(quantile(hundred, 1), 99);
  t.equal(quantile([4], 0.99), 4);
  t.throws(() => quantile([], 0.5), RangeError);
});

t.test('a summary has the median and the spread', async (t) => {
  t.strictSame(summarize([5, 1, 9]), { median: 5, min: 1, max: 9 });
});

t.test('samples are summarized a metric, over the runs that have it', async (t) => {
  const samples = [{ deliveriesPerSecond: 10, ackP50Us: 3 }, { deliveriesPerSecond: 30 }, { deliveriesPerSecond: 20 }];
  t.strictSame(summarizeSamples(samples), {
    deliveriesPerSecond: { median: 20, min: 10, max: 30 },
    ackP50Us: { median: 3, min: 3, max: 3 },
  });
  t.strictSame(summarizeSamples([]), {});
});

t.test('a run is disturbed by strangers above 10 %, and by a generator above 95 %', async (t) => {
  t.strictSame(disturbances({ strangersCpuPercent: 10, generatorCpuPercent: 95 }), []);
  t.strictSame(disturbances({ strangersCpuPercent: 10.1 }), ['strangers']);
  t.strictSame(disturbances({ generatorCpuPercent: 96 }), ['generator']);
  t.strictSame(disturbances({ strangersCpuPercent: 50, generatorCpuPercent: 99 }), ['strangers', 'generator']);
  t.strictSame(disturbances({}), [], 'what was not measured disturbs nothing');
});
