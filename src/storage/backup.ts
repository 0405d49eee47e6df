import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { RoomName } from '../protocol/names.js';
import { addressBansFile } from './address-bans-file.js';
import { checkDirectory, logsIn } from './checking.js';
import { lockDirectory, makeDirectory, noData, roomFile, roomsFolder, supervisorFile } from './data-directory.js';
import { explained, openForReading, StorageError } from './database.js';
import { RoomStore, roomDatabase } from './room-store.js';
import { storedRooms, supervisorDatabase } from './supervisor-store.js';

/**
 * Copies of a data directory, and back. A copy is a directory of the same form, each file in it one moment of its
 * original, written whole and synced.
 */

/** One file that was copied. */
export interface Copied {
  readonly file: string;
  readonly bytes: number;
}

/** A room as it was brought back. */
export interface Restored extends Copied {
  readonly room: RoomName;
  readonly epoch: string;
  /** The last event's `seq`. */
  readonly head: number;
}

/** Rooms may be made while others are copied; nobody makes so many that this is not enough. */
const passesMax = 100;

/**
 * Copies all databases and the banned addresses into `target`, which must be empty or missing, while a daemon may go on with them. The
 * supervisor's comes after the rooms', so that it knows everybody who is in their logs, and no id is given twice.
 *
 * @throws StorageError when there is nothing to copy, something is in `target`, or a file cannot be read or written
 */
export function* backUp(directory: string, target: string): Generator<Copied> {
  const supervisor = supervisorFile(directory);
  if (!existsSync(supervisor)) throw noData(directory);
  prepare(target);
  const copied = new Set<string>();
  for (let pass = 0; pass < passesMax; pass++) {
    const missing = storedRooms(supervisor)
      .map((room) => roomFile(directory, room))
      .filter((file) => !copied.has(file) && existsSync(file));
    if (pass > 0 && missing.length === 0) break;
    for (const file of missing) {
      yield copy(file, join(roomsFolder(target), basename(file)), roomDatabase);
      copied.add(file);
    }
    rmSync(supervisorFile(target), { force: true });
    yield copy(supervisor, supervisorFile(target), supervisorDatabase);
  }
  const bans = copyAddressBans(directory, target);
  if (bans !== undefined) yield bans;
  sync(roomsFolder(target));
  sync(target);
}

/**
 * Brings a copy back into `directory`, which must have no data. Every room gets a new epoch of `newEpoch`: whoever was
 * further in its log than the copy is told to begin anew.
 *
 * @throws StorageError when the copy is not whole, a daemon runs on the directory, or there is data in it
 */
export function* restore(backup: string, directory: string, newEpoch: () => string): Generator<Restored> {
  const target = supervisorFile(directory);
  if (existsSync(target))
    throw new StorageError({
      en: `${directory} has data already; choose another --data, or move it away`,
      pt: `${directory} já tem dados; escolha outro --data, ou mova-os para outro lugar`,
    });
  for (const { file, faults } of checkDirectory(backup)) {
    const [fault] = faults;
    // A room that was just being made has no log yet; it begins with the next start.
    if (fault !== undefined && existsSync(file)) {
      throw new StorageError({ en: `${file}: ${fault.en}`, pt: `${file}: ${fault.pt}` });
    }
  }
  const lock = lockDirectory(directory);
  try {
    // What a restore left that was cut short; without the supervisor's file it is nobody's data.
    for (const file of logsIn(directory)) rmSync(file);
    for (const room of storedRooms(supervisorFile(backup))) {
      if (!existsSync(roomFile(backup, room))) continue;
      const file = roomFile(directory, room);
      const { bytes } = copy(roomFile(backup, room), file, roomDatabase);
      const store = explained(file, () => new RoomStore(file, room));
      const epoch = newEpoch();
      store.renewEpoch(epoch);
      const { head } = store.load();
      store.close();
      yield { file, bytes, room, epoch, head };
    }
    sync(roomsFolder(directory));
    copyAddressBans(backup, directory);
    // It comes last: with it the directory has data.
    copy(supervisorFile(backup), target, supervisorDatabase);
    sync(directory);
  } finally {
    lock.release();
  }
}

function prepare(target: string): void {
  try {
    makeDirectory(target);
    if (readdirSync(target).length > 0) {
      throw new StorageError({
        en: `${target} is not empty; choose another directory`,
        pt: `${target} não está vazio; escolha outro diretório`,
      });
    }
    makeDirectory(roomsFolder(target));
  } catch (error) {
    if (error instanceof StorageError) throw error;
    const why = (error as Error).message;
    throw new StorageError({ en: `${target} cannot be written: ${why}`, pt: `${target} não pode ser gravado: ${why}` });
  }
}

/** One moment of `file`, as a file of its own (https://www.sqlite.org/lang_vacuum.html#vacuuminto). */
function copy(file: string, target: string, kind: typeof roomDatabase): Copied {
  explained(file, () => {
    const db = openForReading(file, kind);
    try {
      db.prepare('VACUUM INTO ?').run(target);
    } finally {
      db.close();
    }
  });
  sync(target);
  return { file: target, bytes: statSync(target).size };
}

/** The list is put in its place as a whole, so there is no moment in which half of it could be copied. */
function copyAddressBans(from: string, to: string): Copied | undefined {
  const source = addressBansFile(from);
  const file = addressBansFile(to);
  try {
    if (!existsSync(source)) return undefined;
    copyFileSync(source, file);
    sync(file);
  } catch (error) {
    const why = (error as Error).message;
    throw new StorageError({ en: `${source} cannot be copied: ${why}`, pt: `${source} não pode ser copiado: ${why}` });
  }
  return { file, bytes: statSync(file).size };
}

/** SQLite leaves it to the system when a copy reaches the disk. */
export function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
