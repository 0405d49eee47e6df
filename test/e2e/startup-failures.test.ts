import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import { roomFile, supervisorFile } from '../../src/storage/data-directory.js';
import { startDaemon } from '../support/daemon.js';
import { filesBelow } from '../support/files.js';
import { salas } from '../support/salas.js';
import { enter } from '../support/visitors.js';

/** Someone without rights, as most systems have it. */
const nobody = { uid: 65_534, gid: 65_534 };
/** Files that a daemon makes for itself; nobody's words are in them. */
const ownFiles = ['lock', 'lock-journal', 'control.sock'];

const root = t.testdir();
/** The directory of a daemon that was used, and killed while ana was there. */
const used = join(root, 'used');

t.before(async () => {
  const daemon = await startDaemon(t, { data: used });
  const { client } = await enter(t, daemon, 'ana', 'sala1', 'sala2');
  for (let i = 0; i < 20; i++) await client.call('room.send', { room: 'sala2', text: `olá ${i} `.repeat(500) });
  await daemon.kill();
  for (const file of ownFiles) rmSync(join(used, file), { force: true });
  // What the killed daemon wrote last is put into the databases, as any next one would.
  for (const path of filesBelow(used).filter((path) => path.endsWith('.db'))) {
    withDatabase(join(used, path), (db) => db.pragma('wal_checkpoint(TRUNCATE)'));
  }
});

/** What may be found where a database should be, and what is said about it. */
const wrongFiles: Record<string, { readonly put: (file: string) => void; readonly says: RegExp }> = {
  'random bytes': {
    put: (file) => writeFileSync(file, Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * i * 7919) % 251))),
    says: /is not a database/,
  },
  'a short text': { put: (file) => writeFileSync(file, 'olá'), says: /is not a database/ },
  "another program's database": {
    put: (file) => {
      rmSync(file);
      withDatabase(file, (db) => db.exec('CREATE TABLE songs (title TEXT)'));
    },
    says: /is not a salas \w+ database/,
  },
  "another program's database, with what it wrote last before it was killed": {
    put: (file) => {
      rmSync(file);
      leaveUnclosed(file, (db) => db.exec('PRAGMA journal_mode = WAL; CREATE TABLE songs (title TEXT)'));
    },
    says: /is not a salas \w+ database/,
  },
  "a newer salas' database": {
    put: (file) => withDatabase(file, (db) => db.pragma('user_version = 99')),
    says: /newer salas \(format 99/,
  },
  "a newer salas' database, with what it wrote last before it was killed": {
    put: (file) => leaveUnclosed(file, (db) => db.pragma('user_version = 99')),
    says: /newer salas \(format 99/,
  },
  'a database whose end is missing': {
    put: (file) => writeFileSync(file, readFileSync(file).subarray(0, 4096)),
    says: /is damaged/,
  },
  'a database with a hole in it': {
    put: (file) => writeFileSync(file, readFileSync(file).fill(0, 4096, 16_384)),
    says: /is damaged/,
  },
  'a directory': {
    put: (file) => {
      rmSync(file);
      mkdirSync(file);
    },
    says: /cannot be opened/,
  },
};

for (const [database, fileIn] of [
  ['the supervisor', supervisorFile],
  ['a room', (data: string) => roomFile(data, 'sala2')],
] as const) {
  t.test(`where the database of ${database} should be, something else`, async (t) => {
    await Promise.all(
      Object.entries(wrongFiles).map(async ([what, { put, says }], i) => {
        const data = copyOf(used, `${database}-${i}`);
        put(fileIn(data));
        await failsToStart(t, data, says, { what });
      }),
    );
  });
}

t.test('databases that were mixed up', async (t) => {
  const swapped = copyOf(used, 'kinds');
  copyFileSync(roomFile(swapped, 'sala1'), supervisorFile(swapped));
  await failsToStart(t, swapped, /is not a salas supervisor database/);
  const renamed = copyOf(used, 'rooms');
  copyFileSync(roomFile(renamed, 'sala1'), roomFile(renamed, 'sala2'));
  await failsToStart(t, renamed, /is the log of the room "sala1", not of "sala2"/);
});

t.test('a port in use', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.teardown(() => void server.close());
  await once(server, 'listening');
  const port = String((server.address() as AddressInfo).port);
  await failsToStart(t, copyOf(used, 'port'), /the port is in use/, { args: ['--port', port] });
});

