import { isNativeError } from 'node:util/types';
import type { MessagePort } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { Refusal } from '../protocol/refusals.js';
import type { Actor, Batch, Lines, Outcome, Packing, RemoteActor } from './batch.js';

/** The thread's side of actors: the only place beside actor-ref.ts that knows Comlink. */

const none: readonly never[] = [];

/** Lets the functions of `api` be called through `port`. */
export function serve(port: MessagePort, api: object): void {
  Comlink.expose(api, nodeEndpoint(port));
}

/**
 * An actor with its callers. Each is sent every frame, in commit order: with the answer to its own batch, or, when
 * another caller's batch brought it about, with the answer to the poll it left here. Both answers go through the
 * caller's one port, so they cannot overtake each other.
 */
export class ActorThread<Command, Reply, Frame extends Lines> {
  readonly #actor: Actor<Command, Reply, Frame>;
  readonly #frameQueueBytesMax: number;
  readonly #packing: Packing<Command, Reply> | undefined;
  readonly #callers = new Set<Caller<Frame>>();
  /** Why the actor is not to be trusted any more. */
  #failure: Error | undefined;

  /** Frames over `frameQueueBytesMax` that a caller is not asking for are dropped, and it reads the store. */
  constructor(actor: Actor<Command, Reply, Frame>, frameQueueBytesMax: number, packing?: Packing<Command, Reply>) {
    this.#actor = actor;
    this.#frameQueueBytesMax = frameQueueBytesMax;
    this.#packing = packing;
  }

  /** Adds a caller; one that `wantsFrames` must poll. It goes when its port closes. */
  attach(port: MessagePort, wantsFrames: boolean): void {
    serve(port, this.caller(port, wantsFrames));
  }

  /** What one caller may call, for a port that serves more than the actor. */
  caller(port: MessagePort, wantsFrames: boolean): RemoteActor<Frame> {
    const caller = new Caller<Frame>(wantsFrames, this.#frameQueueBytesMax);
    this.#callers.add(caller);
    port.once('close', () => this.#callers.delete(caller));
    return {
      submit: (batch) => this.#submit(caller, batch),
      poll: () => caller.poll(),
    };
  }

  /** Hands in a batch from inside the thread. */
  handle(batch: Batch<Command>): readonly (Reply | Refusal)[] {
    const outcome = this.#handle(batch);
    this.#spread(undefined, outcome.frames);
    return outcome.replies;
  }

  #submit(caller: Caller<Frame>, packed: Batch<unknown>): Outcome<unknown, Frame> | Promise<never> {
    const packing = this.#packing;
    let outcome: Outcome<Reply, Frame>;
    try {
      outcome = this.#handle(
        packing === undefined
          ? (packed as Batch<Command>)
          : { ...packed, commands: packed.commands.map((command) => packing.unpackCommand(command)) },
      );
    } catch (error) {
      // Comlink would answer with the error and go on; but this state is no longer to be trusted. So nobody is
      // answered, and the thread ends.
      setImmediate(() => {
        throw error;
      });
      return new Promise(() => {});
    }
    this.#spread(caller, outcome.frames);
    const { replies } = outcome;
    return this.#transferable({
      replies: packing === undefined ? replies : replies.map((reply) => packing.packReply(reply, packed.at)),
      frames: caller.take(),
    });
  }

  #handle(batch: Batch<Command>): Outcome<Reply, Frame> {
    // The thread's end takes a moment, in which more may come in.
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return this.#actor.handle(batch);
    } catch (error) {
      // SQLite's errors are none of the language's own, and would reach the other thread without their message.
      this.#failure = isNativeError(error) ? error : new Error((error as Error).stack ?? String(error));
      throw this.#failure;
    }
  }

  #spread(from: Caller<Frame> | undefined, frames: readonly Frame[]): void {
    if (frames.length === 0) return;
    for (const caller of this.#callers) caller.put(frames, caller !== from, (taken) => this.#transferable(taken));
  }

  /** Frames leave the thread without a copy where only one caller wants them. */
  #transferable<T extends Outcome<unknown, Frame> | readonly Frame[]>(message: T): T {
    let takers = 0;
    for (const caller of this.#callers) if (caller.wantsFrames) takers++;
    if (takers > 1) return message;
    const frames = (Array.isArray(message) ? message : (message as Outcome<unknown, Frame>).frames) as readonly Frame[];
    const buffers: ArrayBuffer[] = [];
    for (const { json, text } of frames) {
      if (json !== undefined) buffers.push(json.buffer as ArrayBuffer);
      if (text !== undefined) buffers.push(text.buffer as ArrayBuffer);
    }
    return Comlink.transfer(message, buffers);
  }
}

/** One caller's frames that wait to be sent with the next answer. */
class Caller<Frame extends Lines> {
  readonly wantsFrames: boolean;
  readonly #bytesMax: number;
  #frames: Frame[] = [];
  #bytes = 0;
  #answerPoll: ((frames: readonly Frame[]) => void) | undefined;

  constructor(wantsFrames: boolean, bytesMax: number) {
    this.wantsFrames = wantsFrames;
    this.#bytesMax = bytesMax;
  }

  put(frames: readonly Frame[], answerPoll: boolean, prepare: (frames: readonly Frame[]) => readonly Frame[]): void {
    if (!this.wantsFrames) return;
    for (const frame of frames) {
      this.#bytes += bytesOf(frame);
      this.#frames.push(frame);
    }
    if (this.#bytes > this.#bytesMax) {
      // The newest stays: by the gap before it the caller learns that it has to read the store.
      const newest = this.#frames.slice(-1);
      this.#frames = newest;
      this.#bytes = newest.reduce((sum, frame) => sum + bytesOf(frame), 0);
    }
    if (answerPoll && this.#answerPoll !== undefined && this.#frames.length > 0) {
      this.#answerPoll(prepare(this.take()));
      this.#answerPoll = undefined;
    }
  }

  take(): readonly Frame[] {
    const frames = this.#frames;
    if (frames.length === 0) return none;
    this.#frames = [];
    this.#bytes = 0;
    return frames;
  }

  poll(): readonly Frame[] | Promise<readonly Frame[]> {
    if (this.#frames.length > 0) return this.take();
    return new Promise((resolve) => {
      this.#answerPoll = resolve;
    });
  }
}

function bytesOf({ json, text }: Lines): number {
  return (json?.length ?? 0) + (text?.length ?? 0);
}
