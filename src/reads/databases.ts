import { type Database, type DatabaseKind, openForReading } from '../storage/database.js';

/** Databases that one reading thread holds open, the least recently used closed first. */
const openMax = 32;

const open = new Map<string, { readonly db: Database; readonly readers: unknown }>();

/**
 * The prepared `readers` of a database, which is opened for reading if it is not open.
 *
 * @throws StorageError
 */
export function readersOf<Readers>(file: string, kind: DatabaseKind, prepare: (db: Database) => Readers): Readers {
  let entry = open.get(file);
  if (entry === undefined) {
    const db = openForReading(file, kind);
    entry = { db, readers: prepare(db) };
  }
  // A Map keeps the order of insertion, so the first is the least recently used.
  open.delete(file);
  open.set(file, entry);
  const [oldest] = open;
  if (open.size > openMax && oldest !== undefined) {
    open.delete(oldest[0]);
    oldest[1].db.close();
  }
  return entry.readers as Readers;
}
