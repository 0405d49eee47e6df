import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultLimits } from '../src/protocol/limits.js';
import { call, openMany } from './sockets.js';

const password = 'storm in a teacup';
const { accountAttemptsMax } = defaultLimits;

interface Answer {
  readonly result?: { readonly userId: string };
  readonly error?: { readonly data: { readonly retryAfterMs?: number } };
}

/**
 * So many logins at once, all with the right password, and each again when it is told to come again. Resolves when all
 * were asked for. `addressOf` is where the nth comes from.
 */
export async function loginStorm(port: number, logins: number, addressOf: (i: number) => string): Promise<void> {
  const accounts = await makeAccounts(port, Math.ceil(logins / accountAttemptsMax));
  const sockets = await openMany(port, logins, addressOf);
  for (const [i, socket] of sockets.entries()) {
    void whenAllowed(socket, 'account.login', { userId: accounts[i % accounts.length], password });
  }
}

/** Each from an address of its own: what an address tries is bounded. */
async function makeAccounts(port: number, count: number): Promise<string[]> {
  const sockets = await openMany(port, count, (i) => `127.1.${i >> 8}.${i & 0xff}`);
  return Promise.all(
    sockets.map(async (socket, i) => {
      const { userId } = await whenAllowed(socket, 'user.register', { name: `storm-${i}` });
      await whenAllowed(socket, 'account.create', { password });
      socket.destroy();
      return userId;
    }),
  );
}

/** Asks as often as the server says that it may be asked again later. */
async function whenAllowed(socket: Socket, method: string, params: object): Promise<{ readonly userId: string }> {
  for (;;) {
    const { result, error } = await ask(socket, method, params);
    if (result !== undefined) return result;
    const { retryAfterMs } = error?.data ?? {};
    if (retryAfterMs === undefined) throw new Error(`${method} was answered ${JSON.stringify(error)}`);
    await sleep(retryAfterMs);
  }
}

/** One call of a connection that asks nothing else meanwhile. */
function ask(socket: Socket, method: string, params: object): Promise<Answer> {
  return new Promise((resolve) => {
    let line = '';
    const take = (chunk: Buffer) => {
      line += chunk.toString('latin1');
      const end = line.indexOf('\n');
      if (end === -1) return;
      socket.off('data', take);
      resolve(JSON.parse(line.slice(0, end)) as Answer);
    };
    socket.on('data', take);
    socket.write(call(method, params));
  });
}
