import type { UserId } from '../protocol/names.js';
import type { PageRange } from '../storage/pages.js';
import { inboxReaders } from './inbox-readers.js';

export interface InboxQuery {
  readonly file: string;
  readonly owner: UserId;
  readonly filter: { readonly room?: string; readonly with?: string };
  readonly range: PageRange;
}

/** A page of one user's private messages, ascending. */
export default function inboxHistory({ file, owner, filter, range }: InboxQuery) {
  return inboxReaders(file).page(owner, filter, range);
}
