import type { Dialect } from '../protocol/events.js';
import type { UserId } from '../protocol/names.js';
import { encodePrivateMessages } from '../protocol/pushes.js';
import { inboxReaders } from './inbox-readers.js';
import type { LinePage } from './pool.js';

export interface MessagesQuery {
  readonly file: string;
  readonly owner: UserId;
  readonly dialect: Dialect;
  readonly after: number;
}

/** Messages read at once. */
const pageMessages = 32;

/** The private messages behind `after` as lines. */
export default function inboxMessages({ file, owner, dialect, after }: MessagesQuery): LinePage {
  const messages = inboxReaders(file).messages(owner, after, pageMessages);
  return { first: after + 1, last: messages.at(-1)?.seq ?? after, lines: encodePrivateMessages(messages, dialect) };
}
