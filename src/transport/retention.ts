import { setTimeout as sleep } from 'node:timers/promises';
import type { Limits } from '../protocol/limits.js';
import { isRefusal } from '../protocol/refusals.js';
import type { Reads } from '../reads/pool.js';
import { replyOf } from './calls.js';
import type { Room, Rooms } from './rooms.js';

export interface RetentionOptions {
  readonly limits: Limits;
  readonly rooms: Rooms;
  readonly reads: Reads;
}

const sweepMs = 60_000;
/** Rooms are left alone for so long between two bites. */
const pauseMs = 10;
const msPerDay = 24 * 60 * 60 * 1000;

/**
 * Has rooms forget what they need not keep, by `keepDays` and `keepMessages`, as these are at the time. A reading thread
 * finds out how far; the room itself forgets it, a bite at a time, between what is said in it. See ADR 25.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #closing = new AbortController();

  constructor(options: RetentionOptions) {
    this.#options = options;
    void this.#run();
  }

  close(): void {
    this.#closing.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      for (const room of this.#options.rooms.all()) {
        if (signal.aborted) return;
        await this.#prune(room);
      }
      // An aborted wait is the end.
      await sleep(sweepMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #prune(room: Room): Promise<void> {
    const { keepDays, keepMessages, clientMsgIdSeconds } = this.#options.limits;
    if (keepDays === 0 && keepMessages === 0) return;
    const now = Date.now();
    const keeping = {
      since: keepDays === 0 ? undefined : now - keepDays * msPerDay,
      messages: keepMessages === 0 ? undefined : keepMessages,
      always: now - clientMsgIdSeconds * 1000,
    };
    // Readers that are busy, a room that is: what is not pruned now is pruned in the next round.
    const upTo = await this.#options.reads.roomPrunable({ file: room.file, keeping }).catch(() => 0);
    while (room.floor < upTo && !this.#closing.signal.aborted) {
      const outcome = await room.ref.ask({ type: 'prune', upTo });
      if (isRefusal(outcome)) return;
      const { floor } = replyOf(outcome, 'pruned');
      if (floor <= room.floor) return;
      room.floor = floor;
      await sleep(pauseMs, undefined, { ref: false });
    }
  }
}
