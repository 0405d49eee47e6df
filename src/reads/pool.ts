import type { Piscina } from 'piscina';
import type { PrivateMessage } from '../protocol/events.js';
import type { Page, PageRange } from '../storage/pages.js';
import type { StoredMessage } from '../storage/room-reads.js';
import type { InboxQuery } from './inbox-history.js';
import type { MessagesQuery } from './inbox-messages.js';
import type { EventsQuery } from './room-events.js';
import type roomHistory from './room-history.js';

export type { PageRange };

/** A run of events as lines, a line an event, from `first` to `last`; none where `last < first`. */
export interface LinePage {
  readonly first: number;
  readonly last: number;
  readonly lines: Uint8Array;
}

/** Reads of stored logs on read-only connections, in threads of their own: they hold up no room. */
export interface Reads {
  roomEvents(query: EventsQuery): Promise<LinePage>;
  roomHistory(query: Parameters<typeof roomHistory>[0]): Promise<Page<StoredMessage>>;
  inboxMessages(query: MessagesQuery): Promise<LinePage>;
  inboxHistory(query: InboxQuery): Promise<Page<PrivateMessage>>;
  /** Starts the first thread, which the first read would otherwise wait for. */
  warm(): void;
  close(): Promise<void>;
}

/** A read that was not done because too many wait already, or because the pool is closed. */
export class ReadsBusy extends Error {
  override readonly name = 'ReadsBusy';
}

const threadsMax = 2;
/**
 * Results that one turn of the event loop is given. A page takes its time to be written out, in which the threads would
 * finish the next, and nobody else had a turn before the last reader is served.
 */
const underWayMax = 2;
const idleTimeoutMs = 30_000;

/**
 * The pool; its library and threads are loaded with the first read, or with `warm`.
 *
 * Every read rejects with ReadsBusy when `queueMax` of them wait, and with the read's own error when it fails.
 */
export function createReads(queueMax: number): Reads {
  let pool: Promise<Piscina> | undefined;
  let closed = false;
  let underWay = 0;
  const waiting: (() => void)[] = [];
  const begin = (): void => {
    while (underWay < underWayMax && waiting.length > 0) {
      underWay++;
      waiting.shift()?.();
    }
  };
  const ended = (): void => {
    underWay--;
    begin();
  };
  const start = async (): Promise<Piscina> => {
    const { Piscina } = await import('piscina');
    return new Piscina({
      minThreads: 1,
      maxThreads: threadsMax,
      idleTimeout: idleTimeoutMs,
      execArgv: [],
    });
  };
  const run = <Query, Result>(task: string) => {
    const filename = new URL(`./${task}.js`, import.meta.url).href;
    return async (query: Query): Promise<Result> => {
      // A closed pool would start threads again.
      if (closed) throw new ReadsBusy();
      pool ??= start();
      const running = await pool;
      if (waiting.length >= queueMax) throw new ReadsBusy();
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        begin();
      });
      try {
        if (closed) throw new ReadsBusy();
        return (await running.run(query, { filename })) as Result;
      } finally {
        setImmediate(ended);
      }
    };
  };
  return {
    roomEvents: run('room-events'),
    roomHistory: run('room-history'),
    inboxMessages: run('inbox-messages'),
    inboxHistory: run('inbox-history'),
    warm: () => {
      if (!closed) pool ??= start();
    },
    close: async () => {
      closed = true;
      await (await pool)?.close({ force: true });
    },
  };
}
