import type { LeaveReason, MessageEvent, ModerationEvent, Role, RoomEvent } from '../protocol/events.js';
import type { UserId } from '../protocol/names.js';
import type { Database } from './database.js';
import { cutPage, type Page, type PageRange } from './pages.js';

/** What the message says now that a change edited. */
const textOfEdit = `CASE type WHEN 'edited' THEN
  (SELECT text FROM messages WHERE messages.seq = changes.detail ->> 'target') END`;

/**
 * The events behind `after`, up to and with `upTo`, in order: what RoomStore.append wrote, messages and edits with the
 * text that the message has now.
 */
export function readEvents(db: Database): (after: number, upTo: number) => IterableIterator<RoomEvent> {
  const statement = db.prepare(
    `SELECT seq, at, 'said' AS type, user, text AS detail, client_msg_id AS clientMsgId, reply_to AS replyTo,
       edited_at AS editedAt, NULL AS text
       FROM messages WHERE seq > $after AND seq <= $upTo
     UNION ALL
     SELECT seq, at, type, user, detail, NULL, NULL, NULL, ${textOfEdit}
       FROM changes WHERE seq > $after AND seq <= $upTo
     ORDER BY seq`,
  );
  return function* (after, upTo) {
    for (const row of statement.iterate({ after, upTo })) yield toEvent(row as EventRow);
  };
}

/** How far the log was pruned: see RoomStore.prune. */
export function readFloor(db: Database): () => number {
  const statement = db.prepare('SELECT floor FROM room').pluck();
  return () => (statement.get() as number | undefined) ?? 0;
}

/** What is to be kept of a log. Times are Unix ms. */
export interface Keeping {
  /** What is older need not be kept. */
  readonly since: number | undefined;
  /** Nor what has so many messages behind it. */
  readonly messages: number | undefined;
  /** What is younger is kept in any case. */
  readonly always: number;
}

/** Up to which event a log may be pruned; 0 where it may not. */
export function readPrunable(db: Database): (keeping: Keeping) => number {
  const head = db
    .prepare(`SELECT max(coalesce((SELECT max(seq) FROM messages), 0), coalesce((SELECT max(seq) FROM changes), 0))`)
    .pluck();
  const beyond = db.prepare('SELECT seq FROM messages ORDER BY seq DESC LIMIT 1 OFFSET ?').pluck();
  const next = db.prepare(
    `SELECT seq, at FROM (SELECT seq, at FROM messages WHERE seq > $after ORDER BY seq LIMIT 1)
     UNION ALL
     SELECT seq, at FROM (SELECT seq, at FROM changes WHERE seq > $after ORDER BY seq LIMIT 1)
     ORDER BY seq LIMIT 1`,
  );
  /** The last event before a time. Times never run backwards, so it is found in halves. */
  const lastBefore = (time: number, head: number): number => {
    let [low, high] = [0, head];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const event = next.get({ after: middle }) as { seq: number; at: number } | undefined;
      if (event === undefined || event.at >= time) high = middle;
      else low = event.seq;
    }
    return low;
  };
  return ({ since, messages, always }) => {
    const last = head.get() as number;
    const old = since === undefined ? 0 : lastBefore(since, last);
    const many = messages === undefined ? 0 : ((beyond.get(messages) as number | undefined) ?? 0);
    return Math.min(Math.max(old, many), lastBefore(always, last));
  };
}

/** What somebody did with the power that the room gave them. */
export type Act =
  | Extract<RoomEvent, { type: 'created' | 'topic-changed' }>
  /** Of somebody else's message. */
  | Extract<MessageEvent, { type: 'deleted' }>
  | ModerationEvent;

interface EventRow {
  readonly seq: number;
  readonly at: number;
  readonly type: RoomEvent['type'];
  readonly user: UserId;
  readonly detail: string | null;
  readonly clientMsgId: string | null;
  readonly replyTo: number | null;
  readonly editedAt: number | null;
  /** Of an edit: what the message says now. */
  readonly text: string | null;
}

