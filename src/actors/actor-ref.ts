import { randomInt } from 'node:crypto';
import type { MessagePort, Worker } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import type { Dialect } from '../protocol/events.js';
import type { Limits } from '../protocol/limits.js';
import { isRefusal, type Refusal, refusals } from '../protocol/refusals.js';
import { type Batch, batchesInFlightMax, type Outcome, type Packing, type RemoteActor } from './batch.js';

/** The caller's side of actors: the only place beside actor-thread.ts that knows Comlink. */

/** The functions of another thread's `api`, through its port or worker. Calls answer never once that has died. */
export function remote<Api>(endpoint: MessagePort | Worker): Comlink.Remote<Api> {
  const wrapped = Comlink.wrap<Api>(nodeEndpoint(endpoint));
  // Wrapping listens, and a port that is listened on would keep its thread alive; a worker may.
  if (!('threadId' in endpoint)) endpoint.unref();
  return wrapped;
}

/** Sends ports along with a call, or with its answer. */
export function withPorts<T extends object>(message: T, ports: readonly MessagePort[]): T {
  return Comlink.transfer(message, [...ports]);
}

/** A way to an actor, as whoever looks after it hands it out; or why there is none at present. */
export type Connection<Info> = { readonly endpoint: MessagePort | Worker; readonly info: Info } | Refusal;

export interface ActorRefOptions<Command, Reply, Frame, Info> {
  /** How the actor is called in what people are told. */
  readonly name: string;
  readonly limits: Limits;
  /** The actor's; without it, commands and replies travel as they are. */
  readonly packing?: Packing<Command, Reply> | undefined;
  /** Finds a way to the actor. `hung`: it left a batch unanswered until the deadline, so end its thread first. */
  readonly connect: (hung: boolean) => Promise<Connection<Info>>;
  readonly onConnected?: (info: Info) => void;
  /** Every frame, once and in order; without it, frames are not asked for. */
  readonly onFrames?: (frames: readonly Frame[]) => void;
  /** The dialects to have frames in, asked for with each batch. */
  readonly dialects?: () => readonly Dialect[];
}

interface Call<Command, Reply> {
  readonly command: Command;
  readonly bytes: number;
  readonly key: number;
  readonly settle: (outcome: Reply | Refusal) => void;
  /** If its thread died while it was in flight: when it, or a call beside it, was first handed in (Unix ms). */
  diedAfter: number | undefined;
}

const busyRetryMs = 100;

/**
 * An actor as its callers hold it, the same for every kind of actor.
 *
 * 1. Calls take effect in the order of `call`, and are settled exactly once each.
 * 2. The mailbox is bounded; what does not fit is refused with `BUSY` at once.
 * 3. What was called in one turn of the event loop goes out as one batch, and under load what was called while
 *    `batchesInFlightMax` batches are out: the busier, the larger the batches.
 * 4. When the thread dies, the calls in flight are handed in once more to its successor, with the same keys; a call
 *    whose thread died twice is settled with `ACTOR_RESTARTED`.
 * 5. A batch unanswered for `callDeadlineMs` counts as a death; a call that waits so long for a connection is
 *    refused with `BUSY`.
 * 6. While the actor cannot be had, calls are refused at once with what was said of it, and for how much longer.
 */
export class ActorRef<Command, Reply, Frame = never, Info = unknown> {
  readonly #options: ActorRefOptions<Command, Reply, Frame, Info>;
  #mailbox: Call<Command, Reply>[] = [];
  #mailboxBytes = 0;
  #nextKey = firstKey();
  #inFlight: { readonly at: number; readonly calls: readonly Call<Command, Reply>[] }[] = [];
  #pumping = false;
  #connection: RemoteConnection<Frame> | undefined;
  #closed = false;
  /** Why the actor cannot be had at present, and until when (by performance.now()). */
  #unavailable: { readonly refusal: Refusal; readonly until: number } | undefined;
  #watch: NodeJS.Timeout | undefined;

  constructor(options: ActorRefOptions<Command, Reply, Frame, Info>) {
    this.#options = options;
    this.#connect(false);
  }

  /** Commands not yet settled. */
  get pending(): number {
    return this.#inFlight.reduce((sum, { calls }) => sum + calls.length, this.#mailbox.length);
  }

