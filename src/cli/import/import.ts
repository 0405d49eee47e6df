import { randomBytes } from 'node:crypto';
import { closeSync, createReadStream, openSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { Supervisor } from '../../actors/supervisor/supervisor.js';
import { callDaemon } from '../../client/control.js';
import { CallRefused, CallTimedOut, ConnectionLost, ServerUnreachable } from '../../client/errors.js';
import { serverActor } from '../../protocol/events.js';
import { defaultLimits } from '../../protocol/limits.js';
import { LineSplitter } from '../../protocol/lines.js';
import type { RoomName } from '../../protocol/names.js';
import { readParams, roomName } from '../../protocol/params.js';
import { isRefusal, refusals } from '../../protocol/refusals.js';
import { listRooms } from '../../storage/audit.js';
import { claimDirectory, controlSocket, roomFile, supervisorFile } from '../../storage/data-directory.js';
import { explained, StorageError } from '../../storage/database.js';
import { claimImports, findLog, forgetImport, ImportedLog, readImported } from '../../storage/importing.js';
import { type AdminOptions, say, tellStorageError } from '../admin.js';
import { exitCodes } from '../exit-codes.js';
import { jsonLine } from '../printable.js';
import { progress } from '../progress.js';
import { type Words, wordsIn } from '../words.js';
import { exportedLineBytesMax, readExported } from './exported-message.js';
import { firstSeq, NewLog } from './new-log.js';

const epochBytes = 6;
const stdin = '-';

/** What became a room. */
interface Imported {
  readonly epoch: string;
  /** The last event's `seq`. */
  readonly seq: number;
  readonly messages: number;
  /** What was left out; missing where an earlier import was finished, and nothing read. */
  readonly left?: NewLog['left'];
}

/**
 * Makes a room of exported messages, in a directory on which a daemon may be running: writes its log beside the others,
 * then has the room put into the directory of rooms. Whatever ends it in between, there is the whole room or none, and
 * the same command goes on. `origin` is where the authors are from. Answers the exit code.
 */
export async function importRoom(room: string, file: string, origin: string, options: AdminOptions): Promise<number> {
  const words = wordsIn(options.language);
  const directory = resolve(options.data);
  try {
    const name = checkedName(room);
    // Before anything is made in it: it has to be a data directory.
    listRooms(directory);
    const source = openSource(file);
    process.umask(0o077);
    becomeOwner(directory);
    const lock = claimImports(directory);
    if (lock === undefined) throw failure((words) => words.importRunning(directory));
    try {
      const imported = await makeLog(directory, name, source, origin);
      await enlist(directory, name, options);
      forgetImport(directory, name);
      tell(name, imported, options, words);
      return exitCodes.done;
    } finally {
      source.close();
      lock.release();
    }
  } catch (error) {
    return tellStorageError(error, options);
  }
}

/** What went wrong, as people are told in either language. */
function failure(said: (words: Words) => string): StorageError {
  return new StorageError({ en: said(wordsIn('en')), pt: said(wordsIn('pt')) });
}

function checkedName(room: string): RoomName {
  const read = readParams({ room: { kind: roomName } }, { room }, false, defaultLimits);
  if ('refusal' in read) throw new StorageError(read.refusal.message);
  return read.values.room as RoomName;
}

interface Source {
  /** How it is called in what people are told. */
  readonly name: string;
  /** What it has, piece by piece. */
  readonly chunks: AsyncIterable<Buffer>;
  close(): void;
}

function openSource(file: string): Source {
  if (file === stdin) return { name: 'stdin', chunks: process.stdin, close: () => void process.stdin.destroy() };
  try {
    const fd = openSync(file, 'r');
    const stream = createReadStream(file, { fd, autoClose: false });
    return { name: file, chunks: stream, close: () => closeSync(fd) };
  } catch (error) {
    throw failure((words) => words.fileUnreadable(file, (error as Error).message));
  }
}

/** What root makes would be root's, and not be written by a daemon that is somebody else's. */
function becomeOwner(directory: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(directory);
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

/** The log of a room that is not there yet: written now, or before by an import that was cut short at its very end. */
async function makeLog(directory: string, room: RoomName, source: Source, origin: string): Promise<Imported> {
  const listed = listRooms(directory);
  if (listed.includes(room)) {
    forgetImport(directory, room);
    throw failure((words) => words.roomThere(room, directory));
  }
  const { roomsMax } = defaultLimits;
  if (listed.length >= roomsMax) throw new StorageError(refusals.tooManyRooms(roomsMax).message);
  switch (findLog(directory, room)) {
    case 'nothing':
      return writeLog(directory, room, source, new NewLog(origin, Date.now()));
    case 'imported': {
      const { epoch, head } = readImported(directory, room);
      return { epoch, seq: head, messages: head - firstSeq + 1 };
    }
    case 'other':
      throw failure((words) => words.logThere(roomFile(directory, room)));
  }
}

/** One transaction for what a piece of the file has. */
async function writeLog(directory: string, room: RoomName, source: Source, log: NewLog): Promise<Imported> {
  const epoch = randomBytes(epochBytes).toString('hex');
  const stored = new ImportedLog(directory, room, epoch);
  const bar = progress();
  let number = 0;
  try {
    for await (const lines of linesOf(source)) {
      const events = lines.flatMap((line) => {
        number++;
        bar.step(room);
        const read = readExported(line);
        const taken = 'wrong' in read ? read : log.take(read.message);
        if ('wrong' in taken) {
          const { wrong } = taken;
          throw failure(({ language }) => `${source.name}:${number}: ${wrong[language]}`);
        }
        return taken.events;
      });
      if (events.length > 0) stored.append(events);
    }
    if (log.messages === 0) throw failure((words) => words.nothingToImport(source.name));
    stored.finish();
    return { epoch, seq: log.head, messages: log.messages, left: log.left };
  } catch (error) {
    stored.abandon();
    throw error;
  } finally {
    bar.end();
  }
}

async function* linesOf({ name, chunks }: Source) {
  const splitter = new LineSplitter(exportedLineBytesMax);
  const pieces = chunks[Symbol.asyncIterator]();
  for (;;) {
    const piece = await pieces.next().catch((error: Error) => {
      throw failure((words) => words.fileUnreadable(name, error.message));
    });
    yield piece.done ? splitter.end() : splitter.push(piece.value);
    if (piece.done) return;
  }
}

/** Puts the room, whose log is there, into the directory of rooms: the daemon does it, or where none runs, this process. */
async function enlist(directory: string, room: RoomName, options: AdminOptions): Promise<void> {
  try {
    const lock = claimDirectory(directory);
    if (lock === undefined) return await askDaemon(directory, room, options);
    try {
      enlistHere(directory, room);
    } finally {
      lock.release();
    }
  } catch (error) {
    const expected = [CallRefused, CallTimedOut, ConnectionLost, ServerUnreachable, StorageError];
    if (!expected.some((kind) => error instanceof kind)) throw error;
    const why =
      error instanceof StorageError ? error.said : { en: (error as Error).message, pt: (error as Error).message };
    throw failure((words) => words.notListed(room, why[words.language]));
  }
}

async function askDaemon(directory: string, room: RoomName, { json, language }: AdminOptions): Promise<void> {
  try {
    await callDaemon(controlSocket(directory), 'adopt-room', { room, ...(json ? {} : { language }) });
  } catch (error) {
    // A client made it in this moment: then it began with the log that was there.
    if (!(error instanceof CallRefused) || error.code !== 'ROOM_EXISTS') throw error;
  }
}

function enlistHere(directory: string, room: RoomName): void {
  const file = supervisorFile(directory);
  const supervisor = explained(file, () => new Supervisor(file, defaultLimits));
  try {
    const command = { type: 'create-room', room, topic: '', by: serverActor } as const;
    const batch = { at: Date.now(), commands: [command], firstKey: 0, again: false, dialects: [] };
    const [outcome] = explained(file, () => supervisor.handle(batch)).replies;
    if (outcome !== undefined && isRefusal(outcome)) throw new StorageError(outcome.message);
  } finally {
    supervisor.close();
  }
}

function tell(room: RoomName, imported: Imported, { json }: AdminOptions, words: Words): void {
  const { messages, left } = imported;
  if (json) say(jsonLine({ room, ...imported }));
  else say(left === undefined ? words.importFinished(room, messages) : words.imported(room, messages));
  if (json || left === undefined) return;
  const notes: readonly (readonly [number, (messages: number) => string])[] = [
    [left.deleted, words.leftDeleted],
    [left.replies, words.leftReplies],
    [left.edits, words.leftEdits],
    [left.reactions, words.leftReactions],
  ];
  for (const [count, note] of notes) if (count > 0) process.stderr.write(`salas: ${note(count)}\n`);
}
