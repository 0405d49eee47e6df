import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import {
  type DatabaseKind,
  isDiskFull,
  openDatabase,
  openForReading,
  StorageError,
} from '../../src/storage/database.js';
import { roomDatabase } from '../../src/storage/room-store.js';
import { supervisorDatabase } from '../../src/storage/supervisor-store.js';
import { crashImage } from '../support/rooms-on-disk.js';

const pragma = (db: Database.Database, name: string) => db.pragma(name, { simple: true });
const kind: DatabaseKind = {
  name: 'test',
  applicationId: 0x54455354,
  migrations: ['CREATE TABLE notes (text TEXT NOT NULL) STRICT'],
};

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** What is in the files of a directory, but for the shared memory and the empty log that a reader leaves. */
function contents(directory: string): Record<string, string> {
  const names = readdirSync(directory).filter(
    (name) => !name.endsWith('-shm') && statSync(join(directory, name)).size > 0,
  );
  return Object.fromEntries(names.map((name) => [name, hashOf(join(directory, name))]));
}

/** Checks that neither writing nor reading opens the file, that the reason is told, and that all stays as it was. */
function refused(t: Test, directory: string, name: string, why: RegExp, what: string): void {
  const file = join(directory, name);
  const before = contents(directory);
  for (const open of [openDatabase, openForReading]) {
    try {
      open(file, kind).close();
      t.fail(`${what}: ${open.name} opened it`);
    } catch (error) {
      t.ok(error instanceof StorageError, what);
      const { message } = error as StorageError;
      t.match(message, why, what);
      t.ok(message.startsWith(file), 'the file is named');
      t.notMatch(message, /\n/, 'in one line');
    }
    t.strictSame(contents(directory), before, `${what}: all bytes are as they were after ${open.name}`);
  }
}

t.test('a commit is on disk when it returns: write-ahead log, and an fsync for each', async (t) => {
  for (const ours of [kind, roomDatabase, supervisorDatabase]) {
    const db = openDatabase(join(t.testdir(), 'a.db'), ours);
    t.equal(pragma(db, 'journal_mode'), 'wal');
    t.equal(pragma(db, 'synchronous'), 2, 'FULL');
    t.equal(pragma(db, 'application_id'), ours.applicationId);
    t.equal(pragma(db, 'user_version'), ours.migrations.length);
    db.close();
  }
});

t.test('our own kinds of files are told from each other', async (t) => {
  t.not(roomDatabase.applicationId, supervisorDatabase.applicationId);
});

t.test('who reads sees what was committed, and cannot write', async (t) => {
  const file = join(t.testdir(), 'a.db');
  const db = openDatabase(file, kind);
  db.exec("INSERT INTO notes VALUES ('oi')");
  const reader = openForReading(file, kind);
  t.strictSame(reader.prepare('SELECT text FROM notes').pluck().all(), ['oi']);
  db.exec("BEGIN; INSERT INTO notes VALUES ('olá')");
  t.equal(reader.prepare('SELECT count(*) FROM notes').pluck().get(), 1, 'nor what is not committed yet');
  db.exec('COMMIT');
  t.equal(reader.prepare('SELECT count(*) FROM notes').pluck().get(), 2);
  t.throws(() => reader.exec("INSERT INTO notes VALUES ('tchau')"), { code: 'SQLITE_READONLY' });
  reader.close();
  db.close();
});

t.test('a file that is not there is made by who writes, not by who reads', async (t) => {
  const directory = t.testdir();
  const file = join(directory, 'a.db');
  t.throws(() => openForReading(file, kind), StorageError);
  t.strictSame(readdirSync(directory), []);
  openDatabase(file, kind).close();
  openForReading(file, kind).close();
});

t.test('an empty file is as good as none', async (t) => {
  const file = join(t.testdir({ 'a.db': '' }), 'a.db');
  const db = openDatabase(file, kind);
  t.equal(pragma(db, 'user_version'), 1);
  db.close();
});

t.test("another kind's file is refused", async (t) => {
  const directory = t.testdir();
  openDatabase(join(directory, 'a.db'), roomDatabase).close();
  refused(t, directory, 'a.db', /is not a salas test database/, 'a room');
});

