import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RoomName, UserId } from '../../src/protocol/names.js';
import { roomFile } from '../../src/storage/data-directory.js';
import { RoomStore } from '../../src/storage/room-store.js';
import { newDirectory } from '../processes.js';
import { diskFolder } from '../servers/salas.js';

const transactionMessages = 10_000;
const people = 100;
const everyMs = 100;

/** A data directory with messages, made when it is first asked for, `finish` with it, and kept until the end. */
export function seededOnceAsked(
  rooms: readonly string[],
  messages: number,
  finish?: (directory: string) => void,
): () => string {
  let directory: string | undefined;
  return () => {
    if (directory === undefined) {
      directory = newDirectory(diskFolder);
      seed(directory, rooms, messages);
      finish?.(directory);
    }
    return directory;
  };
}

/** Stores messages as the rooms would have, evenly over the rooms and from many people. */
function seed(directory: string, rooms: readonly string[], messages: number): void {
  mkdirSync(join(directory, 'rooms'), { recursive: true });
  for (const room of rooms) seedRoom(directory, room as RoomName, Math.ceil(messages / rooms.length));
}

function seedRoom(directory: string, room: RoomName, messages: number): void {
  const store = new RoomStore(roomFile(directory, room), room);
  const epoch = 'seeded';
  const began = Date.now() - messages * everyMs;
  let seq = 1;
  store.transaction(() => {
    store.append({ type: 'created', seq, at: began, user: 'salas', topic: '' }, seq, epoch);
  });
  const last = seq + messages;
  while (seq < last) {
    store.transaction(() => {
      for (const end = Math.min(last, seq + transactionMessages); seq < end; ) {
        seq++;
        const user = `user${seq % people}#1` as UserId;
        const text = `message ${seq}, about eighty bytes long, as people write them to each other in rooms`;
        store.append({ type: 'said', seq, at: began + seq * everyMs, user, text }, seq, epoch);
      }
    });
  }
  store.close();
}
