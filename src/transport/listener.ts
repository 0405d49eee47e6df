import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { encodeRefusal, parseRequests } from '../protocol/jsonrpc.js';
import type { Limits } from '../protocol/limits.js';
import { findMethod } from '../protocol/methods.js';
import { type Refusal, refusals } from '../protocol/refusals.js';
import { skipBlanks } from '../protocol/speech.js';
import { parseText } from '../protocol/text-commands.js';
import { formatRefusal } from '../protocol/text-replies.js';
import { isLoopback } from './origins.js';
import { Connection, type ConnectionHandler, disown, isEncrypted, own, refuse, type SocketOwner } from './tcp.js';
import type { Certificate, Handshakes } from './tls.js';

/** One port for plain connections and for TLS: the first byte of each tells which it is. */

export interface ListenOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly limits: Limits;
  /** What a client that says nothing is told, without LF. */
  readonly banner: string;
  /** What a client is told that is one too many, without LF. */
  readonly crowded: string;
  /** What a client is told that is turned away for where it comes from, without LF; undefined lets it in. */
  readonly unwelcome: (socket: Socket) => string | undefined;
  /** How many that were handed on are there. */
  readonly connections: () => number;
  /** Offers TLS; with `only`, plain connections are for this machine alone. */
  readonly tls?: { readonly certificate: Certificate; readonly only: boolean } | undefined;
}

export interface Listener {
  readonly port: number;
  /** For TLS connections from now on. @throws OpenSSL's error; the old certificate stays then */
  replaceCertificate(certificate: Certificate): void;
  /** Takes no more connections. Those that have not said anything yet are handed on, or cut where they must not be plain. */
  close(): void;
}

const silenceMs = 250;
const backlog = 4096;
/** The type of the record that every TLS connection begins with: handshake (RFC 8446, section 5.1). */
const handshakeRecord = 0x16;
/** Behind it comes a version, whose first byte never changed (the same section). */
const versionMajor = 0x03;

/** What arrivals need to know of the port. */
interface Door {
  readonly limits: Limits;
  readonly banner: string;
  readonly tlsOnly: boolean;
  readonly handshakes: Handshakes | undefined;
  readonly arrivals: Set<Arrival>;
  readonly handle: (connection: Connection) => ConnectionHandler;
}

/**
 * Listens, and has `handle` take each connection: when its first byte is there, or after {@link silenceMs} without.
 *
 * @throws the system's error, for instance EADDRINUSE; OpenSSL's about the certificate
 */
export async function listen(
  options: ListenOptions,
  handle: (connection: Connection) => ConnectionHandler,
): Promise<Listener> {
  const { limits, banner, crowded, unwelcome, connections, tls } = options;
  let closed = false;
  const arrivals = new Set<Arrival>();
  const arrived = (socket: Socket) => new Arrival(socket, door);
  // Most servers have no use for the module.
  const handshakes =
    tls &&
    new (await import('./tls.js')).Handshakes(tls.certificate, limits.handshakeDeadlineMs, (socket) => {
      if (closed) socket.destroy();
      else arrived(socket);
    });
  const door: Door = { limits, banner, tlsOnly: tls?.only === true, handshakes, arrivals, handle };
  const server = await bind(options, (socket) => {
    const there = connections() + arrivals.size + (handshakes?.size ?? 0);
    const refusal = there >= limits.connectionsMax ? crowded : unwelcome(socket);
    if (refusal !== undefined) refuse(socket, refusal);
    else arrived(socket);
  });
  return {
    port: (server.address() as AddressInfo).port,
    replaceCertificate: (certificate) => handshakes?.replace(certificate),
    close: () => {
      closed = true;
      server.close();
      for (const arrival of [...arrivals]) arrival.settle();
    },
  };
}

function bind({ host, port, limits }: ListenOptions, accept: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(
      // A peer that vanished without a word is found out by TCP (RFC 9293, section 3.8.4).
      { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: limits.keepAliveSeconds * 1000 },
      accept,
    );
    server.once('error', reject);
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject);
      // Too many open files: the connection is refused, the server goes on.
      server.on('error', () => {});
      resolve(server);
    });
  });
}

/** A socket that has not said anything yet, new or just encrypted. */
class Arrival implements SocketOwner {
  readonly #socket: Socket;
  readonly #door: Door;
  readonly #silence: NodeJS.Timeout;

  constructor(socket: Socket, door: Door) {
    this.#socket = socket;
    this.#door = door;
    own(socket, this);
    door.arrivals.add(this);
    this.#silence = setTimeout(() => this.#silent(), this.#welcome ? silenceMs : door.limits.handshakeDeadlineMs);
  }

  /** Whether it may go on as it is. */
  get #welcome(): boolean {
    return !this.#door.tlsOnly || isEncrypted(this.#socket) || isLoopback(this.#socket.remoteAddress);
  }

  received(chunk: Buffer): void {
    const { handshakes } = this.#door;
    const isHandshake = chunk[0] === handshakeRecord && !isEncrypted(this.#socket);
    if (isHandshake && handshakes !== undefined) {
      this.closed();
      disown(this.#socket);
      handshakes.begin(this.#socket, chunk);
    } else if (isHandshake && chunk[1] === versionMajor) {
      // Said in plain it ends the client's handshake, which would have waited for its deadline.
      this.#turnAway(formatRefusal(refusals.tlsNotOffered(), 'en'));
    } else if (this.#welcome) {
      this.#connect(this.#door.handle).received(chunk);
    } else {
      this.#turnAway(answerTo(chunk, refusals.tlsRequired(), this.#door.limits));
    }
  }

  ended(): void {
    if (this.#welcome) this.#connect(this.#door.handle).ended();
    else this.#socket.destroy();
  }

  closed(): void {
    clearTimeout(this.#silence);
    this.#door.arrivals.delete(this);
  }

  settle(): void {
    if (this.#welcome) this.#connect(this.#door.handle);
    else this.#socket.destroy();
  }

  #silent(): void {
    // Who says nothing may be a person who waits for a sign of life.
    if (this.#welcome) this.#connect(this.#door.handle).outbox.put(`${this.#door.banner}\n`);
    else this.#turnAway(formatRefusal(refusals.tlsRequired(), 'en'));
  }

  #connect(handle: (connection: Connection) => ConnectionHandler): Connection {
    this.closed();
    return new Connection(this.#socket, this.#door.limits, handle);
  }

  #turnAway(line: string): void {
    const connection = this.#connect(() => unheard);
    connection.outbox.put(`${line}\n`);
    connection.finish();
  }
}

/** Whatever somebody says who was turned away. */
const unheard: ConnectionHandler = { lines() {}, ended() {}, drained() {}, closed() {} };

/** A refusal of all that a connection says, as an answer to the first line of it. */
function answerTo(chunk: Buffer, refusal: Refusal, limits: Limits): string {
  const line = skipBlanks(chunk.toString().split(/[\r\n]/, 1)[0] as string);
  if (line[0] !== '{' && line[0] !== '[') {
    const spoken = parseText(line, undefined);
    return formatRefusal(refusal, ('language' in spoken && spoken.language) || 'en');
  }
  const parsed = parseRequests(line, limits);
  if (parsed.type !== 'one' || parsed.request.type === 'refused') return encodeRefusal(null, refusal, 'en');
  const { id = null, method } = parsed.request;
  return encodeRefusal(id, refusal, findMethod(method)?.portuguese === true ? 'pt' : 'en');
}
