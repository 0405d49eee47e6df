import type { Dialect, RoomEvent } from '../../protocol/events.js';
import type { Limits } from '../../protocol/limits.js';
import type { RoomName, UserId } from '../../protocol/names.js';
import { encodeRoomEvents } from '../../protocol/pushes.js';
import { isRefusal, type Refusal, refusals } from '../../protocol/refusals.js';
import { diskFull, isDiskFull } from '../../storage/database.js';
import { type Prior, RoomStore, type StoredRoom } from '../../storage/room-store.js';
import type { OnCommit } from '../../storage/transactions.js';
import { type Actor, type Batch, batchesInFlightMax, type Lines, type Outcome } from '../batch.js';
import { DiskWatch } from '../disk-watch.js';
import type { Durations } from '../durations.js';
import {
  apply,
  type Decision,
  decide,
  emptyRoom,
  type RoomCommand,
  type RoomReply,
  type RoomState,
} from './decisions.js';

/** The events of one batch, as the gateway needs them. */
export interface RoomFrame extends Lines {
  /** Users who left, and the `seq` of that. */
  readonly parted: readonly { readonly user: UserId; readonly seq: number }[];
  /** Whether messages have another text now, or none, than they were told with. */
  readonly amended: boolean;
  /** The room after the batch. */
  readonly members: number;
  readonly topic: string;
  readonly closed: boolean;
}

/** Where a room stands when somebody connects to it. */
export interface RoomStatus {
  readonly epoch: string;
  readonly head: number;
  /** Of the events up to this one only acts of moderation are kept. */
  readonly floor: number;
  readonly members: number;
  readonly topic: string;
  readonly private: boolean;
  readonly closed: boolean;
}

const storageFullRetryMs = 1000;

/**
 * A room: takes a batch, decides each command, commits all events in one transaction, and only then lets replies
 * and events out. Nobody sees what is not on disk.
 */
export class Room implements Actor<RoomCommand, RoomReply, RoomFrame> {
  readonly #room: RoomName;
  readonly #store: RoomStore;
  readonly #limits: Limits;
  readonly #commitTimes: Durations | undefined;
  #state: RoomState;
  #dialects: readonly Dialect[] = ['json'];
  readonly #disk: DiskWatch;

  /**
   * Opens the room's log. An empty one is begun with `created` under `epoch`. `onCommit` is for fault injection;
   * `onDisk` is told whether the disk is full (see DiskWatch); `commitTimes` is where it is to be noted how long
   * transactions take.
   *
   * @throws StorageError
   */
  constructor(
    file: string,
    room: RoomName,
    creation: Creation,
    limits: Limits,
    onCommit?: OnCommit,
    onDisk: (full: boolean) => void = () => {},
    commitTimes?: Durations,
  ) {
    this.#commitTimes = commitTimes;
    this.#room = room;
    this.#disk = new DiskWatch(onDisk);
    this.#limits = limits;
    this.#store = new RoomStore(file, room, onCommit);
    this.#state = this.#load();
    if (this.#state.head === 0) {
      const create = { type: 'create', ...creation } as const;
      const { replies } = this.handle({ at: creation.at, commands: [create], firstKey: 0, again: false, dialects: [] });
      const [outcome] = replies;
      if (outcome !== undefined && isRefusal(outcome)) throw diskFull(file);
    }
  }

  status(): RoomStatus {
    const { epoch, head, floor, members, topic, private: hidden, closed } = this.#state;
    return { epoch, head, floor, members: members.size, topic, private: hidden, closed };
  }

  /** Transactions on disk since it was opened. */
  get commits(): number {
    return this.#store.commits;
  }

