import type { Machine } from './machine.js';
import type { Metric, Sample } from './metrics.js';
import type { Disturbance, Summary } from './statistics.js';

/** Everything that is written to results.json. */
export interface Results {
  readonly machine: Machine;
  readonly settings: {
    readonly quick: boolean;
    readonly seconds: number;
    readonly warmSeconds: number;
    readonly runs: number;
  };
  /** How long all of it took. */
  readonly minutes: number;
  readonly servers: readonly ServerFound[];
  readonly workloads: readonly WorkloadResult[];
}

/** `version` is missing where it is not installed, and then `package` is what would bring it. */
export interface ServerFound {
  readonly name: string;
  readonly title: string;
  readonly version?: string;
  readonly package: string;
}

export interface WorkloadResult {
  readonly id: string;
  readonly title: string;
  readonly about: readonly string[];
  readonly headline: Metric;
  readonly columns: readonly Metric[];
  readonly cases: readonly CaseResult[];
}

export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly rows: readonly Row[];
}

/** A subject's runs, and what they came to. */
export interface Row {
  readonly name: string;
  readonly title: string;
  readonly runs: readonly Run[];
  readonly summary: Partial<Record<Metric, Summary>>;
}

/** One run; or why it has no figures. */
export type Run =
  | { readonly sample: Sample; readonly disturbed: readonly Disturbance[] }
  | { readonly overloaded: string }
  | { readonly failed: string };

/** The row of a subject. */
export function find(results: Results, workload: string, id: string, name: string): Row | undefined {
  return results.workloads
    .find((each) => each.id === workload)
    ?.cases.find((each) => each.id === id)
    ?.rows.find((each) => each.name === name);
}

/** The median of a figure. */
export function medianOf(row: Row | undefined, metric: Metric): number | undefined {
  return row?.summary[metric]?.median;
}