t.test('the data directory of another daemon, which goes on', async (t) => {
  const daemon = await startDaemon(t, { data: copyOf(used, 'shared') });
  const { client } = await enter(t, daemon, 'ana', 'sala1');
  await client.call('room.send', { room: 'sala1', text: 'olá' });
  await failsToStart(t, daemon.data, /is in use by another salas daemon/);
  t.ok((await client.call('room.send', { room: 'sala1', text: 'ainda aqui' })).seq);
});

t.test('a data directory that is none', async (t) => {
  const file = join(root, 'file');
  writeFileSync(file, 'olá');
  await failsToStart(t, file, /cannot be used as the data directory/);
  await failsToStart(t, join(file, 'below'), /cannot be used as the data directory/);
  t.equal(readFileSync(file, 'utf8'), 'olá');
});

// Root may read everything.
const user = process.getuid?.() === 0 ? nobody : undefined;
const { code } = await salas(['--version'], {}, user);
const skip = code === 0 ? false : 'SKIPPED: this is root, and nobody else may run salas from here';

t.test('files and directories that this user may not read or write', { skip }, async (t) => {
  const cases = [
    ['the supervisor, unreadable', supervisorFile, 0o000, /supervisor\.db cannot be opened/],
    ['a room, unreadable', (data: string) => roomFile(data, 'sala2'), 0o000, /sala2\S+ cannot be opened/],
    ['the supervisor, read-only', supervisorFile, 0o400, /supervisor\.db cannot be written: it is read-only/],
    [
      'a room, read-only',
      (data: string) => roomFile(data, 'sala2'),
      0o400,
      /sala2\S+ cannot be written: it is read-only/,
    ],
    ['the directory, read-only', (data: string) => data, 0o500, /cannot be used as the data directory/],
  ] as const;
  for (const [what, fileIn, mode, says] of cases) {
    const data = copyOf(used, what);
    if (user !== undefined) for (const path of ['.', ...paths(data)]) chownSync(join(data, path), user.uid, user.gid);
    chmodSync(fileIn(data), mode);
    await failsToStart(t, data, says, { what, ...(user && { user }) });
    chmodSync(fileIn(data), 0o700);
  }
});

/** Starts a daemon that must refuse, in one line, and leave every file as it was. */
async function failsToStart(
  t: Test,
  data: string,
  says: RegExp,
  {
    what = '',
    args = [],
    user,
  }: { readonly what?: string; readonly args?: readonly string[]; readonly user?: typeof nobody } = {},
): Promise<void> {
  const before = snapshot(data);
  const { code, stdout, stderr } = await salas(['serve', '--port', '0', '--data', data, ...args], {}, user);
  const after = snapshot(data);
  t.match(stderr, says, `${what} is told`);
  t.match(stderr, /^salas: [^\n]+\n$/, 'in exactly one line');
  t.equal(stdout, '', 'and no ready line');
  t.ok(code !== 0 && code !== null, 'it ends with a code that says so');
  const changed = [...before].filter(([path, content]) => after.get(path) !== content);
  t.strictSame(changed, [], 'every file is as it was');
  const added = [...after.keys()].filter((path) => !before.has(path) && !ownFiles.includes(path));
  t.strictSame(added, [], 'and there are no others');
}

function copyOf(data: string, name: string): string {
  const copy = join(root, name.replaceAll(' ', '-'));
  cpSync(data, copy, { recursive: true });
  return copy;
}

/** Every path in a directory, with what is there. Databases' shared memory is no content, and nor is an empty log. */
function snapshot(data: string): Map<string, string> {
  if (!existsSync(data) || !statSync(data).isDirectory()) return new Map();
  const contents = paths(data).map((path) => [path, contentOf(join(data, path))] as const);
  return new Map(contents.filter(([path, content]) => !path.endsWith('-shm') && content !== ''));
}

function paths(data: string): string[] {
  return readdirSync(data, { recursive: true, encoding: 'utf8' });
}

function contentOf(path: string): string {
  if (statSync(path).isDirectory()) return 'a directory';
  if (statSync(path).isSocket()) return 'a socket';
  const bytes = readFileSync(path);
  return bytes.length === 0 ? '' : createHash('sha256').update(bytes).digest('hex');
}

function withDatabase(file: string, work: (db: Database.Database) => void): void {
  const db = new Database(file);
  work(db);
  db.close();
}

/** As {@link withDatabase}, but the files stay as a program leaves them that is killed. */
function leaveUnclosed(file: string, work: (db: Database.Database) => void): void {
  const parts = ['', '-wal'];
  withDatabase(file, (db) => {
    work(db);
    for (const part of parts) copyFileSync(file + part, `${file}-kept${part}`);
  });
  for (const part of parts) renameSync(`${file}-kept${part}`, file + part);
}
