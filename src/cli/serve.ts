import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { startSupervisor } from '../actors/supervisor/start.js';
import { defaultLimits, type Limits } from '../protocol/limits.js';
import { parseWord, type RoomName } from '../protocol/names.js';
import { refusals } from '../protocol/refusals.js';
import { type DirectoryLock, lockDirectory } from '../storage/data-directory.js';
import { version } from './version.js';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly rooms: readonly string[];
  readonly floodRate: number;
  readonly roomThreads?: number | undefined;
}

/** The daemon cannot start for a reason that it can name. */
const exitCodeFailed = 1;
const exitCodeUsage = 2;
/** The daemon met an error that it cannot handle (EX_SOFTWARE of sysexits.h). */
const exitCodeBroken = 70;

/** Runs the daemon until a signal ends it; it ends the process itself. */
export async function serve(options: ServeOptions): Promise<void> {
  const limits: Limits = { ...defaultLimits, floodRate: options.floodRate };
  const rooms = options.rooms.map((room) => {
    const name = parseWord(room, limits.roomNameCharactersMax);
    return name === undefined ? fail(refusals.roomNameInvalid(limits).message.en, exitCodeUsage) : (name as RoomName);
  });
  const directory = resolve(options.data);
  const lock = claim(directory);
  // The threads start while this one is still loading what it needs itself.
  const supervisor = startSupervisor(
    {
      directory,
      rooms: [...new Set(rooms)],
      threadsMax: options.roomThreads ?? Math.max(rooms.length, 2 * availableParallelism()),
      limits,
    },
    (notice) => logged.then(({ log }) => log.error(notice, 'a room thread died; its rooms are opened again')),
    async (reason) => {
      (await logged).log.fatal({ reason }, 'the supervisor died');
      process.exit(exitCodeBroken);
    },
  );
  const logged = import('./log.js');
  const { startGateway, StartFailure } = await import('../transport/gateway.js');
  const { log } = await logged;
  try {
    const gateway = await startGateway({
      host: options.host,
      port: options.port,
      version,
      limits,
      supervisor,
      onTrouble: (what, details) => log.error(details, what),
    });
    const host = gateway.host.includes(':') ? `[${gateway.host}]` : gateway.host;
    let draining = false;
    const drain = async (signal: string): Promise<void> => {
      // Ctrl-C under npm arrives twice.
      if (draining) return;
      draining = true;
      log.info({ signal }, 'draining');
      await gateway.drain();
      lock.release();
      log.info('drained');
      process.exit(0);
    };
    process.on('SIGTERM', drain);
    process.on('SIGINT', drain);
    process.stdout.write(`salas listening on ${host}:${gateway.port}\n`);
    log.info({ host: gateway.host, port: gateway.port, data: directory, version }, 'listening');
  } catch (error) {
    if (error instanceof StartFailure) fail(error.message, exitCodeFailed);
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    fail(
      `cannot listen on ${options.host}:${options.port}: ${reasons[code] ?? (error as Error).message}`,
      exitCodeFailed,
    );
  }
}

/** What the system's errors at listening mean to people. */
const reasons: Record<string, string> = {
  EADDRINUSE: 'the port is in use; stop what uses it, or choose another --port',
  EACCES: 'this user may not use that port; choose one above 1023',
  EADDRNOTAVAIL: 'this machine has no such address; choose another --host',
  ENOTFOUND: 'there is no such host; choose another --host',
};

function claim(directory: string): DirectoryLock {
  try {
    return lockDirectory(directory);
  } catch (error) {
    return fail((error as Error).message, exitCodeFailed);
  }
}

function fail(message: string, exitCode: number): never {
  process.stderr.write(`salas: ${message}\n`);
  process.exit(exitCode);
}
