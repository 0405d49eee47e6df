import { once } from 'node:events';
import type { Socket } from 'node:net';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../src/client/connect.js';
import { type Attack, attacks } from './attacks.js';
import { loginStorm } from './login-storm.js';
import { call, connectingMax, open, openMany } from './sockets.js';

/**
 * Does one thing to a server that no good client does: `attacker.js ATTACK PORT`. It goes on until it is killed, and
 * says so in a line when it has done what the attack is named for.
 */

const room = 'r1';
const lineBytes = 1e9;
const chunkBytes = 1e6;
const textBytes = 8000;
/** Fills a page of the room's history. */
const filledMessages = 140;
const writesPerSecond = 500;
const writerTickMs = 20;
const muchSeconds = 2;
/** Where logins come from that come from many. */
const addresses = 250;

const doing: Record<Attack, (port: number) => Promise<void>> = {
  'endless-line': async (port) => {
    const socket = await open(port);
    socket.write('{"jsonrpc":"');
    const chunk = Buffer.alloc(chunkBytes, 'x');
    for (let bytes = 0; ; bytes += chunkBytes) {
      if (bytes === lineBytes) tell(`sent ${bytes} bytes`);
      if (!socket.write(chunk)) await once(socket, 'drain');
    }
  },

  'slow-senders': async (port) => {
    const { connections } = attacks['slow-senders'];
    const sockets = await openMany(port, connections);
    tell(`opened ${connections}`);
    // Their bytes come evenly, as those of so many strangers do.
    const tickMs = 10;
    const perTick = (connections * tickMs) / 1000;
    for (let next = 0, due = 0; ; await sleep(tickMs)) {
      for (due += perTick; next < due; next++) sockets[next % connections]?.write('x');
    }
  },

  droppers: async (port) => {
    const { connections } = attacks.droppers;
    const ways: readonly ((socket: Socket) => unknown)[] = [
      (socket) => socket.resetAndDestroy(),
      (socket) => socket.destroy(),
      (socket) => socket.write('{"jsonrpc":"2.0",', () => socket.resetAndDestroy()),
      (socket) =>
        socket.write('{"jsonrpc":"2.0","method":"user.register","params":{"name":"x"},"id":1}\n', () =>
          socket.resetAndDestroy(),
        ),
    ];
    for (let dropped = 0; ; ) {
      await Promise.all(
        Array.from({ length: connectingMax }, async (_, i) => {
          const socket = await open(port);
          const closed = once(socket, 'close');
          ways[i % ways.length]?.(socket);
          await closed;
        }),
      );
      const before = dropped;
      dropped += connectingMax;
      if (before < connections && dropped >= connections) tell(`dropped ${dropped}`);
    }
  },

  'silent-members': async (port) => {
    const { connections } = attacks['silent-members'];
    const members = await openMany(port, connections);
    for (const [i, member] of members.entries()) {
      member.pause();
      member.write(`${call('user.register', { name: `silent-${i}` })}${call('room.join', { room })}`);
    }
    await write(port, () => tell(`wrote to ${connections} who do not read`));
  },

  'silent-callers': async (port) => {
    const { connections } = attacks['silent-callers'];
    await fill(port);
    const callers = await openMany(port, connections);
    const calls = call('room.history', { room, limit: 500 }).repeat(100) + call('hello', {}).repeat(100);
    await Promise.all(
      callers.map(async (caller, i) => {
        caller.pause();
        caller.write(`${call('user.register', { name: `silent-${i}` })}${call('room.join', { room })}`);
        // The server stops reading, and the sockets fill from here to there: more is not taken.
        while (caller.writableLength < chunkBytes) {
          caller.write(calls);
          await sleep(1);
        }
      }),
    );
    tell(`asked on ${connections} connections until no more was taken`);
    await forever();
  },

  'login-storm': async (port) => {
    const { connections } = attacks['login-storm'];
    await loginStorm(port, connections, () => '127.0.0.1');
    tell(`asked for ${connections} logins, from one address`);
    await forever();
  },

  'login-storm-from-many': async (port) => {
    const { connections } = attacks['login-storm-from-many'];
    await loginStorm(port, connections, (i) => `127.2.0.${1 + (i % addresses)}`);
    tell(`asked for ${connections} logins, from ${addresses} addresses`);
    await forever();
  },
};

function forever(): Promise<never> {
  return new Promise(() => setInterval(() => undefined, 1000));
}

/** Writes to the room at a rate that is no attack by itself; `written` is told when that was much. */
async function write(port: number, written: () => void): Promise<void> {
  const client = await connect({ port });
  await client.call('user.register', { name: 'writer' });
  await client.call('room.join', { room });
  const text = 'x'.repeat(textBytes);
  const began = performance.now();
  let much = muchSeconds * writesPerSecond;
  for (let sent = 0; ; await sleep(writerTickMs)) {
    const due = ((performance.now() - began) / 1000) * writesPerSecond;
    const sends: Promise<unknown>[] = [];
    for (; sent < due; sent++) sends.push(client.call('room.send', { room, text }));
    await Promise.all(sends);
    if (sent < much) continue;
    much = Number.POSITIVE_INFINITY;
    written();
  }
}

async function fill(port: number): Promise<void> {
  const client = await connect({ port });
  await client.call('user.register', { name: 'writer' });
  await client.call('room.join', { room });
  const text = 'x'.repeat(textBytes);
  await Promise.all(Array.from({ length: filledMessages }, () => client.call('room.send', { room, text })));
  await client.call('user.quit');
  await client.close();
}

function tell(what: string): void {
  process.stdout.write(`${what}\n`);
}

// Whoever measures beside it on the same core is not to wait for it.
setPriority(constants.priority.PRIORITY_LOW);
const [, , attack, port] = process.argv;
await doing[attack as Attack](Number(port));
