import type { LeaveReason, ModerationEvent, Role, RoomEvent } from '../protocol/events.js';
import type { UserId } from '../protocol/names.js';
import type { Database } from './database.js';
import { cutPage, type Page, type PageRange } from './pages.js';

/** The events behind `after`, up to and with `upTo`, in order: what RoomStore.append wrote. */
export function readEvents(db: Database): (after: number, upTo: number) => IterableIterator<RoomEvent> {
  const statement = db.prepare(
    `SELECT seq, at, 'said' AS type, user, text AS detail, client_msg_id AS clientMsgId
       FROM messages WHERE seq > $after AND seq <= $upTo
     UNION ALL
     SELECT seq, at, type, user, detail, NULL FROM changes WHERE seq > $after AND seq <= $upTo
     ORDER BY seq`,
  );
  return function* (after, upTo) {
    for (const row of statement.iterate({ after, upTo })) yield toEvent(row as EventRow);
  };
}

/** What somebody did with the power that the room gave them. */
export type Act = Extract<RoomEvent, { type: 'created' | 'topic-changed' }> | ModerationEvent;

interface EventRow {
  readonly seq: number;
  readonly at: number;
  readonly type: RoomEvent['type'];
  readonly user: UserId;
  readonly detail: string | null;
  readonly clientMsgId: string | null;
}

function toEvent({ seq, at, type, user, detail, clientMsgId }: EventRow): RoomEvent {
  switch (type) {
    case 'said':
      return { type, seq, at, user, text: detail as string, ...(clientMsgId === null ? {} : { clientMsgId }) };
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

/** The latest acts of moderation in a log, at most `limit`, in order: its creation, its topics, and what moderators did. */
export function readActs(db: Database): (limit: number) => Act[] {
  const statement = db.prepare(
    `SELECT seq, at, type, user, detail, NULL AS clientMsgId FROM changes
     WHERE type NOT IN ('joined', 'left') ORDER BY seq DESC LIMIT ?`,
  );
  return (limit) =>
    statement
      .all(limit)
      .map((row) => toEvent(row as EventRow) as Act)
      .reverse();
}

export interface StoredMessage {
  readonly seq: number;
  readonly from: string;
  readonly at: number;
  readonly text: string;
}

/** A page of what was said, ascending. */
export function readMessages(db: Database): (range: PageRange) => Page<StoredMessage> {
  const columns = 'SELECT seq, user AS "from", at, text FROM messages WHERE seq <= $upTo';
  const forwards = db.prepare(`${columns} AND seq > $position ORDER BY seq LIMIT $limit`);
  const backwards = db.prepare(`${columns} AND seq < $position ORDER BY seq DESC LIMIT $limit`);
  return (range) =>
    cutPage(range, ({ ascending, ...select }) => {
      return (ascending ? forwards : backwards).iterate(select) as IterableIterator<StoredMessage>;
    });
}
