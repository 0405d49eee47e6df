import type { PrivateMessage } from '../../protocol/events.js';
import type { Limits } from '../../protocol/limits.js';
import type { RoomName, UserId } from '../../protocol/names.js';
import { encodePrivateMessages } from '../../protocol/pushes.js';
import { type Refusal, refusals } from '../../protocol/refusals.js';
import { isDiskFull } from '../../storage/database.js';
import { SupervisorStore } from '../../storage/supervisor-store.js';
import { type Actor, type Batch, batchesInFlightMax, type Lines, type Outcome } from '../batch.js';
import { DiskWatch } from '../disk-watch.js';
import type { Durations } from '../durations.js';
import {
  decide,
  type RoomEntry,
  type SupervisorCommand,
  type SupervisorEvent,
  type SupervisorReply,
} from './decisions.js';

/** A private message as one inbox got it: a run of one event. */
export interface InboxFrame extends Lines {
  readonly user: UserId;
}

const storageFullRetryMs = 1000;

/** Users, inboxes and the directory of rooms; committed as a room commits, before anybody is answered. */
export class Supervisor implements Actor<SupervisorCommand, SupervisorReply, InboxFrame> {
  readonly #store: SupervisorStore;
  readonly #limits: Limits;
  readonly #disk: DiskWatch;
  readonly #commitTimes: Durations | undefined;

  /**
   * `onDisk` is told whether the disk is full (see DiskWatch); `commitTimes` is where it is to be noted how long
   * transactions take.
   *
   * @throws StorageError
   */
  constructor(file: string, limits: Limits, onDisk: (full: boolean) => void = () => {}, commitTimes?: Durations) {
    this.#disk = new DiskWatch(onDisk);
    this.#commitTimes = commitTimes;
    this.#limits = limits;
    this.#store = new SupervisorStore(file);
  }

  /** Whoever was connected to an earlier daemon is not to this one. */
  begin(now: number): void {
    this.#store.disconnectAll(now + this.#limits.resumeSeconds * 1000);
  }

  /** The names in the directory, in the order in which the rooms came into it. */
  rooms(): RoomName[] {
    return this.#store.rooms();
  }

  room(name: RoomName): RoomEntry | undefined {
    return this.#store.findRoom(name);
  }

  /** Users whose identity is over by `at`, with the rooms they have to be taken out of. */
  expired(at: number, limit: number): { readonly user: UserId; readonly rooms: readonly RoomName[] }[] {
    return this.#store.expired(at, limit).map((user) => ({ user, rooms: this.#store.memberships(user) }));
  }

  /** Transactions on disk since it was opened. */
  get commits(): number {
    return this.#store.commits;
  }

  handle(batch: Batch<SupervisorCommand>): Outcome<SupervisorReply, InboxFrame> {
    const replies: (SupervisorReply | Refusal)[] = [];
    const events: SupervisorEvent[] = [];
    // What was committed before the thread died is answered as it was then.
    const before = batch.again ? this.#store.outcomes<SupervisorReply>() : undefined;
    const begunMs = performance.now();
    try {
      this.#store.transaction(() => {
        for (const [i, command] of batch.commands.entries()) {
          const key = batch.firstKey + i;
          const done = before?.get(key);
          if (done !== undefined) {
            replies.push(done);
            continue;
          }
          const decision = decide(command, batch.at, this.#store, this.#limits);
          for (const event of decision.events) {
            this.#append(event);
            events.push(event);
          }
          if (decision.events.length > 0) this.#store.addOutcome(key, decision.outcome, this.#outcomesMax);
          replies.push(decision.outcome);
        }
      });
      this.#commitTimes?.since(begunMs);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#disk.refused(batch.at);
      const refusal = refusals.storageFull('the list of users', storageFullRetryMs);
      return { replies: batch.commands.map((_, i) => before?.get(batch.firstKey + i) ?? refusal), frames: [] };
    }
    if (events.length > 0) this.#disk.committed(batch.at);
    return { replies, frames: events.flatMap(toFrame) };
  }

  close(): void {
    this.#store.close();
  }

  /** As many as can be in flight at a crash. */
  get #outcomesMax(): number {
    return batchesInFlightMax * this.#limits.commandBatchMax;
  }

  #append(event: SupervisorEvent): void {
    switch (event.type) {
      case 'registered':
        this.#store.addUser(event.user, event.name, event.number);
        break;
      case 'session-started':
        this.#store.addSession(event.user, event.tokenHash, event.at, event.address);
        break;
      case 'session-used':
        this.#store.useSession(event.user, event.session, event.at, event.address);
        break;
      case 'session-ended':
        this.#store.removeSession(event.user, event.session);
        break;
      case 'account-created':
        this.#store.addAccount(event.user, event.password, event.at, event.reserve);
        break;
      case 'password-changed':
        this.#store.setPassword(event.user, event.password);
        break;
      case 'connected':
        this.#store.connect(event.user);
        break;
      case 'disconnected':
        this.#store.disconnect(event.user, event.expiresAt);
        break;
      case 'ended':
        this.#store.removeUser(event.user);
        break;
      case 'room-created':
        this.#store.addRoom(event.room, event.entry);
        break;
      case 'room-noted':
        this.#store.addMembership(event.user, event.room);
        break;
      case 'room-forgotten':
        this.#store.removeMembership(event.user, event.room);
        break;
      case 'read':
        this.#store.setRead(event.user, event.room, event);
        break;
      case 'received':
        this.#store.addToInbox(event.owner, event.message, event.clientMsgId);
        break;
      case 'blocked':
        this.#store.addBlock(event.user, event.blocked);
        break;
      case 'unblocked':
        this.#store.removeBlock(event.user, event.blocked);
        break;
      default:
        event satisfies never;
    }
  }
}

function toFrame(event: SupervisorEvent): InboxFrame[] {
  if (event.type !== 'received') return [];
  const messages: [PrivateMessage] = [event.message];
  const { seq } = event.message;
  const json = encodePrivateMessages(messages, 'json');
  const text = encodePrivateMessages(messages, 'text');
  return [{ user: event.owner, first: seq, last: seq, json, text }];
}
