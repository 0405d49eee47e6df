/** How often a thread may die before its restarts are held back (as OTP's restart intensity), and for how long. */
export interface RestartPolicy {
  readonly deathsMax: number;
  readonly withinMs: number;
  readonly backOffMsMin: number;
  readonly backOffMsMax: number;
}

export const defaultPolicy: RestartPolicy = {
  deathsMax: 5,
  withinMs: 10_000,
  backOffMsMin: 1000,
  backOffMsMax: 60_000,
};

/** What is remembered of something that died, for the time when it may be started again. */
export interface Deaths {
  /** The latest, ascending, Unix ms. */
  readonly at: readonly number[];
  /** How many of them in a row were too many; more than 0 means that it has failed. */
  readonly failures: number;
}

export const noDeaths: Deaths = { at: [], failures: 0 };

/**
 * Notes a death at the time `now`.
 *
 * 1. It is too many if it is more than the `deathsMax`th within `withinMs`.
 * 2. After that each further one is too many as well, until one that comes more than `withinMs` after a restart.
 */
export function died({ at, failures }: Deaths, now: number, policy = defaultPolicy): Deaths {
  const { deathsMax, withinMs } = policy;
  const latest = [...at, now].slice(-(deathsMax + 1));
  const tooOften = latest.length > deathsMax && now - (latest[0] as number) <= withinMs;
  const lived = now - ((at.at(-1) ?? 0) + backOff(failures, policy));
  return { at: latest, failures: tooOften || (failures > 0 && lived <= withinMs) ? failures + 1 : 0 };
}

/**
 * How long to wait from the time `now` on, in ms, before it may be started again: 0 unless it has failed, else
 * `backOffMsMin` from its death, and twice as long after each failure more, up to `backOffMsMax`.
 */
export function restartDelay({ at, failures }: Deaths, now: number, policy = defaultPolicy): number {
  return Math.max(0, (at.at(-1) ?? 0) + backOff(failures, policy) - now);
}

function backOff(failures: number, { backOffMsMin, backOffMsMax }: RestartPolicy): number {
  return failures === 0 ? 0 : Math.min(backOffMsMax, backOffMsMin * 2 ** (failures - 1));
}
