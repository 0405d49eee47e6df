import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import Database from 'better-sqlite3';
import { StorageError } from './database.js';

/**
 * Where a daemon keeps its files:
 *
 *     supervisor.db      users, inboxes, the directory of rooms
 *     rooms/NAME-HASH.db a room's log
 *     rooms/….search     what is made from that log to search it; may be removed at any time
 *     lock               held by the daemon that runs on the directory
 *     import.lock        held by whoever imports a room
 *     control.sock       where that daemon takes its operator's calls
 *     addresses.json     the banned addresses
 */
export function supervisorFile(directory: string): string {
  return join(directory, 'supervisor.db');
}

/** What is wrong with a directory in which nothing is kept. */
export function noData(directory: string): StorageError {
  const file = basename(supervisorFile(directory));
  return new StorageError({
    en: `${directory} has no salas data: there is no ${file} in it`,
    pt: `${directory} não tem dados do salas: não há ${file} nele`,
  });
}

/** What is wrong with a room's name that is no room's in the directory. */
export function noRoom(directory: string, room: string): StorageError {
  return new StorageError({
    en: `${directory} has no room ${JSON.stringify(room)}`,
    pt: `${directory} não tem a sala ${JSON.stringify(room)}`,
  });
}

/** Where the rooms' logs are. */
export function roomsFolder(directory: string): string {
  return join(directory, 'rooms');
}

/** Bytes of a Unix socket's path on every system that has them (macOS has the fewest); a longer one is cut silently. */
const socketPathBytesMax = 103;

/**
 * Where the daemon that runs on the directory takes its operator's calls; told from the working directory where that
 * is shorter.
 *
 * @throws StorageError when the path is longer than a socket's may be.
 */
export function controlSocket(directory: string): string {
  const absolute = join(directory, 'control.sock');
  const local = relative(process.cwd(), absolute);
  const path = local.length < absolute.length ? local : absolute;
  if (Buffer.byteLength(path) <= socketPathBytesMax) return path;
  throw new StorageError({
    en: `${absolute} is too long for a socket's path (${socketPathBytesMax} bytes); choose another --data`,
    pt: `${absolute} é longo demais para o caminho de um socket (${socketPathBytesMax} bytes); escolha outro --data`,
  });
}

/**
 * Makes the path free for the daemon that holds the directory: takes away the socket of one that was killed.
 *
 * @throws StorageError when something else has the name; it is left as it is.
 */
export function freeControlSocket(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new StorageError({
      en: `${path} is not a socket; move it away`,
      pt: `${path} não é um socket; mova-o para outro lugar`,
    });
  }
  rmSync(path);
}

const slugCharactersMax = 40;

/**
 * The file of a room. Its name is a hash of the room's, so no room's name can reach another path, nor two rooms
 * the same file on a disk that does not tell capitals; before it stands what is plain ASCII in the name, for
 * whoever looks into the directory.
 */
export function roomFile(directory: string, room: string): string {
  const hash = createHash('sha256').update(room).digest('hex').slice(0, 32);
  const slug = room.replace(/[^A-Za-z0-9_]+/g, '').slice(0, slugCharactersMax);
  return join(roomsFolder(directory), `${slug}-${hash}.db`);
}

/** The index of the log in `file`. It has no log's ending, so that nobody takes it for one. */
export function searchFile(file: string): string {
  return file.replace(/\.db$/, '.search');
}

/** The claim of one process to a file that stands for something. */
export interface DirectoryLock {
  release(): void;
}

/**
 * Claims the file, which is made where it is missing; answers nothing while another process holds it. The claim is an
 * open exclusive transaction on an empty SQLite file: the operating system drops it with the process, however that ends.
 *
 * @throws SQLite's errors
 */
export function claim(file: string): DirectoryLock | undefined {
  const db = new Database(file, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
    return { release: () => db.close() };
  } catch (error) {
    db.close();
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
}

/**
 * Makes the directory where it is missing, and claims it for a daemon; answers nothing while another one holds it.
 *
 * @throws StorageError when the directory cannot be made or written.
 */
export function claimDirectory(directory: string): DirectoryLock | undefined {
  try {
    makeDirectory(directory);
    makeDirectory(roomsFolder(directory));
    return claim(join(directory, 'lock'));
  } catch (error) {
    const why = (error as Error).message;
    throw new StorageError({
      en: `${directory} cannot be used as the data directory: ${why}`,
      pt: `${directory} não pode ser usado como diretório de dados: ${why}`,
    });
  }
}

/** Claims the directory as {@link claimDirectory} does. @throws StorageError also when another daemon holds it. */
export function lockDirectory(directory: string): DirectoryLock {
  const lock = claimDirectory(directory);
  if (lock !== undefined) return lock;
  throw new StorageError({
    en: `${directory} is in use by another salas daemon; stop it, or choose another --data`,
    pt: `${directory} está em uso por outro servidor salas; pare-o, ou escolha outro --data`,
  });
}

/** Makes a directory and what is missing above it. (Node's own `recursive` never ends below /proc.) */
export function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  const parent = dirname(directory);
  if (!existsSync(parent)) makeDirectory(parent);
  mkdirSync(directory, { mode: 0o700 });
}
