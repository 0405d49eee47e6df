import type { MessageEvent, ModerationEvent, Role, RoomEvent } from '../protocol/events.js';
import type { RoomName, UserId } from '../protocol/names.js';
import { type Database, type DatabaseKind, openDatabase, StorageError } from './database.js';
import { ofNoAct } from './room-reads.js';
import { type OnCommit, type Transaction, transactionsOn } from './transactions.js';

/** A room's log and what it amounts to. A `seq` is in exactly one of `messages` and `changes`. */
export const roomDatabase: DatabaseKind = {
  name: 'room',
  applicationId: 0x53_61_6c_52, // 'SalR'
  migrations: [
    `CREATE TABLE room (
       only INTEGER PRIMARY KEY CHECK (only = 1),
       name TEXT NOT NULL,
       epoch TEXT NOT NULL,
       topic TEXT NOT NULL
     ) STRICT;
     CREATE TABLE members (
       user TEXT PRIMARY KEY,
       role TEXT NOT NULL,
       since INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE messages (
       seq INTEGER PRIMARY KEY,
       at INTEGER NOT NULL,
       user TEXT NOT NULL,
       text TEXT NOT NULL,
       client_msg_id TEXT,
       key INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX messages_by_client_msg_id ON messages (user, client_msg_id, seq) WHERE client_msg_id IS NOT NULL;
     CREATE TABLE changes (
       seq INTEGER PRIMARY KEY,
       at INTEGER NOT NULL,
       type TEXT NOT NULL,
       user TEXT NOT NULL,
       detail TEXT,
       key INTEGER NOT NULL
     ) STRICT;`,
    `ALTER TABLE room ADD COLUMN private INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE room ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE room ADD COLUMN slow_mode_seconds INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE room ADD COLUMN slow_mode_since INTEGER NOT NULL DEFAULT 0;
     CREATE TABLE standings (
       standing TEXT NOT NULL,
       user TEXT NOT NULL,
       until INTEGER,
       PRIMARY KEY (standing, user)
     ) STRICT, WITHOUT ROWID;`,
    // A message without a text was deleted.
    `ALTER TABLE messages ADD COLUMN reply_to INTEGER;
     ALTER TABLE messages ADD COLUMN edited_at INTEGER;
     CREATE TABLE reactions (
       seq INTEGER NOT NULL,
       reaction TEXT NOT NULL,
       user TEXT NOT NULL,
       PRIMARY KEY (seq, reaction, user)
     ) STRICT, WITHOUT ROWID;`,
    `ALTER TABLE room ADD COLUMN floor INTEGER NOT NULL DEFAULT 0;`,
  ],
};

export interface StoredMember {
  readonly user: UserId;
  readonly role: Role;
  /** The `seq` of the event with which the user joined. */
  readonly since: number;
}

export interface StoredRoom {
  readonly epoch: string;
  readonly topic: string;
  /** The last event's `seq` and time; 0 in a room without events. */
  readonly head: number;
  readonly at: number;
  /** Of the events up to this one only acts of moderation are kept. */
  readonly floor: number;
  readonly members: readonly StoredMember[];
  readonly private: boolean;
  readonly closed: boolean;
  readonly standings: readonly StoredStanding[];
  readonly slowModeSeconds: number;
  /** In slow mode: who spoke so lately that it matters, and when, the eldest first. */
  readonly spoke: readonly { readonly user: UserId; readonly at: number }[];
}

/** What somebody is to the room beside a member. */
export interface StoredStanding {
  readonly standing: 'banned' | 'muted' | 'invited';
  readonly user: UserId;
  /** Until when, in Unix ms; null is for good. */
  readonly until: number | null;
}

interface RoomRow {
  readonly epoch: string;
  readonly topic: string;
  readonly floor: number;
  readonly private: number;
  readonly closed: number;
  readonly slowModeSeconds: number;
  readonly slowModeSince: number;
}

/** An earlier message or change. */
export interface Prior {
  readonly seq: number;
  readonly at: number;
}

/** An earlier message, as far as deciding on its repetition takes. */
export interface PriorMessage extends Prior {
  readonly text: string;
  readonly replyTo: number | undefined;
  /** Whether it was edited or deleted. */
  readonly changed: boolean;
}

/** The room's side of its database: the only writer. */
export class RoomStore {
  readonly #db: Database;
  readonly #room: RoomName;
  readonly transaction: Transaction;
  readonly #message: (...values: unknown[]) => void;
  readonly #change: (...values: unknown[]) => void;
  readonly #statements: ReturnType<typeof prepare>;
  #commits = 0;