  handle(batch: Batch<RoomCommand>): Outcome<RoomReply, RoomFrame> {
    if (batch.dialects.length > 0) this.#dialects = batch.dialects;
    const doneBefore = batch.again ? this.#recall(batch) : undefined;
    const lastDone = Math.max(0, ...(doneBefore?.keys() ?? []));
    const replies: (RoomReply | Refusal)[] = [];
    const events: RoomEvent[] = [];
    const parted: { user: UserId; seq: number }[] = [];
    let amended = false;
    try {
      const decideAll = () => {
        for (const [i, command] of batch.commands.entries()) {
          const key = batch.firstKey + i;
          const done = doneBefore?.get(key);
          const decision = this.#decide(command, batch.at, done);
          if (key < lastDone && decision.events.length > 0) {
            // It had no effect then, between commands that had; what it was answered is not known any more.
            replies.push(refusals.actorRestarted(this.#room));
            continue;
          }
          for (const event of decision.events) {
            const epoch = command.type === 'create' ? command.epoch : this.#state.epoch;
            this.#store.append(event, key, epoch);
            if (event.type !== 'said') {
              amended ||= event.type === 'edited' || event.type === 'deleted';
              for (const user of partedBy(event, this.#state)) parted.push({ user, seq: event.seq });
            }
            apply(this.#state, event, epoch);
            events.push(event);
          }
          if (decision.floor !== undefined) {
            this.#store.prune(this.#state.floor, decision.floor);
            this.#state.floor = decision.floor;
          }
          replies.push(decision.outcome);
        }
      };
      if (batch.commands.some(mayWrite)) {
        const begunMs = performance.now();
        this.#store.transaction(decideAll);
        this.#commitTimes?.since(begunMs);
      } else {
        decideAll();
      }
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#disk.refused(batch.at);
      // SQLite has undone the whole transaction, so what is on disk is the truth.
      this.#state = this.#load();
      const refusal = refusals.storageFull(this.#room, storageFullRetryMs);
      // What was done before the thread died is on disk already, and is answered as it was then.
      const outcomes = batch.commands.map((command, i) => {
        const done = doneBefore?.get(batch.firstKey + i);
        return done === undefined ? refusal : this.#decide(command, batch.at, done).outcome;
      });
      return { replies: outcomes, frames: [] };
    }
    if (events.length > 0) this.#disk.committed(batch.at);
    return { replies, frames: events.length === 0 ? [] : [this.#frame(events, parted, amended)] };
  }

  close(): void {
    this.#store.close();
  }

  #load(): RoomState {
    return stateOf(this.#room, this.#store.load());
  }

  #decide(command: RoomCommand, at: number, done: Prior | undefined): Decision {
    return decide(this.#state, command, at, this.#store, this.#limits, done);
  }

  #frame(events: readonly RoomEvent[], parted: RoomFrame['parted'], amended: boolean): RoomFrame {
    const lines: { -readonly [D in Dialect]?: Uint8Array } = {};
    for (const dialect of this.#dialects) lines[dialect] = encodeRoomEvents(this.#room, events, dialect);
    return {
      ...lines,
      first: (events[0] as RoomEvent).seq,
      last: this.#state.head,
      parted,
      amended,
      members: this.#state.members.size,
      topic: this.#state.topic,
      closed: this.#state.closed,
    };
  }

  /** What the commands of a batch that comes again, and those in flight behind them, did before the thread died. */
  #recall({ firstKey, at }: Batch<RoomCommand>): Map<number, Prior> {
    const inFlightMax = batchesInFlightMax * this.#limits.commandBatchMax;
    return this.#store.priorsByKey(firstKey, firstKey + inFlightMax - 1, at);
  }
}

/** The room as it was stored. */
export function stateOf(room: RoomName, { members, standings, spoke, ...stored }: StoredRoom): RoomState {
  const state = { ...emptyRoom(room), ...stored };
  for (const { user, role, since } of members) state.members.set(user, { role, since });
  for (const { standing, user, until } of standings) {
    state.standings[standing].set(user, until ?? Number.POSITIVE_INFINITY);
  }
  for (const { user, at } of spoke) state.spoke.set(user, at);
  return state;
}

/** How a room without events begins. */
export interface Creation {
  readonly by: string;
  readonly topic: string;
  readonly epoch: string;
  readonly at: number;
  readonly private?: boolean | undefined;
}

/** Who is no more in the room by this event, which has not happened yet. */
function partedBy(event: RoomEvent, state: RoomState): Iterable<UserId> {
  switch (event.type) {
    case 'left':
      return [event.user];
    case 'kicked':
      return [event.target];
    case 'closed':
      return state.members.keys();
    default:
      return [];
  }
}

function mayWrite({ type }: RoomCommand): boolean {
  return type !== 'read' && type !== 'list-members' && type !== 'vouch';
}
