import type { Metric, Sample } from './metrics.js';

/** What several runs of the same thing came to. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('nothing has no median');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const between = sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1);
  return between.reduce((sum, value) => sum + value, 0) / between.length;
}

/** The value below which the fraction `q` of a sorted list lies. */
export function quantile(sorted: readonly number[], q: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
  if (value === undefined) throw new RangeError('nothing has no quantiles');
  return value;
}

export function summarize(values: readonly number[]): Summary {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** Each metric over the runs that have it. */
export function summarizeSamples(samples: readonly Sample[]): Partial<Record<Metric, Summary>> {
  const names = new Set(samples.flatMap((sample) => Object.keys(sample) as Metric[]));
  return Object.fromEntries(
    [...names].map((name) => [name, summarize(samples.map((sample) => sample[name]).filter((v) => v !== undefined))]),
  );
}

/** Why a run is not to be trusted: others used the CPU, or the generator was what could do no more. */
export type Disturbance = 'strangers' | 'generator';

const strangersPercentMax = 10;
const generatorPercentMax = 95;

/** What disturbed a run. */
export function disturbances(sample: Sample): Disturbance[] {
  const found: Disturbance[] = [];
  if ((sample.strangersCpuPercent ?? 0) > strangersPercentMax) found.push('strangers');
  if ((sample.generatorCpuPercent ?? 0) > generatorPercentMax) found.push('generator');
  return found;
}
