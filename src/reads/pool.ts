import type { WrittenResult } from '../protocol/answers.js';
import type { PageRange } from '../storage/pages.js';
import { TaskPool } from '../tasks/task-pool.js';
import type { InboxQuery } from './inbox-history.js';
import type { MessagesQuery } from './inbox-messages.js';
import type { EventsQuery } from './room-events.js';
import type { HistoryQuery } from './room-history.js';
import type roomPrunable from './room-prunable.js';
import type unread from './unread.js';

export type { PageRange };

/**
 * A run of events as lines, a line an event, from `first` to `last`; none where `last < first`. Where `first` is not the
 * next that was asked for, those before it are not kept any more.
 */
export interface LinePage {
  readonly first: number;
  readonly last: number;
  readonly lines: Uint8Array;
}

/** Reads of stored logs on read-only connections, in threads of their own: they hold up no room. */
export interface Reads {
  roomEvents(query: EventsQuery): Promise<LinePage>;
  roomHistory(query: HistoryQuery): Promise<WrittenResult>;
  /** Up to which event the log may be pruned. */
  roomPrunable(query: Parameters<typeof roomPrunable>[0]): Promise<number>;
  unread(query: Parameters<typeof unread>[0]): Promise<ReturnType<typeof unread>>;
  inboxMessages(query: MessagesQuery): Promise<LinePage>;
  inboxHistory(query: InboxQuery): Promise<WrittenResult>;
  /** Starts the first thread, which the first read would otherwise wait for. */
  warm(): void;
  close(): Promise<void>;
}

const threadsMax = 2;
/**
 * A page takes its time to be handed to the system, in which the threads would finish the next: without a bound nobody else
 * had a turn before the last reader is served.
 */
const underWayMax = 4;
/** Who asks for much of what was can wait, who talks should not have to. */
const niceness = 10;
const busyRetryMs = 100;

/** Every read rejects with PoolBusy when `queueMax` of them wait, and with the read's own error when it fails. */
export function createReads(queueMax: number): Reads {
  const pool = new TaskPool({
    name: 'the history',
    threadsMin: 1,
    threadsMax,
    underWayMax,
    queueMax,
    retryAfterMs: () => busyRetryMs,
    niceness,
  });
  const run = <Query, Result>(task: string) => pool.task<Query, Result>(new URL(`./${task}.js`, import.meta.url));
  return {
    roomEvents: run('room-events'),
    roomHistory: run('room-history'),
    roomPrunable: run('room-prunable'),
    unread: run('unread'),
    inboxMessages: run('inbox-messages'),
    inboxHistory: run('inbox-history'),
    warm: () => pool.warm(),
    close: () => pool.close(),
  };
}