function toEvent({ seq, at, type, user, detail, clientMsgId, replyTo, editedAt, text }: EventRow): RoomEvent {
  switch (type) {
    case 'said': {
      const said = { type, seq, at, user, text: detail as string, ...(clientMsgId === null ? {} : { clientMsgId }) };
      return replyTo === null && editedAt === null ? said : { ...said, ...given({ replyTo, editedAt }) };
    }
    case 'edited':
      // The message may be gone, where a room keeps only the latest.
      return { type, seq, at, user, ...JSON.parse(detail as string), text: text ?? '' } as RoomEvent;
    case 'joined':
      return { type, seq, at, user, role: detail as Role };
    case 'left':
      return { type, seq, at, user, ...(detail === null ? {} : { reason: detail as LeaveReason }) };
    case 'created':
    case 'topic-changed':
      return { type, seq, at, user, topic: detail as string };
    default:
      // What RoomStore.append made of it.
      return { type, seq, at, user, ...JSON.parse(detail as string) } as RoomEvent;
  }
}

/** As SQL: whether a change is none of moderation, but what anybody may do. */
export const ofNoAct = `(type IN ('joined', 'left', 'edited', 'reacted') OR type = 'deleted' AND detail ->> 'author' IS NULL)`;

/** The latest acts of moderation in a log, at most `limit`, in order: its creation, its topics, and what moderators did. */
export function readActs(db: Database): (limit: number) => Act[] {
  const statement = db.prepare(
    `SELECT seq, at, type, user, detail FROM changes
     WHERE NOT ${ofNoAct}
     ORDER BY seq DESC LIMIT ?`,
  );
  return (limit) =>
    statement
      .all(limit)
      .map((row) => toEvent(row as EventRow) as Act)
      .reverse();
}

/** A message as it is now. What it has no word for is left out. */
export interface StoredMessage {
  readonly seq: number;
  readonly from: string;
  readonly at: number;
  /** Empty where it was deleted. */
  readonly text: string;
  readonly replyTo?: number;
  readonly editedAt?: number;
  readonly deleted?: true;
  readonly reactions?: StoredReaction[];
}

/** How many users reacted so, and whether the reader is one of them. */
export interface StoredReaction {
  readonly reaction: string;
  readonly users: number;
  readonly mine: boolean;
}

const messageColumns = 'SELECT seq, user AS "from", at, text, reply_to AS replyTo, edited_at AS editedAt FROM messages';

/** A page of what was said, ascending, as `reader` is to see it where there is one. */
export function readMessages(db: Database): (range: PageRange, reader?: string) => Page<StoredMessage> {
  const columns = `${messageColumns} WHERE seq <= $upTo`;
  const forwards = db.prepare(`${columns} AND seq > $position ORDER BY seq LIMIT $limit`);
  const backwards = db.prepare(`${columns} AND seq < $position ORDER BY seq DESC LIMIT $limit`);
  const reactions = readReactions(db);
  return (range, reader = '') => {
    const page = cutPage(range, ({ ascending, ...select }) => {
      return (ascending ? forwards : backwards).iterate(select) as IterableIterator<MessageRow>;
    });
    const [first, last] = [page.messages[0], page.messages.at(-1)];
    const reacted = first === undefined || last === undefined ? noReactions : reactions(first.seq, last.seq, reader);
    return { ...page, messages: page.messages.map((row) => toMessage(row, reacted)) };
  };
}

interface MessageRow {
  readonly seq: number;
  readonly from: string;
  readonly at: number;
  readonly text: string;
  readonly replyTo: number | null;
  readonly editedAt: number | null;
}

type Reactions = ReadonlyMap<number, StoredReaction[]>;
const noReactions: Reactions = new Map();

function toMessage({ seq, from, at, text, replyTo, editedAt }: MessageRow, reacted: Reactions): StoredMessage {
  const plain = { seq, from, at, text };
  const reactions = reacted.get(seq);
  if (replyTo === null && editedAt === null && text !== '' && reactions === undefined) return plain;
  const deleted = text === '' ? ({ deleted: true } as const) : {};
  return { ...plain, ...given({ replyTo, editedAt }), ...deleted, ...(reactions === undefined ? {} : { reactions }) };
}