t.test("another program's file is refused", async (t) => {
  for (const setup of ['CREATE TABLE t (x)', 'PRAGMA application_id = 7', 'PRAGMA user_version = 1']) {
    for (const journal of ['DELETE', 'WAL']) {
      const directory = t.testdir();
      const db = new Database(join(directory, 'a.db'));
      db.pragma(`journal_mode = ${journal}`);
      db.exec(setup);
      db.close();
      refused(t, directory, 'a.db', /is not a salas test database; move it away/, `${setup}, ${journal}`);
    }
  }
});

t.test("what another program's killed writer left beside its file stays there", async (t) => {
  const directory = t.testdir({ from: {}, to: {} });
  const there = join(directory, 'to');
  const file = join(directory, 'from', 'a.db');
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
  const image = crashImage(file, there);
  db.close();
  t.equal(readdirSync(there).length, 2, 'the file and its log');
  refused(t, there, image.slice(there.length + 1), /is not a salas test database/, 'with a log');
  const theirs = new Database(image);
  t.equal(theirs.prepare('SELECT x FROM t').pluck().get(), 1, 'and is of use to its owner');
  theirs.close();
});

t.test("a newer version's file is refused", async (t) => {
  const directory = t.testdir();
  const newer = { ...kind, migrations: [...kind.migrations, 'CREATE TABLE more (x)'] };
  openDatabase(join(directory, 'a.db'), newer).close();
  refused(t, directory, 'a.db', /was written by a newer salas \(format 2, this one knows 1\)/, 'newer');
});

t.test('what is no database is refused, whatever is in it', async (t) => {
  const directory = t.testdir();
  const check = (bytes: Uint8Array, what: string) => {
    writeFileSync(join(directory, 'a.db'), bytes);
    refused(t, directory, 'a.db', /is not a database; move it away/, what);
  };
  check(Buffer.from('#!/bin/sh\necho oi\n'), 'a script');
  check(Buffer.from('SQLite format 3'), 'almost the first bytes of a database');
  check(Buffer.alloc(4096), 'zeros');
  // SQLite itself takes a file of one byte for an empty one.
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 2, maxLength: 2000 }), (bytes) => {
      check(bytes, `${bytes.length} bytes`);
      return t.passing();
    }),
  );
});

t.test('a directory in the place of the file is refused', async (t) => {
  const directory = t.testdir();
  mkdirSync(join(directory, 'a.db'));
  t.throws(() => openDatabase(join(directory, 'a.db'), kind), /cannot be opened/);
  t.throws(() => openDatabase(join(directory, 'nowhere', 'a.db'), kind), { message: /directory/i });
});

t.test("an older version's file gets the tables it lacks, and keeps what it has", async (t) => {
  const file = join(t.testdir(), 'a.db');
  const old = openDatabase(file, kind);
  old.exec("INSERT INTO notes VALUES ('oi')");
  old.close();
  const db = openDatabase(file, {
    ...kind,
    migrations: [...kind.migrations, 'ALTER TABLE notes ADD COLUMN at INTEGER'],
  });
  t.strictSame(db.prepare('SELECT * FROM notes').all(), [{ text: 'oi', at: null }]);
  t.equal(pragma(db, 'user_version'), 2);
  db.close();
});

t.test('a migration that fails has not begun', async (t) => {
  const file = join(t.testdir(), 'a.db');
  openDatabase(file, kind).close();
  const migrations = [...kind.migrations, 'CREATE TABLE more (x); DROP TABLE nowhere'];
  t.throws(() => openDatabase(file, { ...kind, migrations }), /no such table/);
  const db = openDatabase(file, kind);
  t.strictSame(db.prepare('SELECT name FROM sqlite_schema').pluck().all(), ['notes']);
  t.equal(pragma(db, 'user_version'), 1);
  db.close();
});

t.test('a full disk is told from other failures', async (t) => {
  t.ok(isDiskFull(new Database.SqliteError('database or disk is full', 'SQLITE_FULL')));
  t.notOk(isDiskFull(new Database.SqliteError('disk I/O error', 'SQLITE_IOERR')));
  t.notOk(isDiskFull(new Error('SQLITE_FULL')));
});
