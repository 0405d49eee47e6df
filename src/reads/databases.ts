import { statSync } from 'node:fs';
import { type Database, type DatabaseKind, openForReading } from '../storage/database.js';

/** Databases that one reading thread holds open, the least recently used closed first. */
const openMax = 32;

const open = new Map<string, { readonly db: Database; readonly identity: string; readonly readers: unknown }>();

/**
 * The prepared `readers` of a database, which is opened, for reading where nothing else is said, if it is not open.
 *
 * @throws StorageError
 */
export function readersOf<Readers>(
  file: string,
  kind: DatabaseKind,
  prepare: (db: Database) => Readers,
  openIt: (file: string, kind: DatabaseKind) => Database = openForReading,
): Readers {
  let entry = open.get(file);
  if (entry !== undefined && entry.identity !== identityOf(file)) {
    // Another file was put in its place, for instance a backup.
    forget(file);
    entry = undefined;
  }
  if (entry === undefined) {
    const db = openIt(file, kind);
    entry = { db, identity: identityOf(file), readers: prepare(db) };
  }
  // A Map keeps the order of insertion, so the first is the least recently used.
  open.delete(file);
  open.set(file, entry);
  const [oldest] = open;
  if (open.size > openMax && oldest !== undefined) forget(oldest[0]);
  return entry.readers as Readers;
}

/** Closes a database, if it is open. */
export function forget(file: string): void {
  const entry = open.get(file);
  open.delete(file);
  entry?.db.close();
}

/** An inode's number is given again, and soon. */
function identityOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return `${found?.ino} ${found?.birthtimeMs}`;
}
