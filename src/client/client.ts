import type { Socket } from 'node:net';
import { type Line, LineSplitter } from '../protocol/lines.js';
import type { MethodName, Params, Result } from '../protocol/methods.js';
import { Calls } from './calls.js';
import { CallRefused, ConnectionLost, NotSalas, SendQueueFull } from './errors.js';
import { parseMessage } from './messages.js';
import { PushQueue } from './push-queue.js';
import type { Push } from './pushes.js';
import { untilAborted } from './until-aborted.js';

/** The client's bounds. */
export interface ClientLimits {
  /**
   * Bytes of the pushes that wait for their reader, counted in UTF-16 units of their lines; see {@link Client.pushes}.
   * One read of the socket may bring a few more.
   */
  readonly pushQueueBytesMax: number;
  /** Bytes of one line from the server; history pages and member lists are the longest. */
  readonly replyBytesMax: number;
  /** Bytes that wait until the server reads them; beyond it calls reject with `SendQueueFull`. */
  readonly sendQueueBytesMax: number;
  /** How long a call waits for its answer, unless it says otherwise. */
  readonly deadlineMs: number;
  /** How long `close` waits for the server's end. */
  readonly closeDeadlineMs: number;
}

export interface CallOptions {
  readonly deadlineMs?: number;
  /** Waits for the answer no longer: the call rejects with the signal's reason, and may take effect all the same. */
  readonly signal?: AbortSignal;
}

/** `params` may be left out where all of them are optional. */
export type CallArgs<M extends MethodName> =
  Partial<Params<M>> extends Params<M>
    ? [params?: Params<M>, options?: CallOptions]
    : [params: Params<M>, options?: CallOptions];

/** Writes a call as the server is to read it, for instance by its Portuguese names. */
export type Wording = (method: MethodName, params: object) => { readonly method: string; readonly params: object };

/** A connection to a server, made by `connect`. */
export class Client {
  readonly #socket: Socket;
  readonly #limits: ClientLimits;
  readonly #wording: Wording | undefined;
  readonly #lines: LineSplitter;
  readonly #calls = new Calls();
  /** Resolves when the connection is over. */
  readonly closed: Promise<void>;
  #queue: PushQueue | undefined;
  /** Why the connection is no more, or will soon be no more. */
  #end: { readonly error: ConnectionLost; readonly wanted: boolean } | undefined;

