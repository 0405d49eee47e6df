import { CallTimedOut } from './errors.js';

interface Call {
  readonly lineBytes: number;
  readonly timer: NodeJS.Timeout;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

// Node takes a longer timer for one of 1 ms.
const timerMsMax = 2 ** 31 - 1;

/** The calls that wait for their answers, by id. Each ends at its deadline at the latest. */
export class Calls {
  readonly #calls = new Map<number, Call>();
  #lastId = 0;

  get size(): number {
    return this.#calls.size;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  /** Waits for the answer to call `id`, whose line has `lineBytes` bytes. */
  wait(id: number, method: string, lineBytes: number, deadlineMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          this.reject(id, new CallTimedOut(method, deadlineMs));
        },
        Math.min(deadlineMs, timerMsMax),
      );
      this.#calls.set(id, { lineBytes, timer, resolve, reject });
    });
  }

  /** An answer to a call that is waited for no longer is passed over. */
  resolve(id: unknown, result: unknown): void {
    this.#take(id)?.resolve(result);
  }

  reject(id: unknown, error: Error): void {
    this.#take(id)?.reject(error);
  }

  /**
   * The server refused a line as too long, unread, so it cannot say whose. It was the longest: if any line is
   * over the server's bound then that one is, and each such line is refused once.
   */
  rejectLongest(error: Error): void {
    let longest: [id: number, lineBytes: number] | undefined;
    for (const [id, { lineBytes }] of this.#calls) {
      if (longest === undefined || lineBytes > longest[1]) longest = [id, lineBytes];
    }
    this.reject(longest?.[0], error);
  }

  rejectAll(error: Error): void {
    for (const id of [...this.#calls.keys()]) this.reject(id, error);
  }

  #take(id: unknown): Call | undefined {
    const call = this.#calls.get(id as number);
    if (call !== undefined) {
      clearTimeout(call.timer);
      this.#calls.delete(id as number);
    }
    return call;
  }
}
