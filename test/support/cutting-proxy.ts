import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Test } from 'tap';

const LF = 0x0a;

/** A way to a server that breaks where a test wants it to. */
export interface CuttingProxy {
  readonly port: number;
  /** Cuts the connection behind so many more lines of one side; then it goes on as before with the next connection. */
  cutAfter(lines: number, side: 'client' | 'server'): void;
  /** Cuts all connections. */
  cut(): void;
}

export async function startCuttingProxy(t: Test, serverPort: number): Promise<CuttingProxy> {
  let left: { client: number; server: number } = { client: Infinity, server: Infinity };
  const sockets = new Set<Socket>();
  const cut = () => {
    left = { client: Infinity, server: Infinity };
    for (const socket of sockets) socket.destroy();
  };
  /** Passes on what may still pass. */
  const pass = (from: Socket, to: Socket, side: 'client' | 'server') => {
    sockets.add(from);
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    from.on('data', (chunk: Buffer) => {
      let end = 0;
      while (left[side] > 0 && end < chunk.length) {
        const lf = chunk.indexOf(LF, end);
        if (lf === -1) break;
        end = lf + 1;
        left[side]--;
      }
      if (left[side] <= 0) return void to.write(chunk.subarray(0, end), cut);
      // No faster than it is taken.
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => from.resume());
  };
  const proxy = createServer({ noDelay: true }, (client) => {
    const server = connect({ host: '127.0.0.1', port: serverPort, noDelay: true });
    pass(client, server, 'client');
    pass(server, client, 'server');
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  t.teardown(() => {
    proxy.close();
    cut();
  });
  return {
    port: (proxy.address() as AddressInfo).port,
    cutAfter: (lines, side) => {
      left = { client: Infinity, server: Infinity, [side]: lines };
    },
    cut,
  };
}
