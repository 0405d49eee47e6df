/** A page of what was found, ascending. */
export interface Found<Message> {
  readonly messages: readonly Message[];
  /** Whether there may be further ones, before `next`. */
  readonly more: boolean;
  readonly next?: number;
}

/** A step of a search back through a log: all down to `seq` was looked at, and a message there may be what is wanted. */
export interface Step<Message> {
  readonly seq: number;
  readonly message?: Message | undefined;
}

export interface SliceBounds {
  readonly limit: number;
  readonly bytesMax: number;
  readonly msMax: number;
}

/** Takes steps until a page is full (as `cutPage` has it) or the time is over, which is looked at after each step. */
export function slice<Message extends { readonly seq: number; readonly text: string }>(
  steps: Iterable<Step<Message>>,
  matches: (text: string) => boolean,
  { limit, bytesMax, msMax }: SliceBounds,
): Found<Message> {
  const messages: Message[] = [];
  const until = performance.now() + msMax;
  let bytes = 0;
  for (const { seq, message } of steps) {
    if (message !== undefined && matches(message.text)) {
      bytes += Buffer.byteLength(message.text);
      if (messages.length === limit || (messages.length > 0 && bytes > bytesMax)) {
        return { messages: messages.reverse(), more: true, next: seq + 1 };
      }
      messages.push(message);
    }
    if (performance.now() > until) return { messages: messages.reverse(), more: true, next: seq };
  }
  return { messages: messages.reverse(), more: false };
}
