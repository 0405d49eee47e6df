import { statSync } from 'node:fs';
import { type Database, type DatabaseKind, openForReading } from '../storage/database.js';

/** Databases that one reading thread holds open, the least recently used closed first. */
const openMax = 32;

const open = new Map<
  string,
  { readonly db: Database; readonly inode: number | undefined; readonly readers: unknown }
>();

/**
 * The prepared `readers` of a database, which is opened for reading if it is not open.
 *
 * @throws StorageError
 */
export function readersOf<Readers>(file: string, kind: DatabaseKind, prepare: (db: Database) => Readers): Readers {
  const inode = statSync(file, { throwIfNoEntry: false })?.ino;
  let entry = open.get(file);
  if (entry !== undefined && entry.inode !== inode) {
    // Another file was put in its place, for instance a backup.
    open.delete(file);
    entry.db.close();
    entry = undefined;
  }
  if (entry === undefined) {
    const db = openForReading(file, kind);
    entry = { db, inode, readers: prepare(db) };
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
