import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MethodName, Params, Result } from '../protocol/methods.js';
import { type Backoff, backoffMs, defaultBackoff } from './backoff.js';
import type { CallArgs, Client } from './client.js';
import { type ConnectOptions, connect } from './connect.js';
import { CallRefused, CallTimedOut, ConnectionLost, SendQueueFull, ServerUnreachable } from './errors.js';
import { Positions } from './positions.js';
import { PushQueue } from './push-queue.js';
import type { Push } from './pushes.js';

/** A user who stays while connections come and go. */

export interface EnterOptions extends ConnectOptions {
  /** Who comes: a new user of this name, or whom the token brings back. */
  readonly as: { readonly name: string } | { readonly token: string };
  /** Messages that wait for their answer, sent or not yet; beyond it they are rejected. Default 1000. */
  readonly unansweredMax?: number;
  readonly backoff?: Backoff;
  /** Told when the connection comes and goes. */
  readonly onChange?: (state: ConnectionState) => void;
}

export type ConnectionState =
  | { readonly type: 'connected' }
  /** The next attempt comes in `retryMs`; `failures` were made since the connection was lost. */
  | { readonly type: 'away'; readonly failures: number; readonly retryMs: number; readonly error: Error };

/** What may be asked once more when the connection is lost before the answer: it changes nothing, or nothing more. */
type Repeatable =
  | 'hello'
  | 'ping'
  | 'user.me'
  | 'room.list'
  | 'room.join'
  | 'room.history'
  | 'room.members'
  | 'private.history';

type SendMethod = 'room.send' | 'private.send';

interface Unanswered {
  readonly method: SendMethod;
  readonly params: Params<SendMethod>;
  resolve(result: Result<SendMethod>): void;
  reject(error: Error): void;
}

const unansweredMaxDefault = 1000;
const pushesMaxDefault = 16_384;

/**
 * Connects as a user, and stays connected.
 *
 * @throws {ServerUnreachable} nobody answers there; only this first attempt is not repeated
 * @throws {CallRefused} the name or the token is not accepted
 *
 * @example
 * const ana = await enter({ port: 4242, as: { name: 'ana' } });
 * await ana.join('sala1');
 * await ana.send('sala1', 'oi, gente');
 * for await (const push of ana.events()) {
 *   if (push.method === 'room.message' && push.params.text === 'tchau') break;
 * }
 * await ana.quit();
 */
export async function enter(options: EnterOptions): Promise<Participant> {
  const participant = new Participant(options);
  await participant.entered;
  return participant;
}

/**
 * A user in the rooms of a server, made by {@link enter}. When the connection is lost it is made again, with back-off and
 * jitter, and the user resumes:
 *
 * 1. Events come in order, each once, without a gap, whatever happened to the connection.
 * 2. A message is sent again, with its `clientMsgId`, until it is answered, so it is said once; messages are sent in the
 *    order of their calls.
 * 3. It ends with `quit` or `close`, or when the server does not know the user any more: then what waits rejects.
 */
export class Participant {
  /** Settled when the user is first known, or cannot be. */
  readonly entered: Promise<void>;
  readonly #options: EnterOptions;
  readonly #positions = new Positions();
  readonly #unanswered = new Set<Unanswered>();
  #identity: { readonly userId: string; readonly token: string } | undefined;
  /** The connection, while there is one that the server knows the user by. */
  #present: Client | undefined;
  /** Those who wait for the next one. */
  #waiting: { resolve(client: Client): void; reject(error: Error): void }[] = [];
  #queue: PushQueue | undefined;
  #roomInQueue: (() => void) | undefined;
  #reconnectAfterMs: number | undefined;
  #end: { readonly error: Error | undefined } | undefined;
  readonly #ended = new AbortController();

