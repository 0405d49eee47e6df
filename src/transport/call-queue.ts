import type { Order } from '../protocol/methods.js';

/** A call on its way: when it may start, what to do then, and where its answer goes. */
export interface Call {
  readonly order: Order;
  readonly run: (reply: (outcome: object) => void) => void;
  readonly reply: (outcome: object) => void;
}

/** Where calls come from, and their answers go. */
export interface Caller {
  /** The next call that came in, if there is one; calls are only read when they can start soon. */
  nextCall(): Call | undefined;
  /** Whether more answers may be written now. */
  readonly ready: boolean;
  /** Told after calls were started, answered or held back. */
  callsChanged(): void;
}

/**
 * Starts one connection's calls in the order that the contract promises.
 *
 * 1. At most so many calls as the constructor is told are unanswered.
 * 2. An `alone` call starts when all earlier ones are answered, and later ones wait for its answer.
 * 3. Nothing starts while more waits to be sent than may.
 */
export class CallQueue {
  readonly #caller: Caller;
  readonly #inFlightMax: number;
  #held: Call | undefined;
  #inFlight = 0;
  #alone = false;
  #pumping = false;

  constructor(caller: Caller, inFlightMax: number) {
    this.#caller = caller;
    this.#inFlightMax = inFlightMax;
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
      if (!this.#alone) this.#held ??= this.#caller.nextCall();
      if (this.#held === undefined || !this.#mayStart(this.#held)) break;
      const call = this.#held;
      this.#held = undefined;
      this.#start(call);
    }
    this.#pumping = false;
    this.#caller.callsChanged();
  }

  /** Takes back the call that waits, if there is one. */
  takeBack(): Call | undefined {
    const call = this.#held;
    this.#held = undefined;
    return call;
  }

  #mayStart({ order }: Call): boolean {
    if (!this.#caller.ready) return false;
    return this.#inFlight === 0 || (order === 'at-once' && !this.#alone && this.#inFlight < this.#inFlightMax);
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
