import type { PrivateMessage } from '../protocol/events.js';
import type { UserId } from '../protocol/names.js';
import { matcherOf, type SearchQuery } from '../protocol/search-query.js';
import { readersOf } from '../reads/databases.js';
import type { PageRange } from '../storage/pages.js';
import { type InboxFilter, readInboxBackwards, supervisorDatabase } from '../storage/supervisor-store.js';
import { searching } from './purposes.js';
import { type Found, type Step, slice } from './slice.js';

export interface InboxSearchQuery {
  readonly file: string;
  readonly owner: UserId;
  readonly filter: InboxFilter;
  readonly query: SearchQuery;
  readonly range: PageRange;
  readonly msMax: number;
}

/** The private messages of one user with all of the query in them. One inbox is small enough to be read through. */
export default function inboxSearch(asked: InboxSearchQuery): Found<PrivateMessage> {
  const { file, owner, filter, query, range, msMax } = asked;
  const { before, limit, upTo, bytesMax } = range;
  const backwards = readersOf(file, supervisorDatabase, readInboxBackwards, searching);

  function* steps(): Generator<Step<PrivateMessage>> {
    for (const message of backwards(owner, filter, Math.min(before ?? upTo + 1, upTo + 1))) {
      yield { seq: message.seq, message };
    }
  }

  return slice(steps(), matcherOf(query), { limit, bytesMax, msMax });
}
