import { timingSafeEqual } from 'node:crypto';
import type { PrivateMessage } from '../protocol/events.js';
import { nameOf, type RoomName, type SessionId, sessionId, type UserId, type UserName } from '../protocol/names.js';
import type { ReadPosition } from '../protocol/read-position.js';
import { type Database, type DatabaseKind, explained, openDatabase, openForReading } from './database.js';
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
    `CREATE TABLE sessions (
       session TEXT NOT NULL,
       token_hash BLOB NOT NULL,
       user TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       used_at INTEGER NOT NULL,
       address TEXT NOT NULL,
       PRIMARY KEY (session, user)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX sessions_by_user ON sessions (user, used_at);
     INSERT INTO sessions
       SELECT lower(hex(token_key)), token_hash, user, unixepoch() * 1000, unixepoch() * 1000, '' FROM users;
     DROP INDEX users_by_token_key;
     ALTER TABLE users DROP COLUMN token_key;
     ALTER TABLE users DROP COLUMN token_hash;
     CREATE TABLE accounts (
       user TEXT PRIMARY KEY,
       password TEXT NOT NULL,
       created_at INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     ALTER TABLE names ADD COLUMN owner TEXT;`,
    `CREATE TABLE blocks (
       user TEXT NOT NULL,
       blocked TEXT NOT NULL,
       PRIMARY KEY (user, blocked)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX blocks_by_blocked ON blocks (blocked);
     ALTER TABLE rooms ADD COLUMN private INTEGER NOT NULL DEFAULT 0;`,
    `ALTER TABLE memberships ADD COLUMN read_epoch TEXT;
     ALTER TABLE memberships ADD COLUMN read_seq INTEGER;`,
  ],
};

/** An earlier private message, as far as deciding on its repetition takes. */
export interface PriorPrivate {
  readonly seq: number;
  readonly at: number;
  readonly to: UserId;
  readonly text: string;
}

/** A session: from when it is, and when and from where it last brought its user back. */
export interface SessionRecord {
  readonly session: SessionId;
  readonly createdAt: number;
  readonly lastUsedAt: number;
  readonly address: string;
}

/** A room in the directory of rooms. */
export interface StoredRoomEntry {
  readonly topic: string;
  readonly createdBy: string;
  readonly private?: boolean | undefined;
}

/** A room that a user is noted to be in, and up to where they have read there, if they ever said so. */
export interface Membership {
  readonly room: RoomName;
  readonly read: ReadPosition | undefined;
}

/** The supervisor's side of its database: the only writer. */
export class SupervisorStore {
  readonly #db: Database;
  readonly #statements: ReturnType<typeof prepare>;
  readonly transaction: Transaction;
  /** How many accounts there are, once it was asked: SQLite reads them all to count them. */
  #accounts: number | undefined;
  #commits = 0;

