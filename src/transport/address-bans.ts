import { BlockList, isIPv6 } from 'node:net';
import { type AddressBan, addressBansMax } from '../protocol/control.js';
import { type Refusal, refusals } from '../protocol/refusals.js';

const notSavedRetryMs = 1000;

/** The addresses and networks whose connections are turned away. A change counts once it is on disk. */
export class AddressBans {
  readonly #save: (bans: readonly AddressBan[]) => Promise<void>;
  readonly #bans = new Map<string, { readonly ban: AddressBan; readonly range: BlockList }>();
  /** All of them, to tell at one look most addresses, which are in none. */
  #all = new BlockList();
  /** The last change: each waits for the one before it. */
  #changes: Promise<unknown> = Promise.resolve();

  /** `save` keeps them for the next start; it throws where it could not. */
  constructor(bans: readonly AddressBan[] = [], save: (bans: readonly AddressBan[]) => Promise<void> = async () => {}) {
    this.#save = save;
    this.#set(bans);
  }

  /** Those that hold at the time `now` (Unix ms), the oldest first. */
  list(now: number): AddressBan[] {
    return [...this.#bans.values()].map(({ ban }) => ban).filter(({ until }) => until === null || until > now);
  }

  /** What keeps the address out at the time `now`, if anything does. */
  against(address: string, now: number): AddressBan | undefined {
    // The look itself costs more than all else that is done with a new connection.
    if (this.#bans.size === 0) return undefined;
    if (address === '' || !this.#all.check(address, familyOf(address))) return undefined;
    for (const { ban, range } of this.#bans.values()) {
      if ((ban.until === null || ban.until > now) && range.check(address, familyOf(address))) return ban;
    }
    return undefined;
  }

  /** Adds a ban, in the place of one of the same address. */
  add(ban: AddressBan): Promise<Refusal | undefined> {
    return this.#change(() => {
      const others = this.list(ban.at).filter(({ address }) => address !== ban.address);
      return others.length >= addressBansMax ? refusals.tooManyAddressBans(addressBansMax) : [...others, ban];
    });
  }

  remove(address: string, now: number): Promise<Refusal | undefined> {
    return this.#change(() => {
      const bans = this.list(now);
      const others = bans.filter((ban) => ban.address !== address);
      return others.length === bans.length ? refusals.addressNotBanned(address) : others;
    });
  }

  #change(next: () => readonly AddressBan[] | Refusal): Promise<Refusal | undefined> {
    const change = this.#changes.then(async () => {
      const bans = next();
      if ('code' in bans) return bans;
      try {
        await this.#save(bans);
      } catch (error) {
        return refusals.addressBansNotSaved((error as Error).message, notSavedRetryMs);
      }
      this.#set(bans);
      return undefined;
    });
    this.#changes = change;
    return change;
  }

  #set(bans: readonly AddressBan[]): void {
    this.#bans.clear();
    this.#all = new BlockList();
    for (const ban of bans) {
      const range = new BlockList();
      block(range, ban.address);
      block(this.#all, ban.address);
      this.#bans.set(ban.address, { ban, range });
    }
  }
}

function block(list: BlockList, range: string): void {
  const [address, bits] = range.split('/') as [string, string?];
  if (bits === undefined) list.addAddress(address, familyOf(address));
  else list.addSubnet(address, Number(bits), familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
