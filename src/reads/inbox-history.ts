import { type AnswerStyle, type WrittenResult, writeResult } from '../protocol/answers.js';
import type { UserId } from '../protocol/names.js';
import type { PageRange } from '../storage/pages.js';
import { moved } from '../tasks/moved.js';
import { inboxReaders } from './inbox-readers.js';

export interface InboxQuery {
  readonly file: string;
  readonly owner: UserId;
  readonly filter: { readonly room?: string; readonly with?: string };
  readonly range: PageRange;
  readonly style: AnswerStyle;
}

/** A page of one user's private messages, ascending, as `private.history` answers it. */
export default function inboxHistory({ file, owner, filter, range, style }: InboxQuery): WrittenResult {
  const { messages, more } = inboxReaders(file).page(owner, filter, range);
  return moved(writeResult('private.history', { messages: [...messages], more, seq: range.upTo }, style));
}