  /** `onCommit` is for fault injection. @throws StorageError; also when the file is another room's. */
  constructor(file: string, room: RoomName, onCommit?: OnCommit) {
    this.#db = openDatabase(file, roomDatabase);
    // What is deleted is overwritten, rather than left where nothing else has needed the space yet.
    this.#db.pragma('secure_delete = ON');
    this.#room = room;
    this.#statements = prepare(this.#db);
    const { message, change } = this.#statements;
    this.transaction = transactionsOn(this.#db, (point) => {
      onCommit?.(point);
      if (point === 'after-commit') this.#commits++;
    });
    this.#message = (...values) => void message.run(...values);
    this.#change = (...values) => void change.run(...values);
    const name = this.#statements.name.get();
    if (name !== undefined && name !== room) {
      this.#db.close();
      throw new StorageError({
        en: `${file} is the log of the room ${JSON.stringify(name)}, not of ${JSON.stringify(room)}`,
        pt: `${file} é o registro da sala ${JSON.stringify(name)}, não da ${JSON.stringify(room)}`,
      });
    }
  }

  /** Transactions on disk since it was opened. */
  get commits(): number {
    return this.#commits;
  }

  load(): StoredRoom {
    const room = this.#statements.room.get() as RoomRow | undefined;
    const head = this.#statements.head.get() as { seq: number; at: number } | undefined;
    return {
      epoch: room?.epoch ?? '',
      topic: room?.topic ?? '',
      head: head?.seq ?? 0,
      at: head?.at ?? 0,
      floor: room?.floor ?? 0,
      members: this.#statements.members.all() as StoredMember[],
      private: room?.private === 1,
      closed: room?.closed === 1,
      standings: this.#statements.standings.all() as StoredStanding[],
      slowModeSeconds: room?.slowModeSeconds ?? 0,
      spoke: room === undefined || head === undefined ? [] : this.#spoke(room, head.at),
    };
  }

  #spoke({ slowModeSeconds, slowModeSince }: RoomRow, now: number): { user: UserId; at: number }[] {
    if (slowModeSeconds === 0) return [];
    const last = new Map<UserId, number>();
    for (const row of this.#statements.latest.iterate({ after: slowModeSince })) {
      const { user, at, spoken } = row as { user: UserId; at: number; spoken: number };
      if (at + slowModeSeconds * 1000 <= now) break;
      if (spoken === 1 && !last.has(user)) last.set(user, at);
    }
    return [...last].map(([user, at]) => ({ user, at })).reverse();
  }

  /** Adds an event; `epoch` names the log that a `created` event begins, `key` the command that caused it. */
  append(event: RoomEvent, key: number, epoch: string): void {
    switch (event.type) {
      case 'said':
        if (event.replyTo === undefined) {
          this.#message(event.seq, event.at, event.user, event.text, event.clientMsgId ?? null, key);
        } else {
          const { seq, at, user, text, clientMsgId = null, replyTo } = event;
          this.#statements.reply.run(seq, at, user, text, clientMsgId, key, replyTo);
        }
        break;
      case 'joined':
        this.#change(event.seq, event.at, event.type, event.user, event.role, key);
        this.#statements.addMember.run(event.user, event.role, event.seq);
        this.#statements.removeStanding.run('invited', event.user);
        break;
      case 'left':
        this.#change(event.seq, event.at, event.type, event.user, event.reason ?? null, key);
        this.#statements.removeMember.run(event.user);
        break;
      case 'created':
        this.#change(event.seq, event.at, event.type, event.user, event.topic, key);
        this.#statements.create.run(this.#room, epoch, event.topic, event.private === true ? 1 : 0);
        break;
      case 'topic-changed':
        this.#change(event.seq, event.at, event.type, event.user, event.topic, key);
        this.#statements.setTopic.run(event.topic);
        break;
      case 'edited': {
        // Its text is where the message is, and nowhere else: there it can be taken out.
        const { text, ...change } = event;
        this.#detailedChange(change, key);
        this.#statements.edit.run(text, event.at, event.target);
        break;
      }
      case 'deleted':
      case 'reacted':
        this.#detailedChange(event, key);
        this.#amend(event);
        break;
      default:
        this.#detailedChange(event, key);
        this.#moderate(event);
    }
  }

  /** What is in every event has a column; the rest is the detail. */
  #detailedChange({ seq, at, type, user, ...detail }: ModerationEvent | Omit<MessageEvent, 'text'>, key: number): void {
    this.#change(seq, at, type, user, JSON.stringify(detail), key);
  }

  #amend(event: Exclude<MessageEvent, { type: 'edited' }>): void {
    const { erase, removeReactions, addReaction, removeReaction } = this.#statements;
    switch (event.type) {
      case 'deleted':
        erase.run(event.target);
        removeReactions.run(event.target);
        break;
      case 'reacted':
        if (event.on) addReaction.run(event.target, event.reaction, event.user);
        else removeReaction.run(event.target, event.reaction, event.user);
        break;
      default:
        event satisfies never;
    }
  }

  #moderate(event: ModerationEvent): void {
    const { removeMember, removeMembers, setRole, close, setSlowMode } = this.#statements;
    const { addStanding, removeStanding, removeEnded } = this.#statements;
    switch (event.type) {
      case 'kicked':
        removeMember.run(event.target);
        break;
      case 'banned':
      case 'muted':
        removeEnded.run(event.type, event.at);
        addStanding.run(event.type, event.target, event.until ?? null);
        if (event.type === 'banned') removeStanding.run('invited', event.target);
        break;
      case 'unbanned':
        removeStanding.run('banned', event.target);
        break;
      case 'unmuted':
        removeStanding.run('muted', event.target);
        break;
      case 'invited':
        addStanding.run('invited', event.target, null);
        break;
      case 'role-changed':
        setRole.run(event.role, event.target);
        break;
      case 'slow-mode-changed':
        setSlowMode.run(event.seconds, event.seq);
        break;
      case 'closed':
        close.run();
        removeMembers.run();
        break;
      default:
        event satisfies never;
    }
  }

  /** The user's message with this id, if it is not older than `since`. */
  findMessage(user: UserId, clientMsgId: string, since: number): PriorMessage | undefined {
    const row = this.#statements.byClientMsgId.get(user, clientMsgId, since) as PriorRow | undefined;
    if (row === undefined) return undefined;
    const { seq, at, text, replyTo, editedAt } = row;
    return { seq, at, text, replyTo: replyTo ?? undefined, changed: editedAt !== null || text === '' };
  }

  /** The message with this `seq` as it is now; undefined where that is none. */
  message(seq: number): { readonly user: UserId; readonly text: string } | undefined {
    return this.#statements.messageAt.get(seq) as { user: UserId; text: string } | undefined;
  }

  hasReacted(seq: number, user: UserId, reaction: string): boolean {
    return this.#statements.hasReacted.get(seq, reaction, user) !== undefined;
  }

  /** The different reactions to a message. */
  reactionsTo(seq: number): readonly string[] {
    return this.#statements.reactionsTo.all({ seq }) as string[];
  }

  /**
   * What the commands with the keys `first` to `last` did, by their keys; none of them was handed in before `since`
   * (Unix ms), so that what is older need not be read.
   */
  priorsByKey(first: number, last: number, since: number): Map<number, Prior> {
    const after = this.#statements.lastBefore.get({ since }) as number;
    const rows = this.#statements.byKey.all({ after, first, last }) as (Prior & { readonly key: number })[];
    return new Map(rows.map(({ key, seq, at }) => [key, { seq, at }]));
  }

  /** Forgets the events behind `from`, up to and with `upTo`, but for acts of moderation: those are for the audit. */
  prune(from: number, upTo: number): void {
    this.#statements.pruneMessages.run(from, upTo);
    this.#statements.pruneChanges.run(from, upTo);
    this.#statements.pruneReactions.run(from, upTo);
    this.#statements.setFloor.run(upTo);
  }

  /** Makes another log of it: who stands anywhere in the old one has to begin anew. */
  renewEpoch(epoch: string): void {
    this.#statements.renewEpoch.run(epoch);
  }

  close(): void {
    this.#db.close();
  }
}

