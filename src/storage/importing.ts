import { existsSync, linkSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RoomEvent } from '../protocol/events.js';
import type { RoomName } from '../protocol/names.js';
import { sync } from './backup.js';
import { claim, type DirectoryLock, roomFile, roomsFolder } from './data-directory.js';
import { explained, StorageError } from './database.js';
import { RoomStore } from './room-store.js';

/**
 * A log that is written before there is its room, beside the rooms' logs under a name that nothing takes for one, and
 * gets its own name when it is whole. Until the room is in the supervisor's directory too it has both names: so an
 * import that was cut short is known again. See ADR 30.
 */

/** The claim to import into the directory; nothing while somebody else does. */
export function claimImports(directory: string): DirectoryLock | undefined {
  const file = join(directory, 'import.lock');
  return explained(file, () => claim(file));
}

/** What there is of a room that is not in the supervisor's directory. */
export type LogFound =
  | 'nothing'
  /** The log of an import that was cut short when only the supervisor's directory lacked the room. */
  | 'imported'
  /** Something else has the file's name, or that of its write-ahead log. */
  | 'other';

export function findLog(directory: string, room: RoomName): LogFound {
  const file = roomFile(directory, room);
  const { ino } = statSync(importingFile(directory, room), { throwIfNoEntry: false }) ?? {};
  const found = statSync(file, { throwIfNoEntry: false });
  if (found !== undefined) return found.ino === ino ? 'imported' : 'other';
  // SQLite would take it for the new file's.
  return existsSync(`${file}-wal`) ? 'other' : 'nothing';
}

/** The log of a new room, written a piece at a time. */
export class ImportedLog {
  readonly #directory: string;
  readonly #room: RoomName;
  readonly #file: string;
  readonly #epoch: string;
  readonly #store: RoomStore;

  /** Takes away what an earlier import left. @throws StorageError */
  constructor(directory: string, room: RoomName, epoch: string) {
    this.#directory = directory;
    this.#room = room;
    this.#file = importingFile(directory, room);
    this.#epoch = epoch;
    forgetImport(directory, room);
    this.#store = explained(this.#file, () => new RoomStore(this.#file, room));
  }

  /** Adds events, all in one transaction. @throws StorageError */
  append(events: readonly RoomEvent[]): void {
    explained(this.#file, () =>
      this.#store.transaction(() => {
        // No command caused them that could come again.
        for (const event of events) this.#store.append(event, 0, this.#epoch);
      }),
    );
  }

  /** Gives it the name of the room's log. @throws StorageError also when a file has that name by now. */
  finish(): void {
    explained(this.#file, () => this.#store.close());
    const file = roomFile(this.#directory, this.#room);
    try {
      sync(this.#file);
      // Unlike a renaming, it never takes the place of another file.
      linkSync(this.#file, file);
      sync(roomsFolder(this.#directory));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST')
        throw new StorageError({ en: `${file} was made meanwhile`, pt: `${file} foi criado enquanto isso` });
      throw new StorageError({
        en: `${file} cannot be made: ${message}`,
        pt: `${file} não pode ser criado: ${message}`,
      });
    }
  }

  /** Closes it, and takes it away. */
  abandon(): void {
    this.#store.close();
    forgetImport(this.#directory, this.#room);
  }
}

/** Where the log of an import stands that was cut short. @throws StorageError */
export function readImported(directory: string, room: RoomName): { readonly epoch: string; readonly head: number } {
  const file = roomFile(directory, room);
  const store = explained(file, () => new RoomStore(file, room));
  const { epoch, head } = store.load();
  store.close();
  return { epoch, head };
}

/** Takes away the name under which the room's log was written, and the log with it where that has no other. */
export function forgetImport(directory: string, room: RoomName): void {
  const file = importingFile(directory, room);
  for (const ending of ['', '-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
}

function importingFile(directory: string, room: RoomName): string {
  return roomFile(directory, room).replace(/\.db$/, '.importing');
}
