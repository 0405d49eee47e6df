import {
  apply,
  type Done,
  decide,
  emptyRoom,
  type RoomCommand,
  type RoomMemory,
  type RoomReply,
  type RoomState,
} from '../../src/actors/room/decisions.js';
import type { RoomEvent } from '../../src/protocol/events.js';
import { defaultLimits, type Limits } from '../../src/protocol/limits.js';
import type { UserId } from '../../src/protocol/names.js';
import type { Refusal } from '../../src/protocol/refusals.js';
import { ana, sala1 } from './people.js';

export const epoch = 'e1';

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

  findMessage(user: UserId, clientMsgId: string, since: number): Done | undefined {
    const found = this.events.findLast(
      (event) => event.type === 'said' && event.user === user && event.clientMsgId === clientMsgId && event.at >= since,
    );
    return found === undefined ? undefined : doneBy(found);
  }
}

/** What the command did that caused `event`. */
export function doneBy(event: RoomEvent): Done {
  return { seq: event.seq, at: event.at, text: event.type === 'said' ? event.text : '' };
}

/** A room made by ana, its owner, at time 1000; its head is 2. */
export function anasRoom(limits: Partial<Limits> = {}): RoomInMemory {
  const room = new RoomInMemory(limits);
  room.do({ type: 'create', by: ana, topic: 'café', epoch }, 1000);
  return room;
}