  constructor(socket: Socket, limits: ClientLimits, wording?: Wording) {
    this.#socket = socket;
    this.#limits = limits;
    this.#wording = wording;
    this.#lines = new LineSplitter(limits.replyBytesMax);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (cause) => this.#lose(new ConnectionLost(`the connection broke: ${cause.message}`, { cause })));
    socket.once('close', () => this.#lose(new ConnectionLost('the server ended the connection')));
  }

  /**
   * Calls a method of the table in protocol/methods.ts, `params` by name, and answers its result. Calls may be made
   * while others wait for their answers; those to one room take effect in the order in which they were made.
   *
   * @throws {CallRefused} the server said no
   * @throws {CallTimedOut} no answer within `deadlineMs` (default: that of `connect`)
   * @throws {ConnectionLost} the connection ended before the answer, or was over already
   * @throws {SendQueueFull} the server does not read what it is sent
   * @throws the signal's reason
   *
   * @example
   * const { userId } = await client.call('user.register', { name: 'ana' });
   * const { seq } = await client.call('room.send', { room: 'sala1', text: 'oi' }, { deadlineMs: 2000 });
   */
  async call<M extends MethodName>(method: M, ...[params = {} as Params<M>, options]: CallArgs<M>): Promise<Result<M>> {
    if (this.#end !== undefined) throw this.#end.error;
    const signal = options?.signal;
    signal?.throwIfAborted();
    const { sendQueueBytesMax, deadlineMs } = this.#limits;
    if (this.#socket.writableLength > sendQueueBytesMax) throw new SendQueueFull(method, `${sendQueueBytesMax} bytes`);
    const id = this.#calls.nextId();
    const worded = this.#wording?.(method, params) ?? { method, params };
    const line = `${JSON.stringify({ jsonrpc: '2.0', id, ...worded })}\n`;
    this.#socket.write(line);
    const answer = this.#calls.wait(id, method, Buffer.byteLength(line), options?.deadlineMs ?? deadlineMs);
    this.#regulate();
    // The server keeps to the table; the client does not check it.
    const result = (await untilAborted(signal, answer, () => this.#calls.reject(id, signal?.reason))) as Result<M>;
    if (method === 'user.quit') this.#end ??= { error: new ConnectionLost('the user quit'), wanted: true };
    return result;
  }

  /**
   * The pushes from now on, in order, each once. One reader at a time.
   *
   * 1. While nobody has asked for them, pushes are discarded; so they are again after the reader's `break`.
   * 2. From the call of `pushes` on they are kept for the reader, who may come later or be slow: none is dropped.
   * 3. When half of `pushQueueBytesMax` wait, the client stops reading the connection, and the server holds the others
   *    back. But while a call waits for its answer it reads on, up to the whole, because the answer comes
   *    behind the pushes; so the reader may make calls. A reader who calls and never takes pushes fills the other
   *    half, and then calls end by their deadlines.
   * 4. It ends after `close` or `user.quit`. A lost connection throws `ConnectionLost` after the last push.
   *
   * @throws {Error} there is a reader already
   *
   * @example
   * const pushes = client.pushes();
   * await client.call('room.join', { room: 'sala1' });
   * for await (const push of pushes) {
   *   if (push.method === 'room.message') console.log(push.params.from, push.params.text);
   * }
   */
  pushes(): AsyncIterableIterator<Push> {
    if (this.#queue !== undefined) throw new Error('pushes() has a reader already');
    const queue = new PushQueue(
      () => this.#regulate(),
      () => {
        if (this.#queue === queue) this.#queue = undefined;
        this.#regulate();
      },
    );
    if (this.#end === undefined) this.#queue = queue;
    else queue.end(this.#end.wanted ? undefined : this.#end.error);
    return queue;
  }

  /**
   * Ends the connection. Calls made before are still answered; later ones reject with `ConnectionLost`. Resolves
   * when the server has ended it as well, or after `closeDeadlineMs`. The user stays registered: see `user.quit`.
   */
  async close(): Promise<void> {
    this.#end ??= { error: new ConnectionLost('the connection was closed'), wanted: true };
    this.#queue?.end();
    this.#queue = undefined;
    this.#regulate();
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), this.#limits.closeDeadlineMs);
    await this.closed;
    clearTimeout(timer);
  }

  #read(chunk: Buffer): void {
    for (const line of this.#lines.push(chunk)) {
      if (this.#socket.destroyed) return;
      this.#take(line);
    }
    this.#regulate();
  }

  #take(line: Line): void {
    if (line.type === 'too-long') {
      this.#lose(new ConnectionLost(`the server sent a line over ${this.#limits.replyBytesMax} bytes`));
      return;
    }
    const text = line.type === 'text' ? line.text : undefined;
    if (text === '' || text?.startsWith('#')) return;
    const message = text === undefined ? undefined : parseMessage(text);
    switch (message?.type) {
      case undefined:
        this.#lose(new NotSalas());
        return;
      case 'push':
        this.#queue?.add(message.push, text?.length ?? 0);
        return;
      case 'result':
        this.#calls.resolve(message.id, message.result);
        return;
      case 'refused': {
        const refused = new CallRefused(message.error);
        if (message.id === null && refused.code === 'LINE_TOO_LONG') this.#calls.rejectLongest(refused);
        else this.#calls.reject(message.id, refused);
        return;
      }
      case 'unknown-push':
        return;
      default:
        message satisfies never;
    }
  }

  /** Reads the socket or lets it be, by the rule of {@link pushes}. */
  #regulate(): void {
    const { pushQueueBytesMax } = this.#limits;
    const room = this.#calls.size > 0 ? pushQueueBytesMax : pushQueueBytesMax / 2;
    const full = this.#queue !== undefined && this.#queue.bytes >= room;
    if (full === this.#socket.isPaused()) return;
    if (full) this.#socket.pause();
    else this.#socket.resume();
  }

  #lose(error: ConnectionLost): void {
    this.#end ??= { error, wanted: false };
    this.#socket.destroy();
    this.#calls.rejectAll(this.#end.error);
    this.#queue?.end(this.#end.wanted ? undefined : this.#end.error);
    this.#queue = undefined;
  }
}
