import { type RoomEvent, serverActor } from '../../protocol/events.js';
import type { UserId } from '../../protocol/names.js';
import type { Speech } from '../../protocol/speech.js';
import type { ExportedMessage } from './exported-message.js';

/** The first message's `seq`: the creation of the room is before it. */
export const firstSeq = 2;

/** The log of a new room, made of messages of another: pure, message after message, in their order. */
export class NewLog {
  readonly #origin: string;
  readonly #now: number;
  /** What the messages were numbered that are in the log, ascending: the first has the `seq` {@link firstSeq} here. */
  readonly #numbers: number[] = [];
  #last: { readonly seq: number; readonly at: number } = { seq: 0, at: 0 };
  /** What was left out, in messages. */
  readonly left = { deleted: 0, replies: 0, edits: 0, reactions: 0 };

  /** `origin` is where authors are from who are of no other place yet; no message is later than `now` (Unix ms). */
  constructor(origin: string, now: number) {
    this.#origin = origin;
    this.#now = now;
  }

  get messages(): number {
    return this.#numbers.length;
  }

  /** The last event's `seq`. */
  get head(): number {
    return this.messages === 0 ? 0 : this.messages + firstSeq - 1;
  }

  /** The events that the next message becomes: none, if it was deleted. Or what is wrong with its place. */
  take(message: ExportedMessage): { readonly events: readonly RoomEvent[] } | { readonly wrong: Speech } {
    const { seq, at, from, text, replyTo } = message;
    const wrong = this.#misplaced(seq, at);
    if (wrong !== undefined) return { wrong };
    this.#last = { seq, at };
    if (message.deleted) {
      this.left.deleted++;
      return { events: [] };
    }
    const target = replyTo === undefined ? undefined : this.#seqOf(replyTo);
    if (replyTo !== undefined && target === undefined) this.left.replies++;
    if (message.edited) this.left.edits++;
    if (message.reactedTo) this.left.reactions++;
    const created: RoomEvent[] =
      this.messages === 0 ? [{ type: 'created', seq: 1, at, user: serverActor, topic: '' }] : [];
    this.#numbers.push(seq);
    // No user's id has an @, so nobody here is an author of elsewhere.
    const user = (from.includes('@') ? from : `${from}@${this.#origin}`) as UserId;
    const reply = target === undefined ? {} : { replyTo: target };
    return { events: [...created, { type: 'said', seq: this.head, at, user, text, ...reply }] };
  }

  #misplaced(seq: number, at: number): Speech | undefined {
    if (seq <= this.#last.seq) {
      return {
        en: `"seq" is ${seq}, and must be more than the ${this.#last.seq} before it`,
        pt: `"seq" é ${seq}, e deve ser maior que o ${this.#last.seq} antes dele`,
      };
    }
    if (at < this.#last.at) {
      return {
        en: `"at" is ${at}, and must not be less than the ${this.#last.at} before it`,
        pt: `"at" é ${at}, e não deve ser menor que o ${this.#last.at} antes dele`,
      };
    }
    if (at > this.#now) {
      return {
        en: `"at" is ${at}, which is in the future; is this machine's clock right?`,
        pt: `"at" é ${at}, que está no futuro; o relógio desta máquina está certo?`,
      };
    }
    return undefined;
  }

  /** The `seq` here of the message that had `number`. */
  #seqOf(number: number): number | undefined {
    let low = 0;
    let high = this.#numbers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#numbers[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return this.#numbers[low] === number ? low + firstSeq : undefined;
  }
}
