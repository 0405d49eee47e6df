/** A token bucket: how many messages may still be sent, or attempts be made, as of a time. */
export interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** Fractions of tokens are sums of binary fractions: two halves may fall short of a whole by so much. */
const roundingError = 1e-6;

/**
 * Takes one token from a bucket that fills with `rate` tokens a second and holds `size`, one second's worth by default.
 * Answers the bucket after it, and how many ms to wait when there is no token to take (then none was taken).
 */
export function takeToken(
  bucket: Bucket | undefined,
  rate: number,
  now: number,
  size = Math.max(1, rate),
): { bucket: Bucket; waitMs: number } {
  const before = bucket ?? { tokens: size, at: now };
  const tokens = Math.min(size, before.tokens + (Math.max(0, now - before.at) * rate) / 1000);
  if (tokens >= 1 - roundingError) return { bucket: { tokens: Math.max(0, tokens - 1), at: now }, waitMs: 0 };
  return { bucket: { tokens, at: now }, waitMs: Math.ceil(((1 - tokens) * 1000) / rate - roundingError) };
}

/** Puts a token back that was taken. */
export function giveToken({ tokens, at }: Bucket, size: number): Bucket {
  return { tokens: Math.min(size, tokens + 1), at };
}
