import type { SessionId, UserId } from '../../protocol/names.js';
import type { Refusal } from '../../protocol/refusals.js';
import type { SupervisorEvent, SupervisorMemory, SupervisorReply } from './decisions.js';

/** What a command leads to. */
export interface Decision {
  readonly events: readonly SupervisorEvent[];
  readonly outcome: SupervisorReply | Refusal;
}

export const done: SupervisorReply = { type: 'done' };

/** Nothing happens. */
export function answer(outcome: SupervisorReply | Refusal): Decision {
  return { events: [], outcome };
}

/** What a user finds who comes back. */
export function resumed(user: UserId, memory: SupervisorMemory, ended: readonly SessionId[] = []): SupervisorReply {
  return { type: 'resumed', user, rooms: memory.memberships(user), inboxHead: memory.inboxHead(user), ended };
}
