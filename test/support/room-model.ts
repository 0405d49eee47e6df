import type { RoomCommand, RoomReply } from '../../src/actors/room/decisions.js';
import type { Role, RoomEvent } from '../../src/protocol/events.js';
import type { Limits } from '../../src/protocol/limits.js';
import type { UserId } from '../../src/protocol/names.js';
import { isRefusal, type Refusal } from '../../src/protocol/refusals.js';

type Said = Extract<RoomEvent, { readonly type: 'said' }>;

type Reacted = Extract<RoomEvent, { readonly type: 'reacted' }>;

/** A room as its users think of it: the list of what happened, and nothing beside it. It has no moderators. */
export class RoomModel {
  /** What happened, as it was told when it did. */
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
      case 'send':
      case 'reply': {
        const { user, text, clientMsgId } = command;
        const replyTo = command.type === 'reply' ? command.replyTo : undefined;
        const isRepeated = (event: RoomEvent): event is Said =>
          event.type === 'said' && event.user === user && event.clientMsgId === clientMsgId;
        const prior = clientMsgId === undefined ? undefined : this.log.findLast(isRepeated);
        if (prior !== undefined && next.at - prior.at <= this.#limits.clientMsgIdSeconds * 1000) {
          const changed = this.log.some(
            (event) => (event.type === 'edited' || event.type === 'deleted') && event.target === prior.seq,
          );
          return changed || (prior.text === text && prior.replyTo === replyTo)
            ? `${prior.seq} at ${prior.at}, again`
            : 'DUPLICATE_CONFLICT';
        }
        if (!members.has(user)) return 'NOT_IN_ROOM';
        if (replyTo !== undefined && !this.#message(replyTo)?.text) return 'MESSAGE_NOT_FOUND';
        const id = clientMsgId === undefined ? {} : { clientMsgId };
        const reply = replyTo === undefined ? {} : { replyTo };
        return `${this.#add({ ...next, type: 'said', user, text, ...id, ...reply })} at ${next.at}`;
      }
      case 'edit': {
        const { user, target, text } = command;
        if (!members.has(user)) return 'NOT_IN_ROOM';
        const message = this.#message(target);
        if (!message?.text) return 'MESSAGE_NOT_FOUND';
        if (message.user !== user) return 'FORBIDDEN';
        return message.text === text ? `${head}` : this.#add({ ...next, type: 'edited', user, target, text });
      }
      case 'delete': {
        const { user, target } = command;
        if (!members.has(user)) return 'NOT_IN_ROOM';
        const message = this.#message(target);
        if (message === undefined) return 'MESSAGE_NOT_FOUND';
        const own = message.user === user;
        if (!own && members.get(user) !== 'owner') return 'FORBIDDEN';
        if (message.text === '') return `${head}`;
        return this.#add({ ...next, type: 'deleted', user, target, ...(own ? {} : { author: message.user }) });
      }
      case 'react': {
        const { user, target, reaction, on } = command;
        if (!members.has(user)) return 'NOT_IN_ROOM';
        if (!this.#message(target)?.text) return 'MESSAGE_NOT_FOUND';
        const reacted = this.log.filter(
          (event): event is Reacted => event.type === 'reacted' && event.target === target,
        );
        const last = new Map(reacted.map((event) => [`${event.user} ${event.reaction}`, event]));
        if ((last.get(`${user} ${reaction}`)?.on ?? false) === on) return `${head}`;
        const kinds = new Set([...last.values()].flatMap((event) => (event.on ? [event.reaction] : [])));
        if (on && !kinds.has(reaction) && kinds.size === this.#limits.reactionsMax) return 'FORBIDDEN';
        return this.#add({ ...next, type: 'reacted', user, target, reaction, on });
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

  /** A message as it is now; its text is empty if it was deleted. */
  #message(seq: number): Said | undefined {
    const event = asNow(this.log)[seq - 1];
    return event?.type === 'said' ? event : undefined;
  }

  #add(event: RoomEvent): string {
    this.log.push(event);
    return `${event.seq}`;
  }
}

/** The log as it is read when all of it has happened: messages and edits with what the message says then. */
export function asNow(log: readonly RoomEvent[]): RoomEvent[] {
  const now = [...log];
  for (const event of log) {
    const said = now[targetOf(event) - 1];
    if (said?.type !== 'said') continue;
    const { editedAt: _, ...asSaid } = said;
    if (event.type === 'edited') now[said.seq - 1] = { ...asSaid, text: event.text, editedAt: event.at };
    if (event.type === 'deleted') now[said.seq - 1] = { ...asSaid, text: '' };
  }
  return now.map((event) => {
    const said = event.type === 'edited' ? now[event.target - 1] : undefined;
    return event.type === 'edited' && said?.type === 'said' ? { ...event, text: said.text } : event;
  });
}

function targetOf(event: RoomEvent | undefined): number {
  return event !== undefined && 'target' in event && typeof event.target === 'number' ? event.target : 0;
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
    case 'pruned':
      return `${outcome.floor}`;
    default:
      return outcome satisfies never;
  }
}
