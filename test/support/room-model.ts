import type { RoomCommand, RoomReply } from '../../src/actors/room/decisions.js';
import type { Role, RoomEvent } from '../../src/protocol/events.js';
import type { Limits } from '../../src/protocol/limits.js';
import type { UserId } from '../../src/protocol/names.js';
import { isRefusal, type Refusal } from '../../src/protocol/refusals.js';

type Said = Extract<RoomEvent, { readonly type: 'said' }>;

/** A room as its users think of it: the list of what happened, and nothing beside it. It has no moderators. */
export class RoomModel {
  readonly log: RoomEvent[] = [];
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get members(): Map<UserId, Role> {
    const members = new Map<UserId, Role>();
    for (const event of this.log) {
      if (event.type === 'joined') members.set(event.user, event.role);
      if (event.type === 'left') members.delete(event.user);
    }
    return members;
  }

  /** Does what is asked for at `at`, and answers as {@link inShort} tells an answer. */
  do(command: RoomCommand, at: number): string {
    const { members } = this;
    const head = this.log.length;
    const next = { seq: head + 1, at: Math.max(at, this.log.at(-1)?.at ?? 0) };
    switch (command.type) {
      case 'create': {
        if (head > 0) return `${head}`;
        const user = command.by as UserId;
        this.log.push({ ...next, type: 'created', user, topic: command.topic });
        if (command.by.includes('#')) this.log.push({ ...next, seq: 2, type: 'joined', user, role: 'owner' });
        return `${this.log.length}`;
      }
      case 'join': {
        const { user } = command;
        if (members.has(user)) return `${head}`;
        if (members.size === this.#limits.roomMembersMax) return 'FORBIDDEN';
        return this.#add({ ...next, type: 'joined', user, role: 'member' });
      }
      case 'leave': {
        const { user, reason } = command;
        if (!members.has(user)) return 'NOT_IN_ROOM';
        return this.#add({ ...next, type: 'left', user, ...(reason === undefined ? {} : { reason }) });
      }
      case 'send': {
        const { user, text, clientMsgId } = command;
        const isRepeated = (event: RoomEvent): event is Said =>
          event.type === 'said' && event.user === user && event.clientMsgId === clientMsgId;
        const prior = clientMsgId === undefined ? undefined : this.log.findLast(isRepeated);
        if (prior !== undefined && next.at - prior.at <= this.#limits.clientMsgIdSeconds * 1000) {
          return prior.text === text ? `${prior.seq} at ${prior.at}, again` : 'DUPLICATE_CONFLICT';
        }
        if (!members.has(user)) return 'NOT_IN_ROOM';
        const id = clientMsgId === undefined ? {} : { clientMsgId };
        return `${this.#add({ ...next, type: 'said', user, text, ...id })} at ${next.at}`;
      }
      case 'change-topic': {
        const { user, topic } = command;
        const role = members.get(user);
        if (role !== 'owner') return role === undefined ? 'NOT_IN_ROOM' : 'FORBIDDEN';
        return this.#add({ ...next, type: 'topic-changed', user, topic });
      }
      case 'read':
        return members.has(command.user) ? `${head}` : 'NOT_IN_ROOM';
      case 'list-members':
        return [...members.keys()].join();
      case 'vouch':
        if (!members.has(command.from)) return 'NOT_IN_ROOM';
        return members.has(command.to as UserId) ? 'yes' : 'USER_NOT_IN_ROOM';
      default:
        // Moderation has tests of its own.
        throw new Error(`the model does not know ${command.type}`);
    }
  }

  #add(event: RoomEvent): string {
    this.log.push(event);
    return `${event.seq}`;
  }
}

/** An answer as short as can be: the seq and what else there is to know, or the refusal's code. */
export function inShort(outcome: RoomReply | Refusal): string {
  if (isRefusal(outcome)) return outcome.code;
  switch (outcome.type) {
    case 'sent':
      return `${outcome.seq} at ${outcome.at}${outcome.duplicate ? ', again' : ''}`;
    case 'done':
    case 'joined':
      return `${outcome.seq}`;
    case 'readable':
      return `${outcome.head}`;
    case 'members':
      return outcome.members.map(({ user }) => user).join();
    case 'vouched':
      return 'yes';
    default:
      return outcome satisfies never;
  }
}
