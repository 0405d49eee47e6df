import type { SupervisorRef } from '../actors/supervisor/supervisor-handle.js';
import type { Limits } from '../protocol/limits.js';
import type { MethodName, Result, Values } from '../protocol/methods.js';
import type { RoomName } from '../protocol/names.js';
import { type Refusal, refusals } from '../protocol/refusals.js';
import type { PageRange, Reads } from '../reads/pool.js';
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
  readonly passwords: Passwords;
  /** The supervisor's database, for readers. */
  readonly inboxFile: string;
  /** Notes that a connection of a user is over. */
  readonly release: (session: Session) => void;
}

/** A handler answers once, through `reply`, now or later; what it returns is awaited for failures only. */
export type Handlers<M extends MethodName> = {
  readonly [N in M]: (session: Session, values: Values<N>, reply: (outcome: Result<N> | Refusal) => void) => unknown;
};

/** Runs `work` with the room, or refuses. */
export function inRoom(
  rooms: Rooms,
  name: RoomName,
  reply: (refusal: Refusal) => void,
  work: (room: Room) => unknown,
): unknown {
  const room = rooms.get(name);
  return room === undefined ? reply(refusals.roomNotFound(name)) : work(room);
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
  { before, after, limit }: { before?: number | undefined; after?: number | undefined; limit?: number | undefined },
  upTo: number,
  limits: Limits,
): PageRange {
  return { before, after, limit: limit ?? limits.historyLimitDefault, upTo, bytesMax: limits.historyBytesMax };
}
