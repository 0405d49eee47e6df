import type { Socket } from 'node:net';
import type { Limits } from '../protocol/limits.js';
import { networkOf } from './attempts.js';
import type { Bucket } from './flood.js';
import { addressOf } from './tcp.js';

/** An address, or in IPv6 its network, with what its connections have in common. */
export interface Origin {
  readonly network: string;
  connections: number;
  bucket: Bucket | undefined;
}

/**
 * Where the connections come from. This machine itself is no origin, unless it is to be limited like any other.
 *
 * 1. An origin is remembered while it has connections, and then until its bucket had time to fill: who comes again before
 *    finds it as it was.
 * 2. There are at most as many as connections, and `originsMax` that have none; of these, those that were left longest ago
 *    are forgotten first.
 */
export class Origins {
  readonly #limits: Pick<Limits, 'connectionsPerAddressMax' | 'originsMax'>;
  readonly #limitLoopback: boolean;
  readonly #present = new Map<string, Origin>();
  // A Map keeps the order of insertion, so the first was left longest ago.
  readonly #left = new Map<string, Origin>();

  constructor(limits: Pick<Limits, 'connectionsPerAddressMax' | 'originsMax'>, limitLoopback: boolean) {
    this.#limits = limits;
    this.#limitLoopback = limitLoopback;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#present.size + this.#left.size;
  }

  /** Counts a new connection until it is closed. Answers false, and does not, where there may be no more from there. */
  admit(socket: Socket): boolean {
    const address = addressOf(socket);
    if (address === '' || (isLoopback(address) && !this.#limitLoopback)) return true;
    const origin = this.open(address);
    if (origin === undefined) return false;
    socket.once('close', () => this.close(origin, Date.now()));
    return true;
  }

  /** Counts a new connection; undefined where there may be no more from this address. */
  open(address: string): Origin | undefined {
    const network = networkOf(address);
    const known = this.#present.get(network) ?? this.#left.get(network);
    const origin = known ?? { network, connections: 0, bucket: undefined };
    if (origin.connections >= this.#limits.connectionsPerAddressMax) return undefined;
    origin.connections++;
    this.#left.delete(network);
    this.#present.set(network, origin);
    return origin;
  }

  /** One of its connections is over. */
  close(origin: Origin, now: number): void {
    origin.connections--;
    if (origin.connections > 0) return;
    this.#present.delete(origin.network);
    this.#left.set(origin.network, origin);
    for (const [network, { bucket }] of this.#left) {
      if (this.#left.size <= this.#limits.originsMax && !isFull(bucket, now)) break;
      this.#left.delete(network);
    }
  }

  /** Where somebody comes from who is connected; undefined where that is not limited. */
  of(address: string): Origin | undefined {
    return this.#present.get(networkOf(address));
  }
}

const fillMs = 1000;

/** Whether a bucket is as good as a new one: it holds what comes in a second. */
function isFull(bucket: Bucket | undefined, now: number): boolean {
  return bucket === undefined || now - bucket.at >= fillMs;
}

export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address);
}
