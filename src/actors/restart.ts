/** How often a thread may die before its restarts are held back (as OTP's restart intensity). */
export interface RestartIntensity {
  readonly deathsMax: number;
  readonly withinMs: number;
}

export const defaultIntensity: RestartIntensity = { deathsMax: 5, withinMs: 10_000 };

/**
 * How long to wait, in ms, before what died at the times `deaths` (ascending, Unix ms) may be started again: 0 up to
 * `deathsMax` deaths within `withinMs`, else until the oldest of these is that long past.
 */
export function restartDelay(deaths: readonly number[], now: number, intensity = defaultIntensity): number {
  const oldest = deaths[deaths.length - 1 - intensity.deathsMax];
  return oldest === undefined ? 0 : Math.max(0, oldest + intensity.withinMs - now);
}
