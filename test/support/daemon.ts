import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import type { TestCertificate } from './certificates.js';
import { newDirectory } from './new-directory.js';

export interface DaemonOptions {
  readonly rooms?: readonly string[];
  /** More arguments for `salas serve`. */
  readonly args?: readonly string[];
  /** A data directory to use again; else a new one, removed at the end. */
  readonly data?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Files and sockets that the system lets it have open at a time. */
  readonly openFilesMax?: number;
  /** Offers TLS with it, and has the clients of this daemon use it. */
  readonly certificate?: TestCertificate | undefined;
}

export interface Daemon {
  readonly host: string;
  readonly port: number;
  readonly tls: { readonly ca: string } | undefined;
  readonly data: string;
  readonly process: ChildProcess;
  /** All it wrote to stderr. */
  readonly log: () => string;
  /** Sends SIGTERM and waits for the end. Answers the exit code; throws if the daemon had to be killed. */
  stop(): Promise<number | null>;
  /** Sends SIGKILL and waits for the end. */
  kill(): Promise<void>;
}

const salasBin = fileURLToPath(new URL('../../../bin/salas', import.meta.url));

/**
 * What to spawn for `salas ARGS`: without tap's loaders, which cannot load bin/salas and would slow it down; and on
 * Linux so that it dies with the test, also with one that is killed for taking too long.
 */
export function salasCommand(args: readonly string[]): [command: string, args: string[]] {
  const command = ['env', '-u', 'NODE_OPTIONS', process.execPath, salasBin, ...args];
  return process.platform === 'linux'
    ? ['setpriv', ['--pdeathsig', 'KILL', ...command]]
    : [command[0] as string, command.slice(1)];
}

const readyMs = 30_000;
const stopMs = 30_000;

/** Starts the real daemon on a free port and waits until it is ready. It is stopped when the test ends. */
export async function startDaemon(t: Test, options: DaemonOptions = {}): Promise<Daemon> {
  const data = options.data ?? newDirectory(t);
  const rooms = options.rooms === undefined ? [] : ['--rooms', options.rooms.join(',')];
  const { certificate } = options;
  const tls = certificate && ['--tls-cert', certificate.certFile, '--tls-key', certificate.keyFile];
  const args = ['serve', '--port', '0', '--data', data, ...rooms, ...(tls ?? []), ...(options.args ?? [])];
  const [command, commandArgs] = salasCommand(args);
  const files = options.openFilesMax;
  const limited = files === undefined ? [] : ['prlimit', `--nofile=${files}:${files}`];
  const [program, ...programArgs] = [...limited, command, ...commandArgs];
  const child = spawn(program as string, programArgs, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  const ended = once(child, 'exit');
  const killAtExit = () => child.kill('SIGKILL');
  process.once('exit', killAtExit);
  ended.then(() => process.off('exit', killAtExit));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });

  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean> => {
    if (isOver()) return true;
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
    await ended;
    clearTimeout(timer);
    return child.signalCode !== 'SIGKILL' || signal === 'SIGKILL';
  };
  const stop = async () => {
    if (!(await end('SIGTERM'))) throw new Error(`the daemon did not stop within ${stopMs} ms:\n${log}`);
    return child.exitCode;
  };
  t.teardown(async () => {
    await stop();
    if (!t.passing()) process.stderr.write(`the daemon's stderr:\n${log}`);
  });

  const { host, port } = await ready(child, () => log);
  return {
    host,
    port,
    tls: certificate && { ca: certificate.cert },
    data,
    process: child,
    log: () => log,
    stop,
    kill: async () => void (await end('SIGKILL')),
  };
}

/** The address in the daemon's ready line. */
function ready(child: ChildProcess, log: () => string): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`the daemon ${why}:\n${log()}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(`was not ready within ${readyMs} ms`);
    }, readyMs);
    // 'close' comes when stderr is read to its end, 'exit' may come before.
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      fail(`ended with ${code ?? signal} before it was ready`);
    });
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      const line = /^salas listening on \[?(.+?)\]?:(\d+)\n/m.exec(stdout);
      if (line?.[1] === undefined) return;
      clearTimeout(timer);
      resolve({ host: line[1], port: Number(line[2]) });
    });
  });
}
