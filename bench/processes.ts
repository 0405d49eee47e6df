import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Every process and directory that the benchmark made, so that none outlives it. {@link cleanUp} is synchronous:
 * it is what an `exit` handler can still do.
 */
const running = new Set<ChildProcess>();
const directories = new Set<string>();

export function cleanUp(): void {
  for (const child of running) child.kill('SIGKILL');
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
}

/** Where servers are that a user's PATH may leave out. */
const searchPath = [process.env.PATH, '/usr/sbin', '/usr/local/sbin'].filter(Boolean).join(delimiter);

/** Our own environment without what would slow down a child that is a Node too. */
function environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { ...process.env, NODE_OPTIONS: undefined, PATH: searchPath, ...more };
}

export interface StartOptions {
  /** The only core that it may use. */
  readonly core?: number | undefined;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** A process of ours, with what it writes. */
export interface Started {
  readonly child: ChildProcess;
  /** taskset becomes the program that it starts, so this is the program's. */
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves at its end, with the exit code or the signal. */
  readonly ended: Promise<number | string>;
}

/** Starts a program. It fails later, by `ended`, if there is no such program. */
export function start(command: string, args: readonly string[], options: StartOptions = {}): Started {
  const [program, ...rest] = options.core === undefined ? [command] : ['taskset', '-c', String(options.core), command];
  const spawnOptions: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe'], env: environment(options.env) };
  if (options.cwd !== undefined) spawnOptions.cwd = options.cwd;
  const child = spawn(program as string, [...rest, ...args], spawnOptions);
  running.add(child);
  const ended = new Promise<number | string>((resolve) => {
    child.once('error', (error) => {
      running.delete(child);
      resolve(error.message);
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal ?? 'unknown');
    });
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    // A server that complains at every message must not fill the memory.
    stderr = (stderr + text).slice(-outputCharactersMax);
  });
  return { child, pid: child.pid ?? 0, stdout: () => stdout, stderr: () => stderr, ended };
}

const outputCharactersMax = 10_000;
const stopMs = 10_000;

/** Ends a process, after `stopMs` the hard way, and waits until it is gone. */
export async function stop({ child, ended }: Started, signal: 'SIGTERM' | 'SIGKILL' = 'SIGKILL'): Promise<void> {
  if (!running.has(child)) return;
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(timer);
}

/** What a program prints, or undefined where there is no such program or it fails. For short questions only. */
export function output(command: string, ...args: string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: environment(),
    timeout: stopMs,
  });
  return status === 0 ? stdout + stderr : undefined;
}

/** A directory of ours, gone at the end. */
export function newDirectory(parent: string): string {
  const directory = mkdtempSync(join(parent, 'salas-bench-'));
  directories.add(directory);
  return directory;
}

export function removeDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  directories.delete(directory);
}

/** Waits until a line of stdout matches. @throws when the process ends before, or takes too long */
export async function lineOf(started: Started, pattern: RegExp, waitMs: number): Promise<RegExpExecArray> {
  const found = (): RegExpExecArray | null => pattern.exec(started.stdout());
  let ended = false;
  started.ended.then(() => {
    ended = true;
  });
  const timeout = AbortSignal.timeout(waitMs);
  for (;;) {
    const match = found();
    if (match !== null) return match;
    if (ended || timeout.aborted) {
      throw new Error(`${ended ? 'ended' : `was silent for ${waitMs} ms`}: ${lastLines(started.stderr())}`);
    }
    const { stdout } = started.child;
    const news = stdout === null ? Promise.resolve() : once(stdout, 'data', { signal: timeout });
    await Promise.race([news, started.ended]).catch(() => {});
  }
}

/** The end of a program's complaints, in one line. */
export function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' | ').slice(-500) || 'it said nothing';
}