  constructor(options: EnterOptions) {
    this.#options = options;
    this.entered = new Promise((resolve, reject) => {
      this.#stay(resolve).catch((error: Error) => {
        reject(error);
        this.#over(error);
      });
    });
  }

  get userId(): string {
    return this.#known.userId;
  }

  /** What brings this user back in another process: see {@link EnterOptions.as}. */
  get token(): string {
    return this.#known.token;
  }

  /**
   * Calls a method that may be called again; it waits while there is no connection.
   *
   * @throws {CallRefused | CallTimedOut | SendQueueFull} as {@link Client.call} does
   * @throws {ConnectionLost} the participant is over
   */
  async call<M extends Repeatable>(method: M, ...args: CallArgs<M>): Promise<Result<M>> {
    for (;;) {
      const client = await this.#connection();
      try {
        const result = await client.call<MethodName>(method, ...(args as CallArgs<MethodName>));
        if (method === 'room.join') this.#positions.joined(result as Result<'room.join'>);
        return result as Result<M>;
      } catch (error) {
        if (!(error instanceof ConnectionLost) || this.#end !== undefined) throw error;
        this.#lost(client);
      }
    }
  }

  /** Joins a room, whose events then come. */
  join(room: string): Promise<Result<'room.join'>> {
    return this.call('room.join', { room });
  }

  /** Leaves a room. */
  async leave(room: string): Promise<void> {
    for (let again = false; ; again = true) {
      const client = await this.#connection();
      try {
        await client.call('room.leave', { room });
        break;
      } catch (error) {
        // It had taken effect when the connection was lost.
        if (again && error instanceof CallRefused && error.code === 'NOT_IN_ROOM') break;
        if (!(error instanceof ConnectionLost) || this.#end !== undefined) throw error;
        this.#lost(client);
      }
    }
    this.#positions.left(room);
  }

  /**
   * Says a text in a room. Resolves when it is on the server's disk.
   *
   * @throws {CallRefused} the server said no
   * @throws {SendQueueFull} `unansweredMax` messages wait already
   * @throws {ConnectionLost} the participant was over before the answer; whether it was said is unknown
   */
  send(room: string, text: string, clientMsgId: string = randomUUID()): Promise<Result<'room.send'>> {
    return this.#send('room.send', { room, text, clientMsgId }) as Promise<Result<'room.send'>>;
  }

  /** Says a text to one user of a room, as {@link send} does. */
  whisper(room: string, to: string, text: string, clientMsgId: string = randomUUID()): Promise<Result<'private.send'>> {
    return this.#send('private.send', { room, to, text, clientMsgId }) as Promise<Result<'private.send'>>;
  }

  /**
   * The events from now on. One reader at a time; one that is slow is waited for, see {@link Client.pushes}. A room whose
   * log was replaced is told by `room.reset`, and so is one whose log was replaced while there was no connection.
   *
   * @throws {Error} there is a reader already
   */
  events(): AsyncIterableIterator<Push> {
    if (this.#queue !== undefined) throw new Error('events() has a reader already');
    const taken = () => this.#roomInQueue?.();
    const queue = new PushQueue(taken, () => {
      if (this.#queue === queue) this.#queue = undefined;
      taken();
    });
    if (this.#end === undefined) this.#queue = queue;
    else queue.end(this.#end.error);
    return queue;
  }

  /** Ends the user's identity, and with it the participant. */
  async quit(): Promise<void> {
    const client = await this.#connection();
    await client.call('user.quit');
    await this.close();
  }

  /** Ends the participant; the user stays registered, and comes back with {@link token}. */
  async close(): Promise<void> {
    const client = this.#present;
    this.#over(undefined);
    await client?.close();
  }

  get #known(): { readonly userId: string; readonly token: string } {
    if (this.#identity === undefined) throw new Error('the user is not known yet');
    return this.#identity;
  }

  /** Connects, again and again, until the participant is over. */
  async #stay(entered: () => void): Promise<void> {
    const { backoff = defaultBackoff, onChange } = this.#options;
    let failures = 0;
    while (this.#end === undefined) {
      try {
        const client = await connect(this.#options);
        if (this.#end !== undefined) return await client.close();
        // The server sends events behind its answer to the resume, so they are waited for before it.
        const pushes = client.pushes();
        await this.#introduce(client).catch(async (error: unknown) => {
          await client.close();
          throw error;
        });
        failures = 0;
        this.#reconnectAfterMs = undefined;
        this.#arrived(client);
        onChange?.({ type: 'connected' });
        entered();
        await this.#listen(pushes).finally(() => this.#lost(client));
      } catch (error) {
        if (this.#identity === undefined || !mayPass(error)) throw error;
        const retryMs = this.#reconnectAfterMs ?? backoffMs(backoff, failures, Math.random());
        this.#reconnectAfterMs = undefined;
        failures++;
        if (this.#end === undefined) onChange?.({ type: 'away', failures, retryMs, error: error as Error });
        // Cut short by the end.
        await sleep(retryMs, undefined, { signal: this.#ended.signal }).catch(() => undefined);
      }
    }
  }

  async #introduce(client: Client): Promise<void> {
    const { as } = this.#options;
    const token = this.#identity?.token ?? ('token' in as ? as.token : undefined);
    if (token === undefined) {
      this.#identity = await client.call('user.register', as as { name: string });
    } else {
      const resumed = await client.call('user.resume', { token, ...this.#positions.params });
      this.#identity = { userId: resumed.userId, token };
      for (const reset of this.#positions.resumed(resumed)) this.#queue?.add(reset);
    }
  }

  /** Passes the events of one connection on, until it ends. */
  async #listen(pushes: AsyncIterable<Push>): Promise<void> {
    const { pushQueueMax = pushesMaxDefault } = this.#options;
    for await (const push of pushes) {
      if (push.method === 'server.draining') this.#reconnectAfterMs = push.params.reconnectAfterMs;
      if (!this.#positions.take(push, this.#known.userId) || this.#queue === undefined) continue;
      this.#queue.add(push);
      while (this.#queue !== undefined && this.#queue.length >= pushQueueMax) {
        await new Promise<void>((resolve) => {
          this.#roomInQueue = resolve;
        });
      }
    }
  }

  /** The present connection, or the next one. */
  #connection(): Client | Promise<Client> {
    if (this.#end !== undefined) throw this.#end.error ?? closed();
    return this.#present ?? new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #arrived(client: Client): void {
    this.#present = client;
    // Before whatever is sent from now on.
    for (const message of this.#unanswered) void this.#deliver(client, message);
    for (const { resolve } of this.#waiting.splice(0)) resolve(client);
  }

  #lost(client: Client): void {
    if (this.#present === client) this.#present = undefined;
  }

  #send(method: SendMethod, params: Params<SendMethod>): Promise<Result<SendMethod>> {
    const { unansweredMax = unansweredMaxDefault } = this.#options;
    if (this.#end !== undefined) return Promise.reject(this.#end.error ?? closed());
    if (this.#unanswered.size >= unansweredMax) return Promise.reject(new SendQueueFull(method, unansweredMax));
    return new Promise((resolve, reject) => {
      const message = { method, params, resolve, reject };
      this.#unanswered.add(message);
      // Without a connection it waits for the next, which takes all that wait, in their order.
      if (this.#present !== undefined) void this.#deliver(this.#present, message);
    });
  }

  /** Sends a message on this connection, and settles it unless the connection is lost. */
  async #deliver(client: Client, message: Unanswered): Promise<void> {
    try {
      const result = await client.call<SendMethod>(message.method, message.params);
      this.#unanswered.delete(message);
      message.resolve(result);
    } catch (error) {
      if (error instanceof ConnectionLost) return;
      // It may have been heard: on another connection it is asked for again.
      if (error instanceof CallTimedOut) return void client.close();
      this.#unanswered.delete(message);
      message.reject(error as Error);
    }
  }

  #over(error: Error | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#ended.abort();
    this.#queue?.end(error);
    this.#queue = undefined;
    this.#roomInQueue?.();
    for (const { reject } of [...this.#waiting, ...this.#unanswered]) reject(error ?? closed());
    this.#waiting = [];
    this.#unanswered.clear();
  }
}

function closed(): ConnectionLost {
  return new ConnectionLost('the participant was closed');
}

/** Whether another attempt may succeed. */
function mayPass(error: unknown): boolean {
  if (error instanceof CallRefused) return error.temporary;
  return error instanceof ConnectionLost || error instanceof ServerUnreachable || error instanceof CallTimedOut;
}
