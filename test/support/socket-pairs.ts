import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Test } from 'tap';
import { Handshakes } from '../../src/transport/tls.js';
import { makeCertificate } from './certificates.js';

/** Both ends of a real connection: `far` does not read before it is told to. They are gone when the test ends. */
export async function socketPair(t: Test): Promise<{ near: Socket; far: Socket }> {
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  const [far] = (await once(server, 'connection')) as [Socket];
  await once(near, 'ready');
  for (const socket of [near, far]) socket.on('error', () => undefined);
  t.teardown(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return { near, far };
}

/** As {@link socketPair}, encrypted; `near` is the server's end. */
export async function encryptedPair(t: Test): Promise<{ near: Socket; far: Socket }> {
  const { near, far } = await socketPair(t);
  const certificate = makeCertificate(t);
  const secured = new Promise<Socket>((resolve) =>
    new Handshakes(certificate, 10_000, resolve).begin(near, Buffer.of()),
  );
  const client = connectTls({ socket: far, ca: certificate.cert, host: 'localhost' });
  const server = await secured;
  for (const socket of [client, server]) socket.on('error', () => undefined);
  return { near: server, far: client };
}

/** All that a socket receives from now on. */
export function received(socket: Socket): { readonly text: string } {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.resume();
  return {
    get text() {
      return Buffer.concat(chunks).toString();
    },
  };
}
