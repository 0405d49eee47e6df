import { createServer, type Server, type Socket } from 'node:net';
import type { Limits } from '../protocol/limits.js';
import { type Line, LineSplitter } from '../protocol/lines.js';
import { TelnetFilter } from '../protocol/telnet.js';
import { Outbox } from './outbox.js';

/** Bytes on sockets, and the lines in them (PROTOCOL.md, section 1). */

/** Who is told what comes in on a connection. */
export interface ConnectionHandler {
  lines(lines: readonly Line[]): void;
  /** The client has sent all it will send; it may still read. */
  ended(): void;
  /** What waited to be sent is gone out: there is room again. */
  drained(): void;
  /** The connection is over. */
  closed(): void;
}

const silenceMs = 250;
const backlog = 4096;
/** For the client's end, after the server's: who is cut before having read all may lose the last of it. */
const lingerMs = 500;
/** What the system hands over at once, at the most: who fills it has sent more already. */
const readBytesMax = 64 * 1024;

const connectionOf = Symbol('connection');

/** A socket that knows its connection: so all share their listeners, which thousands need not have of their own. */
type ConnectedSocket = Socket & { [connectionOf]: Connection };

function onData(this: Socket, chunk: Buffer): void {
  (this as ConnectedSocket)[connectionOf].received(chunk);
}

function onEnd(this: Socket): void {
  (this as ConnectedSocket)[connectionOf].ended();
}

/** A broken connection ends like any other; 'close' follows. */
function onError(): void {}

function onClose(this: Socket): void {
  (this as ConnectedSocket)[connectionOf].closed();
}

export class Connection {
  readonly outbox: Outbox;
  readonly #socket: Socket;
  readonly #limits: Limits;
  readonly #telnet = new TelnetFilter();
  readonly #splitter: LineSplitter;
  readonly #handler: ConnectionHandler;
  /** Whether the session wants more, and whether it is this connection's turn. */
  #wanted = true;
  #resting: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #finishing: NodeJS.Timeout | undefined;

  constructor(socket: Socket, limits: Limits, banner: string, handle: (connection: Connection) => ConnectionHandler) {
    this.#socket = socket;
    this.#limits = limits;
    this.#splitter = new LineSplitter(limits.lineBytesMax);
    this.outbox = new Outbox(socket, limits.sendQueueBytesMax, () => this.#handler.drained());
    this.#handler = handle(this);
    // Who says nothing may be a person who waits for a sign of life.
    this.#silence = setTimeout(() => this.outbox.put(`${banner}\n`), silenceMs);
    (socket as ConnectedSocket)[connectionOf] = this;
    socket.on('data', onData);
    socket.on('end', onEnd);
    socket.on('error', onError);
    socket.on('close', onClose);
  }

  /** Where the client is: an IPv4 or IPv6 address, or nothing where the connection is over already. */
  get address(): string {
    return addressOf(this.#socket);
  }

  /** The client sent something. */
  received(chunk: Buffer): void {
    this.#heard();
    if (chunk.length >= readBytesMax) this.#rest(chunk.length);
    this.#tell(this.#splitter.push(this.#telnet.filter(chunk, this.outbox)));
  }

  /** The client has sent all it will send. */
  ended(): void {
    this.#heard();
    this.#tell([...this.#splitter.push(this.#telnet.end()), ...this.#splitter.end()]);
    this.#handler.ended();
  }

  closed(): void {
    this.#heard();
    clearTimeout(this.#finishing);
    clearTimeout(this.#resting);
    this.#handler.closed();
  }

  #tell(lines: readonly Line[]): void {
    if (lines.length > 0) this.#handler.lines(lines);
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  /** Stops and resumes reading, which the client feels as TCP back-pressure. */
  set reading(on: boolean) {
    if (on === this.#wanted) return;
    this.#wanted = on;
    this.#read();
  }

  /** Who sends without a pause is read at a bounded rate, so that the others have their turn. */
  #rest(bytes: number): void {
    // Before the system stops, it hands over as much once more.
    const ms = (1000 * 2 * bytes) / this.#limits.readBytesPerSecondMax;
    this.#resting = setTimeout(() => {
      this.#resting = undefined;
      this.#read();
    }, Math.ceil(ms));
    this.#read();
  }

  #read(): void {
    if (this.#wanted && this.#resting === undefined) this.#socket.resume();
    else this.#socket.pause();
  }

  /** Sends what waits, then ends the connection; cuts it when the client takes too long to read that or to end too. */
  finish(): void {
    if (this.#finishing !== undefined || this.#socket.destroyed) return;
    const cutAfter = (ms: number) => setTimeout(() => this.#socket.destroy(), ms).unref();
    this.#finishing = cutAfter(this.#limits.closeDeadlineMs);
    this.outbox.flush();
    this.#socket.end(() => {
      clearTimeout(this.#finishing);
      this.#finishing = cutAfter(lingerMs);
    });
    // Whatever the client still sends is not read for an answer, only for its end.
    this.reading = true;
  }
}

/** Where the client is: an IPv4 or IPv6 address, or nothing where the connection is over already. */
export function addressOf(socket: Socket): string {
  // A server that listens on IPv6 sees IPv4 clients under addresses of its own (RFC 4291, section 2.5.5.2).
  return (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}

/** Ends a connection with one line, before anything is read of it. */
export function refuse(socket: Socket, line: string): void {
  socket.on('error', onError);
  socket.end(`${line}\n`, () => socket.destroy());
}

/**
 * Listens on `host` and `port` (0: any free one), and hands every connection to `accept`.
 *
 * @throws the system's error, for instance EADDRINUSE.
 */
export function listen(host: string, port: number, accept: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
    server.once('error', reject);
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject);
      // Too many open files: the connection is refused, the server goes on.
      server.on('error', () => {});
      resolve(server);
    });
  });
}
