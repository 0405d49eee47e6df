import { readInbox, readInboxPage, supervisorDatabase } from '../storage/supervisor-store.js';
import { readersOf } from './databases.js';

/** What is read from the supervisor's database. */
export function inboxReaders(file: string) {
  return readersOf(file, supervisorDatabase, (db) => ({ messages: readInbox(db), page: readInboxPage(db) }));
}
