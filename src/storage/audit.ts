import { existsSync } from 'node:fs';
import type { RoomName } from '../protocol/names.js';
import { noData, noRoom, roomFile, supervisorFile } from './data-directory.js';
import { explained, openForReading } from './database.js';
import { type Act, readActs } from './room-reads.js';
import { roomDatabase } from './room-store.js';
import { storedRooms } from './supervisor-store.js';

/** An act, and the room in which it was. */
export type AuditEntry = Act & { readonly room: RoomName };

/**
 * The rooms of a data directory, in the order in which they came into it.
 *
 * @throws StorageError also when there is no data in it
 */
export function listRooms(directory: string): RoomName[] {
  const file = supervisorFile(directory);
  if (!existsSync(file)) throw noData(directory);
  return storedRooms(file);
}

/**
 * The latest acts of one room, or of all, at most `limit`, in the order of their times; a daemon may be running.
 *
 * @throws StorageError when there is no data in the directory, no such room, or a file cannot be read
 */
export function readAudit(
  directory: string,
  room: string | undefined,
  limit: number,
): { readonly entries: readonly AuditEntry[]; readonly more: boolean } {
  const listed = listRooms(directory);
  const wanted = room === undefined ? listed : listed.filter((name) => name === room);
  if (room !== undefined && wanted.length === 0) {
    throw noRoom(directory, room);
  }
  // One more than is asked for tells whether there are more.
  const latest = wanted.flatMap((name) => actsOf(roomFile(directory, name), name, limit + 1));
  const sorted = latest.sort((one, other) => one.at - other.at);
  return { entries: sorted.slice(-limit), more: sorted.length > limit };
}

function actsOf(file: string, room: RoomName, limit: number): AuditEntry[] {
  // A room that was just being made has no log yet.
  if (!existsSync(file)) return [];
  return explained(file, () => {
    const db = openForReading(file, roomDatabase);
    try {
      return readActs(db)(limit).map((act) => ({ ...act, room }));
    } finally {
      db.close();
    }
  });
}
