import { existsSync, readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readersOf } from '../../src/reads/databases.js';
import { openDatabase } from '../../src/storage/database.js';
import { RoomStore, roomDatabase } from '../../src/storage/room-store.js';
import { ana, sala1 } from '../support/people.js';

const openMax = 32;

/** Files of rooms, and how often the readers of each were made. */
function rooms(t: Test, count: number) {
  const directory = t.testdir();
  const files = Array.from({ length: count }, (_, i) => join(directory, `${i}.db`));
  for (const file of files) new RoomStore(file, sala1).close();
  const made = files.map(() => 0);
  const use = (i: number) =>
    readersOf(files[i] as string, roomDatabase, (db) => {
      made[i] = (made[i] ?? 0) + 1;
      return db.prepare('SELECT count(*) FROM messages').pluck();
    }).get();
  return { directory, made, use };
}

/** Files below `directory` that this process has open. */
function filesOpen(directory: string): number {
  const links = readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(join('/proc/self/fd', fd))];
    } catch {
      return [];
    }
  });
  return links.filter((link) => link.startsWith(directory) && link.endsWith('.db')).length;
}

t.test('a database is opened once, however often it is read', async (t) => {
  const { use, made } = rooms(t, 2);
  for (let i = 0; i < 10; i++) t.equal(use(i % 2), 0);
  t.strictSame(made, [1, 1]);
});

t.test('so many stay open; the one that was not read for longest is closed first', async (t) => {
  const { directory, use, made } = rooms(t, openMax + 2);
  for (let i = 0; i < openMax; i++) use(i);
  use(0);
  use(openMax);
  use(openMax + 1);
  for (let i = 3; i < openMax; i++) use(i);
  use(0);
  t.strictSame(
    made,
    made.map(() => 1),
    'what is read again and again is not opened again',
  );
  use(1);
  use(2);
  t.strictSame(made.slice(0, 4), [1, 2, 2, 1], 'what was closed is opened again');
  if (existsSync('/proc/self/fd')) t.equal(filesOpen(directory), openMax);
});

t.test('a file that cannot be read fails each time, and is not kept', async (t) => {
  const file = join(t.testdir(), 'a.db');
  const use = () => readersOf(file, roomDatabase, (db) => db);
  t.throws(use, { name: 'StorageError' });
  openDatabase(file, roomDatabase).close();
  t.ok(use(), 'once it is there, it is read');
});

t.test('a file that was put in the place of another is read, not the other', async (t) => {
  const directory = t.testdir();
  const file = join(directory, 'a.db');
  const write = (path: string, text: string) => {
    const store = new RoomStore(path, sala1);
    store.transaction(() => store.append({ type: 'said', seq: 1, at: 1, user: ana, text }, 1, 'e1'));
    store.close();
  };
  const use = () => readersOf(file, roomDatabase, (db) => db.prepare('SELECT text FROM messages').pluck()).get();
  write(file, 'oi');
  t.equal(use(), 'oi');
  write(join(directory, 'backup.db'), 'olá');
  renameSync(join(directory, 'backup.db'), file);
  t.equal(use(), 'olá');
  rmSync(file);
  t.throws(use, { name: 'StorageError' });
});
