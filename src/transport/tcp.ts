import type { Socket } from 'node:net';
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

/** Who is told what a socket does; one after the other may be. */
export interface SocketOwner {
  received(chunk: Buffer): void;
  /** The client has sent all it will send. */
  ended(): void;
  closed(): void;
}

/** For the client's end, after the server's: who is cut before having read all may lose the last of it. */
const lingerMs = 500;
/** What the system hands over at once, at the most: who fills it has sent more already. */
const readBytesMax = 64 * 1024;

const ownerOf = Symbol('owner');

/** A socket that knows its owner: so all share their listeners, which thousands need not have of their own. */
type OwnedSocket = Socket & { [ownerOf]?: SocketOwner };

function onData(this: OwnedSocket, chunk: Buffer): void {
  this[ownerOf]?.received(chunk);
}

function onEnd(this: OwnedSocket): void {
  this[ownerOf]?.ended();
}

/** A broken connection ends like any other; 'close' follows. */
function onError(): void {}

function onClose(this: OwnedSocket): void {
  this[ownerOf]?.closed();
}

/** Without the module of TLS, which most servers do not load. */
export function isEncrypted(socket: Socket): boolean {
  return 'encrypted' in socket;
}

/** From now on `owner` is told what the socket does, and whoever was told before is not. */
export function own(socket: OwnedSocket, owner: SocketOwner): void {
  const isNew = socket[ownerOf] === undefined;
  socket[ownerOf] = owner;
  if (!isNew) return;
  socket.on('data', onData);
  socket.on('end', onEnd);
  socket.on('error', onError);
  socket.on('close', onClose);
}

/** The socket is read no more, and nobody is told what it does. */
export function disown(socket: OwnedSocket): void {
  socket.pause();
  socket.off('data', onData);
  socket.off('end', onEnd);
  socket.off('close', onClose);
}

/** A client's connection, plain or encrypted. */
export class Connection implements SocketOwner {
  readonly outbox: Outbox;
  readonly encrypted: boolean;
  readonly #socket: Socket;
  readonly #limits: Limits;
  readonly #telnet = new TelnetFilter();
  readonly #splitter: LineSplitter;
  readonly #handler: ConnectionHandler;
  /** Whether the session wants more, and whether it is this connection's turn. */
  #wanted = true;
  #resting: NodeJS.Timeout | undefined;
  /** Bytes that came in encrypted since the last rest. */
  #unrestedBytes = 0;
  #finishing: NodeJS.Timeout | undefined;

  constructor(socket: Socket, limits: Limits, handle: (connection: Connection) => ConnectionHandler) {
    this.#socket = socket;
    this.encrypted = isEncrypted(socket);
    this.#limits = limits;
    this.#splitter = new LineSplitter(limits.lineBytesMax);
    this.outbox = new Outbox(socket, limits.sendQueueBytesMax, () => this.#handler.drained());
    this.#handler = handle(this);
    own(socket, this);
  }

  /** Where the client is: an IPv4 or IPv6 address, or nothing where the connection is over already. */
  get address(): string {
    return addressOf(this.#socket);
  }

  received(chunk: Buffer): void {
    // What is encrypted comes in records, which are shorter than what the system hands over.
    const bytes = this.encrypted ? this.#unrestedBytes + chunk.length : chunk.length;
    if (bytes >= readBytesMax) this.#rest(bytes);
    else if (this.encrypted) this.#unrestedBytes = bytes;
    this.#tell(this.#splitter.push(this.#telnet.filter(chunk, this.outbox)));
  }

  ended(): void {
    this.#tell([...this.#splitter.push(this.#telnet.end()), ...this.#splitter.end()]);
    this.#handler.ended();
  }

  closed(): void {
    clearTimeout(this.#finishing);
    clearTimeout(this.#resting);
    this.#handler.closed();
  }

  #tell(lines: readonly Line[]): void {
    if (lines.length > 0) this.#handler.lines(lines);
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
    this.#unrestedBytes = 0;
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
