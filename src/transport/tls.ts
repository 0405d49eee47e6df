import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';

/** A certificate, with those of the authorities between it and a root behind it, and its private key: both PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const minVersion = 'TLSv1.2';

/** The server's side of TLS handshakes, on sockets that somebody else accepted. */
export class Handshakes {
  readonly #server: Server;
  #size = 0;

  /**
   * @param deadlineMs how long a handshake may take; beyond it the connection is cut
   * @throws OpenSSL's error about the certificate or the key
   */
  constructor(certificate: Certificate, deadlineMs: number, onSecure: (socket: TLSSocket) => void) {
    this.#server = createServer({ ...certificate, minVersion, handshakeTimeout: deadlineMs }, (socket) => {
      this.#size--;
      socket.allowHalfOpen = true;
      onSecure(socket);
    });
    // One that breaks off is told here as well.
    this.#server.on('tlsClientError', (_error, socket) => {
      this.#size--;
      socket.destroy();
    });
  }

  /** How many are under way. */
  get size(): number {
    return this.#size;
  }

  /** Begins one on a socket that is paused and has nobody listening; `bytes` were read from it already. */
  begin(socket: Socket, bytes: Buffer): void {
    this.#size++;
    // The one around it is as this: until the handshake is done, the client's end is that of the connection.
    socket.allowHalfOpen = false;
    socket.unshift(bytes);
    this.#server.emit('connection', socket);
  }

  /** For the handshakes that begin from now on. @throws as the constructor does; the old certificate stays then */
  replace(certificate: Certificate): void {
    this.#server.setSecureContext({ ...certificate, minVersion });
  }
}
