import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import type { RoomName } from '../../src/protocol/names.js';
import { checkDirectory, type FileReport } from '../../src/storage/checking.js';
import { roomFile, supervisorFile } from '../../src/storage/data-directory.js';
import { RoomStore } from '../../src/storage/room-store.js';
import { SupervisorStore } from '../../src/storage/supervisor-store.js';
import { ana, bia, sala1 } from '../support/people.js';

/** A directory with a room, in which ana and bia have been; bia has left. */
function dataDirectory(t: Test): { directory: string; file: string } {
  const directory = t.testdir({ rooms: {} });
  const supervisor = new SupervisorStore(supervisorFile(directory));
  supervisor.addRoom(sala1, { topic: '', createdBy: 'salas' });
  supervisor.addToInbox(ana, { seq: 1, room: sala1, from: bia, to: ana, at: 1000, text: 'psiu' }, undefined);
  supervisor.close();
  const file = roomFile(directory, sala1);
  const room = new RoomStore(file, sala1);
  room.transaction(() => {
    room.append({ type: 'created', seq: 1, at: 1000, user: 'salas', topic: '' }, 1, 'e1');
    room.append({ type: 'joined', seq: 2, at: 1000, user: ana, role: 'member' }, 2, 'e1');
    room.append({ type: 'joined', seq: 3, at: 1001, user: bia, role: 'member' }, 3, 'e1');
    room.append({ type: 'said', seq: 4, at: 1002, user: ana, text: 'oi, gente' }, 4, 'e1');
    room.append({ type: 'left', seq: 5, at: 1003, user: bia }, 5, 'e1');
  });
  room.close();
  return { directory, file };
}

const faultsOf = (directory: string): string[] =>
  [...checkDirectory(directory)].flatMap(({ faults }) => faults.map(({ en }) => en));

function changed(file: string, sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

t.test('files that are whole are told with what is in them', async (t) => {
  const { directory, file } = dataDirectory(t);
  const reports: FileReport[] = [
    { file: supervisorFile(directory), messages: 1, faults: [] },
    { file, room: sala1, messages: 1, faults: [] },
  ];
  t.strictSame([...checkDirectory(directory)], reports);
});

t.test('rows that break a rule of the log are found', async (t) => {
  const rules: [sql: string, fault: RegExp][] = [
    ['DELETE FROM messages', /4 events behind number 0, of which the last is number 5/],
    ['UPDATE messages SET seq = 5', /1 have the same number/],
    ['UPDATE messages SET at = 999', /1 events are older/],
    [`DELETE FROM members WHERE user = '${ana}'`, /1 users are members against/],
    [`INSERT INTO members VALUES ('${bia}', 'member', 3)`, /1 users are members against/],
    ["UPDATE room SET name = 'sala2'", /the log of the room sala2/],
  ];
  for (const [sql, fault] of rules) {
    const { directory, file } = dataDirectory(t);
    changed(file, sql);
    const [found, ...more] = faultsOf(directory);
    t.match(found, fault, sql);
    t.strictSame(more, [], `${sql}: nothing else`);
  }
  const { directory } = dataDirectory(t);
  changed(supervisorFile(directory), 'UPDATE inbox SET seq = 2');
  t.match(faultsOf(directory), [/the inbox of ana#1 has a gap/]);
});

t.test('who was put out of a room is no member by the log either, nor is anybody once it is closed', async (t) => {
  const { directory, file } = dataDirectory(t);
  const room = new RoomStore(file, sala1);
  room.transaction(() => {
    room.append({ type: 'joined', seq: 6, at: 1004, user: bia, role: 'member' }, 6, 'e1');
    room.append({ type: 'kicked', seq: 7, at: 1005, user: ana, target: bia }, 7, 'e1');
  });
  t.strictSame(faultsOf(directory), []);
  room.transaction(() => {
    room.append({ type: 'closed', seq: 8, at: 1006, user: ana }, 8, 'e1');
  });
  room.close();
  t.strictSame(faultsOf(directory), []);
  changed(file, `INSERT INTO members VALUES ('${bia}', 'member', 6)`);
  t.match(faultsOf(directory), [/1 users are members against/]);
});

t.test('damaged, cut, foreign, missing and unlisted files are found, and the others still read', async (t) => {
  const { directory, file } = dataDirectory(t);
  const bytes = readFileSync(file);
  const damages: [what: string, damage: () => void, fault: RegExp][] = [
    ['its pages overwritten', () => writeFileSync(file, Buffer.from(bytes).fill(0xff, 4096)), /./],
    ['cut', () => writeFileSync(file, bytes.subarray(0, bytes.length - 4096)), /./],
    ['no database', () => writeFileSync(file, 'oi, gente\n'.repeat(1000)), /is not a database/],
    ['missing', () => rmSync(file), /the file is missing/],
  ];
  for (const [what, damage, fault] of damages) {
    damage();
    const [supervisor, room] = [...checkDirectory(directory)];
    t.strictSame(supervisor?.faults, [], `${what}: the other file is read`);
    t.match(room?.faults[0]?.en, fault, what);
    writeFileSync(file, bytes);
  }
  copyFileSync(file, roomFile(directory, 'sala9' as RoomName));
  t.match(faultsOf(directory), [/it is of no room that there is/]);
});

t.test('a directory without data is told', async (t) => {
  const directory = join(t.testdir(), 'empty');
  mkdirSync(directory);
  t.throws(() => [...checkDirectory(directory)], {
    name: 'StorageError',
    message: `${directory} has no salas data: there is no supervisor.db in it`,
  });
});
