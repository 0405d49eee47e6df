import type { Entry, Said } from './entries.js';
import { type Layout, type Row, rowsOf } from './entry-rows.js';
import type { Anchor, ChatState, Conversation } from './state.js';

/** Where a conversation stands on the screen. Only what is shown, or passed over, is laid out. */

export function layoutOf({ me, language }: ChatState, { entries, newFrom }: Conversation, width: number): Layout {
  return {
    width,
    me,
    language,
    newFrom,
    said: (seq) => entries.find((entry): entry is Said => entry.type === 'said' && entry.seq === seq),
  };
}

/** The rows on a screen of `height`, from the bottom up to where there are no more. */
export function visibleRows({ entries, anchor }: Conversation, layout: Layout, height: number): Row[] {
  let { index, hidden } = bottomOf(entries, anchor);
  const parts: (readonly Row[])[] = [];
  let count = 0;
  while (index >= 0 && count < height) {
    const all = rowsAt(entries, index, layout);
    const rows = hidden > 0 ? all.slice(0, Math.max(0, all.length - hidden)) : all;
    parts.push(rows);
    count += rows.length;
    hidden = 0;
    index--;
  }
  return parts.reverse().flat().slice(-height);
}

export interface Scrolled {
  readonly anchor: Anchor | undefined;
  /** Rows that are there above the screen, counted up to {@link aheadRowsMax}. */
  readonly above: number;
}

/** Older messages are asked for before the reader comes to the end of those that are there. */
export const aheadRowsMax = 100;

/** The place `rows` further up, or down where they are negative, on a screen of `height`. */
export function scrolled({ entries, anchor }: Conversation, layout: Layout, height: number, rows: number): Scrolled {
  let { index, hidden } = bottomOf(entries, anchor);
  if (index < 0) return { anchor: undefined, above: 0 };
  const heightAt = (i: number) => rowsAt(entries, i, layout).length;
  hidden += rows;
  while (hidden >= heightAt(index) && index > 0) hidden -= heightAt(index--);
  while (hidden < 0 && index < entries.length - 1) hidden += heightAt(++index);
  // What is there from here upwards, so that the screen stays full.
  const wanted = height + aheadRowsMax;
  let above = -Math.max(0, hidden);
  for (let i = index; i >= 0 && above < wanted; i--) above += heightAt(i);
  let missing = Math.max(0, height - above);
  above += missing;
  while (missing > 0) {
    const step = Math.min(missing, Math.max(0, hidden));
    hidden -= step;
    missing -= step;
    if (missing === 0) break;
    if (index === entries.length - 1) break;
    hidden += heightAt(++index);
  }
  const isEnd = index === entries.length - 1 && hidden <= 0;
  const { key } = entries[index] as Entry;
  return { anchor: isEnd ? undefined : { key, hidden: Math.max(0, hidden) }, above: Math.max(0, above - height) };
}

function bottomOf(entries: readonly Entry[], anchor: Anchor | undefined): { index: number; hidden: number } {
  const end = { index: entries.length - 1, hidden: 0 };
  if (anchor === undefined) return end;
  const index = entries.findLastIndex(({ key }) => key === anchor.key);
  return index === -1 ? end : { index, hidden: anchor.hidden };
}

function rowsAt(entries: readonly Entry[], index: number, layout: Layout): readonly Row[] {
  return rowsOf(entries[index] as Entry, entries[index - 1], layout);
}
