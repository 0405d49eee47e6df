import { connect as connectSocket } from 'node:net';
import { addAbortSignal } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Language } from '../protocol/speech.js';
import { Client, type ClientLimits } from './client.js';
import { ServerUnreachable } from './errors.js';

export interface ConnectOptions extends Partial<ClientLimits> {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 4242. */
  readonly port?: number;
  /** Encrypts the connection, and checks who the server is. Default: neither. */
  readonly tls?: TlsOptions | undefined;
  /** How long to wait for the connection, encrypted where it is to be. Default 10,000 ms. */
  readonly connectDeadlineMs?: number;
  /** Ends the attempt, or the connection, at once. */
  readonly signal?: AbortSignal;
  /** The language of the server's messages to people, in the errors it sends. Default `en`. */
  readonly language?: Language;
}

export interface TlsOptions {
  /** Certificates in PEM, of authorities or of the server itself, to trust instead of those that Node trusts. */
  readonly ca?: string;
}

const MiB = 1024 * 1024;

const keepAliveMs = 30_000;

const defaultLimits: ClientLimits = {
  // An answer may come behind all that the systems of both sides buffer: half of it is room for that.
  pushQueueBytesMax: 32 * MiB,
  // Twice the largest: 10,000 members at up to 700 bytes.
  replyBytesMax: 16 * MiB,
  sendQueueBytesMax: 16 * MiB,
  // Longer than the server lets a call wait for a room that hangs and is restarted.
  deadlineMs: 30_000,
  closeDeadlineMs: 10_000,
};

/**
 * Connects to a server.
 *
 * @throws {ServerUnreachable} nobody answers there, or not within `connectDeadlineMs`; its `cause` tells more
 * @throws {TlsFailed} the server's certificate is not to be trusted, or it does not speak TLS
 *
 * @example
 * const client = await connect({ port: 4242 });
 * await client.call('user.register', { name: 'ana' });
 * await client.call('room.join', { room: 'sala1' });
 * await client.call('room.send', { room: 'sala1', text: 'oi' });
 * await client.call('user.quit');
 * await client.close();
 */
export async function connect(options: ConnectOptions = {}): Promise<Client> {
  const {
    host = '127.0.0.1',
    port = 4242,
    tls,
    connectDeadlineMs = 10_000,
    signal,
    language = 'en',
    ...limits
  } = options;
  // The method table is loaded only by those who need its Portuguese names.
  const wording = language === 'pt' ? (await import('./portuguese.js')).inPortuguese : undefined;
  // So is the module of TLS by those who want it.
  const encryption = tls && (await import('./tls.js'));
  const socket =
    encryption === undefined ? connectSocket({ host, port }) : encryption.connectTls({ host, port, ...tls });
  socket.setNoDelay(true);
  // A server whose machine or network is gone says nothing more: TCP asks it.
  socket.setKeepAlive(true, keepAliveMs);
  // The socket's own option for it never lets go of the signal.
  if (signal !== undefined) addAbortSignal(signal, socket);
  const address = `${host}:${port}`;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy(new Error(`no connection within ${connectDeadlineMs} ms`));
    }, connectDeadlineMs);
    const fail = (cause: Error) => {
      clearTimeout(timer);
      const untrusted = encryption?.tlsFailure(socket as TLSSocket, cause, address);
      reject(untrusted ?? new ServerUnreachable(`no server answers at ${address}`, { cause }));
    };
    socket.once('error', fail);
    socket.once(encryption === undefined ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return new Client(socket, { ...defaultLimits, ...limits }, wording);
}
