import type { Dialect } from '../protocol/events.js';
import type { Refusal } from '../protocol/refusals.js';

/** Batches a caller has in flight at once: while one is answered and written out, the next is being committed. */
export const batchesInFlightMax = 2;

/** What travels between an actor's caller and its thread. */
export interface Batch<Command> {
  /**
   * Unix time in ms at which the commands were handed in: actors read no clock. If they come `again`, the first time:
   * nothing that they did then is older.
   */
  readonly at: number;
  readonly commands: readonly Command[];
  /** The first command's key; each next command's is one more. A key names one command for ever. */
  readonly firstKey: number;
  /** The commands were in flight when the actor's thread died: some of them may have taken effect. */
  readonly again: boolean;
  /** The ways in which the caller's connections want to be told of events now. */
  readonly dialects: readonly Dialect[];
}

export interface Outcome<Reply, Frame> {
  /** One for each command, in their order. */
  readonly replies: readonly (Reply | Refusal)[];
  /** What happened, in order, in this batch and before it. */
  readonly frames: readonly Frame[];
}

/**
 * Decisions over one state. `handle` commits all that a batch leads to before it returns; a throw means that the
 * state can no longer be trusted, and ends the thread.
 */
export interface Actor<Command, Reply, Frame> {
  handle(batch: Batch<Command>): Outcome<Reply, Frame>;
}

/**
 * What commands and replies travel as. To clone an object into another thread costs ten times what a string or a
 * number does, so the most frequent ones are worth a smaller form.
 */
export interface Packing<Command, Reply> {
  packCommand(command: Command): unknown;
  unpackCommand(packed: unknown): Command;
  /** `at` is the batch's, here and when the reply is unpacked. */
  packReply(reply: Reply | Refusal, at: number): unknown;
  unpackReply(packed: unknown, at: number): Reply | Refusal;
}

/** An actor as its callers see it from another thread; its commands and replies are packed. */
export interface RemoteActor<Frame> {
  submit(batch: Batch<unknown>): Outcome<unknown, Frame> | Promise<Outcome<unknown, Frame>>;
  /** Waits for frames that no batch of this caller brought about. */
  poll(): readonly Frame[] | Promise<readonly Frame[]>;
}

/** A run of events as lines, a line an event, once for each dialect that was wanted. */
export interface Lines {
  readonly first: number;
  readonly last: number;
  readonly json?: Uint8Array;
  readonly text?: Uint8Array;
}
