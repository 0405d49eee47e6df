import type { Test } from 'tap';

/** Randomness that can be had again: the same numbers from the same seed. */
export interface Random {
  /** A whole number, `from` and `to` included. */
  between(from: number, to: number): number;
  pick<T>(items: readonly T[]): T;
}

/** Draws from the seed in SEED, or from `otherwise`, by default a new one; the test's output tells which. */
export function seeded(t: Test, otherwise = Date.now() % 2 ** 32): Random {
  const seed = Number(process.env.SEED ?? otherwise);
  t.comment(`SEED=${seed}`);
  let state = seed;
  // Mulberry32 (https://github.com/cprosche/mulberry32).
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return { between, pick: (items) => items[between(0, items.length - 1)] as (typeof items)[number] };
}
