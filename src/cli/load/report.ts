import type { Language } from '../../protocol/speech.js';
import type { Words } from '../words.js';
import type { Violations, ViolationType } from './ledger.js';
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
  readonly roomKills: number;
  /** From the kill of a room to its next answer. */
  readonly roomBackMs: { readonly p50Ms: number; readonly maxMs: number };
  readonly reconnections: number;
  readonly maxPauseMs: number;
  readonly answerMs: Latencies;
  readonly deliveryMs: Latencies;
  readonly violations: Violations['counts'];
  readonly violationExamples: readonly string[];
}

export function summarize(
  plan: LoadPlan,
  { measures, violations, errors }: LoadResult,
  language: Language,
): LoadSummary {
  const { said, answered, delivered, whispered, reconnections, faults, maxPauseMs } = measures;
  const roomPauses = faults
    .filter(({ what }) => what === 'room')
    .map(({ atMs, backAtMs }) => backAtMs - atMs)
    .sort((one, other) => one - other);
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
    kills: faults.filter(({ what }) => what === 'daemon').length,
    roomKills: roomPauses.length,
    roomBackMs: {
      p50Ms: roomPauses[Math.floor(roomPauses.length / 2)] ?? 0,
      maxMs: roomPauses.at(-1) ?? 0,
    },
    reconnections,
    maxPauseMs,
    answerMs: measures.answerLatencies,
    deliveryMs: measures.deliveryLatencies,
    violations: violations.counts,
    violationExamples: violations.examples.map((example) => example[language]),
  };
}

/** What each kind of fault is called. */
export function violationWords(words: Words): Readonly<Record<ViolationType, string>> {
  return {
    lost: words.loadLost,
    doubled: words.loadDoubled,
    reordered: words.loadReordered,
    gap: words.loadGap,
    altered: words.loadAltered,
    misdelivered: words.loadMisdelivered,
    replaced: words.loadReplaced,
  };
}
