import type { Limits } from '../protocol/limits.js';
import { networkOf } from './attempts.js';
import type { Bucket } from './flood.js';

/** An address, or in IPv6 its network, with what its connections have in common. */
export interface Origin {
  readonly network: string;
  connections: number;
  bucket: Bucket | undefined;
}

/**
 * Where the connections come from. An origin is remembered while it has connections; connections are bounded, and so are
 * origins with them. This machine itself is none, unless it is to be limited like any other.
 */
export class Origins {
  readonly #limits: Limits;
  readonly #limitLoopback: boolean;
  readonly #byNetwork = new Map<string, Origin>();

  constructor(limits: Limits, limitLoopback: boolean) {
    this.#limits = limits;
    this.#limitLoopback = limitLoopback;
  }

  /** Whether there may be no more connections from this address. */
  crowded(address: string): boolean {
    const origin = this.#byNetwork.get(networkOf(address));
    return origin !== undefined && origin.connections >= this.#limits.connectionsPerAddressMax;
  }

  /** Counts a new connection; undefined where it is not limited. */
  open(address: string): Origin | undefined {
    if (address === '' || (isLoopback(address) && !this.#limitLoopback)) return undefined;
    const network = networkOf(address);
    let origin = this.#byNetwork.get(network);
    if (origin === undefined) {
      origin = { network, connections: 0, bucket: undefined };
      this.#byNetwork.set(network, origin);
    }
    origin.connections++;
    return origin;
  }

  close(origin: Origin): void {
    origin.connections--;
    if (origin.connections === 0) this.#byNetwork.delete(origin.network);
  }
}

export function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address);
}
