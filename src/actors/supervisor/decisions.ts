import type { PrivateMessage } from '../../protocol/events.js';
import type { Limits } from '../../protocol/limits.js';
import { type RoomName, type SessionId, sessionId, type UserId, type UserName, userId } from '../../protocol/names.js';
import { type Refusal, refusals } from '../../protocol/refusals.js';
import type { Membership, SessionRecord } from '../../storage/supervisor-store.js';
import { type AccountCommand, type AccountEvent, type AccountReply, decideAccount } from './accounts.js';
import { answer, type Decision, done, resumed } from './decision.js';
import { decideReading, type ReadingCommand, type ReadingEvent, type ReadingReply } from './reading.js';

/** A room of the directory: with which topic it began, and by whom. */
export interface RoomEntry {
  readonly topic: string;
  readonly createdBy: string;
  /** Whether it is only for members and the invited. */
  readonly private?: boolean | undefined;
}

/** The token with which a client comes, here only by its SHA-256, and the address from which it comes. */
export interface Arrival {
  readonly tokenHash: Uint8Array;
  readonly address: string;
}

export type SupervisorCommand =
  | AccountCommand
  | ReadingCommand
  | ({ readonly type: 'register'; readonly name: UserName } & Arrival)
  | ({ readonly type: 'resume' } & Arrival)
  /** One of the user's connections ended. */
  | { readonly type: 'disconnect'; readonly user: UserId }
  /** The user's identity is over; that of one with an account only with the hash of its password. */
  | { readonly type: 'end'; readonly user: UserId; readonly password?: string | undefined }
  | { readonly type: 'list-rooms'; readonly user: UserId }
  | {
      readonly type: 'create-room';
      readonly room: RoomName;
      readonly topic: string;
      readonly by: string;
      readonly private?: boolean | undefined;
    }
  /** The user is about to join a room: noted before the room is asked, so that no membership is ever forgotten. */
  | { readonly type: 'note-room'; readonly user: UserId; readonly room: RoomName }
  | { readonly type: 'forget-room'; readonly user: UserId; readonly room: RoomName }
  | {
      readonly type: 'send-private';
      readonly from: UserId;
      readonly to: string;
      readonly room: RoomName;
      readonly text: string;
      readonly clientMsgId?: string | undefined;
      /** Why the room would not have it, if it would not. */
      readonly objection?: Refusal | undefined;
    }
  | { readonly type: 'inbox-head'; readonly user: UserId }
  /** Is there such a user, for `by` if one asks who may be blocked? */
  | { readonly type: 'find-user'; readonly user: string; readonly by?: UserId }
  | { readonly type: 'block'; readonly user: UserId; readonly blocked: string }
  | { readonly type: 'unblock'; readonly user: UserId; readonly blocked: string }
  | { readonly type: 'list-blocks'; readonly user: UserId };

export type SupervisorReply =
  | AccountReply
  | ReadingReply
  | { readonly type: 'registered'; readonly user: UserId }
  | {
      readonly type: 'resumed';
      readonly user: UserId;
      readonly rooms: readonly RoomName[];
      readonly inboxHead: number;
      /** Other sessions of the user that had to give way. */
      readonly ended: readonly SessionId[];
    }
  | { readonly type: 'rooms'; readonly rooms: readonly RoomName[] }
  | { readonly type: 'sent'; readonly seq: number; readonly at: number; readonly duplicate: boolean }
  | { readonly type: 'inbox'; readonly head: number }
  | { readonly type: 'found'; readonly known: boolean }
  | { readonly type: 'blocks'; readonly users: readonly UserId[] }
  | { readonly type: 'done' };