  /** Whether there is a way to the actor now. */
  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /** Hands in a command; `settle` is called once, later. `bytes` is the size of the texts in it. */
  call(command: Command, settle: (outcome: Reply | Refusal) => void, bytes = 0): void {
    const { limits, name } = this.#options;
    const full =
      this.#mailbox.length >= limits.mailboxCommandsMax || this.#mailboxBytes + bytes > limits.mailboxBytesMax;
    if (full || this.#closed) {
      setImmediate(settle, full ? refusals.busy(name, busyRetryMs) : refusals.draining());
      return;
    }
    if (this.#unavailable !== undefined) {
      const { refusal, until } = this.#unavailable;
      setImmediate(settle, { ...refusal, retryAfterMs: Math.max(1, Math.ceil(until - performance.now())) });
      return;
    }
    this.#mailbox.push({ command, bytes, key: this.#nextKey++, settle, diedAfter: undefined });
    this.#mailboxBytes += bytes;
    this.#schedulePump();
  }

  /** As {@link call}, for callers that would rather wait. */
  ask(command: Command): Promise<Reply | Refusal> {
    return new Promise((resolve) => this.call(command, resolve));
  }

  /** Lets the actor go, and refuses what is still waiting. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#watch);
    this.#connection?.close();
    // A worker goes on, and what it still answers is settled already.
    this.#connection = undefined;
    const waiting = [...this.#inFlight.flatMap(({ calls }) => calls), ...this.#mailbox];
    this.#inFlight = [];
    this.#clearMailbox();
    for (const { settle } of waiting) settle(refusals.draining());
  }

  #connect(hung: boolean): void {
    this.#options.connect(hung).then(
      (connection) => {
        if (isRefusal(connection)) this.#refuseAll(connection);
        else if (this.#closed) letGo(connection.endpoint);
        else this.#connected(connection.endpoint, connection.info);
      },
      // Whoever looks after the actor is gone itself, and with it the process.
      () => this.#refuseAll(refusals.busy(this.#options.name, busyRetryMs)),
    );
  }

  #connected(endpoint: MessagePort | Worker, info: Info): void {
    const connection = new RemoteConnection<Frame>(endpoint, () => this.#lost(connection, false));
    this.#connection = connection;
    this.#stopWatch();
    this.#options.onConnected?.(info);
    const { onFrames } = this.#options;
    if (onFrames !== undefined) void this.#poll(connection, onFrames);
    this.#schedulePump();
  }

  #schedulePump(): void {
    if (this.#pumping) return;
    if (this.#connection === undefined) {
      this.#watchDeadlines();
      return;
    }
    this.#pumping = true;
    // After the sockets of this turn were read, so that a turn's calls are one batch.
    setImmediate(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    const connection = this.#connection;
    while (connection !== undefined && this.#mailbox.length > 0 && this.#inFlight.length < batchesInFlightMax) {
      const calls = this.#takeBatch();
      const [first] = calls as [Call<Command, Reply>];
      const { packing, dialects } = this.#options;
      const again = first.diedAfter !== undefined;
      const at = first.diedAfter ?? Date.now();
      this.#inFlight.push({ at, calls });
      const batch: Batch<unknown> = {
        at,
        commands: calls.map(({ command }) => (packing === undefined ? command : packing.packCommand(command))),
        firstKey: first.key,
        again,
        dialects: dialects?.() ?? [],
      };
      connection.submit(batch).then(
        (outcome) => {
          if (this.#connection === connection) this.#answered(calls, at, outcome);
        },
        // A batch that cannot be handed over is a bug here; its calls are settled like those of a dead thread.
        () => this.#lost(connection, true),
      );
    }
    this.#watchDeadlines();
  }

  /** The longest run from the head of the mailbox that may be one batch. */
  #takeBatch(): Call<Command, Reply>[] {
    const { commandBatchMax, commandBatchBytesMax } = this.#options.limits;
    const [first] = this.#mailbox as [Call<Command, Reply>];
    let count = 0;
    let bytes = 0;
    for (const call of this.#mailbox) {
      const fits = count < commandBatchMax && (count === 0 || bytes + call.bytes <= commandBatchBytesMax);
      if (!fits || call.diedAfter !== first.diedAfter || call.key !== first.key + count) break;
      count++;
      bytes += call.bytes;
    }
    this.#mailboxBytes -= bytes;
    return count === this.#mailbox.length ? this.#clearMailbox() : this.#mailbox.splice(0, count);
  }

  #clearMailbox(): Call<Command, Reply>[] {
    const calls = this.#mailbox;
    this.#mailbox = [];
    this.#mailboxBytes = 0;
    return calls;
  }

  #answered(calls: readonly Call<Command, Reply>[], at: number, { replies, frames }: Outcome<unknown, Frame>): void {
    const { packing, onFrames } = this.#options;
    this.#inFlight.shift();
    // The next batch goes out before this one's answers are written: the thread need not wait for the sockets.
    this.#pump();
    for (const [i, { settle }] of calls.entries()) {
      const reply = replies[i];
      settle(packing === undefined ? (reply as Reply | Refusal) : packing.unpackReply(reply, at));
    }
    if (frames.length > 0) onFrames?.(frames);
  }

  async #poll(connection: RemoteConnection<Frame>, onFrames: (frames: readonly Frame[]) => void): Promise<void> {
    while (this.#connection === connection) {
      const frames = await connection.poll();
      if (this.#connection !== connection) return;
      onFrames(frames);
    }
  }

  /** The thread is gone, or as good as gone: its calls in flight go back to the head of the mailbox. */
  #lost(connection: RemoteConnection<Frame>, hung: boolean): void {
    if (this.#connection !== connection || this.#closed) return;
    this.#connection = undefined;
    connection.close();
    // The time that the next thread has begins with it.
    this.#stopWatch();
    const calls = this.#inFlight.flatMap((batch) => batch.calls);
    const at = Math.min(...this.#inFlight.map((batch) => batch.at));
    this.#inFlight = [];
    const twice = calls.filter((call) => call.diedAfter !== undefined);
    const once = calls.filter((call) => call.diedAfter === undefined);
    for (const call of once) {
      call.diedAfter = at;
      this.#mailboxBytes += call.bytes;
    }
    this.#mailbox.unshift(...once);
    this.#watchDeadlines();
    for (const call of twice) call.settle(refusals.actorRestarted(this.#options.name));
    this.#connect(hung);
  }

  /** The actor cannot be had at present: refuses what waits, and asks again later. */
  #refuseAll(refusal: Refusal): void {
    const retryMs = refusal.retryAfterMs ?? busyRetryMs;
    this.#unavailable = { refusal, until: performance.now() + retryMs };
    this.#refuseWaiting(refusal);
    setTimeout(() => {
      this.#unavailable = undefined;
      if (!this.#closed) this.#connect(false);
    }, retryMs).unref();
  }

  #refuseWaiting(refusal: Refusal): void {
    for (const call of this.#clearMailbox()) {
      call.settle(call.diedAfter !== undefined ? refusals.actorRestarted(this.#options.name) : refusal);
    }
  }

  /** Sees to it that the oldest batch is answered in time or, without a connection, that nobody waits too long for one. */
  #watchDeadlines(): void {
    const oldest = this.#connection === undefined ? this.#mailbox[0] : this.#inFlight[0]?.calls[0];
    if (oldest === undefined || this.#watch !== undefined) return;
    const { limits, name } = this.#options;
    this.#watch = setTimeout(() => {
      this.#watch = undefined;
      if (this.#connection === undefined) this.#refuseWaiting(refusals.busy(name, busyRetryMs));
      else if (this.#inFlight[0]?.calls[0] === oldest) this.#lost(this.#connection, true);
      else this.#watchDeadlines();
    }, limits.callDeadlineMs).unref();
  }

  #stopWatch(): void {
    clearTimeout(this.#watch);
    this.#watch = undefined;
  }
}

/** One connection to an actor: its calls, and word of its end. */
class RemoteConnection<Frame> {
  readonly #endpoint: MessagePort | Worker;
  readonly submit: (batch: Batch<unknown>) => Promise<Outcome<unknown, Frame>>;
  readonly poll: () => Promise<readonly Frame[]>;

  constructor(endpoint: MessagePort | Worker, onEnd: () => void) {
    this.#endpoint = endpoint;
    const actor = remote<RemoteActor<Frame>>(endpoint);
    // Each property of a Comlink proxy is a new proxy: looked up once.
    this.submit = actor.submit as unknown as typeof this.submit;
    this.poll = actor.poll as unknown as typeof this.poll;
    endpoint.once('threadId' in endpoint ? 'exit' : 'close', onEnd);
  }

  close(): void {
    letGo(this.#endpoint);
  }
}

/** Closes a port; a worker is others' to end. */
function letGo(endpoint: MessagePort | Worker): void {
  if (!('threadId' in endpoint)) endpoint.close();
}

/** Keys are drawn far apart, so that those of different callers and of earlier runs never meet. */
function firstKey(): number {
  return (randomInt(2 ** 32) + 1) * 2 ** 20;
}
