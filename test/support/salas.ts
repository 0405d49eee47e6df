import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { salasCommand } from './daemon.js';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const runMs = 60_000;

/**
 * Runs `salas` with these arguments, in English unless `env` says otherwise, and waits for its end. Root may run it as
 * another `user`.
 */
export async function salas(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  user?: { readonly uid: number; readonly gid: number },
): Promise<Outcome> {
  const child = spawn(...salasCommand(args), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
    ...user,
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), runMs);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  clearTimeout(timer);
  return { code, stdout, stderr };
}
