import type { Push } from './pushes.js';

type Waiting = { resolve(result: IteratorResult<Push>): void; reject(error: Error): void };

/**
 * The pushes that wait for their reader, in order. It has no bound of its own: whoever adds to it watches
 * `bytes` or `length`, and learns from `onTaken` that it shrank and from `onLeft` that the reader is gone for good.
 */
export class PushQueue implements AsyncIterableIterator<Push> {
  readonly #onTaken: () => void;
  readonly #onLeft: () => void;
  // Those before #head are taken; they are cut off when they are half of all, so that taking one is O(1).
  #pushes: { readonly push: Push; readonly bytes: number }[] = [];
  #head = 0;
  #bytes = 0;
  #waiting: Waiting[] = [];
  #ended = false;
  #error: Error | undefined;

  constructor(onTaken: () => void, onLeft: () => void) {
    this.#onTaken = onTaken;
    this.#onLeft = onLeft;
  }

  get length(): number {
    return this.#pushes.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(push: Push, bytes: number): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting.resolve({ value: push, done: false });
      return;
    }
    this.#pushes.push({ push, bytes });
    this.#bytes += bytes;
  }

  /** No more pushes will come. The reader still gets those that wait, then the error if there is one, once. */
  end(error?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    for (const waiting of this.#waiting.splice(0)) this.#finish(waiting);
  }

  next(): Promise<IteratorResult<Push>> {
    return new Promise((resolve, reject) => {
      const first = this.#pushes[this.#head];
      if (first !== undefined) {
        this.#take(first.bytes);
        resolve({ value: first.push, done: false });
      } else if (this.#ended) {
        this.#finish({ resolve, reject });
      } else {
        this.#waiting.push({ resolve, reject });
      }
    });
  }

  /** The reader leaves; what waits is discarded. `for await` calls it at `break`, `return` and `throw`. */
  async return(): Promise<IteratorResult<Push>> {
    this.#pushes = [];
    this.#head = 0;
    this.#bytes = 0;
    this.end();
    this.#error = undefined;
    this.#onLeft();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(bytes: number): void {
    this.#head++;
    this.#bytes -= bytes;
    if (this.#head * 2 >= this.#pushes.length) {
      this.#pushes = this.#pushes.slice(this.#head);
      this.#head = 0;
    }
    this.#onTaken();
  }

  #finish({ resolve, reject }: Waiting): void {
    const error = this.#error;
    this.#error = undefined;
    if (error === undefined) resolve({ value: undefined, done: true });
    else reject(error);
  }
}
