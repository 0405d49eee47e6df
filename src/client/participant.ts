import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MethodName, Params, Result } from '../protocol/methods.js';
import type { ErrorCode } from '../protocol/refusals.js';
import { type Backoff, backoffMs, defaultBackoff } from './backoff.js';
import type { CallArgs, CallOptions, Client } from './client.js';
import { type ConnectOptions, connect } from './connect.js';
import {
  CallRefused,
  CallTimedOut,
  ConnectionLost,
  NotSalas,
  SendQueueFull,
  ServerUnreachable,
  TlsFailed,
} from './errors.js';
import { Positions } from './positions.js';
import { PushQueue } from './push-queue.js';
import { hasShape, type Push, type Shape } from './pushes.js';
import { Room } from './room.js';
import { untilAborted } from './until-aborted.js';

/** A user who stays while connections come and go. */

export interface EnterOptions extends ConnectOptions {
  readonly as: Identity;
  /**
   * Messages that wait for their answer, sent or not yet, and calls that wait for a connection; beyond it they are
   * rejected. Default 1000.
   */
  readonly queueMax?: number;
  readonly backoff?: Backoff;
  /** Told when the connection comes and goes, and when what was missed is read. */
  readonly onChange?: (state: ConnectionState) => void;
  /** Ends the participant at once, wherever it is: what waits rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Who comes: a new user of this name, whom the token brings back, or who has an account. */
export type Identity =
  | { readonly name: string }
  | { readonly token: string }
  | { readonly userId: string; readonly password: string };

export type ConnectionState =
  | { readonly type: 'connected' }
  /** Connected again; the `events` that were missed are being read, and `connected` follows. */
  | { readonly type: 'replaying'; readonly events: number }
  /** The next attempt comes in `retryMs`; `failures` were made since the connection was lost. */
  | { readonly type: 'away'; readonly failures: number; readonly retryMs: number; readonly error: Error };

/** What somebody is answered who is not in a room. */
const outside: ReadonlySet<string> = new Set(['NOT_IN_ROOM', 'ROOM_NOT_FOUND', 'BANNED']);

/** What may be asked once more when the connection is lost before the answer: it changes nothing, or nothing more. */
const repeatable: ReadonlySet<MethodName> = new Set<MethodName>([
  'hello',
  'ping',
  'user.me',
  'user.quit',
  'user.block',
  'user.unblock',
  'user.blocks',
  'session.list',
  'room.list',
  'room.join',
  'room.leave',
  'room.edit',
  'room.delete',
  'room.react',
  'room.history',
  'room.search',
  'room.mark_read',
  'room.unread',
  'room.members',
  'private.history',
  'private.search',
]);

type SendMethod = 'room.send' | 'private.send';

/** What may be said beside a text: the message that it answers, and the `clientMsgId`, which is made up else. */
export type SendOptions = Said<'room.send'>;
export type WhisperOptions = Said<'private.send'>;

type Said<M extends SendMethod> = Omit<Params<M>, 'room' | 'to' | 'text'> & {
  /** Takes the message back, if it was not sent yet; else whether it was said is unknown. */
  readonly signal?: AbortSignal;
};

interface Settling<Outcome> {
  resolve(outcome: Outcome): void;
  reject(error: Error): void;
}

interface Unanswered extends Settling<Result<SendMethod>> {
  readonly method: SendMethod;
  readonly params: Params<SendMethod>;
}

const queueMaxDefault = 1000;
/** The server's word on when to come back counts up to here. */
const reconnectAfterMsMax = 60_000;
/** A connection that was lost sooner counts as one more failure, or a server that dies of its users would have no rest. */
const steadyMs = 1000;

const registered: Shape = { userId: 'name', token: 'name' };
const resumedUser: Shape = { userId: 'name', token: 'name', inboxSeq: 'count' };
const roomPosition: Shape = { room: 'name', epoch: 'name', seq: 'count' };

/**
 * Connects as a user, and stays connected.
 *
 * @throws {ServerUnreachable | TlsFailed} nobody answers there, or nobody to be trusted; only this first attempt is not
 *   repeated
 * @throws {CallRefused} the name or the token is not accepted
 *
 * @example
 * const ana = await enter({ port: 4242, as: { name: 'ana' } });
 * const events = ana.events(); // Before she joins, or what is said right then is missed.
 * await ana.join('sala1');
 * await ana.send('sala1', 'oi, gente');
 * for await (const push of events) {
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
 * 3. It ends with `quit`, `close` or the signal, or when the server does not know the user any more: then what waits
 *    rejects.
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
  readonly #waiting = new Set<Settling<Client>>();
  #queue: PushQueue | undefined;
  #onTaken: (() => void) | undefined;
  #reconnectAfterMs: number | undefined;
  #end: { readonly error: Error | undefined } | undefined;
  #quitting = false;
  #state: ConnectionState = { type: 'connected' };
  /** Cuts the connection that is there, or being made. */
  readonly #cut = new AbortController();

