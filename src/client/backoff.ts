/** How long to wait between attempts to connect. */
export interface Backoff {
  /** The wait before the second attempt is at most this, and doubles with each. */
  readonly firstMs: number;
  readonly maxMs: number;
}

export const defaultBackoff: Backoff = { firstMs: 100, maxMs: 10_000 };

/**
 * The wait in ms after `failures` attempts in a row, with full jitter: `random`, from 0 to 1, is the share of it that is
 * waited, so that clients who lost the server together do not come back together.
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/)
 */
export function backoffMs({ firstMs, maxMs }: Backoff, failures: number, random: number): number {
  // Beyond 30 doublings it is the bound whatever the first was.
  return Math.floor(random * Math.min(maxMs, firstMs * 2 ** Math.min(failures, 30)));
}
