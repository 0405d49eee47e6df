import { statSync } from 'node:fs';
import { type Database, type DatabaseKind, openForReading } from '../storage/database.js';

/** Databases that one reading thread holds open, the least recently used closed first. */
const openMax = 32;

const open = new Map<string, { readonly db: Database; readonly identity: string; readonly readers: unknown }>();

/** What a database is held open for: for each purpose it is opened, and prepared, on its own. */
export interface Purpose {
  readonly name: string;
  readonly open: (file: string, kind: DatabaseKind) => Database;
}

const histories: Purpose = { name: 'histories', open: openForReading };

/**
 * The prepared `readers` of a database, which is opened if it is not open.
 *
 * @throws StorageError
 */
export function readersOf<Readers>(
  file: string,
  kind: DatabaseKind,
  prepare: (db: Database) => Readers,
  purpose = histories,
): Readers {
  const key = keyOf(file, purpose);
  let entry = open.get(key);
  if (entry !== undefined && entry.identity !== identityOf(file)) {
    // Another file was put in its place, for instance a backup.
    drop(key);
    entry = undefined;
  }
  if (entry === undefined) {
    const db = purpose.open(file, kind);
    entry = { db, identity: identityOf(file), readers: prepare(db) };
  }
  // A Map keeps the order of insertion, so the first is the least recently used.
  open.delete(key);
  open.set(key, entry);
  const [oldest] = open;
  if (open.size > openMax && oldest !== undefined) drop(oldest[0]);
  return entry.readers as Readers;
}

/** Closes a database, if it is open. */
export function forget(file: string, purpose = histories): void {
  drop(keyOf(file, purpose));
}

function drop(key: string): void {
  const entry = open.get(key);
  open.delete(key);
  entry?.db.close();
}

function keyOf(file: string, { name }: Purpose): string {
  return `${name} ${file}`;
}

/** An inode's number is given again, and soon. */
function identityOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return `${found?.ino} ${found?.birthtimeMs}`;
}
