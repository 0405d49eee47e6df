import { timingSafeEqual } from 'node:crypto';
import type { PrivateMessage } from '../protocol/events.js';
import type { RoomName, UserId, UserName } from '../protocol/names.js';
import { type Database, type DatabaseKind, openDatabase } from './database.js';
import { cutPage, type Page, type PageRange } from './pages.js';
import { type Transaction, transactionsOn } from './transactions.js';

/**
 * Who there is, what waits in their inboxes, and which rooms there are; and what the last commands were answered, for
 * those who ask again after a crash.
 */
export const supervisorDatabase: DatabaseKind = {
  name: 'supervisor',
  applicationId: 0x53_61_6c_53, // 'SalS'
  migrations: [
    `CREATE TABLE names (
       name TEXT PRIMARY KEY,
       last INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE users (
       user TEXT PRIMARY KEY,
       token_key BLOB NOT NULL,
       token_hash BLOB NOT NULL,
       connections INTEGER NOT NULL DEFAULT 0,
       expires_at INTEGER
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX users_by_token_key ON users (token_key);
     CREATE INDEX users_by_expires_at ON users (expires_at) WHERE expires_at IS NOT NULL;
     CREATE TABLE rooms (
       number INTEGER PRIMARY KEY,
       room TEXT NOT NULL UNIQUE,
       topic TEXT NOT NULL,
       created_by TEXT NOT NULL
     ) STRICT;
     CREATE TABLE memberships (
       user TEXT NOT NULL,
       room TEXT NOT NULL,
       PRIMARY KEY (user, room)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE inbox (
       owner TEXT NOT NULL,
       seq INTEGER NOT NULL,
       room TEXT NOT NULL,
       sender TEXT NOT NULL,
       recipient TEXT NOT NULL,
       at INTEGER NOT NULL,
       text TEXT NOT NULL,
       client_msg_id TEXT,
       PRIMARY KEY (owner, seq)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX inbox_by_client_msg_id ON inbox (owner, room, client_msg_id, seq)
       WHERE client_msg_id IS NOT NULL AND owner = sender;`,
    `CREATE TABLE outcomes (
       number INTEGER PRIMARY KEY,
       key INTEGER NOT NULL,
       outcome TEXT NOT NULL
     ) STRICT;`,
  ],
};

/** An earlier private message, as far as deciding on its repetition takes. */
export interface PriorPrivate {
  readonly seq: number;
  readonly at: number;
  readonly to: UserId;
  readonly text: string;
}

/** Bytes of a token's hash by which it is looked up; the rest is compared in constant time. */
const tokenKeyBytes = 8;

/** The supervisor's side of its database: the only writer. */
export class SupervisorStore {
  readonly #db: Database;
  readonly #statements: ReturnType<typeof prepare>;
  readonly transaction: Transaction;
  #commits = 0;