  /** @throws StorageError */
  constructor(file: string) {
    this.#db = openDatabase(file, supervisorDatabase);
    this.#statements = prepare(this.#db);
    const transaction = transactionsOn(this.#db, (point) => {
      if (point === 'after-commit') this.#commits++;
    });
    this.transaction = (work) => {
      try {
        return transaction(work);
      } catch (error) {
        // Those of a transaction that was undone may have been counted.
        this.#accounts = undefined;
        throw error;
      }
    };
  }

  /** Transactions on disk since it was opened. */
  get commits(): number {
    return this.#commits;
  }

  /** The last number given to a name; 0 if there is none. */
  lastNumber(name: UserName): number {
    return (this.#statements.lastNumber.get(name) as number | undefined) ?? 0;
  }

  /** Whose name it is alone, if it is somebody's. */
  nameOwner(name: UserName): UserId | undefined {
    return (this.#statements.nameOwner.get(name) as UserId | null | undefined) ?? undefined;
  }

  addUser(user: UserId, name: UserName, number: number): void {
    this.#statements.setLastNumber.run(name, number);
    this.#statements.addUser.run(user);
  }

  userExists(user: string): boolean {
    return this.#statements.userExists.get(user) !== undefined;
  }

  /** Whose token has this hash, if that identity has not expired by `at`. */
  findByToken(tokenHash: Uint8Array, at: number): UserId | undefined {
    const rows = this.#statements.bySession.all(sessionId(tokenHash)) as TokenRow[];
    const found = rows.find((row) => timingSafeEqual(row.token_hash, tokenHash));
    return found === undefined || (found.expires_at !== null && found.expires_at <= at) ? undefined : found.user;
  }

  addSession(user: UserId, tokenHash: Uint8Array, at: number, address: string): void {
    this.#statements.addSession.run(sessionId(tokenHash), tokenHash, user, at, at, address);
  }

  /** The session has brought its user back. */
  useSession(user: UserId, session: SessionId, at: number, address: string): void {
    this.#statements.useSession.run(at, address, session, user);
  }

  removeSession(user: UserId, session: SessionId): void {
    this.#statements.removeSession.run(session, user);
  }

  /** The user's sessions, the one least recently used first. */
  sessions(user: UserId): SessionRecord[] {
    return this.#statements.sessions.all(user) as SessionRecord[];
  }

  /** The hash of the password of the user's account, if there is one. */
  accountPassword(user: UserId): string | undefined {
    return this.#statements.accountPassword.get(user) as string | undefined;
  }

  accountCount(): number {
    this.#accounts ??= this.#statements.accountCount.get() as number;
    return this.#accounts;
  }

  /** Whether anybody of this name has an account. */
  nameHasAccount(name: UserName): boolean {
    // Of all that begins like an id of this name, `$` is the first that comes after `#`.
    return this.#statements.accountBetween.get(`${name}#`, `${name}$`) !== undefined;
  }

  /** The user becomes permanent; with `reserve`, the name is theirs alone. */
  addAccount(user: UserId, password: string, at: number, reserve: boolean): void {
    this.#statements.addAccount.run(user, password, at);
    if (this.#accounts !== undefined) this.#accounts++;
    this.#statements.stay.run(user);
    if (reserve) this.#statements.setNameOwner.run(user, nameOf(user));
  }

  setPassword(user: UserId, password: string): void {
    this.#statements.setPassword.run(password, user);
  }

  /** One more connection of the user, who does not expire while there is one. */
  connect(user: UserId): void {
    this.#statements.connect.run(user);
  }

  /** One connection of the user less; with the last, the identity is over at `expiresAt`, if it ever is. */
  disconnect(user: UserId, expiresAt: number | undefined): void {
    this.#statements.disconnect.run(expiresAt ?? null, user);
  }

  /** After a restart nobody is connected: who was, and has no account, has until `expiresAt` to come back. */
  disconnectAll(expiresAt: number): void {
    this.#statements.disconnectAll.run(expiresAt);
  }

  /** Users whose identity is over by `at`, the longest over first. */
  expired(at: number, limit: number): UserId[] {
    return this.#statements.expired.all(at, limit) as UserId[];
  }

  removeUser(user: UserId): void {
    this.#statements.removeUser.run(user);
    this.#statements.removeSessions.run(user);
    const { changes } = this.#statements.removeAccount.run(user);
    if (this.#accounts !== undefined) this.#accounts -= changes;
    this.#statements.freeName.run(nameOf(user), user);
    this.#statements.removeMemberships.run(user);
    this.#statements.removeInbox.run(user);
    this.#statements.removeBlocks.run({ user });
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

  findRoom(room: RoomName): StoredRoomEntry | undefined {
    const row = this.#statements.room.get(room) as (Omit<StoredRoomEntry, 'private'> & { hidden: number }) | undefined;
    if (row === undefined) return undefined;
    const { hidden, ...entry } = row;
    return hidden === 1 ? { ...entry, private: true } : entry;
  }

  addRoom(room: RoomName, { topic, createdBy, private: hidden }: StoredRoomEntry): void {
    this.#statements.addRoom.run(room, topic, createdBy, hidden === true ? 1 : 0);
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

  /** The user's note of this room, if there is one. */
  membership(user: UserId, room: RoomName): Membership | undefined {
    const row = this.#statements.membership.get(user, room) as MembershipRow | undefined;
    return row === undefined ? undefined : toMembership(row);
  }

  /** The rooms that the user is noted to be in, by name. */
  readPositions(user: UserId): Membership[] {
    return (this.#statements.readPositions.all(user) as MembershipRow[]).map(toMembership);
  }

  setRead(user: UserId, room: RoomName, { epoch, seq }: ReadPosition): void {
    this.#statements.setRead.run(epoch, seq, user, room);
  }

  hasBlocked(user: string, blocked: UserId): boolean {
    return this.#statements.hasBlocked.get(user, blocked) !== undefined;
  }

  /** Whom the user has blocked. */
  blocks(user: UserId): UserId[] {
    return this.#statements.blocks.all(user) as UserId[];
  }

  addBlock(user: UserId, blocked: UserId): void {
    this.#statements.addBlock.run(user, blocked);
  }

  removeBlock(user: UserId, blocked: UserId): void {
    this.#statements.removeBlock.run(user, blocked);
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

interface TokenRow {
  readonly user: UserId;
  readonly token_hash: Buffer;
  readonly expires_at: number | null;
}

interface MembershipRow {
  readonly room: RoomName;
  readonly epoch: string | null;
  readonly seq: number | null;
}

function toMembership({ room, epoch, seq }: MembershipRow): Membership {
  return { room, read: epoch === null || seq === null ? undefined : { epoch, seq } };
}

const membershipColumns = 'SELECT room, read_epoch AS epoch, read_seq AS seq FROM memberships';

function prepare(db: Database) {
  return {
    lastNumber: db.prepare('SELECT last FROM names WHERE name = ?').pluck(),
    setLastNumber: db.prepare(
      'INSERT INTO names (name, last) VALUES (?, ?) ON CONFLICT DO UPDATE SET last = excluded.last',
    ),
    nameOwner: db.prepare('SELECT owner FROM names WHERE name = ?').pluck(),
    setNameOwner: db.prepare('UPDATE names SET owner = ? WHERE name = ?'),
    freeName: db.prepare('UPDATE names SET owner = NULL WHERE name = ? AND owner = ?'),
    addUser: db.prepare('INSERT INTO users (user) VALUES (?)'),
    userExists: db.prepare('SELECT 1 FROM users WHERE user = ?').pluck(),
    bySession: db.prepare(
      'SELECT user, token_hash, expires_at FROM sessions JOIN users USING (user) WHERE session = ?',
    ),
    addSession: db.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?)'),
    useSession: db.prepare('UPDATE sessions SET used_at = ?, address = ? WHERE session = ? AND user = ?'),
    removeSession: db.prepare('DELETE FROM sessions WHERE session = ? AND user = ?'),
    removeSessions: db.prepare('DELETE FROM sessions WHERE user = ?'),
    sessions: db.prepare(
      `SELECT session, created_at AS createdAt, used_at AS lastUsedAt, address
       FROM sessions WHERE user = ? ORDER BY used_at`,
    ),
    accountPassword: db.prepare('SELECT password FROM accounts WHERE user = ?').pluck(),
    accountCount: db.prepare('SELECT count(*) FROM accounts').pluck(),
    accountBetween: db.prepare('SELECT 1 FROM accounts WHERE user > ? AND user < ? LIMIT 1').pluck(),
    addAccount: db.prepare('INSERT INTO accounts VALUES (?, ?, ?)'),
    setPassword: db.prepare('UPDATE accounts SET password = ? WHERE user = ?'),
    removeAccount: db.prepare('DELETE FROM accounts WHERE user = ?'),
    stay: db.prepare('UPDATE users SET expires_at = NULL WHERE user = ?'),
    connect: db.prepare('UPDATE users SET connections = connections + 1, expires_at = NULL WHERE user = ?'),
    disconnect: db.prepare(
      `UPDATE users SET connections = max(connections - 1, 0), expires_at = iif(connections <= 1, ?, NULL)
       WHERE user = ?`,
    ),
    disconnectAll: db.prepare(
      `UPDATE users SET connections = 0, expires_at = iif(user IN (SELECT user FROM accounts), NULL, ?)
       WHERE connections > 0`,
    ),
    expired: db.prepare('SELECT user FROM users WHERE expires_at <= ? ORDER BY expires_at LIMIT ?').pluck(),
    removeUser: db.prepare('DELETE FROM users WHERE user = ?'),
    removeMemberships: db.prepare('DELETE FROM memberships WHERE user = ?'),
    removeInbox: db.prepare('DELETE FROM inbox WHERE owner = ?'),
    rooms: db.prepare('SELECT room FROM rooms ORDER BY number').pluck(),
    roomCount: db.prepare('SELECT count(*) FROM rooms').pluck(),
    room: db.prepare('SELECT topic, created_by AS createdBy, private AS hidden FROM rooms WHERE room = ?'),
    addRoom: db.prepare('INSERT INTO rooms (room, topic, created_by, private) VALUES (?, ?, ?, ?)'),
    memberships: db.prepare('SELECT room FROM memberships WHERE user = ? ORDER BY room').pluck(),
    addMembership: db.prepare('INSERT INTO memberships (user, room) VALUES (?, ?) ON CONFLICT DO NOTHING'),
    removeMembership: db.prepare('DELETE FROM memberships WHERE user = ? AND room = ?'),
    membership: db.prepare(`${membershipColumns} WHERE user = ? AND room = ?`),
    readPositions: db.prepare(`${membershipColumns} WHERE user = ? ORDER BY room`),
    setRead: db.prepare('UPDATE memberships SET read_epoch = ?, read_seq = ? WHERE user = ? AND room = ?'),
    hasBlocked: db.prepare('SELECT 1 FROM blocks WHERE user = ? AND blocked = ?').pluck(),
    blocks: db.prepare('SELECT blocked FROM blocks WHERE user = ? ORDER BY blocked').pluck(),
    addBlock: db.prepare('INSERT INTO blocks VALUES (?, ?)'),
    removeBlock: db.prepare('DELETE FROM blocks WHERE user = ? AND blocked = ?'),
    removeBlocks: db.prepare('DELETE FROM blocks WHERE user = $user OR blocked = $user'),
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

/**
 * The rooms in a supervisor's file, in the order in which they came into it.
 *
 * @throws StorageError
 */
export function storedRooms(file: string): RoomName[] {
  return explained(file, () => {
    const db = openForReading(file, supervisorDatabase);
    try {
      return db.prepare('SELECT room FROM rooms ORDER BY number').pluck().all() as RoomName[];
    } finally {
      db.close();
    }
  });
}

/** Of which room, and with whom. */
export interface InboxFilter {
  readonly room?: string;
  readonly with?: string;
}

const inboxFilter = `WHERE owner = $owner AND ($room IS NULL OR room = $room)
  AND ($with IS NULL OR (sender = $with AND recipient = $owner) OR (recipient = $with AND sender = $owner))`;
const inboxColumns = 'SELECT seq, room, sender AS "from", recipient AS "to", at, text FROM inbox';

/** Private messages of one inbox behind `after`, in order, up to `limit`. */
export function readInbox(db: Database): (owner: UserId, after: number, limit: number) => PrivateMessage[] {
  const statement = db.prepare(`${inboxColumns} WHERE owner = ? AND seq > ? ORDER BY seq LIMIT ?`);
  return (owner, after, limit) => statement.all(owner, after, limit) as PrivateMessage[];
}

/** Private messages of one inbox before `before`, of one room and with one user where these are given, the latest first. */
export function readInboxBackwards(
  db: Database,
): (owner: UserId, filter: InboxFilter, before: number) => IterableIterator<PrivateMessage> {
  const statement = db.prepare(`${inboxColumns} ${inboxFilter} AND seq < $before ORDER BY seq DESC`);
  return (owner, filter, before) =>
    statement.iterate({
      owner,
      room: filter.room ?? null,
      with: filter.with ?? null,
      before,
    }) as IterableIterator<PrivateMessage>;
}

/** A page of one inbox, of one room and with one user where these are given. */
export function readInboxPage(
  db: Database,
): (owner: UserId, filter: InboxFilter, range: PageRange) => Page<PrivateMessage> {
  const where = `${inboxFilter} AND seq <= $upTo`;
  const forwards = db.prepare(`${inboxColumns} ${where} AND seq > $position ORDER BY seq LIMIT $limit`);
  const backwards = db.prepare(`${inboxColumns} ${where} AND seq < $position ORDER BY seq DESC LIMIT $limit`);
  return (owner, filter, range) =>
    cutPage(range, ({ ascending, ...select }) => {
      const values = { owner, room: filter.room ?? null, with: filter.with ?? null, ...select };
      return (ascending ? forwards : backwards).iterate(values) as IterableIterator<PrivateMessage>;
    });
}
