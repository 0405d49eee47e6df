import { forget, readersOf } from '../reads/databases.js';
import { searchFile } from '../storage/data-directory.js';
import { readForIndex } from '../storage/room-reads.js';
import { roomDatabase } from '../storage/room-store.js';
import {
  type Coverage,
  type IndexedMessage,
  isDamage,
  removeIndex,
  SearchIndex,
  searchDatabase,
} from '../storage/search-index.js';
import { indexing, writing } from './purposes.js';

export interface BiteQuery {
  /** The log's. */
  readonly file: string;
  /** The index goes so far at the most. */
  readonly head: number;
  /** Begins it anew, for it is damaged. */
  readonly renew: boolean;
}

/** Events of one transaction, and bytes of their texts. */
const biteEventsMax = 2000;
const biteBytesMax = 1024 * 1024;

/**
 * Takes a bite of a log into its index: of what is behind it first, then of what is before it. So the latest is found
 * first where there is much to index. A damaged index, or one of another log, is begun anew.
 *
 * Answers what is covered then; with `first` 1 it is all there is. At most one thread may do this to a log.
 *
 * @throws what the log or the medium is to blame for
 */
export default function bite({ file, head, renew }: BiteQuery): Coverage {
  const target = searchFile(file);
  if (renew) beginAnew(target);
  try {
    return extended(file, head, target);
  } catch (error) {
    if (!isDamage(error)) throw error;
    beginAnew(target);
    return extended(file, head, target);
  }
}

type Log = ReturnType<typeof readForIndex>;

function extended(file: string, head: number, target: string): Coverage {
  const log = readersOf(file, roomDatabase, readForIndex, indexing);
  const epoch = log.epoch() ?? '';
  const index = indexIn(target);
  const covered = index.coverage() ?? { epoch, first: head + 1, last: head };
  if (covered.epoch !== epoch || covered.last > head) {
    beginAnew(target);
    return extended(file, head, target);
  }
  const { messages, changes, from, to, first } = log.atOneMoment(() => portion(log, covered, head));
  return index.extend(() => {
    if (from <= to) index.add(messages, from, to);
    for (const { seq, text } of changes) index.change(seq, text);
    index.dropBefore(first);
    return { epoch, first: from <= first ? 1 : Math.min(covered.first, from), last: Math.max(covered.last, to) };
  });
}

/** What is to be indexed next: the events `from` to `to`, and the messages covered already that they changed. */
interface Portion {
  readonly from: number;
  readonly to: number;
  readonly messages: readonly IndexedMessage[];
  readonly changes: readonly { readonly seq: number; readonly text: string | undefined }[];
  /** The first message that there is. */
  readonly first: number;
}

function portion(log: Log, { first: coveredFrom, last }: Coverage, head: number): Portion {
  const first = log.firstMessage() ?? head + 1;
  if (last < head) {
    const end = Math.min(head, last + biteEventsMax);
    const { messages, cut } = taken(log.messages(last + 1, end, true));
    const to = cut ?? end;
    const changes = log
      .changed(last + 1, to)
      .filter((seq) => seq >= coveredFrom && seq <= last)
      .map((seq) => ({ seq, text: log.text(seq) }));
    return { from: last + 1, to, messages, changes, first };
  }
  const start = Math.max(first, coveredFrom - biteEventsMax);
  const { messages, cut } = taken(log.messages(start, coveredFrom - 1, false));
  return { from: cut ?? start, to: coveredFrom - 1, messages: messages.reverse(), changes: [], first };
}

/** As many messages as fit; where some are left, the last one that was taken. Deleted ones have no text. */
function taken(rows: Iterable<IndexedMessage>): { readonly messages: IndexedMessage[]; readonly cut?: number } {
  const messages: IndexedMessage[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (row.text !== '') messages.push(row);
    bytes += Buffer.byteLength(row.text);
    if (bytes >= biteBytesMax) return { messages, cut: row.seq };
  }
  return { messages };
}

function indexIn(target: string): SearchIndex {
  return readersOf(target, searchDatabase, (db) => new SearchIndex(db), writing);
}

function beginAnew(target: string): void {
  forget(target, writing);
  removeIndex(target);
}
