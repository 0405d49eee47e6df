import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Test } from 'tap';
import { salasCommand } from './daemon.js';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const runMs = 60_000;

/**
 * Runs `salas` with these arguments, in English unless `env` says otherwise, and waits for its end. Nobody is logged in,
 * unless `env` names a directory where somebody is. Root may run it as another `user`. `input` is its stdin.
 */
export async function salas(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  user?: { readonly uid: number; readonly gid: number },
  input?: string,
): Promise<Outcome> {
  const child = spawn(...salasCommand(args), {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      LC_ALL: 'C',
      XDG_STATE_HOME: '/nonexistent',
      NO_COLOR: undefined,
      FORCE_COLOR: undefined,
      ...env,
    },
    ...user,
  });
  child.stdin?.end(input);
  const timer = setTimeout(() => child.kill('SIGKILL'), runMs);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    ended,
  ]);
  clearTimeout(timer);
  return { code, stdout, stderr };
}

/** A `salas` that runs until it ends or the test does. */
export interface Running {
  readonly process: ChildProcess;
  /** Whole lines of stdout so far. */
  lines(): string[];
  stderr(): string;
  readonly ended: Promise<number | null>;
}

/**
 * Starts `salas` with these arguments, as {@link salas} does; `terminal`: in a terminal of its own, so all comes as stdout;
 * `input`: its stdin stays open.
 */
export function startSalas(
  t: Test,
  args: readonly string[],
  {
    env = {},
    terminal = false,
    input,
  }: { readonly env?: NodeJS.ProcessEnv; readonly terminal?: boolean; readonly input?: 'open' } = {},
): Running {
  const [command, commandArgs] = salasCommand(args);
  const quoted = [command, ...commandArgs].map((arg) => `'${arg}'`).join(' ');
  const [program, programArgs] = terminal ? ['script', ['-qec', quoted, '/dev/null']] : [command, commandArgs];
  const child = spawn(program as string, programArgs as string[], {
    stdio: [terminal || input === 'open' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      LC_ALL: 'C',
      XDG_STATE_HOME: '/nonexistent',
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
      ...env,
    },
  });
  t.teardown(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  return {
    process: child,
    lines: () => stdout.split(/\r?\n/).slice(0, -1),
    stderr: () => stderr,
    ended: new Promise((resolve) => child.once('close', resolve)),
  };
}
