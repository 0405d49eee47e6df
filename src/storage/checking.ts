import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Speech } from '../protocol/speech.js';
import { noData, roomFile, roomsFolder, supervisorFile } from './data-directory.js';
import { type Database, explained, openForReading, StorageError } from './database.js';
import { roomDatabase } from './room-store.js';
import { supervisorDatabase } from './supervisor-store.js';

/** Whether the files of a data directory are whole, read from their first byte to their last. */

/** What was found in one file. */
export interface FileReport {
  readonly file: string;
  /** The room whose log it is; missing in the supervisor's file, and where it cannot be read. */
  readonly room?: string;
  /** What was said in the room; in the supervisor's file, how many private messages there are. */
  readonly messages?: number;
  /** What is wrong with it: nothing, if it is whole. */
  readonly faults: readonly Speech[];
}

/** Faults told of one file; after so many it is clear enough. */
const faultsMax = 10;

/**
 * Checks every file, the supervisor's first; a daemon may be writing to them meanwhile.
 *
 * @throws StorageError when there is no data in the directory at all
 */
export function* checkDirectory(directory: string): Generator<FileReport> {
  const file = supervisorFile(directory);
  if (!existsSync(file)) throw noData(directory);
  const listed: string[] = [];
  yield checkFile(file, (db) => checkSupervisor(db, listed), supervisorDatabase);
  const files = new Map(listed.map((room) => [roomFile(directory, room), room]));
  for (const found of logsIn(directory)) if (!files.has(found)) files.set(found, '');
  for (const [file, room] of files) yield checkLog(directory, file, room);
}

/** The logs that are in the directory, of rooms that are listed and of others. */
export function logsIn(directory: string): string[] {
  const folder = roomsFolder(directory);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.db'))
    .sort()
    .map((name) => join(folder, name));
}

function checkLog(directory: string, file: string, room: string): FileReport {
  if (!existsSync(file)) {
    const missing: Speech = {
      en: 'the file is missing: the log is lost',
      pt: 'o arquivo não existe: o registro se perdeu',
    };
    return { file, room, faults: [missing] };
  }
  const report = checkFile(file, checkRoom, roomDatabase);
  const faults = [...report.faults];
  if (room === '') {
    faults.push({ en: 'it is of no room that there is', pt: 'não é de nenhuma sala que existe' });
  } else if (report.room !== undefined && roomFile(directory, report.room) !== file) {
    faults.push({ en: `it is the log of the room ${report.room}`, pt: `é o registro da sala ${report.room}` });
  }
  return { ...report, faults };
}

function checkFile(
  file: string,
  check: (db: Database) => Omit<FileReport, 'file'>,
  kind: typeof roomDatabase,
): FileReport {
  try {
    return explained(file, () => {
      const db = openForReading(file, kind);
      try {
        // One moment of the file, also while a daemon goes on writing.
        db.exec('BEGIN');
        const torn = db.pragma(`integrity_check(${faultsMax})`) as { integrity_check: string }[];
        const damages = torn.map((row) => row.integrity_check).filter((text) => text !== 'ok');
        // What the rows say means little where the tree that holds them is broken.
        if (damages.length > 0) return { file, faults: damages.map((text) => ({ en: text, pt: text })) };
        return { file, ...check(db) };
      } finally {
        db.close();
      }
    });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { file, faults: [error.said] };
  }
}

/**
 * The rules of a log: its events are numbered without a gap from 1, or from its floor where it was pruned; their times
 * never run backwards; and who is a member follows from them, or became it before the floor.
 */
function checkRoom(db: Database): Omit<FileReport, 'file'> {
  const number = (sql: string) => db.prepare(sql).pluck().get() as number;
  const faults: Speech[] = [];
  const room = db.prepare('SELECT name FROM room').pluck().get() as string | undefined;
  // A directory that no daemon of today has opened yet is checked as well.
  const pruned = number(`SELECT count(*) FROM pragma_table_info('room') WHERE name = 'floor'`) > 0;
  const floor = pruned ? ((db.prepare('SELECT floor FROM room').pluck().get() as number | undefined) ?? 0) : 0;
  const messages = number('SELECT count(*) FROM messages');
  const events =
    number(`SELECT count(*) FROM messages WHERE seq > ${floor}`) +
    number(`SELECT count(*) FROM changes WHERE seq > ${floor}`);
  const head = number(
    `SELECT max(coalesce((SELECT max(seq) FROM messages), 0), coalesce((SELECT max(seq) FROM changes), 0))`,
  );
  const twice = number('SELECT count(*) FROM messages JOIN changes USING (seq)');
  if (events !== head - floor || twice > 0) {
    faults.push({
      en: `${events} events behind number ${floor}, of which the last is number ${head}, and ${twice} have the same number`,
      pt: `${events} eventos depois do número ${floor}, dos quais o último é o número ${head}, e ${twice} têm o mesmo número`,
    });
  }
  const backwards = number(
    `SELECT count(*) FROM (SELECT at < lag(at) OVER (ORDER BY seq) AS back
       FROM (SELECT seq, at FROM messages UNION ALL SELECT seq, at FROM changes)) WHERE back`,
  );
  if (backwards > 0) {
    faults.push({
      en: `${backwards} events are older than the one before`,
      pt: `${backwards} eventos são mais antigos que o anterior`,
    });
  }
  const passages = `SELECT seq, type, user FROM changes WHERE seq > ${floor} AND type IN ('joined', 'left')
     UNION ALL SELECT seq, type, detail ->> 'target' FROM changes WHERE seq > ${floor} AND type = 'kicked'`;
  const joined = `SELECT user FROM (SELECT user, type, max(seq) AS seq FROM (${passages}) GROUP BY user)
     WHERE type = 'joined' AND seq > coalesce((SELECT max(seq) FROM changes WHERE type = 'closed'), 0)`;
  const members = 'SELECT user FROM members';
  // Of the others the log does not tell any more how they came, but it would that they went.
  const told = `SELECT user FROM members WHERE since > ${floor} OR user IN (SELECT user FROM (${passages}))`;
  const wrong = number(
    `SELECT (SELECT count(*) FROM (${joined} EXCEPT ${members})) + (SELECT count(*) FROM (${told} EXCEPT ${joined}))`,
  );
  if (wrong > 0) {
    faults.push({
      en: `${wrong} users are members against the log, or are none against it`,
      pt: `${wrong} usuários são membros, ou não são, ao contrário do que diz o registro`,
    });
  }
  return { ...(room === undefined ? {} : { room }), messages, faults };
}

/** An inbox is numbered from 1 without a gap. Puts the rooms of the directory into `rooms`. */
function checkSupervisor(db: Database, rooms: string[]): Omit<FileReport, 'file'> {
  rooms.push(...(db.prepare('SELECT room FROM rooms ORDER BY number').pluck().all() as string[]));
  const messages = db.prepare('SELECT count(*) FROM inbox').pluck().get() as number;
  const broken = db
    .prepare('SELECT owner FROM inbox GROUP BY owner HAVING count(*) <> max(seq) OR min(seq) <> 1 LIMIT ?')
    .pluck()
    .all(faultsMax) as string[];
  const faults = broken.map((owner) => ({
    en: `the inbox of ${owner} has a gap`,
    pt: `a caixa de entrada de ${owner} tem uma lacuna`,
  }));
  return { messages, faults };
}
