import type { Violations } from './ledger.js';
import type { LoadResult } from './load.js';
import type { Latencies } from './measures.js';

/** What a load test was asked for, as its report tells it. */
export interface LoadPlan {
  readonly clients: number;
  readonly rooms: number;
  readonly rate: number;
  readonly seconds: number;
  readonly payload: number;
  readonly target: string;
}

/** The outcome for programs; the figures of every report. */
export interface LoadSummary extends LoadPlan {
  readonly ok: boolean;
  readonly said: number;
  readonly answered: number;
  readonly delivered: number;
  readonly whispered: number;
  readonly errors: number;
  readonly errorExamples: readonly string[];
  readonly kills: number;
  readonly reconnections: number;
  readonly maxPauseMs: number;
  readonly answerMs: Latencies;
  readonly deliveryMs: Latencies;
  readonly violations: Violations['counts'];
  readonly violationExamples: readonly string[];
}

export function summarize(plan: LoadPlan, { measures, violations, errors }: LoadResult): LoadSummary {
  const { said, answered, delivered, whispered, reconnections, faults, maxPauseMs } = measures;
  const violated = Object.values(violations.counts).some((count) => count > 0);
  return {
    ...plan,
    ok: !violated && measures.errors === 0 && answered > 0,
    said,
    answered,
    delivered,
    whispered,
    errors: measures.errors,
    errorExamples: errors,
    kills: faults.length,
    reconnections,
    maxPauseMs,
    answerMs: measures.answerLatencies,
    deliveryMs: measures.deliveryLatencies,
    violations: violations.counts,
    violationExamples: violations.examples,
  };
}