export type SupervisorEvent =
  | AccountEvent
  | ReadingEvent
  | { readonly type: 'registered'; readonly user: UserId; readonly name: UserName; readonly number: number }
  | ({ readonly type: 'session-started'; readonly user: UserId; readonly at: number } & Arrival)
  | {
      readonly type: 'session-used';
      readonly user: UserId;
      readonly session: SessionId;
      readonly at: number;
      readonly address: string;
    }
  | { readonly type: 'session-ended'; readonly user: UserId; readonly session: SessionId }
  | { readonly type: 'connected'; readonly user: UserId }
  /** The identity is over at `expiresAt`, if it ever is and this was the user's last connection. */
  | { readonly type: 'disconnected'; readonly user: UserId; readonly expiresAt: number | undefined }
  | { readonly type: 'ended'; readonly user: UserId }
  | { readonly type: 'room-created'; readonly room: RoomName; readonly entry: RoomEntry }
  | { readonly type: 'room-noted'; readonly user: UserId; readonly room: RoomName }
  | { readonly type: 'room-forgotten'; readonly user: UserId; readonly room: RoomName }
  | {
      readonly type: 'received';
      readonly owner: UserId;
      readonly message: PrivateMessage;
      readonly clientMsgId?: string | undefined;
    }
  | { readonly type: 'blocked' | 'unblocked'; readonly user: UserId; readonly blocked: UserId };

/** All that the supervisor knows, as it looks it up. */
export interface SupervisorMemory {
  roomCount(): number;
  roomExists(room: RoomName): boolean;
  lastNumber(name: UserName): number;
  nameOwner(name: UserName): UserId | undefined;
  sessions(user: UserId): SessionRecord[];
  accountPassword(user: UserId): string | undefined;
  accountCount(): number;
  nameHasAccount(name: UserName): boolean;
  findByToken(tokenHash: Uint8Array, at: number): UserId | undefined;
  userExists(user: string): boolean;
  memberships(user: UserId): RoomName[];
  membership(user: UserId, room: RoomName): Membership | undefined;
  readPositions(user: UserId): Membership[];
  hasBlocked(user: string, blocked: UserId): boolean;
  blocks(user: UserId): UserId[];
  inboxHead(user: UserId): number;
  findSent(
    user: UserId,
    room: RoomName,
    clientMsgId: string,
    since: number,
  ): { readonly seq: number; readonly at: number; readonly to: UserId; readonly text: string } | undefined;
}

/** What `command` leads to, at time `at` (Unix ms): no threads, no disk, no clock. */
export function decide(command: SupervisorCommand, at: number, memory: SupervisorMemory, limits: Limits): Decision {
  switch (command.type) {
    case 'register': {
      const { name, tokenHash, address } = command;
      if (memory.nameOwner(name) !== undefined) return answer(refusals.nameReserved(name));
      const number = memory.lastNumber(name) + 1;
      const user = userId(name, number);
      return {
        events: [
          { type: 'registered', user, name, number },
          { type: 'session-started', user, tokenHash, at, address },
          { type: 'connected', user },
        ],
        outcome: { type: 'registered', user },
      };
    }
    case 'resume': {
      const { tokenHash, address } = command;
      const user = memory.findByToken(tokenHash, at);
      if (user === undefined) return answer(refusals.tokenInvalid());
      return {
        events: [
          { type: 'session-used', user, session: sessionId(tokenHash), at, address },
          { type: 'connected', user },
        ],
        outcome: resumed(user, memory),
      };
    }
    case 'disconnect': {
      const { user } = command;
      const permanent = memory.accountPassword(user) !== undefined;
      const expiresAt = permanent ? undefined : at + limits.resumeSeconds * 1000;
      return { events: [{ type: 'disconnected', user, expiresAt }], outcome: done };
    }
    case 'end': {
      const { user, password } = command;
      if (memory.accountPassword(user) !== password) return answer(refusals.credentialsInvalid());
      return { events: [{ type: 'ended', user }], outcome: done };
    }
    case 'find-account':
    case 'create-account':
    case 'log-in':
    case 'change-password':
    case 'list-sessions':
    case 'end-session':
      return decideAccount(command, at, memory, limits);
    case 'list-rooms':
      return answer({ type: 'rooms', rooms: memory.memberships(command.user) });
    case 'create-room': {
      const { room, topic, by } = command;
      if (memory.roomExists(room)) return answer(refusals.roomExists(room));
      if (memory.roomCount() >= limits.roomsMax) return answer(refusals.tooManyRooms(limits.roomsMax));
      const hidden = command.private === true ? { private: true } : {};
      const created: SupervisorEvent = { type: 'room-created', room, entry: { topic, createdBy: by, ...hidden } };
      if (!by.includes('#')) return { events: [created], outcome: done };
      const noted = note(by as UserId, room, memory, limits);
      return 'code' in noted ? answer(noted) : { events: [created, noted], outcome: done };
    }
    case 'note-room': {
      const noted = note(command.user, command.room, memory, limits);
      return 'code' in noted ? answer(noted) : { events: [noted], outcome: done };
    }
    case 'forget-room':
      return { events: [{ type: 'room-forgotten', user: command.user, room: command.room }], outcome: done };
    case 'send-private':
      return sendPrivate(command, at, memory, limits);
    case 'mark-read':
    case 'list-read':
      return decideReading(command, memory);
    case 'inbox-head':
      return answer({ type: 'inbox', head: memory.inboxHead(command.user) });
    case 'find-user': {
      const { user, by } = command;
      const known = by === undefined ? memory.userExists(user) : isThereFor(by, user, memory);
      return answer({ type: 'found', known });
    }
    case 'block': {
      const { user, blocked } = command;
      if (!memory.userExists(blocked)) return answer(refusals.userNotFound(blocked));
      if (memory.hasBlocked(user, blocked as UserId)) return answer(done);
      if (memory.blocks(user).length >= limits.userBlocksMax)
        return answer(refusals.tooManyBlocks(limits.userBlocksMax));
      return { events: [{ type: 'blocked', user, blocked: blocked as UserId }], outcome: done };
    }
    case 'unblock': {
      const { user, blocked } = command;
      if (!memory.hasBlocked(user, blocked as UserId)) return answer(done);
      return { events: [{ type: 'unblocked', user, blocked: blocked as UserId }], outcome: done };
    }
    case 'list-blocks':
      return answer({ type: 'blocks', users: memory.blocks(command.user) });
    default:
      return command satisfies never;
  }
}

