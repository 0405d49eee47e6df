import {
  type Arrival,
  decide,
  type RoomEntry,
  type SupervisorCommand,
  type SupervisorEvent,
  type SupervisorMemory,
  type SupervisorReply,
} from '../../src/actors/supervisor/decisions.js';
import type { PrivateMessage } from '../../src/protocol/events.js';
import { defaultLimits, type Limits } from '../../src/protocol/limits.js';
import {
  nameOf,
  type RoomName,
  type SessionId,
  sessionId,
  type UserId,
  type UserName,
} from '../../src/protocol/names.js';
import type { ReadPosition } from '../../src/protocol/read-position.js';
import type { Refusal } from '../../src/protocol/refusals.js';
import type { Membership, SessionRecord } from '../../src/storage/supervisor-store.js';

interface UserRecord {
  /** By the hashes of their tokens. */
  readonly sessions: Map<string, SessionRecord>;
  password: string | undefined;
  connections: number;
  expiresAt: number | undefined;
}

type InboxEntry = PrivateMessage & { readonly clientMsgId?: string | undefined };

/** A supervisor that keeps all it knows in maps: what its shell does on disk, without the disk. */
export class SupervisorInMemory implements SupervisorMemory {
  readonly limits: Limits;
  readonly users = new Map<UserId, UserRecord>();
  readonly rooms = new Map<RoomName, RoomEntry>();
  readonly inboxes = new Map<UserId, InboxEntry[]>();
  readonly owners = new Map<UserName, UserId>();
  readonly #numbers = new Map<UserName, number>();
  readonly #notes = new Map<UserId, Map<RoomName, ReadPosition | undefined>>();
  readonly #blocks = new Map<UserId, Set<UserId>>();

  constructor(limits: Partial<Limits> = {}) {
    this.limits = { ...defaultLimits, ...limits };
  }

  do(command: SupervisorCommand, at: number): SupervisorReply | Refusal {
    const { events, outcome } = decide(command, at, this, this.limits);
    for (const event of events) this.#apply(event);
    return outcome;
  }

  /** After a restart nobody is connected. */
  restart(at: number): void {
    for (const user of this.users.values()) {
      user.connections = 0;
      if (user.password === undefined) user.expiresAt ??= at + this.limits.resumeSeconds * 1000;
    }
  }

  expired(at: number): UserId[] {
    return [...this.users].filter(([, { expiresAt }]) => expiresAt !== undefined && expiresAt <= at).map(([id]) => id);
  }

  roomCount(): number {
    return this.rooms.size;
  }

  roomExists(room: RoomName): boolean {
    return this.rooms.has(room);
  }

  lastNumber(name: UserName): number {
    return this.#numbers.get(name) ?? 0;
  }

  findByToken(tokenHash: Uint8Array, at: number): UserId | undefined {
    const token = hex(tokenHash);
    for (const [id, user] of this.users) {
      if (user.sessions.has(token)) return user.expiresAt !== undefined && user.expiresAt <= at ? undefined : id;
    }
    return undefined;
  }

  nameOwner(name: UserName): UserId | undefined {
    return this.owners.get(name);
  }

  sessions(user: UserId): SessionRecord[] {
    return [...(this.users.get(user)?.sessions.values() ?? [])].sort((a, b) => a.lastUsedAt - b.lastUsedAt);
  }

  accountPassword(user: UserId): string | undefined {
    return this.users.get(user)?.password;
  }

  accountCount(): number {
    return [...this.users.values()].filter(({ password }) => password !== undefined).length;
  }

  nameHasAccount(name: UserName): boolean {
    return [...this.users].some(([id, { password }]) => nameOf(id) === name && password !== undefined);
  }

  userExists(user: string): boolean {
    return this.users.has(user as UserId);
  }

  hasBlocked(user: string, blocked: UserId): boolean {
    return this.#blocks.get(user as UserId)?.has(blocked) === true;
  }

