import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const salas = fileURLToPath(new URL('../../../../bin/salas', import.meta.url));

/** A daemon on this machine with a directory of its own, for the time of a test: it is killed, and started again. */
export class OwnDaemon {
  readonly #data = mkdtempSync(join(tmpdir(), 'salas-load-'));
  readonly #rooms: readonly string[];
  #process: ChildProcess | undefined;
  #port = 0;

  constructor(rooms: readonly string[]) {
    this.#rooms = rooms;
  }

  get data(): string {
    return this.#data;
  }

  get port(): number {
    return this.#port;
  }

  /** Resolves when it is ready. @throws {Error} with what it said, if it does not start */
  async start(): Promise<void> {
    const where = ['--port', String(this.#port), '--data', this.#data];
    const args = [salas, 'serve', ...where, '--rooms', this.#rooms.join(','), '--chaos'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    let log = '';
    child.stderr.on('data', (text) => {
      log = `${log}${text}`.slice(-2000);
    });
    for await (const line of createInterface({ input: child.stdout })) {
      const port = /^salas listening on .*:(\d+)$/.exec(line)?.[1];
      if (port === undefined) continue;
      this.#port = Number(port);
      return;
    }
    throw new Error(`the daemon did not start: ${log}`);
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    const ended = this.#process?.exitCode === null && this.#process.signalCode === null;
    this.#process?.kill('SIGKILL');
    if (ended) await once(this.#process as ChildProcess, 'exit');
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#data, { recursive: true, force: true });
  }
}
