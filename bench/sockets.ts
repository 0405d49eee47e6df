import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Connections as attackers have them. */

export const connectingMax = 256;

/** A connection to a server of this machine, from one of its addresses. */
export async function open(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true });
  // What becomes of an attacker's connection is the server's to say.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

export async function openMany(port: number, count: number, addressOf?: (i: number) => string): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const more = Math.min(connectingMax, count - sockets.length);
    const first = sockets.length;
    sockets.push(...(await Promise.all(Array.from({ length: more }, (_, i) => open(port, addressOf?.(first + i))))));
  }
  return sockets;
}

/** A call as a line. */
export function call(method: string, params: object): string {
  return `${JSON.stringify({ jsonrpc: '2.0', method, params, id: 1 })}\n`;
}