  constructor(options: EnterOptions) {
    this.#options = { ...options, signal: this.#cut.signal };
    const { signal } = options;
    signal?.throwIfAborted();
    signal?.addEventListener('abort', () => this.#over(signal.reason), { once: true, signal: this.#cut.signal });
    this.entered = new Promise((resolve, reject) => {
      this.#stay(resolve).catch((error: Error) => {
        reject(this.#end?.error ?? error);
        // Who quits and is not known any more had quit when the connection was lost.
        this.#over(this.#quitting && codeOf(error) === 'TOKEN_INVALID' ? undefined : error);
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

  /** Whether there is a connection, and whether all that was missed is read. */
  get state(): ConnectionState {
    return this.#state;
  }

  /** The rooms that the user is in, as far as is known. */
  get rooms(): readonly string[] {
    return this.#positions.rooms;
  }

  /** A room by its name, whether the user is in it or not. */
  room(name: string): Room {
    return new Room(this, name);
  }

  /**
   * Calls a method of the table in protocol/methods.ts, `params` by name; it waits while there is no connection. What
   * may be asked twice is asked again when the connection is lost before the answer; messages are sent as {@link send}
   * does, without a deadline.
   *
   * @throws {CallRefused | CallTimedOut | SendQueueFull} as {@link Client.call} does
   * @throws {SendQueueFull} `queueMax` calls wait for a connection already
   * @throws {ConnectionLost} the participant is over, or the connection was lost before the answer to a call that may
   *   not be repeated: whether it took effect is unknown
   */
  async call<M extends MethodName>(method: M, ...args: CallArgs<M>): Promise<Result<M>> {
    const [params, options] = args as [Params<MethodName>?, CallOptions?];
    switch (method) {
      case 'room.send':
      case 'private.send': {
        return (await this.#send(method, params as Params<SendMethod>, options?.signal)) as Result<M>;
      }
      case 'room.leave':
        return (await this.leave((params as Params<'room.leave'>).room)) as Result<M>;
      case 'user.quit':
        await this.quit();
        return {} as Result<M>;
    }
    const result = (await this.#persist(
      method,
      (client) => client.call<MethodName>(method, params as never, options),
      options?.signal,
    )) as Result<M>;
    if (method === 'room.join' || method === 'room.create') {
      if (!hasShape(result, roomPosition)) throw notUnderstood();
      this.#positions.joined(result as Result<'room.join'>);
    }
    if (method === 'account.delete') await this.close();
    return result;
  }

  /** Joins a room, whose events then come. */
  join(room: string): Promise<Result<'room.join'>> {
    return this.call('room.join', { room });
  }

  /** Leaves a room. Where it had left when the connection was lost, the `seq` answered is that of the last event known. */
  async leave(room: string): Promise<Result<'room.leave'>> {
    const result = await this.#persist('room.leave', (client, again) =>
      client.call('room.leave', { room }).catch((error: unknown) => {
        if (!again || !outside.has(codeOf(error) ?? '')) throw error;
        return { room, seq: this.#positions.after(room) };
      }),
    );
    this.#positions.left(room);
    return result;
  }

  /**
   * Says a text in a room. Resolves when it is on the server's disk. While there is no connection it waits for one, and
   * is sent again until it is answered; by its `clientMsgId` it is said once.
   *
   * @throws {CallRefused} the server said no
   * @throws {SendQueueFull} `queueMax` messages wait already
   * @throws {ConnectionLost} the participant was over before the answer; whether it was said is unknown
   * @throws the signal's reason
   */
  send(room: string, text: string, { signal, ...said }: SendOptions = {}): Promise<Result<'room.send'>> {
    return this.#send('room.send', { room, text, ...said }, signal) as Promise<Result<'room.send'>>;
  }

  /** Says a text to one user of a room, as {@link send} does. */
  whisper(
    room: string,
    to: string,
    text: string,
    { signal, ...said }: WhisperOptions = {},
  ): Promise<Result<'private.send'>> {
    return this.#send('private.send', { room, to, text, ...said }, signal) as Promise<Result<'private.send'>>;
  }

  /**
   * The events from now on. One reader at a time; one that is slow is waited for, see {@link Client.pushes}. A room whose
   * log was replaced is told by `room.reset`, and so is one whose log was replaced while there was no connection.
   *
   * @throws {Error} there is a reader already
   */
  events(): AsyncIterableIterator<Push> {
    if (this.#queue !== undefined) throw new Error('events() has a reader already');
    const taken = () => this.#onTaken?.();
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
    this.#quitting = true;
    const quitting = this.#persist('user.quit', async (client, again) => {
      try {
        await client.call('user.quit');
      } catch (error) {
        // The quit of the connection that was lost overtook this one.
        if (!again || codeOf(error) !== 'NOT_REGISTERED') throw error;
      }
    });
    await quitting.catch((error: unknown) => {
      this.#quitting = false;
      if (this.#end === undefined || this.#end.error !== undefined) throw error;
    });
    await this.close();
  }

  /** Ends the participant; the user stays registered, and comes back with {@link token}. */
  async close(): Promise<void> {
    const client = this.#present;
    this.#settle(undefined);
    await client?.close();
    this.#cut.abort();
  }

  get #known(): { readonly userId: string; readonly token: string } {
    if (this.#identity === undefined) throw new Error('the user is not known yet');
    return this.#identity;
  }

  /** Connects, again and again, until the participant is over. */
  async #stay(entered: () => void): Promise<void> {
    const { backoff = defaultBackoff } = this.#options;
    let failures = 0;
    while (this.#end === undefined) {
      try {
        const client = await connect(this.#options);
        // The server sends events behind its answer to the resume, so they are waited for before it.
        const pushes = client.pushes();
        await this.#introduce(client).catch((error: unknown) => {
          void client.close();
          throw error;
        });
        if (this.#end !== undefined) return;
        this.#reconnectAfterMs = undefined;
        this.#arrived(client);
        const events = this.#positions.behind;
        this.#change(events > 0 ? { type: 'replaying', events } : { type: 'connected' });
        entered();
        const since = performance.now();
        await this.#listen(client, pushes).finally(() => {
          this.#leave(client);
          if (performance.now() - since > steadyMs) failures = 0;
        });
      } catch (error) {
        if (this.#identity === undefined || !mayPass(error)) throw error;
        const retryMs = this.#reconnectAfterMs ?? backoffMs(backoff, failures, Math.random());
        this.#reconnectAfterMs = undefined;
        failures++;
        if (this.#end === undefined) this.#change({ type: 'away', failures, retryMs, error: error as Error });
        // Cut short by the end.
        await sleep(retryMs, undefined, { signal: this.#cut.signal }).catch(() => undefined);
      }
    }
  }

  #change(state: ConnectionState): void {
    this.#state = state;
    this.#options.onChange?.(state);
  }

  async #introduce(client: Client): Promise<void> {
    const { as } = this.#options;
    const token = this.#identity?.token ?? ('token' in as ? as.token : undefined);
    if (token === undefined && 'name' in as) {
      const { userId, token } = await client.call('user.register', as);
      if (!hasShape({ userId, token }, registered)) throw notUnderstood();
      this.#identity = { userId, token };
    } else {
      const resumed =
        token === undefined
          ? await client.call('account.login', as as { userId: string; password: string })
          : { token, ...(await client.call('user.resume', { token, ...this.#positions.params })) };
      const { userId, rooms } = resumed;
      const understood =
        hasShape(resumed, resumedUser) && Array.isArray(rooms) && rooms.every((room) => hasShape(room, roomPosition));
      if (!understood) throw notUnderstood();
      this.#identity = { userId, token: resumed.token };
      for (const reset of this.#positions.resumed(resumed)) this.#queue?.add(reset, 0);
    }
  }

  /**
   * Passes the events of one connection on, until it ends, by throwing. They are handed over one by one: what waits
   * for a slow reader waits in the connection's queue, and when the connection ends the server sends it again.
   */
  async #listen(client: Client, pushes: AsyncIterable<Push>): Promise<never> {
    void client.closed.then(() => this.#leave(client));
    for await (const push of pushes) {
      if (push.method === 'server.draining') {
        this.#reconnectAfterMs = Math.min(push.params.reconnectAfterMs, reconnectAfterMsMax);
      }
      while (this.#present === client && this.#queue !== undefined && this.#queue.length > 0) {
        await new Promise<void>((resolve) => {
          this.#onTaken = resolve;
        });
      }
      if (this.#present !== client) break;
      if (this.#positions.take(push, this.#known.userId)) this.#queue?.add(push, 0);
      if (this.#state.type === 'replaying' && this.#positions.behind === 0) this.#change({ type: 'connected' });
    }
    throw new ConnectionLost('the connection was given up');
  }

  /**
   * Does `work` on the present connection, and once more on the next when the server goes down instead, or, where the
   * method may be repeated, when the connection is lost before it is done.
   */
  async #persist<Done>(
    method: MethodName,
    work: (client: Client, again: boolean) => Promise<Done>,
    signal?: AbortSignal,
  ): Promise<Done> {
    for (let again = false; ; again = true) {
      const connection = this.#connection(method, signal);
      // At once where there is one: calls take effect in the order in which they were made.
      const client = connection instanceof Promise ? await connection : connection;
      try {
        return await work(client, again);
      } catch (error) {
        const lost = error instanceof ConnectionLost;
        if (!lost && codeOf(error) !== 'DRAINING') throw error;
        if (this.#end !== undefined) throw this.#end.error ?? error;
        this.#abandon(client);
        if (lost && !repeatable.has(method)) throw error;
      }
    }
  }

  /** The present connection, or the next one. */
  #connection(method: MethodName, signal: AbortSignal | undefined): Client | Promise<Client> {
    const { queueMax = queueMaxDefault } = this.#options;
    if (this.#end !== undefined) throw this.#end.error ?? closed();
    signal?.throwIfAborted();
    if (this.#present !== undefined) return this.#present;
    if (this.#waiting.size >= queueMax) throw new SendQueueFull(method, `${queueMax} calls`);
    let waiting: Settling<Client>;
    const next = new Promise<Client>((resolve, reject) => {
      waiting = { resolve, reject };
      this.#waiting.add(waiting);
    });
    return untilAborted(signal, next, () => this.#waiting.delete(waiting));
  }

  #arrived(client: Client): void {
    this.#present = client;
    // Before whatever is sent from now on.
    for (const message of this.#unanswered) void this.#deliver(client, message);
    for (const { resolve } of this.#waiting) resolve(client);
    this.#waiting.clear();
  }

  /** Whatever comes now waits for the next connection. */
  #leave(client: Client): void {
    if (this.#present !== client) return;
    this.#present = undefined;
    this.#onTaken?.();
  }

  #abandon(client: Client): void {
    this.#leave(client);
    void client.close();
  }

  async #send(method: SendMethod, said: Params<SendMethod>, signal?: AbortSignal): Promise<Result<SendMethod>> {
    // One that is undefined is none either, and the message would be said with each repetition.
    const params = { ...said, clientMsgId: said.clientMsgId ?? randomUUID() };
    const { queueMax = queueMaxDefault } = this.#options;
    if (this.#end !== undefined) throw this.#end.error ?? closed();
    signal?.throwIfAborted();
    if (this.#unanswered.size >= queueMax) throw new SendQueueFull(method, `${queueMax} messages`);
    let message: Unanswered;
    const answer = new Promise<Result<SendMethod>>((resolve, reject) => {
      message = { method, params, resolve, reject };
      this.#unanswered.add(message);
      // Without a connection it waits for the next, which takes all that wait, in their order.
      if (this.#present !== undefined) void this.#deliver(this.#present, message);
    });
    return untilAborted(signal, answer, () => this.#unanswered.delete(message));
  }

  /** Sends a message on this connection, and settles it unless the connection is lost, or the server goes down. */
  async #deliver(client: Client, message: Unanswered): Promise<void> {
    try {
      const result = await client.call<SendMethod>(message.method, message.params);
      this.#unanswered.delete(message);
      message.resolve(result);
    } catch (error) {
      if (error instanceof ConnectionLost) return;
      // It may have been heard: on another connection it is asked for again.
      if (error instanceof CallTimedOut || codeOf(error) === 'DRAINING') return this.#abandon(client);
      this.#unanswered.delete(message);
      message.reject(error as Error);
    }
  }

  /** Ends it at once. */
  #over(error: Error | undefined): void {
    this.#settle(error);
    this.#cut.abort();
  }

  /** Nothing begins any more, and what waits is told so. */
  #settle(error: Error | undefined): void {
    if (this.#end !== undefined) return;
    this.#end = { error };
    this.#queue?.end(error);
    this.#queue = undefined;
    this.#onTaken?.();
    for (const { reject } of [...this.#waiting, ...this.#unanswered]) reject(error ?? closed());
    this.#waiting.clear();
    this.#unanswered.clear();
  }
}

function closed(): ConnectionLost {
  return new ConnectionLost('the participant was closed');
}

function notUnderstood(): ConnectionLost {
  return new NotSalas();
}

function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof CallRefused ? error.code : undefined;
}

/** Whether another attempt may succeed. */
function mayPass(error: unknown): boolean {
  if (error instanceof CallRefused) return error.temporary;
  return [ConnectionLost, ServerUnreachable, TlsFailed, CallTimedOut].some((passing) => error instanceof passing);
}
