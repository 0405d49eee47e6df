import { type Bucket, giveToken, takeToken } from './flood.js';

/** How often something may be tried: so many times at once, then once in so long. */
export interface AttemptRate {
  readonly attemptsMax: number;
  readonly seconds: number;
}

/** Who has tried how often, in bounded memory: of `keysMax`, whoever tried longest ago is forgotten first. */
export class Attempts {
  readonly #rate: AttemptRate;
  readonly #keysMax: number;
  // A Map keeps the order of insertion, so the first tried longest ago.
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: AttemptRate, keysMax: number) {
    this.#rate = rate;
    this.#keysMax = keysMax;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** How many ms to wait before an attempt; 0 if it may be made now, which counts it. */
  take(key: string, now: number): number {
    const { attemptsMax, seconds } = this.#rate;
    const { bucket, waitMs } = takeToken(this.#buckets.get(key), 1 / seconds, now, attemptsMax);
    this.#buckets.delete(key);
    // A copy: a part of a line would keep the whole line in memory.
    this.#buckets.set(Buffer.from(key).toString(), bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > this.#keysMax && oldest !== undefined) this.#buckets.delete(oldest);
    return waitMs;
  }

  /** The attempt does not count after all. */
  giveBack(key: string): void {
    const bucket = this.#buckets.get(key);
    if (bucket !== undefined) this.#buckets.set(key, giveToken(bucket, this.#rate.attemptsMax));
  }
}

/** The addresses that somebody with this one has: it alone, or in IPv6 the 64 bits before the host's own (RFC 4291). */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const groups = (part: string) => part.split(':').filter((group) => group !== '');
  const [head = [], tail] = address.split('::').map(groups);
  const zeros = tail === undefined ? [] : Array<string>(8 - head.length - tail.length).fill('0');
  return [...head, ...zeros, ...(tail ?? [])].slice(0, 4).join(':');
}
