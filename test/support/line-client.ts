import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Test } from 'tap';
import type { MethodName, Params, Result } from '../../src/protocol/methods.js';
import {
  type Arrival,
  arrivalOf,
  checkResult,
  type ErrorData,
  type Id,
  type PushName,
  type PushParams,
  type Reply,
} from './contract.js';
import { TelnetCommands } from './telnet-commands.js';

export interface LineClientOptions {
  /** Telnet's commands are taken out of what comes in, and kept in `telnet`. */
  readonly telnet?: boolean;
}

/** Where a server is; with `tls` it is spoken to in TLS, and `ca` has its certificate. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls?: { readonly ca: string } | undefined;
}

/** How long anything is waited for: only a server that never says it makes a test wait so long. */
const waitMs = 30_000;

/** Every control character but LF, which ends lines: C0, DEL and C1. */
const control = /[^\P{Cc}\n]/u;

/**
 * A connection as somebody at a terminal or a small program has it: lines out, lines in.
 *
 * 1. Whatever comes in is held against the contract at once: UTF-8, no control characters, JSON of its shapes. What
 *    is not throws where nobody catches it, which fails the test.
 * 2. Lines that begin with `#` are for people, and kept apart.
 * 3. Everything that is waited for is waited for within {@link waitMs}.
 */
export class LineClient {
  readonly socket: Socket;
  readonly #arrivals: Arrival[] = [];
  readonly #comments: string[] = [];
  readonly #watchers = new Set<() => void>();
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #telnet: TelnetCommands | undefined;
  #carry = '';
  #ended = false;
  #lastId = 0;

  private constructor(socket: Socket, { telnet = false }: LineClientOptions) {
    this.socket = socket;
    this.#telnet = telnet ? new TelnetCommands() : undefined;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on('error', () => undefined);
  }

  /** Connects to the server; the connection is gone when the test ends. */
  static async connect(t: Test, { host, port, tls }: Address, options: LineClientOptions = {}): Promise<LineClient> {
    const socket = tls === undefined ? connect({ host, port }) : connectTls({ host, port, ...tls });
    socket.setNoDelay(true);
    t.teardown(() => void socket.destroy());
    await once(socket, tls === undefined ? 'connect' : 'secureConnect');
    return new LineClient(socket, options);
  }

  /** All of telnet's commands that the server has sent. */
  get telnet(): Buffer {
    return this.#telnet?.commands ?? Buffer.alloc(0);
  }

  /** Whether the connection is over. */
  get ended(): boolean {
    return this.#ended;
  }

  /** How many lines have come in that nobody has taken. */
  get waiting(): number {
    return this.#arrivals.length;
  }

  /** How many lines that begin with `#` have come in and not been taken. */
  get comments(): number {
    return this.#comments.length;
  }

  send(...lines: readonly string[]): void {
    this.socket.write(lines.map((line) => `${line}\n`).join(''));
  }

  sendBytes(bytes: Uint8Array | string): void {
    this.socket.write(bytes);
  }

  /** Sends a call without waiting for its answer. Answers its id. */
  ask(method: string, params?: unknown): number {
    const id = ++this.#lastId;
    this.send(JSON.stringify({ jsonrpc: '2.0', method, params, id }));
    return id;
  }

  /** Sends a call that nobody answers. */
  notify(method: string, params?: unknown): void {
    this.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  /** Calls a method, by its name or its alias; a result is held against the method table. */
  async request(method: string, params?: unknown): Promise<Reply> {
    const reply = await this.nextReply(this.ask(method, params));
    if ('result' in reply) checkResult(method, reply.result);
    return reply;
  }

  /** Calls a method that succeeds, with params by name. */
  async call<M extends MethodName>(method: M, ...params: [Params<M>?]): Promise<Result<M>> {
    return (await this.result(method, ...params)) as Result<M>;
  }

  /** Calls a method that succeeds, however it is called. */
  async result(method: string, params?: unknown): Promise<unknown> {
    const reply = await this.request(method, params);
    if ('error' in reply) throw new Error(`${method} was refused: ${JSON.stringify(reply.error)}`);
    return reply.result;
  }

  /** Calls a method that is refused. Answers the error's data. */
  async refusal(method: string, params?: unknown): Promise<ErrorData> {
    const reply = await this.request(method, params);
    if ('result' in reply) throw new Error(`${method} was not refused: ${JSON.stringify(reply.result)}`);
    return reply.error.data;
  }

  /** Says something in text. Answers the reply's first line. */
  say(line: string): Promise<string> {
    this.send(line);
    return this.nextAnswer();
  }

  /** Asks in text for a list. Answers its lines, which come one behind the other. */
  async list(command: string): Promise<string[]> {
    this.send(command);
    let lines: readonly Arrival[] = [];
    await this.#until(`the answer to ${command}`, () => {
      const at = this.#arrivals.findIndex(({ line }) => /^[+-]/.test(line));
      const head = this.#arrivals[at]?.line;
      if (head === undefined) return false;
      const count = /^\+OK (\d+)$/.exec(head)?.[1];
      if (count === undefined) throw new Error(`${command} was answered ${head}`);
      if (this.#arrivals.length <= at + Number(count)) return false;
      lines = this.#arrivals.splice(at, 1 + Number(count)).slice(1);
      return true;
    });
    return lines.map(({ line }) => line);
  }

