import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Test } from 'tap';
import type { Client } from '../../src/client/client.js';
import { type ConnectOptions, connect } from '../../src/client/connect.js';

/** A call as the peer reads it. */
export interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: Record<string, unknown>;
}

/** The server's end of a connection, in the hands of a test: it says only what the test makes it say. */
export interface Peer {
  readonly socket: Socket;
  /** The client's next call. */
  next(): Promise<Call>;
  write(text: string | Buffer): void;
  answer(id: number, result: unknown): void;
  refuse(id: number | null, code: string, data?: object): void;
}

/** A client connected to a peer. Both are gone when the test ends. */
export async function connectToPeer(t: Test, options: ConnectOptions = {}): Promise<{ client: Client; peer: Peer }> {
  const server = createServer({ noDelay: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = await connect({ port: (server.address() as AddressInfo).port, ...options });
  const [socket] = await accepted;
  // A client may leave while the peer writes.
  socket.on('error', () => undefined);
  t.teardown(async () => {
    socket.destroy();
    server.close();
    await client.close();
  });
  return { client, peer: peerOf(socket) };
}

/** A server of which `serve` is handed each connection, with its number from 0 on. Answers its port. */
export async function startPeers(t: Test, serve: (peer: Peer, number: number) => void): Promise<number> {
  let accepted = 0;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    serve(peerOf(socket), accepted++);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

function peerOf(socket: Socket): Peer {
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  const write = (text: string | Buffer) => void socket.write(text);
  return {
    socket,
    write,
    // A client that is gone calls nothing more.
    next: async () => {
      const { value, done } = await lines.next();
      return done === true ? new Promise<never>(() => undefined) : (JSON.parse(value) as Call);
    },
    answer: (id, result) => write(answerLine(id, result)),
    refuse: (id, code, data) => write(refusalLine(id, code, data)),
  };
}

export function answerLine(id: number, result: unknown): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`;
}

export function refusalLine(id: number | null, code: string, data: object = {}): string {
  const error = { code: -32000, message: 'no', data: { code, temporary: false, ...data } };
  return `${JSON.stringify({ jsonrpc: '2.0', id, error })}\n`;
}

export function pushLine(method: string, params: object): string {
  return `${JSON.stringify({ jsonrpc: '2.0', method, params })}\n`;
}

/** A message of ana's in sala1. */
export function messageLine(seq: number, text = 'oi'): string {
  return pushLine('room.message', { room: 'sala1', seq, from: 'ana#1', at: 1, text });
}
