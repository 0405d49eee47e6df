import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { version } from '../../src/cli/version.js';
import { connect } from '../../src/client/connect.js';
import { fileSystem } from '../machine.js';
import { projectFolder } from '../paths.js';
import { lineOf, newDirectory, removeDirectory, type Started, start, stop } from '../processes.js';
import type { Running, Server } from './server.js';

const readyMs = 30_000;
const memoryFolder = '/dev/shm';

/** Where durable data goes: a directory for scratch that is on a disk. */
export const diskFolder = isInMemory(tmpdir()) ? '/var/tmp' : tmpdir();

function isInMemory(path: string): boolean {
  return fileSystem(readFileSync('/proc/self/mounts', 'utf8'), path) === 'tmpfs';
}

/** Our own server, as it is meant to be used: every answered message is on disk. */
export const salas: Server = {
  name: 'salas',
  title: 'salas',
  protocol: 'salas',
  package: '',
  version: () => version,
  start: (needs) => startSalas(diskFolder, needs.rooms, needs.core),
};

/** The same without the time that the disk takes. */
export const salasInMemory: Server = {
  ...salas,
  name: 'salas-tmpfs',
  title: 'salas, on tmpfs',
  package: `a tmpfs on ${memoryFolder}`,
  version: () => (existsSync(memoryFolder) && isInMemory(memoryFolder) ? version : undefined),
  start: (needs) => startSalas(memoryFolder, needs.rooms, needs.core),
};

async function startSalas(parent: string, rooms: number, core: number | undefined): Promise<Running> {
  const data = newDirectory(parent);
  const { started, port } = await serve(data, ['r0'], core);
  // The other rooms are made as users make them: a thread is shared, where a configured room has its own.
  if (rooms > 1) await createRooms(port, rooms);
  return {
    port,
    pid: started.pid,
    stop: async () => {
      await stop(started);
      removeDirectory(data);
    },
  };
}

/** Starts the daemon, with more `flags`, and waits for its ready line; the caller stops it. */
export async function serve(
  data: string,
  rooms: readonly string[],
  core: number | undefined,
  flags: readonly string[] = [],
): Promise<{ started: Started; port: number }> {
  const where = ['--port', '0', '--data', data, '--rooms', rooms.join(',')];
  const args = ['bin/salas', 'serve', ...where, '--flood-rate', '0', ...flags];
  const started = start(process.execPath, args, { core, cwd: projectFolder });
  const [, port] = await lineOf(started, /^salas listening on .*:(\d+)$/m, readyMs);
  return { started, port: Number(port) };
}

async function createRooms(port: number, rooms: number): Promise<void> {
  const client = await connect({ port });
  await client.call('user.register', { name: 'bench' });
  for (let i = 1; i < rooms; i++) {
    await client.call('room.create', { room: `r${i}` });
    await client.call('room.leave', { room: `r${i}` });
  }
  await client.call('user.quit');
  await client.close();
}
