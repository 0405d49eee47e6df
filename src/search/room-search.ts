import { existsSync } from 'node:fs';
import { matcherOf, type SearchQuery } from '../protocol/search-query.js';
import { forget, readersOf } from '../reads/databases.js';
import { searchFile } from '../storage/data-directory.js';
import type { PageRange } from '../storage/pages.js';
import { readBackwards, readMessage, type StoredMessage } from '../storage/room-reads.js';
import { roomDatabase } from '../storage/room-store.js';
import { type Coverage, isDamage, readIndex, searchDatabase } from '../storage/search-index.js';
import { type Found, type Step, slice } from './slice.js';

export interface RoomSearchQuery {
  readonly file: string;
  readonly epoch: string;
  readonly query: SearchQuery;
  readonly range: PageRange;
  readonly msMax: number;
}

export interface RoomSearch extends Found<StoredMessage> {
  /** What of the log is indexed, nothing where there is no index. */
  readonly index: Coverage | undefined | 'damaged';
}

/** How many messages are looked up in the index at once. */
const lookupMax = 64;

/**
 * What was said in a room with all of the query in it. What the index does not cover is read through. A message is shown
 * as the log has it, and only if that has what is searched for: the index may be behind.
 */
export default function roomSearch(asked: RoomSearchQuery): RoomSearch {
  const target = searchFile(asked.file);
  try {
    const index = indexIn(target);
    if (index === undefined) return { ...searched(asked, undefined, undefined), index: undefined };
    return index.atOneMoment(() => {
      const coverage = index.coverage();
      return { ...searched(asked, index, coverage), index: coverage };
    });
  } catch (error) {
    if (!isDamage(error)) throw error;
    forget(target);
    return { ...searched(asked, undefined, undefined), index: 'damaged' };
  }
}

type Index = ReturnType<typeof readIndex>;

function indexIn(target: string): Index | undefined {
  return existsSync(target) ? readersOf(target, searchDatabase, readIndex) : undefined;
}

function searched(
  { file, epoch, query, range, msMax }: RoomSearchQuery,
  index: Index | undefined,
  coverage: Coverage | undefined,
) {
  const log = readersOf(file, roomDatabase, (db) => ({ backwards: readBackwards(db), message: readMessage(db) }));
  const { before, limit, upTo, bytesMax } = range;
  const end = Math.min(before ?? upTo + 1, upTo + 1);
  const covered = coverage?.epoch === epoch ? coverage : { first: end, last: end - 1 };

  function* steps(): Generator<Step<StoredMessage>> {
    yield* read(end, covered.last);
    let position = Math.min(end, covered.last + 1);
    for (const { part, first } of position > covered.first ? (index?.parts(position) ?? []) : []) {
      for (let found = [position]; found.length > 0; ) {
        found = index?.find(part, query, found.at(-1) as number, lookupMax) ?? [];
        for (const seq of found) yield { seq, message: log.message(seq) };
      }
      position = Math.max(first, covered.first);
      yield { seq: position };
    }
    yield* read(Math.min(position, covered.first), 0);
  }

  function* read(from: number, downTo: number): Generator<Step<StoredMessage>> {
    for (const message of log.backwards(from, downTo)) yield { seq: message.seq, message };
  }

  return slice(steps(), matcherOf(query), { limit, bytesMax, msMax });
}
