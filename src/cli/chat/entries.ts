/** What stands in a conversation, in order: plain data, and how it grows. */
export type Entry = Said | Notice;

export interface Said {
  readonly type: 'said';
  /** Unlike any other entry's. */
  readonly key: number;
  /** Its place in the log; none while the server has not told it. */
  readonly seq?: number | undefined;
  /** Unix time in ms. */
  readonly at: number;
  readonly from: string;
  readonly text: string;
  readonly mention: boolean;
  readonly clientMsgId?: string | undefined;
  /** Of one's own messages: still to be sent or answered, or refused, and why. */
  readonly pending?: boolean;
  readonly refused?: string;
  readonly replyTo?: number | undefined;
  readonly editedAt?: number | undefined;
  readonly deleted?: boolean | undefined;
  readonly reactions?: readonly Reaction[] | undefined;
  /** The seq up to which amendments are in it. */
  readonly asOf?: number;
}

export interface Reaction {
  readonly reaction: string;
  readonly users: number;
  readonly mine: boolean;
}

/** Something that happened, an answer or an error. */
export interface Notice {
  readonly type: 'notice';
  readonly key: number;
  readonly seq?: number | undefined;
  readonly at: number;
  readonly text: string;
  readonly tone: 'event' | 'answer' | 'error';
}

/**
 * Puts an entry in its place:
 *
 * 1. Those with a seq ascend by it, each seq once: one that is there already stays as it is.
 * 2. Those without one stay where they came, and what is pending stands behind all that was there when it came.
 */
export function place(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const { seq } = entry;
  if (seq === undefined) return [...entries, entry];
  let index = entries.length;
  let behind = 0;
  while (index > 0) {
    const other = (entries[index - 1] as Entry).seq;
    if (other !== undefined && other <= seq) break;
    if (other !== undefined) behind = index;
    index--;
  }
  if (entries[index - 1]?.seq === seq) return entries;
  const end = behind > 0 ? index : lastSettled(entries);
  return [...entries.slice(0, end), entry, ...entries.slice(end)];
}

/** Puts the entries of a page in their places; they ascend by seq. */
export function merge(entries: readonly Entry[], page: readonly Entry[]): readonly Entry[] {
  const last = page.at(-1)?.seq;
  const first = entries.find(({ seq }) => seq !== undefined)?.seq;
  if (last !== undefined && first !== undefined && last < first) return [...page, ...entries];
  return page.reduce(place, entries);
}

/** The entries without the one of this `clientMsgId` that waits. */
export function withoutPending(entries: readonly Entry[], clientMsgId: string): readonly Entry[] {
  const index = entries.findLastIndex((entry) => isPending(entry) && entry.clientMsgId === clientMsgId);
  return index === -1 ? entries : entries.toSpliced(index, 1);
}

/** Changes the entry `seq`, if it is there and something that was said. */
export function changeSaid(entries: readonly Entry[], seq: number, change: (said: Said) => Said): readonly Entry[] {
  const index = entries.findLastIndex((entry) => entry.seq === seq);
  const entry = entries[index];
  return entry?.type === 'said' ? entries.with(index, change(entry)) : entries;
}

/** The message with a reaction put to it, or taken back. */
export function withReaction(said: Said, reaction: string, on: boolean, isMine: boolean): Said {
  const { reactions = [] } = said;
  const known = reactions.find((one) => one.reaction === reaction) ?? { reaction, users: 0, mine: false };
  const users = known.users + (on ? 1 : -1);
  const changed = { reaction, users, mine: isMine ? on : known.mine };
  const index = reactions.findIndex((one) => one.reaction === reaction);
  const all = index === -1 ? [...reactions, changed] : reactions.with(index, changed);
  return { ...said, reactions: all.filter((one) => one.users > 0) };
}

export function isPending(entry: Entry): entry is Said {
  return entry.type === 'said' && entry.pending === true;
}

function lastSettled(entries: readonly Entry[]): number {
  return entries.findLastIndex((entry) => !isPending(entry)) + 1;
}
