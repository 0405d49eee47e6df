import type { SupervisorRef } from '../actors/supervisor/supervisor-handle.js';
import type { AnswerStyle, WrittenResult } from '../protocol/answers.js';
import type { Limits } from '../protocol/limits.js';
import type { MethodName, Result, Values } from '../protocol/methods.js';
import type { RoomName, UserId } from '../protocol/names.js';
import { type ErrorCode, isRefusal, type Refusal, refusals } from '../protocol/refusals.js';
import type { PageRange, Reads } from '../reads/pool.js';
import type { Searches } from '../search/searches.js';
import type { Passwords } from '../tasks/passwords.js';
import type { Room, Rooms } from './rooms.js';
import type { Session } from './session.js';
import type { Users } from './users.js';

/** What the methods' handlers have at hand: the actors, and who is connected. */
export interface Chat {
  readonly limits: Limits;
  readonly supervisor: SupervisorRef;
  readonly rooms: Rooms;
  readonly users: Users;
  readonly reads: Reads;
  readonly searches: Searches;
  readonly passwords: Passwords;
  /** The supervisor's database, for readers. */
  readonly inboxFile: string;
  /** Notes that a connection of a user is over. */
  readonly release: (session: Session) => void;
}

/**
 * A handler answers once, through `reply`, now or later: with the result, or with what is written of it in `style`
 * already. What it returns is awaited for failures only.
 */
export type Handlers<M extends MethodName> = {
  readonly [N in M]: (
    session: Session,
    values: Values<N>,
    reply: (outcome: Result<N> | WrittenResult | Refusal) => void,
    style: AnswerStyle,
  ) => unknown;
};

/**
 * Runs `work` with the room, or refuses. Who does not follow a private room is not told that it has trouble, which only
 * a room that exists could have.
 */
export function inRoom<Outcome extends object>(
  rooms: Rooms,
  session: Session,
  name: RoomName,
  reply: (outcome: Outcome | Refusal) => void,
  work: (room: Room, reply: (outcome: Outcome | Refusal) => void) => unknown,
): unknown {
  const room = rooms.get(name);
  if (room === undefined) return reply(refusals.roomNotFound(name));
  if (!room.private || session.rooms.has(room)) return work(room, reply);
  return work(room, (outcome) =>
    reply(isRefusal(outcome) && troubles.has(outcome.code) ? refusals.roomNotFound(name) : outcome),
  );
}

/** What a call may be answered before its room has looked at it. */
const troubles: ReadonlySet<ErrorCode> = new Set(['BUSY', 'ACTOR_RESTARTED']);

/** Whether a room that is on the user's list may be shown to them: the list may be longer than the truth (ADR 6). */
export async function isShown(room: Room | undefined, user: UserId): Promise<boolean> {
  if (room === undefined || room.closed) return false;
  return !room.private || !isRefusal(await room.ref.ask({ type: 'read', user }));
}

/** The reply of the type with which an actor answers this command. */
export function replyOf<Reply extends { readonly type: string }, Type extends Reply['type']>(
  reply: Reply,
  type: Type,
): Extract<Reply, { readonly type: Type }> {
  if (reply.type !== type) throw new Error(`expected ${type}, got ${reply.type}`);
  return reply as Extract<Reply, { readonly type: Type }>;
}

/** The page that a history call asks for, of a log that goes up to `upTo`. */
export function pageRange(
  { limit, ...position }: Pick<PageRange, 'before' | 'after' | 'around'> & { readonly limit?: number | undefined },
  upTo: number,
  limits: Limits,
): PageRange {
  return { ...position, limit: limit ?? limits.historyLimitDefault, upTo, bytesMax: limits.historyBytesMax };
}