/** The reactions to messages from one `seq` to another. */
function readReactions(db: Database): (first: number, last: number, reader: string) => Reactions {
  const statement = db.prepare(
    `SELECT seq, reaction, count(*) AS users, max(user = $reader) AS mine FROM reactions
     WHERE seq BETWEEN $first AND $last GROUP BY seq, reaction`,
  );
  return (first, last, reader) => {
    const bySeq = new Map<number, StoredReaction[]>();
    for (const row of statement.iterate({ first, last, reader })) {
      const { seq, reaction, users, mine } = row as { seq: number; reaction: string; users: number; mine: number };
      const reactions = bySeq.get(seq) ?? [];
      reactions.push({ reaction, users, mine: mine === 1 });
      bySeq.set(seq, reactions);
    }
    return bySeq;
  };
}

/** Those that are there. */
function given({ replyTo, editedAt }: Pick<MessageRow, 'replyTo' | 'editedAt'>) {
  return { ...(replyTo === null ? {} : { replyTo }), ...(editedAt === null ? {} : { editedAt }) };
}

/** A text and where it is. */
export interface StoredText {
  readonly seq: number;
  readonly text: string;
}

/** What a search needs of a log, at one moment of it: see `atOneMoment`. */
export function readForSearch(db: Database) {
  const candidates = db.prepare(
    `SELECT seq, text FROM messages WHERE seq >= ? AND seq < ?
       AND (length(text) <> octet_length(text) OR text LIKE ?) ORDER BY seq DESC`,
  );
  const text = db.prepare('SELECT seq, text FROM messages WHERE seq = ?');
  const edited = db
    .prepare(`SELECT DISTINCT detail ->> 'target' FROM changes WHERE seq BETWEEN ? AND ? AND type = 'edited'`)
    .pluck();
  const message = db.prepare(`${messageColumns} WHERE seq = ?`);
  const reactions = readReactions(db);
  return {
    atOneMoment: <T>(work: () => T): T => db.transaction(work)(),
    /**
     * What was said from `from` on and before `before`, the latest first: whatever is not plain ASCII, and of that what
     * has `word` in it, in whatever case; none of it without a word. SQLite sees to that in a quarter of the time.
     */
    candidates: (from: number, before: number, word: string | undefined) =>
      candidates.all(from, before, word === undefined ? null : `%${word}%`) as StoredText[],
    /** What was said with this `seq`, if that is a message and still there. */
    text: (seq: number) => text.get(seq) as StoredText | undefined,
    /** The messages that the events `from` to `to` edited. */
    edited: (from: number, to: number) => edited.all(from, to) as number[],
    /** A message that is there, as `reader` is to see it. */
    message: (seq: number, reader: string) => toMessage(message.get(seq) as MessageRow, reactions(seq, seq, reader)),
  };
}

/** What an index of a log is made of: read at one moment, see `atOneMoment`. */
export function readForIndex(db: Database) {
  const epoch = db.prepare('SELECT epoch FROM room').pluck();
  const first = db.prepare('SELECT min(seq) FROM messages').pluck();
  const upwards = db.prepare('SELECT seq, text FROM messages WHERE seq BETWEEN ? AND ? ORDER BY seq');
  const downwards = db.prepare('SELECT seq, text FROM messages WHERE seq BETWEEN ? AND ? ORDER BY seq DESC');
  const changed = db
    .prepare(
      `SELECT DISTINCT detail ->> 'target' FROM changes WHERE seq BETWEEN ? AND ? AND type IN ('edited', 'deleted')`,
    )
    .pluck();
  const text = db.prepare('SELECT text FROM messages WHERE seq = ?').pluck();
  return {
    atOneMoment: <T>(work: () => T): T => db.transaction(work)(),
    epoch: () => epoch.get() as string | undefined,
    /** The first message that there is; none, if nothing was said. */
    firstMessage: () => first.get() as number | null,
    /** The messages `from` to `to`, ascending or the latest first. */
    messages: (from: number, to: number, ascending: boolean) =>
      (ascending ? upwards : downwards).iterate(from, to) as IterableIterator<{
        readonly seq: number;
        readonly text: string;
      }>,
    /** The messages that the events `from` to `to` changed. */
    changed: (from: number, to: number) => changed.all(from, to) as number[],
    /** A message's text; none where it is gone. */
    text: (seq: number) => (text.get(seq) as string | undefined) || undefined,
  };
}