  /** The next line, whatever it is. */
  next(): Promise<string> {
    return this.#first('a line', ({ line }) => line);
  }

  /** The next reply to a text command. */
  nextAnswer(): Promise<string> {
    return this.#first('a reply', ({ line }) => (/^[+-]/.test(line) ? line : undefined));
  }

  /** The answer to the call with this id, wherever it is among what came in. */
  nextReply(id: Id): Promise<Reply> {
    return this.#first(`the answer to ${id}`, ({ reply }) => (reply?.id === id ? reply : undefined));
  }

  /** The next answer to a batch. */
  nextBatch(): Promise<readonly Reply[]> {
    return this.#first('the answer to a batch', ({ batch }) => batch);
  }

  /** The next push, which must be of this kind: none is passed over. */
  async nextPush<P extends PushName>(method: P): Promise<PushParams<P>> {
    const push = await this.#first(`a push ${method}`, ({ push: found }) => found);
    if (push.method !== method) throw new Error(`expected a push ${method}, got ${JSON.stringify(push)}`);
    return push.params as PushParams<P>;
  }

  /** The next line that begins with `#`. */
  async nextComment(): Promise<string> {
    await this.#until('a line that begins with #', () => this.#comments.length > 0);
    return this.#comments.shift() as string;
  }

  /**
   * All that came in before the answer to a call made now. To show that nothing was pushed: a push to a client that
   * keeps up is on its way when the call that caused it is answered.
   */
  async soFar(): Promise<string[]> {
    const id = this.ask('ping');
    await this.#until('the answer to a ping', () => this.#arrivals.some(({ reply }) => reply?.id === id));
    const lines = this.#arrivals.splice(0).map(({ line }) => line);
    return lines.slice(0, -1);
  }

  /** As {@link soFar}, asked in text. */
  async soFarInText(): Promise<string[]> {
    const lines: string[] = [];
    this.send('/ping');
    for (;;) {
      const line = await this.next();
      if (line === '+OK pong') return lines;
      lines.push(line);
    }
  }

  /** All that comes in until the server ends the connection. */
  async rest(): Promise<string[]> {
    await this.#until('the end', () => this.#ended);
    return this.#arrivals.splice(0).map(({ line }) => line);
  }

  /** Waits until so many bytes of telnet's commands have come in. */
  untilTelnet(bytes: number): Promise<void> {
    return this.#until(`${bytes} bytes of telnet's`, () => this.telnet.length >= bytes);
  }

  /** Waits until so many lines have come in that nobody has taken. */
  untilWaiting(lines: number): Promise<void> {
    return this.#until(`${lines} lines`, () => this.#arrivals.length >= lines);
  }

  /** Sends no more, and goes on reading. */
  finish(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  async #first<T>(wanted: string, pick: (arrival: Arrival) => T | undefined): Promise<T> {
    let picked: T | undefined;
    await this.#until(wanted, () => {
      const index = this.#arrivals.findIndex((arrival) => pick(arrival) !== undefined);
      if (index === -1) return false;
      picked = pick(this.#arrivals[index] as Arrival);
      this.#arrivals.splice(index, 1);
      return true;
    });
    return picked as T;
  }

  async #until(wanted: string, holds: () => boolean): Promise<void> {
    const deadline = Date.now() + waitMs;
    while (!holds()) {
      if (this.#ended || Date.now() >= deadline) {
        const why = this.#ended ? 'the connection ended' : `nothing within ${waitMs} ms`;
        const lines = this.#arrivals.slice(0, 5).map(({ line }) => line);
        throw new Error(`waited for ${wanted}: ${why}. What had come in: ${JSON.stringify(lines)}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now());
        this.#watchers.add(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  #wake(): void {
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const wake of watchers) wake();
  }

  #take(chunk: Buffer): void {
    const text = this.#decoder.decode(this.#telnet?.takeFrom(chunk) ?? chunk, { stream: true });
    const found = control.exec(text);
    if (found !== null) throw new Error(`the server sent a control character: ${JSON.stringify(text)}`);
    const lines = (this.#carry + text).split('\n');
    this.#carry = lines.pop() as string;
    for (const line of lines) {
      if (line.startsWith('#')) this.#comments.push(line);
      else this.#arrivals.push(arrivalOf(line));
    }
    this.#wake();
  }
}
