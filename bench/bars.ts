import type { Metric } from './metrics.js';

/** What is asked of a figure. `possible` lowers the bar to what can be done at all. */
export type Goal =
  | { readonly type: 'times'; readonly factor: number; readonly of: string }
  | { readonly type: 'at-least'; readonly value: number; readonly possible?: Possible }
  | { readonly type: 'below'; readonly value: number }
  | { readonly type: 'at-most-times'; readonly factor: number; readonly of: string };

/** So many times what another subject of the same case did. */
export interface Possible {
  readonly name: string;
  readonly times: number;
}

/** A goal that the project has set itself for salas. */
export interface Bar {
  readonly title: string;
  readonly workload: string;
  readonly case: string;
  readonly metric: Metric;
  readonly goal: Goal;
  /** Of which subject; else of salas. */
  readonly of?: string;
}

export interface Verdict {
  readonly bar: Bar;
  /** Of salas, or the subject that the bar names. */
  readonly measured?: number;
  /** With what it was compared: the other's name and figure, or the bare value. */
  readonly against?: { readonly name?: string; readonly value: number };
  /** Measured over against. */
  readonly ratio?: number;
  /** Missing where something was not measured. */
  readonly met?: boolean;
}

/** A figure of a subject in a case, if it was measured. */
export type Lookup = (workload: string, id: string, name: string, metric: Metric) => number | undefined;

/** For {@link Goal}'s `of`: whichever of the peers has the highest figure. */
export const bestPeer = 'best peer';

/** Compares the figures of salas with a bar. */
export function judge(bar: Bar, lookup: Lookup, peers: readonly string[]): Verdict {
  const figure = (name: string) => lookup(bar.workload, bar.case, name, bar.metric);
  const measured = figure(bar.of ?? 'salas');
  const against = reference(bar.goal, figure, peers);
  if (measured === undefined || against === undefined) {
    return { bar, ...(measured === undefined ? {} : { measured }), ...(against === undefined ? {} : { against }) };
  }
  const ratio = measured / against.value;
  return { bar, measured, against, ratio, met: isMet(bar.goal, ratio) };
}

function isMet(goal: Goal, ratio: number): boolean {
  switch (goal.type) {
    case 'times':
      return ratio >= goal.factor;
    case 'at-least':
      return ratio >= 1;
    case 'below':
      return ratio < 1;
    case 'at-most-times':
      return ratio <= goal.factor;
    default:
      return goal satisfies never;
  }
}

function reference(
  goal: Goal,
  figure: (name: string) => number | undefined,
  peers: readonly string[],
): Verdict['against'] {
  switch (goal.type) {
    case 'times':
      return best(goal.of === bestPeer ? peers : [goal.of], figure);
    case 'at-most-times':
      return best([goal.of], figure);
    case 'at-least': {
      const other = goal.possible === undefined ? undefined : figure(goal.possible.name);
      const possible = other === undefined ? Number.POSITIVE_INFINITY : other * (goal.possible?.times ?? 1);
      return { value: Math.min(goal.value, possible) };
    }
    case 'below':
      return { value: goal.value };
    default:
      return goal satisfies never;
  }
}

/** The one with the highest figure, or with the lowest. */
export function best(
  names: readonly string[],
  figure: (name: string) => number | undefined,
  lowest = false,
): { readonly name: string; readonly value: number } | undefined {
  let best: { readonly name: string; readonly value: number } | undefined;
  for (const name of names) {
    const value = figure(name);
    if (value === undefined) continue;
    if (best === undefined || (lowest ? value < best.value : value > best.value)) best = { name, value };
  }
  return best;
}
