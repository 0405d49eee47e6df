import {
  apply,
  type Done,
  decide,
  emptyRoom,
  type RoomCommand,
  type RoomMemory,
  type RoomReply,
  type RoomState,
  type Sent,
} from '../../src/actors/room/decisions.js';
import type { MessageEvent, RoomEvent } from '../../src/protocol/events.js';
import { defaultLimits, type Limits } from '../../src/protocol/limits.js';
import type { UserId } from '../../src/protocol/names.js';
import type { Refusal } from '../../src/protocol/refusals.js';
import { ana, sala1 } from './people.js';

export const epoch = 'e1';

type Said = Extract<RoomEvent, { type: 'said' }>;
type Reacted = Extract<MessageEvent, { type: 'reacted' }>;

/** A room whose log is an array: what its shell does on disk, without the disk. */
export class RoomInMemory implements RoomMemory {
  readonly state: RoomState;
  readonly events: RoomEvent[] = [];
  readonly #limits: Limits;

  constructor(limits: Partial<Limits> = {}, name = sala1) {
    this.state = emptyRoom(name);
    this.#limits = { ...defaultLimits, ...limits };
  }

  do(command: RoomCommand, at: number, done?: Done): RoomReply | Refusal {
    const { events, outcome } = decide(this.state, command, at, this, this.#limits, done);
    for (const event of events) {
      apply(this.state, event, epoch);
      this.events.push(event);
    }
    return outcome;
  }

  findMessage(user: UserId, clientMsgId: string, since: number): Sent | undefined {
    const found = this.events.findLast(
      (event): event is Said =>
        event.type === 'said' && event.user === user && event.clientMsgId === clientMsgId && event.at >= since,
    );
    if (found === undefined) return undefined;
    const { seq, at, text, replyTo } = found;
    return { seq, at, text, replyTo, changed: this.#changes(seq).length > 0 };
  }

  message(seq: number): { readonly user: UserId; readonly text: string } | undefined {
    const said = this.events[seq - 1];
    if (said?.type !== 'said') return undefined;
    const last = this.#changes(seq).at(-1);
    return { user: said.user, text: last === undefined ? said.text : last.type === 'edited' ? last.text : '' };
  }

  hasReacted(seq: number, user: UserId, reaction: string): boolean {
    return this.#reactions(seq).some((one) => one.user === user && one.reaction === reaction);
  }

  reactionsTo(seq: number): readonly string[] {
    return [...new Set(this.#reactions(seq).map(({ reaction }) => reaction))];
  }

  #changes(seq: number) {
    return this.events.filter(
      (event) => (event.type === 'edited' || event.type === 'deleted') && event.target === seq,
    ) as Extract<MessageEvent, { type: 'edited' | 'deleted' }>[];
  }

  #reactions(seq: number) {
    const reacted = this.events.filter((event) => event.type === 'reacted' && event.target === seq) as Reacted[];
    return reacted.filter(
      ({ on, user, reaction, seq }) =>
        on && !reacted.some((later) => later.seq > seq && later.user === user && later.reaction === reaction),
    );
  }
}

/** What the command did that caused `event`. */
export function doneBy(event: RoomEvent): Done {
  return { seq: event.seq, at: event.at };
}

/** A room made by ana, its owner, at time 1000; its head is 2. */
export function anasRoom(limits: Partial<Limits> = {}): RoomInMemory {
  const room = new RoomInMemory(limits);
  room.do({ type: 'create', by: ana, topic: 'café', epoch }, 1000);
  return room;
}