  /** @throws StorageError */
  constructor(file: string) {
    this.#db = openDatabase(file, supervisorDatabase);
    this.#statements = prepare(this.#db);
    this.transaction = transactionsOn(this.#db, (point) => {
      if (point === 'after-commit') this.#commits++;
    });
  }

  /** Transactions on disk since it was opened. */
  get commits(): number {
    return this.#commits;
  }

  /** The last number given to a name; 0 if there is none. */
  lastNumber(name: UserName): number {
    return (this.#statements.lastNumber.get(name) as number | undefined) ?? 0;
  }

  addUser(user: UserId, name: UserName, number: number, tokenHash: Uint8Array): void {
    this.#statements.setLastNumber.run(name, number);
    this.#statements.addUser.run(user, tokenHash.subarray(0, tokenKeyBytes), tokenHash);
  }

  userExists(user: string): boolean {
    return this.#statements.userExists.get(user) !== undefined;
  }

  /** Whose token has this hash, if that identity has not expired by `at`. */
  findByToken(tokenHash: Uint8Array, at: number): UserId | undefined {
    const rows = this.#statements.byTokenKey.all(tokenHash.subarray(0, tokenKeyBytes)) as UserRow[];
    const found = rows.find((row) => timingSafeEqual(row.token_hash, tokenHash));
    return found === undefined || (found.expires_at !== null && found.expires_at <= at) ? undefined : found.user;
  }

  /** One more connection of the user, who does not expire while there is one. */
  connect(user: UserId): void {
    this.#statements.connect.run(user);
  }

  /** One connection of the user less; with the last, the identity is over at `expiresAt`. */
  disconnect(user: UserId, expiresAt: number): void {
    this.#statements.disconnect.run(expiresAt, user);
  }

  /** After a restart nobody is connected: everyone who was has until `expiresAt` to come back. */
  disconnectAll(expiresAt: number): void {
    this.#statements.disconnectAll.run(expiresAt);
  }

  /** Users whose identity is over by `at`, the longest over first. */
  expired(at: number, limit: number): UserId[] {
    return this.#statements.expired.all(at, limit) as UserId[];
  }

  removeUser(user: UserId): void {
    this.#statements.removeUser.run(user);
    this.#statements.removeMemberships.run(user);
    this.#statements.removeInbox.run(user);
  }

  rooms(): RoomName[] {
    return this.#statements.rooms.all() as RoomName[];
  }

  roomCount(): number {
    return this.#statements.roomCount.get() as number;
  }

  roomExists(room: RoomName): boolean {
    return this.findRoom(room) !== undefined;
  }

  findRoom(room: RoomName): { topic: string; createdBy: string } | undefined {
    return this.#statements.room.get(room) as { topic: string; createdBy: string } | undefined;
  }

  addRoom(room: RoomName, topic: string, createdBy: string): void {
    this.#statements.addRoom.run(room, topic, createdBy);
  }

  memberships(user: UserId): RoomName[] {
    return this.#statements.memberships.all(user) as RoomName[];
  }

  addMembership(user: UserId, room: RoomName): void {
    this.#statements.addMembership.run(user, room);
  }

  removeMembership(user: UserId, room: RoomName): void {
    this.#statements.removeMembership.run(user, room);
  }

  inboxHead(user: UserId): number {
    return (this.#statements.inboxHead.get(user) as number | null) ?? 0;
  }

  addToInbox(owner: UserId, message: PrivateMessage, clientMsgId: string | undefined): void {
    const { seq, room, from, to, at, text } = message;
    this.#statements.addToInbox.run(owner, seq, room, from, to, at, text, clientMsgId ?? null);
  }

  /** The private message that this user sent in this room with this id, if it is not older than `since`. */
  findSent(user: UserId, room: RoomName, clientMsgId: string, since: number): PriorPrivate | undefined {
    return this.#statements.sent.get({ user, room, clientMsgId, since }) as PriorPrivate | undefined;
  }

  /** Notes what a command that had an effect was answered, under its key; the last `keptMax` are kept. */
  addOutcome(key: number, outcome: object, keptMax: number): void {
    const { lastInsertRowid } = this.#statements.addOutcome.run(key, JSON.stringify(outcome));
    this.#statements.pruneOutcomes.run(Number(lastInsertRowid) - keptMax);
  }

  /** What the last commands that had an effect were answered, by their keys. */
  outcomes<Outcome>(): Map<number, Outcome> {
    const rows = this.#statements.outcomes.all() as { readonly key: number; readonly outcome: string }[];
    return new Map(rows.map(({ key, outcome }) => [key, JSON.parse(outcome) as Outcome]));
  }

  close(): void {
    this.#db.close();
  }
}

interface UserRow {
  readonly user: UserId;
  readonly token_hash: Buffer;
  readonly expires_at: number | null;
}

function prepare(db: Database) {
  return {
    lastNumber: db.prepare('SELECT last FROM names WHERE name = ?').pluck(),
    setLastNumber: db.prepare('INSERT INTO names VALUES (?, ?) ON CONFLICT DO UPDATE SET last = excluded.last'),
    addUser: db.prepare('INSERT INTO users (user, token_key, token_hash) VALUES (?, ?, ?)'),
    userExists: db.prepare('SELECT 1 FROM users WHERE user = ?').pluck(),
    byTokenKey: db.prepare('SELECT user, token_hash, expires_at FROM users WHERE token_key = ?'),
    connect: db.prepare('UPDATE users SET connections = connections + 1, expires_at = NULL WHERE user = ?'),
    disconnect: db.prepare(
      `UPDATE users SET connections = max(connections - 1, 0), expires_at = iif(connections <= 1, ?, NULL)
       WHERE user = ?`,
    ),
    disconnectAll: db.prepare('UPDATE users SET connections = 0, expires_at = ? WHERE expires_at IS NULL'),
    expired: db.prepare('SELECT user FROM users WHERE expires_at <= ? ORDER BY expires_at LIMIT ?').pluck(),
    removeUser: db.prepare('DELETE FROM users WHERE user = ?'),
    removeMemberships: db.prepare('DELETE FROM memberships WHERE user = ?'),
    removeInbox: db.prepare('DELETE FROM inbox WHERE owner = ?'),
    rooms: db.prepare('SELECT room FROM rooms ORDER BY number').pluck(),
    roomCount: db.prepare('SELECT count(*) FROM rooms').pluck(),
    room: db.prepare('SELECT topic, created_by AS createdBy FROM rooms WHERE room = ?'),
    addRoom: db.prepare('INSERT INTO rooms (room, topic, created_by) VALUES (?, ?, ?)'),
    memberships: db.prepare('SELECT room FROM memberships WHERE user = ? ORDER BY room').pluck(),
    addMembership: db.prepare('INSERT INTO memberships VALUES (?, ?) ON CONFLICT DO NOTHING'),
    removeMembership: db.prepare('DELETE FROM memberships WHERE user = ? AND room = ?'),
    inboxHead: db.prepare('SELECT max(seq) FROM inbox WHERE owner = ?').pluck(),
    addToInbox: db.prepare('INSERT INTO inbox VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    addOutcome: db.prepare('INSERT INTO outcomes (key, outcome) VALUES (?, ?)'),
    pruneOutcomes: db.prepare('DELETE FROM outcomes WHERE number <= ?'),
    outcomes: db.prepare('SELECT key, outcome FROM outcomes'),
    sent: db.prepare(
      `SELECT seq, at, recipient AS "to", text FROM inbox
       WHERE owner = $user AND sender = $user AND owner = sender AND room = $room
         AND client_msg_id = $clientMsgId AND at >= $since
       ORDER BY seq DESC LIMIT 1`,
    ),
  };
}

const inboxColumns = 'SELECT seq, room, sender AS "from", recipient AS "to", at, text FROM inbox';

/** Private messages of one inbox behind `after`, in order, up to `limit`. */
export function readInbox(db: Database): (owner: UserId, after: number, limit: number) => PrivateMessage[] {
  const statement = db.prepare(`${inboxColumns} WHERE owner = ? AND seq > ? ORDER BY seq LIMIT ?`);
  return (owner, after, limit) => statement.all(owner, after, limit) as PrivateMessage[];
}

/** A page of one inbox, of one room and with one user where these are given. */
export function readInboxPage(
  db: Database,
): (owner: UserId, filter: { room?: string; with?: string }, range: PageRange) => Page<PrivateMessage> {
  const where = `WHERE owner = $owner AND seq <= $upTo AND ($room IS NULL OR room = $room)
    AND ($with IS NULL OR (sender = $with AND recipient = $owner) OR (recipient = $with AND sender = $owner))`;
  const forwards = db.prepare(`${inboxColumns} ${where} AND seq > $position ORDER BY seq LIMIT $limit`);
  const backwards = db.prepare(`${inboxColumns} ${where} AND seq < $position ORDER BY seq DESC LIMIT $limit`);
  return (owner, filter, range) =>
    cutPage(range, ({ ascending, ...select }) => {
      const values = { owner, room: filter.room ?? null, with: filter.with ?? null, ...select };
      return (ascending ? forwards : backwards).iterate(values) as IterableIterator<PrivateMessage>;
    });
}
