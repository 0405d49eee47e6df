import type { Words } from './words.js';

/** Which part of a log to show: the latest, the latest before `before`, the earliest after `after`, or those around `around`. */
export interface Page {
  readonly limit: number | undefined;
  readonly before: number | undefined;
  readonly after: number | undefined;
  readonly around?: number | undefined;
}

/** The params of a history, without those not given. */
export function pageParams({ limit, before, after, around }: Page): {
  limit?: number;
  before?: number;
  after?: number;
  around?: number;
} {
  return {
    ...(limit === undefined ? {} : { limit }),
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...(around === undefined ? {} : { around }),
  };
}

/** Whether there is nothing, or more than was shown, and how to see that. */
export function pageNote(
  { messages, more }: { readonly messages: readonly { readonly seq: number }[]; readonly more: boolean },
  { after, around }: Page,
  words: Words,
): string | undefined {
  const first = messages[0];
  const last = messages.at(-1);
  if (first === undefined || last === undefined) return words.noMessages;
  if (!more) return undefined;
  if (around !== undefined) return words.moreAround(first.seq, last.seq);
  return after === undefined ? words.moreBefore(first.seq) : words.moreAfter(last.seq);
}
