/** A message's place, as far as finding it by its time takes. */
export interface Placed {
  readonly seq: number;
  readonly at: number;
}

/**
 * The position behind which the messages from `since` (Unix ms) on are: the `seq` before the first of them, or `head`
 * where there is none. `first` answers the first message behind a position. Times never run backwards in a room, so the
 * half is found in which it is, and in that the half: some twenty questions where there are a million messages.
 */
export async function positionBefore(
  since: number,
  head: number,
  first: (after: number) => Promise<Placed | undefined>,
): Promise<number> {
  let low = 0;
  let high = head;
  // All up to `low` are before `since`; the first behind `high` is not.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const message = await first(middle);
    if (message === undefined || message.at >= since) high = middle;
    else low = Math.max(message.seq, middle + 1);
  }
  return low;
}
