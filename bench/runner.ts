import { Overloaded } from './generator.js';
import { formatted, type Metric } from './metrics.js';
import { Progress } from './progress.js';
import type { CaseResult, Row, Run, WorkloadResult } from './results.js';
import { disturbances, summarizeSamples } from './statistics.js';
import type { Bench, Case, Subject, Workload } from './workloads/workload.js';

/** A workload with what it comes to on this machine. */
export interface Planned {
  readonly workload: Workload;
  readonly cases: readonly Case[];
}

/** How long all of it takes, about, in seconds. */
export function estimate(plan: readonly Planned[], bench: Bench): number {
  return runsIn(plan, bench).reduce((sum, { seconds }) => sum + seconds, 0);
}

function runsIn(plan: readonly Planned[], { settings }: Bench): { readonly seconds: number }[] {
  return plan.flatMap(({ cases }) =>
    cases.flatMap(({ subjects, seconds, runs }) =>
      Array.from({ length: subjects.length * (runs ?? settings.runs) }, () => ({ seconds })),
    ),
  );
}

/** Runs the plan; each workload is handed to `done` when it is finished. */
export async function run(plan: readonly Planned[], bench: Bench, done: (result: WorkloadResult) => void) {
  const progress = new Progress(runsIn(plan, bench).length, estimate(plan, bench));
  for (const { workload, cases } of plan) {
    const { id, title, about, headline, columns } = workload;
    const results: CaseResult[] = [];
    for (const each of cases) results.push(await runCase(workload, each, bench, progress));
    done({ id, title, about, headline, columns, cases: results });
  }
}

/** The subjects take turns, so that what disturbs the machine for a while disturbs all of them. */
async function runCase(
  workload: Workload,
  { id, title, subjects, seconds, runs }: Case,
  bench: Bench,
  progress: Progress,
) {
  const measured = subjects.map((subject) => ({ subject, runs: [] as Run[] }));
  const count = runs ?? bench.settings.runs;
  for (let turn = 1; turn <= count; turn++) {
    for (const { subject, runs } of measured) {
      progress.begin(`${workload.id}, ${title}, run ${turn} of ${count}, ${subject.title}`);
      const run = await attempt(subject);
      runs.push(run);
      progress.end(seconds, outcome(run, workload.headline));
    }
  }
  return { id, title, rows: measured.map(({ subject, runs }) => row(subject, runs)) };
}

async function attempt(subject: Subject): Promise<Run> {
  try {
    const sample = await subject.measure();
    return { sample, disturbed: disturbances(sample) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return error instanceof Overloaded ? { overloaded: error.message } : { failed: error.message };
  }
}

function row({ name, title }: Subject, runs: readonly Run[]): Row {
  const samples = runs.flatMap((run) => ('sample' in run ? [run.sample] : []));
  return { name, title, runs, summary: summarizeSamples(samples) };
}

function outcome(run: Run, headline: Metric): string {
  if ('overloaded' in run) return run.overloaded;
  if ('failed' in run) return `failed: ${run.failed}`;
  const { sample } = run;
  const metric = headline in sample ? headline : (Object.keys(sample)[0] as Metric);
  const why = run.disturbed.length === 0 ? '' : ` (disturbed: ${run.disturbed.join(', ')})`;
  return `${formatted(metric, sample[metric])}${why}`;
}