interface PriorRow {
  readonly seq: number;
  readonly at: number;
  readonly text: string;
  readonly replyTo: number | null;
  readonly editedAt: number | null;
}

function prepare(db: Database) {
  return {
    name: db.prepare('SELECT name FROM room').pluck(),
    room: db.prepare(
      `SELECT epoch, topic, floor, private, closed, slow_mode_seconds AS slowModeSeconds, slow_mode_since AS slowModeSince FROM room`,
    ),
    head: db.prepare(
      `SELECT seq, at FROM (SELECT seq, at FROM messages ORDER BY seq DESC LIMIT 1)
       UNION ALL
       SELECT seq, at FROM (SELECT seq, at FROM changes ORDER BY seq DESC LIMIT 1)
       ORDER BY seq DESC LIMIT 1`,
    ),
    members: db.prepare('SELECT user, role, since FROM members ORDER BY since'),
    message: db.prepare('INSERT INTO messages (seq, at, user, text, client_msg_id, key) VALUES (?, ?, ?, ?, ?, ?)'),
    reply: db.prepare(
      'INSERT INTO messages (seq, at, user, text, client_msg_id, key, reply_to) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    edit: db.prepare('UPDATE messages SET text = ?, edited_at = ? WHERE seq = ?'),
    erase: db.prepare("UPDATE messages SET text = '', edited_at = NULL WHERE seq = ?"),
    messageAt: db.prepare('SELECT user, text FROM messages WHERE seq = ?'),
    addReaction: db.prepare('INSERT OR IGNORE INTO reactions (seq, reaction, user) VALUES (?, ?, ?)'),
    removeReaction: db.prepare('DELETE FROM reactions WHERE seq = ? AND reaction = ? AND user = ?'),
    removeReactions: db.prepare('DELETE FROM reactions WHERE seq = ?'),
    hasReacted: db.prepare('SELECT 1 FROM reactions WHERE seq = ? AND reaction = ? AND user = ?'),
    // From one to the next in the order of the key: DISTINCT would read a row for everybody who reacted.
    reactionsTo: db
      .prepare(
        `WITH RECURSIVE different (reaction) AS (
           SELECT min(reaction) FROM reactions WHERE seq = $seq
           UNION ALL
           SELECT (SELECT min(reaction) FROM reactions WHERE seq = $seq AND reaction > different.reaction)
             FROM different WHERE reaction IS NOT NULL
         )
         SELECT reaction FROM different WHERE reaction IS NOT NULL`,
      )
      .pluck(),
    change: db.prepare('INSERT INTO changes (seq, at, type, user, detail, key) VALUES (?, ?, ?, ?, ?, ?)'),
    addMember: db.prepare('INSERT INTO members (user, role, since) VALUES (?, ?, ?)'),
    removeMember: db.prepare('DELETE FROM members WHERE user = ?'),
    removeMembers: db.prepare('DELETE FROM members'),
    setRole: db.prepare('UPDATE members SET role = ? WHERE user = ?'),
    close: db.prepare('UPDATE room SET closed = 1'),
    setSlowMode: db.prepare('UPDATE room SET slow_mode_seconds = ?, slow_mode_since = ?'),
    standings: db.prepare('SELECT standing, user, until FROM standings'),
    addStanding: db.prepare('INSERT OR REPLACE INTO standings (standing, user, until) VALUES (?, ?, ?)'),
    removeStanding: db.prepare('DELETE FROM standings WHERE standing = ? AND user = ?'),
    removeEnded: db.prepare('DELETE FROM standings WHERE standing = ? AND until <= ?'),
    // With what is not spoken, so that whoever reads on until a time need not first come to the next edit.
    latest: db.prepare(
      `SELECT seq, user, at, 1 AS spoken FROM messages WHERE seq > $after
       UNION ALL
       SELECT seq, user, at, type = 'edited' FROM changes WHERE seq > $after
       ORDER BY seq DESC`,
    ),
    create: db.prepare('INSERT INTO room (only, name, epoch, topic, private) VALUES (1, ?, ?, ?, ?)'),
    pruneMessages: db.prepare('DELETE FROM messages WHERE seq > ? AND seq <= ?'),
    pruneChanges: db.prepare(`DELETE FROM changes WHERE seq > ? AND seq <= ? AND ${ofNoAct}`),
    pruneReactions: db.prepare('DELETE FROM reactions WHERE seq > ? AND seq <= ?'),
    setFloor: db.prepare('UPDATE room SET floor = ?'),
    renewEpoch: db.prepare('UPDATE room SET epoch = ?'),
    setTopic: db.prepare('UPDATE room SET topic = ?'),
    byClientMsgId: db.prepare(
      `SELECT seq, at, text, reply_to AS replyTo, edited_at AS editedAt FROM messages
       WHERE user = ? AND client_msg_id = ? AND at >= ? ORDER BY seq DESC LIMIT 1`,
    ),
    // Times never run backwards, so the first older event, from the end, is behind none that is not.
    lastBefore: db
      .prepare(
        `SELECT max(
           coalesce((SELECT seq FROM messages WHERE at < $since ORDER BY seq DESC LIMIT 1), 0),
           coalesce((SELECT seq FROM changes WHERE at < $since ORDER BY seq DESC LIMIT 1), 0))`,
      )
      .pluck(),
    byKey: db.prepare(
      `SELECT key, seq, at FROM messages WHERE seq > $after AND key BETWEEN $first AND $last
       UNION ALL
       SELECT key, seq, at FROM changes WHERE seq > $after AND key BETWEEN $first AND $last`,
    ),
  };
}