  blocks(user: UserId): UserId[] {
    return [...(this.#blocks.get(user) ?? [])].sort();
  }

  memberships(user: UserId): RoomName[] {
    return [...(this.#notes.get(user)?.keys() ?? [])].sort();
  }

  membership(user: UserId, room: RoomName): Membership | undefined {
    return this.readPositions(user).find((membership) => membership.room === room);
  }

  readPositions(user: UserId): Membership[] {
    return this.memberships(user).map((room) => ({ room, read: this.#notes.get(user)?.get(room) }));
  }

  inboxHead(user: UserId): number {
    return this.inboxes.get(user)?.at(-1)?.seq ?? 0;
  }

  findSent(user: UserId, room: RoomName, clientMsgId: string, since: number) {
    return this.inboxes
      .get(user)
      ?.findLast(
        (entry) => entry.from === user && entry.room === room && entry.clientMsgId === clientMsgId && entry.at >= since,
      );
  }

  #apply(event: SupervisorEvent): void {
    switch (event.type) {
      case 'registered':
        this.#numbers.set(event.name, event.number);
        this.users.set(event.user, {
          sessions: new Map(),
          password: undefined,
          connections: 0,
          expiresAt: undefined,
        });
        break;
      case 'session-started': {
        const { tokenHash, at, address } = event;
        const record = { session: sessionId(tokenHash), createdAt: at, lastUsedAt: at, address };
        this.users.get(event.user)?.sessions.set(hex(tokenHash), record);
        break;
      }
      case 'session-used': {
        const { session, at, address } = event;
        this.#changeSession(event.user, session, (record) => ({ ...record, lastUsedAt: at, address }));
        break;
      }
      case 'session-ended':
        this.#changeSession(event.user, event.session, () => undefined);
        break;
      case 'account-created': {
        const user = this.users.get(event.user);
        if (user === undefined) break;
        user.password = event.password;
        user.expiresAt = undefined;
        if (event.reserve) this.owners.set(nameOf(event.user), event.user);
        break;
      }
      case 'password-changed': {
        const user = this.users.get(event.user);
        if (user !== undefined) user.password = event.password;
        break;
      }
      case 'connected': {
        const user = this.users.get(event.user);
        if (user === undefined) break;
        user.connections++;
        user.expiresAt = undefined;
        break;
      }
      case 'disconnected': {
        const user = this.users.get(event.user);
        if (user === undefined) break;
        user.connections = Math.max(0, user.connections - 1);
        user.expiresAt = user.connections === 0 ? event.expiresAt : undefined;
        break;
      }
      case 'ended':
        this.users.delete(event.user);
        if (this.owners.get(nameOf(event.user)) === event.user) this.owners.delete(nameOf(event.user));
        this.inboxes.delete(event.user);
        this.#notes.delete(event.user);
        break;
      case 'room-created':
        this.rooms.set(event.room, event.entry);
        break;
      case 'room-noted':
        if (!this.#notes.get(event.user)?.has(event.room)) this.#note(event.user, event.room, undefined);
        break;
      case 'read':
        if (this.#notes.get(event.user)?.has(event.room)) {
          this.#note(event.user, event.room, { epoch: event.epoch, seq: event.seq });
        }
        break;
      case 'room-forgotten':
        this.#notes.get(event.user)?.delete(event.room);
        break;
      case 'received': {
        const inbox = this.inboxes.get(event.owner) ?? [];
        inbox.push({ ...event.message, clientMsgId: event.clientMsgId });
        this.inboxes.set(event.owner, inbox);
        break;
      }
      case 'blocked':
        this.#blocks.set(event.user, new Set(this.#blocks.get(event.user)).add(event.blocked));
        break;
      case 'unblocked':
        this.#blocks.get(event.user)?.delete(event.blocked);
        break;
      default:
        event satisfies never;
    }
  }

  #note(user: UserId, room: RoomName, read: ReadPosition | undefined): void {
    this.#notes.set(user, (this.#notes.get(user) ?? new Map()).set(room, read));
  }

  #changeSession(user: UserId, session: SessionId, change: (record: SessionRecord) => SessionRecord | undefined): void {
    const sessions = this.users.get(user)?.sessions;
    for (const [token, record] of sessions ?? []) {
      if (record.session !== session) continue;
      const changed = change(record);
      if (changed === undefined) sessions?.delete(token);
      else sessions?.set(token, changed);
    }
  }
}

/** A client comes with this token, from an address that does not matter. */
export function arrivalWith(token: string): Arrival {
  return { tokenHash: hashOf(token), address: '192.0.2.1' };
}

export function hashOf(token: string): Uint8Array {
  return new Uint8Array(32).fill(token.charCodeAt(0));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
