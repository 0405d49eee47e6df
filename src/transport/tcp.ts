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

export class Connection {
  readonly outbox: Outbox;
  readonly #socket: Socket;
  readonly #limits: Limits;
  #paused = false;
  #finishing: NodeJS.Timeout | undefined;

  constructor(socket: Socket, limits: Limits, banner: string, handle: (connection: Connection) => ConnectionHandler) {
    this.#socket = socket;
    this.#limits = limits;
    this.outbox = new Outbox(socket, limits.sendQueueBytesMax, () => handler.drained());
    const splitter = new LineSplitter(limits.lineBytesMax);
    const telnet = new TelnetFilter();
    const answerTelnet = (bytes: Buffer) => this.outbox.put(bytes);
    const handler = handle(this);
    // Who says nothing may be a person who waits for a sign of life.
    const silence = setTimeout(() => this.outbox.put(`${banner}\n`), silenceMs);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      clearTimeout(silence);
      const lines = splitter.push(telnet.filter(chunk, answerTelnet));
      if (lines.length > 0) handler.lines(lines);
    });
    socket.on('end', () => {
      clearTimeout(silence);
      const lines = [...splitter.push(telnet.end()), ...splitter.end()];
      if (lines.length > 0) handler.lines(lines);
      handler.ended();
    });
    // A broken connection ends like any other; 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(silence);
      clearTimeout(this.#finishing);
      handler.closed();
    });
  }

  /** Stops and resumes reading, which the client feels as TCP back-pressure. */
  set reading(on: boolean) {
    if (on === !this.#paused) return;
    this.#paused = !on;
    if (on) this.#socket.resume();
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
    this.#socket.resume();
  }
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
