import type { Params, Result } from '../protocol/methods.js';
import type { Push } from './pushes.js';

/** Many times the rooms that a server has one user in: a server that tells of more makes them up. */
const roomsMax = 10_000;

/**
 * Where a user stands in rooms and inbox: what a resume tells the server, and what makes each push be told once.
 * Plain state without a connection.
 */
export class Positions {
  // Without an epoch where a push came before the answer that tells it.
  readonly #rooms = new Map<string, { epoch?: string; after: number }>();
  #inboxAfter: number | undefined;
  /** Where the rooms' logs and the inbox ended at the last resume. */
  readonly #heads = new Map<string, number>();
  #inboxHead = 0;

  get rooms(): string[] {
    return [...this.#rooms.keys()];
  }

  /** How many events of those missed before the last resume are still to come. */
  get behind(): number {
    let events = Math.max(0, this.#inboxHead - (this.#inboxAfter ?? 0));
    for (const [room, head] of this.#heads) events += Math.max(0, head - (this.#rooms.get(room)?.after ?? head));
    return events;
  }

  /** The `seq` of the room's last event known. */
  after(room: string): number {
    return this.#rooms.get(room)?.after ?? 0;
  }

  /** The params of a resume. */
  get params(): Pick<Params<'user.resume'>, 'rooms' | 'inboxAfter'> {
    const rooms = Object.fromEntries([...this.#rooms].map(([room, position]) => [room, { ...position }]));
    return { rooms, ...(this.#inboxAfter === undefined ? {} : { inboxAfter: this.#inboxAfter }) };
  }

  /** The user joined a room, or was in it. The next push may be that of the joining itself, the event `seq`. */
  joined({ room, epoch, seq }: { readonly room: string; readonly epoch: string; readonly seq: number }): void {
    const known = this.#rooms.get(room);
    if (known === undefined || (known.epoch !== undefined && known.epoch !== epoch)) {
      this.#rooms.set(room, { epoch, after: seq - 1 });
    } else {
      known.epoch = epoch;
    }
  }

  left(room: string): void {
    this.#rooms.delete(room);
  }

  /** The user is back: where the server goes on. Answers a push for each room whose log was replaced meanwhile. */
  resumed({ rooms, inboxSeq }: Pick<Result<'user.resume'>, 'rooms' | 'inboxSeq'>): Push[] {
    const resets: Push[] = [];
    const before = new Map(this.#rooms);
    this.#rooms.clear();
    this.#heads.clear();
    for (const { room, epoch, seq, status } of rooms) {
      const known = before.get(room);
      const goesOn = known !== undefined && status === 'resumed';
      this.#rooms.set(room, { epoch, after: goesOn ? known.after : seq });
      if (goesOn) this.#heads.set(room, seq);
      if (known !== undefined && !goesOn) resets.push({ method: 'room.reset', params: { room, epoch, seq } });
    }
    this.#inboxAfter ??= inboxSeq;
    this.#inboxHead = inboxSeq;
    return resets;
  }

  /** Moves on by a push to the user `me`; false if it was told before, or is of a room beyond all that can be. */
  take(push: Push, me: string): boolean {
    switch (push.method) {
      case 'server.draining':
      case 'room.invited':
      case 'server.announcement':
        return true;
      case 'private.message':
        if (push.params.seq <= (this.#inboxAfter ?? 0)) return false;
        this.#inboxAfter = push.params.seq;
        return true;
      case 'room.reset':
        if (!this.#rooms.has(push.params.room)) return false;
        this.#rooms.set(push.params.room, { epoch: push.params.epoch, after: push.params.seq });
        return true;
      case 'room.message':
      case 'room.edited':
      case 'room.deleted':
      case 'room.reacted':
      case 'room.joined':
      case 'room.left':
      case 'room.changed': {
        const { room, seq } = push.params;
        const position = this.#rooms.get(room);
        if (position === undefined && this.#rooms.size >= roomsMax) return false;
        if (position === undefined) this.#rooms.set(room, { after: seq });
        else if (seq <= position.after) return false;
        else position.after = seq;
        if (push.method === 'room.left' && push.params.user === me) this.#rooms.delete(room);
        if (push.method === 'room.changed' && push.params.closed) this.#rooms.delete(room);
        return true;
      }
      default:
        return push satisfies never;
    }
  }
}
