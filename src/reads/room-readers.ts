import { readEvents, readFloor, readMessages, readPrunable } from '../storage/room-reads.js';
import { roomDatabase } from '../storage/room-store.js';
import { readUnread } from '../storage/unread.js';
import { readersOf } from './databases.js';

/** What is read from a room's database. */
export function roomReaders(file: string) {
  return readersOf(file, roomDatabase, (db) => ({
    events: readEvents(db),
    messages: readMessages(db),
    floor: readFloor(db),
    prunable: readPrunable(db),
    /** Has all that is read in it be of one moment. */
    atOnce: <Result>(read: () => Result): Result => db.transaction(read)(),
    unread: readUnread(db),
  }));
}
