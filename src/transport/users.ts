import type { InboxFrame } from '../actors/supervisor/supervisor.js';
import type { SupervisorRef } from '../actors/supervisor/supervisor-handle.js';
import type { Limits } from '../protocol/limits.js';
import type { UserId } from '../protocol/names.js';
import { isRefusal, type Refusal, refusals } from '../protocol/refusals.js';
import type { Reads } from '../reads/pool.js';
import { replyOf } from './calls.js';
import { Feed } from './feed.js';
import { type Bucket, takeToken } from './flood.js';
import type { Origin } from './origins.js';
import type { Session } from './session.js';

/** A connected user as the gateway knows it. */
export interface User {
  readonly id: UserId;
  readonly sessions: Session[];
  readonly inbox: Feed;
  bucket: Bucket | undefined;
  /** The last change to the user's rooms, if there was one: each waits for the one before it. */
  changes: Promise<unknown> | undefined;
  /** Whether the identity is over. */
  ended: boolean;
}

/** The users with at least one connection here. */
export class Users {
  readonly #limits: Limits;
  readonly #reads: Reads;
  readonly #inboxFile: string;
  readonly #byId = new Map<UserId, User>();
  /** Private messages written to connections of users who have none any more. */
  #deliveriesBefore = 0;
  readonly #ringBytesMax = () => this.#limits.inboxRingBytesMax;

  constructor(limits: Limits, reads: Reads, inboxFile: string) {
    this.#limits = limits;
    this.#reads = reads;
    this.#inboxFile = inboxFile;
  }

  get(id: UserId): User | undefined {
    return this.#byId.get(id);
  }

  all(): Iterable<User> {
    return this.#byId.values();
  }

  get count(): number {
    return this.#byId.size;
  }

  /** Private messages written to connections. */
  get deliveries(): number {
    let sum = this.#deliveriesBefore;
    for (const { inbox } of this.#byId.values()) sum += inbox.deliveries;
    return sum;
  }

  isOnline(id: string): boolean {
    return this.#byId.has(id as UserId);
  }

  /** Adds a connection of a user whose inbox goes up to `inboxHead`. */
  add(id: UserId, inboxHead: number, session: Session): User {
    let user = this.#byId.get(id);
    if (user === undefined) {
      const read = (after: number, _upTo: number, dialect: 'json' | 'text') =>
        this.#reads.inboxMessages({ file: this.#inboxFile, owner: id, dialect, after });
      const inbox = new Feed({ head: inboxHead, ringBytesMax: this.#ringBytesMax, read });
      user = { id, sessions: [], inbox, bucket: undefined, changes: undefined, ended: false };
      this.#byId.set(id, user);
    }
    user.sessions.push(session);
    return user;
  }

  remove(user: User, session: Session): void {
    user.sessions.splice(user.sessions.indexOf(session), 1);
    if (user.sessions.length > 0) return;
    this.#byId.delete(user.id);
    this.#deliveriesBefore += user.inbox.deliveries;
  }

  /** Finds out what came while nobody was told: the supervisor died, and lines with it; they are in its store. */
  catchUp(supervisor: SupervisorRef): void {
    for (const user of this.#byId.values()) {
      supervisor.call({ type: 'inbox-head', user: user.id }, (outcome) => {
        if (!isRefusal(outcome)) user.inbox.advanceTo(replyOf(outcome, 'inbox').head);
      });
    }
  }

  publish(frames: readonly InboxFrame[]): void {
    for (const frame of frames) this.#byId.get(frame.user)?.inbox.publish(frame);
  }

  /** Why the user may not send a message from there now; if they may, it counts as sent. */
  flooding(user: User, origin: Origin | undefined): Refusal | undefined {
    const { floodRate, addressFloodRate } = this.#limits;
    return takeFrom(user, floodRate) ?? (origin === undefined ? undefined : takeFrom(origin, addressFloodRate));
  }
}

/** Takes a token of somebody's bucket, or refuses; a rate of 0 is no limit. */
function takeFrom(holder: { bucket: Bucket | undefined }, rate: number): Refusal | undefined {
  if (rate === 0) return undefined;
  const { bucket, waitMs } = takeToken(holder.bucket, rate, Date.now());
  holder.bucket = bucket;
  return waitMs === 0 ? undefined : refusals.rateLimited(rate, waitMs);
}

/**
 * Changes a user's rooms, which several connections may ask for: one change at a time. Else supervisor and room could
 * end up with different lists, and the room with a member who is no user any more.
 */
export function inTurn(user: User, reply: (refusal: Refusal) => void, change: () => unknown): Promise<unknown> {
  const before = user.changes ?? Promise.resolve();
  const turn = before.then(() => (user.ended ? reply(refusals.notRegistered()) : change()));
  const done = turn
    .catch(() => {})
    .then(() => {
      if (user.changes === done) user.changes = undefined;
    });
  user.changes = done;
  return turn;
}
