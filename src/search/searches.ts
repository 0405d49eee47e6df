import type { WrittenResult } from '../protocol/answers.js';
import type { Limits } from '../protocol/limits.js';
import type { Coverage } from '../storage/search-index.js';
import { PoolBusy, TaskPool } from '../tasks/task-pool.js';
import type { FoundAnswer, InboxAnswerQuery, RoomAnswer, RoomAnswerQuery } from './answers.js';
import type { BiteQuery } from './bite.js';
import { Indexer, type IndexerOptions } from './indexer.js';

/**
 * Searches of stored logs, and the answers to `room.search` and `private.search`, in a thread of their own: they hold up
 * neither rooms nor those who read histories.
 */
export interface Searches {
  room(query: Omit<RoomAnswerQuery, 'msMax'>): Promise<WrittenResult>;
  inbox(query: Omit<InboxAnswerQuery, 'msMax'>): Promise<WrittenResult>;
  /** Has the indexes follow their logs from now on. */
  begin(): void;
  close(): Promise<void>;
}

export interface SearchesOptions extends Omit<IndexerOptions, 'bite'> {
  readonly limits: Pick<Limits, 'searchQueueMax' | 'searchMsMax'>;
}

/** After so long it is the next search's turn. */
const sliceMsMax = 100;
const underWayMax = 2;
const searchNiceness = 3;
const indexNiceness = 10;
const retryAfterMsMin = 500;
const retryAfterMsSpread = 1000;

/** Every search rejects with PoolBusy when `searchQueueMax` of them wait, and with its own error when it fails. */
export function createSearches({ limits: { searchQueueMax, searchMsMax }, ...indexing }: SearchesOptions): Searches {
  // Spread, so that not all who are refused at once come back at once.
  const retryAfterMs = () => retryAfterMsMin + Math.floor(Math.random() * retryAfterMsSpread);
  const oneThread = { threadsMin: 0, threadsMax: 1, retryAfterMs };
  const pool = new TaskPool({
    ...oneThread,
    name: 'the search',
    underWayMax,
    queueMax: searchQueueMax,
    niceness: searchNiceness,
  });
  // A thread of its own, so that an index has one writer, and it may be the least urgent of all.
  const indexPool = new TaskPool({
    ...oneThread,
    name: 'the index',
    underWayMax: 1,
    queueMax: 1,
    niceness: indexNiceness,
  });
  const answers = new URL('./answers.js', import.meta.url);
  const searchRoom = pool.task<RoomAnswerQuery, RoomAnswer>(answers, 'inRoom');
  const searchInbox = pool.task<InboxAnswerQuery, FoundAnswer>(answers, 'inInbox');
  const bite = indexPool.task<BiteQuery, Coverage>(new URL('./bite.js', import.meta.url));
  const indexer = new Indexer({ ...indexing, bite });

  /** Goes on, slice by slice, until something is found, or there is nothing more, or the time is over. */
  const search = async <Query extends Pick<InboxAnswerQuery, 'range'>>(
    run: (query: Query & { readonly msMax: number }) => Promise<FoundAnswer>,
    query: Query,
  ): Promise<WrittenResult> => {
    const until = performance.now() + searchMsMax;
    let found: FoundAnswer | undefined;
    for (let { range } = query; ; ) {
      try {
        found = await run({ ...query, range, msMax: sliceMsMax });
      } catch (error) {
        // Others came meanwhile, and it waited for its turn already: it says how far it came.
        if (found !== undefined && error instanceof PoolBusy) return found.result;
        throw error;
      }
      if (!found.more || !found.isEmpty || performance.now() >= until) return found.result;
      range = { ...range, before: found.next };
    }
  };

  return {
    room: (query) =>
      search(async (asked: RoomAnswerQuery) => {
        const found = await searchRoom(asked);
        indexer.met(query.file, found.index);
        return found;
      }, query),
    inbox: (query) => search(searchInbox, query),
    begin: () => indexer.begin(),
    close: async () => {
      indexer.close();
      await Promise.all([pool.close(), indexPool.close()]);
    },
  };
}
