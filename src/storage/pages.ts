/** Which page of a history: the latest, the latest before a position, or the earliest after one. */
export interface PageRange {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
  /** Nothing later than this is shown, though it may be there already. */
  readonly upTo: number;
  readonly bytesMax: number;
}

export interface Page<Message> {
  readonly messages: readonly Message[];
  /** Whether there are further ones in the page's direction. */
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
 * where there is one.
 */
export function cutPage<Message extends { readonly text: string }>(
  { before, after, limit, upTo, bytesMax }: PageRange,
  rows: Rows<Message>,
): Page<Message> {
  const ascending = after !== undefined;
  const position = after ?? before ?? upTo + 1;
  const messages: Message[] = [];
  let bytes = 0;
  let more = false;
  for (const message of rows({ ascending, position, upTo, limit: limit + 1 })) {
    bytes += Buffer.byteLength(message.text);
    if (messages.length === limit || (messages.length > 0 && bytes > bytesMax)) {
      more = true;
      break;
    }
    messages.push(message);
  }
  return { messages: ascending ? messages : messages.reverse(), more };
}
