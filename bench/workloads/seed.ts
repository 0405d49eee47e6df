import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RoomName, UserId } from '../../src/protocol/names.js';
import { roomFile } from '../../src/storage/data-directory.js';
import { RoomStore } from '../../src/storage/room-store.js';

const transactionMessages = 10_000;
const people = 100;
const everyMs = 100;

/** Stores messages as the rooms would have, evenly over the rooms and from many people. */
export function seed(directory: string, rooms: readonly string[], messages: number): void {
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
