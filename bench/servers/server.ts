import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Protocol } from '../generator.js';
import { lastLines, type Started } from '../processes.js';

/** A server that can be measured. */
export interface Server {
  /** For `--peers`. */
  readonly name: string;
  readonly title: string;
  readonly protocol: Protocol | 'rpyc';
  /** What installs it. */
  readonly package: string;
  /** Undefined where it is not installed. */
  readonly version: () => string | undefined;
  readonly start: (needs: Needs) => Promise<Running>;
  /** How many connections are best set up at a time. */
  readonly connectingMax?: number;
}

export interface Needs {
  /** Rooms r0, r1, … that must be there. */
  readonly rooms: number;
  /** The core that it has for itself. */
  readonly core: number | undefined;
}

/** A server that is ready. */
export interface Running {
  readonly port: number;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

/** A port on the loopback interface that nobody uses at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}

const readyMs = 15_000;
const tryEveryMs = 20;

/** Waits until somebody listens on the port. @throws when the process ends before, or takes too long */
export async function listening(started: Started, port: number): Promise<void> {
  let end: number | string | undefined;
  started.ended.then((how) => {
    end = how;
  });
  const deadline = Date.now() + readyMs;
  while (!(await canConnect(port))) {
    if (end !== undefined) throw new Error(`ended with ${end}: ${lastLines(started.stderr() || started.stdout())}`);
    if (Date.now() > deadline) throw new Error(`does not listen after ${readyMs} ms`);
    await sleep(tryEveryMs);
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
