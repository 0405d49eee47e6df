/**
 * Which page of a history: the latest, the latest before a position, the earliest after one, or that around one. No more
 * than one of these is given.
 */
export interface PageRange {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly around?: number | undefined;
  readonly limit: number;
  /** Nothing later than this is shown, though it may be there already. */
  readonly upTo: number;
  readonly bytesMax: number;
}

export interface Page<Message> {
  readonly messages: readonly Message[];
  /** Whether there are further ones in the page's direction; around a position, in either. */
  readonly more: boolean;
}

/** Rows from a position on, ordered by `seq` in the page's direction, none later than `upTo`. */
export type Rows<Message> = (select: {
  readonly ascending: boolean;
  readonly position: number;
  readonly upTo: number;
  readonly limit: number;
}) => Iterable<Message>;

/**
 * Cuts a page out of rows. It ends at its limit or when its texts reach `bytesMax`, but has at least one message
 * where there is one. Around a position, which is the first of those behind it, it has as many on one side as on the
 * other, as long as both sides have them.
 */
export function cutPage<Message extends { readonly seq: number; readonly text: string }>(
  range: PageRange,
  rows: Rows<Message>,
): Page<Message> {
  const { before, after, around, limit, upTo } = range;
  const from = (ascending: boolean, position: number) => rows({ ascending, position, upTo, limit: limit + 1 });
  if (after !== undefined) return take(from(true, after), range);
  const { messages, more } =
    around === undefined
      ? take(from(false, before ?? upTo + 1), range)
      : take(inTurn(from(true, around - 1), from(false, around)), range);
  return { messages: messages.toSorted((one, other) => one.seq - other.seq), more };
}

/** As many of the rows as fit, in their order. */
function take<Message extends { readonly text: string }>(
  rows: Iterable<Message>,
  { limit, bytesMax }: PageRange,
): Page<Message> {
  const messages: Message[] = [];
  let bytes = 0;
  for (const message of rows) {
    bytes += Buffer.byteLength(message.text);
    if (messages.length === limit || (messages.length > 0 && bytes > bytesMax)) return { messages, more: true };
    messages.push(message);
  }
  return { messages, more: false };
}

/** One item of either in turn; where one ends, the other goes on. */
function* inTurn<Item>(one: Iterable<Item>, other: Iterable<Item>): Generator<Item> {
  const open = [one, other].map((items) => items[Symbol.iterator]());
  try {
    for (let items = open.shift(); items !== undefined; items = open.shift()) {
      const { done, value } = items.next();
      if (done === true) continue;
      open.push(items);
      yield value;
    }
  } finally {
    for (const items of open) items.return?.();
  }
}
