import type { Order } from '../protocol/methods.js';

/** A call on its way: when it may start, what to do then, and where its answer goes. */
export interface Call {
  readonly order: Order;
  readonly run: (reply: (outcome: object) => void) => void;
  readonly reply: (outcome: object) => void;
}

export interface CallQueueOptions {
  readonly inFlightMax: number;
  /** The next call that came in, if there is one; calls are only read when they can start soon. */
  readonly next: () => Call | undefined;
  /** Whether more answers may be written now. */
  readonly ready: () => boolean;
  /** After calls were started, answered or held back. */
  readonly onChange: () => void;
}

/**
 * Starts one connection's calls in the order that the contract promises.
 *
 * 1. At most `inFlightMax` calls are unanswered.
 * 2. An `alone` call starts when all earlier ones are answered, and later ones wait for its answer.
 * 3. Nothing starts while more waits to be sent than may.
 */
export class CallQueue {
  readonly #options: CallQueueOptions;
  #held: Call | undefined;
  #inFlight = 0;
  #alone = false;
  #pumping = false;

  constructor(options: CallQueueOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Whether a call was read that cannot start yet. */
  get waiting(): boolean {
    return this.#held !== undefined;
  }

  /** Starts what may start. To be called when calls came in, and when there is room to write again. */
  pump(): void {
    // An answer that comes at once pumps again, from inside the loop below.
    if (this.#pumping) return;
    this.#pumping = true;
    for (;;) {
      // What a line means may depend on the answer to an `alone` call, so it is not read before that.
      if (!this.#alone) this.#held ??= this.#options.next();
      if (this.#held === undefined || !this.#mayStart(this.#held)) break;
      const call = this.#held;
      this.#held = undefined;
      this.#start(call);
    }
    this.#pumping = false;
    this.#options.onChange();
  }

  /** Takes back the call that waits, if there is one. */
  takeBack(): Call | undefined {
    const call = this.#held;
    this.#held = undefined;
    return call;
  }

  #mayStart({ order }: Call): boolean {
    if (this.#inFlight === 0) return this.#options.ready();
    return order === 'at-once' && !this.#alone && this.#inFlight < this.#options.inFlightMax && this.#options.ready();
  }

  #start({ order, run, reply }: Call): void {
    this.#inFlight++;
    this.#alone = order === 'alone';
    let answered = false;
    run((outcome) => {
      // What fails after its answer has no second one.
      if (answered) return;
      answered = true;
      this.#inFlight--;
      this.#alone = false;
      reply(outcome);
      this.pump();
    });
  }
}