/** Whether `from` finds a user: one who has blocked them is as nobody to them. */
function isThereFor(from: UserId, user: string, memory: SupervisorMemory): boolean {
  return memory.userExists(user) && !memory.hasBlocked(user, from);
}

function note(user: UserId, room: RoomName, memory: SupervisorMemory, limits: Limits): SupervisorEvent | Refusal {
  const rooms = memory.memberships(user);
  if (!rooms.includes(room) && rooms.length >= limits.userRoomsMax) {
    return refusals.tooManyRoomsOfUser(limits.userRoomsMax);
  }
  return { type: 'room-noted', user, room };
}

function sendPrivate(
  { from, to, room, text, clientMsgId, objection }: Extract<SupervisorCommand, { type: 'send-private' }>,
  at: number,
  memory: SupervisorMemory,
  limits: Limits,
): Decision {
  if (clientMsgId !== undefined) {
    const before = memory.findSent(from, room, clientMsgId, at - limits.clientMsgIdSeconds * 1000);
    if (before !== undefined) {
      return before.text === text && before.to === to
        ? answer({ type: 'sent', seq: before.seq, at: before.at, duplicate: true })
        : answer(refusals.duplicateConflict(clientMsgId, before.seq));
    }
  }
  if (objection !== undefined) {
    const unknown = objection.code === 'USER_NOT_IN_ROOM' && !isThereFor(from, to, memory);
    return answer(unknown ? refusals.userNotFound(to) : objection);
  }
  // Or somebody whose identity ended after the room was asked.
  if (!isThereFor(from, to, memory)) return answer(refusals.userNotFound(to));
  const recipient = to as UserId;
  const seq = memory.inboxHead(from) + 1;
  const sent: PrivateMessage = { seq, room, from, to: recipient, at, text };
  const events: SupervisorEvent[] = [{ type: 'received', owner: from, message: sent, clientMsgId }];
  if (recipient !== from) {
    const message = { ...sent, seq: memory.inboxHead(recipient) + 1 };
    events.push({ type: 'received', owner: recipient, message });
  }
  return { events, outcome: { type: 'sent', seq, at, duplicate: false } };
}
