import { mentionOf } from '../protocol/mentions.js';
import type { UserId } from '../protocol/names.js';
import { type ReadPosition, readUpTo } from '../protocol/read-position.js';
import type { Database } from './database.js';

export interface UnreadQuery {
  readonly user: UserId;
  /** Up to where they have read, if that was noted. */
  readonly read: ReadPosition | undefined;
  /** Whose mentions of the user do not count. */
  readonly blocked: readonly UserId[];
  /** Messages that are looked at, the latest. */
  readonly max: number;
}

/** What one room's log has for one of its members. */
export interface Unread {
  /** The last event's `seq`, and the one up to which the user has read. */
  readonly seq: number;
  readonly read: number;
  /** Messages of others behind that, and those of them that mention the user. */
  readonly unread: number;
  readonly mentions: number;
}

/** Counts what others said in a room behind where a user has read to; undefined where they are no member. */
export function readUnread(db: Database): (query: UnreadQuery) => Unread | undefined {
  const member = db.prepare(
    `SELECT epoch, since,
       max(coalesce((SELECT max(seq) FROM messages), 0), coalesce((SELECT max(seq) FROM changes), 0)) AS head
     FROM room, members WHERE user = ?`,
  );
  // Most texts mention nobody, and need not be read.
  const latest = db.prepare(
    `SELECT user, text = '' AS deleted, iif(instr(text, '@') > 0, text, NULL) AS text FROM messages
     WHERE seq > $read AND seq <= $head ORDER BY seq DESC LIMIT $max`,
  );
  return ({ user, read: noted, blocked, max }) => {
    const log = member.get(user) as { epoch: string; since: number; head: number } | undefined;
    if (log === undefined) return undefined;
    const { head } = log;
    const read = readUpTo(noted, log);
    const mentions = mentionOf(user);
    const ignored = new Set<string>(blocked);
    const count = { unread: 0, mentions: 0 };
    for (const row of latest.iterate({ read, head, max })) {
      const { user: from, deleted, text } = row as { user: string; deleted: 0 | 1; text: string | null };
      if (from === user || deleted === 1) continue;
      count.unread++;
      if (text !== null && !ignored.has(from) && mentions(text)) count.mentions++;
    }
    return { seq: head, read, ...count };
  };
}
