import { existsSync } from 'node:fs';
import { asciiWordOf, matcherOf, type SearchQuery } from '../protocol/search-query.js';
import { forget, readersOf } from '../reads/databases.js';
import { searchFile } from '../storage/data-directory.js';
import type { PageRange } from '../storage/pages.js';
import { readForSearch, type StoredMessage, type StoredText } from '../storage/room-reads.js';
import { roomDatabase } from '../storage/room-store.js';
import { type Coverage, isDamage, readIndex, searchDatabase } from '../storage/search-index.js';
import { searching } from './purposes.js';
import { type Found, type Step, slice } from './slice.js';

export interface RoomSearchQuery {
  readonly file: string;
  readonly epoch: string;
  readonly query: SearchQuery;
  readonly range: PageRange;
  readonly reader: string;
  readonly msMax: number;
}

export interface RoomSearch extends Found<StoredMessage> {
  /** What of the log is indexed, nothing where there is no index. */
  readonly index: Coverage | undefined | 'damaged';
}

/** How many messages are looked up in the index at once. */
const lookupMax = 64;
/** Events that are read through at once. */
const readEventsMin = 256;
const readEventsMax = 8192;

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
    // Where it was the log that failed, it fails again.
    forget(target, searching);
    return { ...searched(asked, undefined, undefined), index: isDamage(error) ? 'damaged' : undefined };
  }
}

type Index = ReturnType<typeof readIndex>;

function indexIn(target: string): Index | undefined {
  return existsSync(target) ? readersOf(target, searchDatabase, readIndex, searching) : undefined;
}

function searched(
  { file, epoch, query, range, reader, msMax }: RoomSearchQuery,
  index: Index | undefined,
  coverage: Coverage | undefined,
): Found<StoredMessage> {
  const log = readersOf(file, roomDatabase, readForSearch, searching);
  const { before, limit, upTo, bytesMax } = range;
  const end = Math.min(before ?? upTo + 1, upTo + 1);
  const covered = coverage?.epoch === epoch ? coverage : { first: end, last: end - 1 };
  const word = asciiWordOf(query);

  function* steps(): Generator<Step<StoredText>> {
    yield* read(covered.last + 1, end);
    let position = Math.min(end, covered.last + 1);
    // The index has them as they were. The latest stand last.
    const edited = log
      .edited(covered.last + 1, upTo)
      .filter((seq) => seq < position && seq >= covered.first)
      .sort((one, other) => one - other);
    function* editedFrom(seq: number): Generator<Step<StoredText>> {
      for (let last = edited.at(-1); last !== undefined && last >= seq; last = edited.at(-1)) {
        edited.pop();
        yield { seq: last, message: log.text(last) };
      }
    }
    for (const { part, first } of position > covered.first ? (index?.parts(position) ?? []) : []) {
      for (let found = [position]; found.length > 0; ) {
        found = index?.find(part, query, found.at(-1) as number, lookupMax) ?? [];
        for (const seq of found) {
          yield* editedFrom(seq + 1);
          if (edited.at(-1) === seq) edited.pop();
          yield { seq, message: log.text(seq) };
        }
      }
      position = Math.max(first, covered.first);
      yield* editedFrom(position);
      yield { seq: position };
    }
    yield* read(1, Math.min(position, covered.first));
  }

  /** Reads in growing steps: common words are found at once. */
  function* read(from: number, before: number): Generator<Step<StoredText>> {
    let events = readEventsMin;
    for (let to = before; to > from; events = Math.min(2 * events, readEventsMax)) {
      const start = Math.max(from, to - events);
      for (const message of log.candidates(start, to, word)) yield { seq: message.seq, message };
      yield { seq: start };
      to = start;
    }
  }

  return log.atOneMoment(() => {
    const found = slice(steps(), matcherOf(query), { limit, bytesMax, msMax });
    return { ...found, messages: found.messages.map(({ seq }) => log.message(seq, reader)) };
  });
}
