import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type { Language } from '../protocol/speech.js';
import { backUp, type Copied, restore } from '../storage/backup.js';
import { checkDirectory, type FileReport } from '../storage/checking.js';
import { StorageError } from '../storage/database.js';
import { exitCodes } from './exit-codes.js';
import { jsonLine, printable } from './printable.js';
import { progress } from './progress.js';
import { table } from './table.js';
import { wordsIn } from './words.js';

/** What an operator does with a data directory. */

export interface AdminOptions {
  readonly data: string;
  readonly json: boolean;
  readonly language: Language;
}

const epochBytes = 6;

/** Reads all files and tells what is wrong with them. Answers the exit code: 1 where something is. */
export function check({ data, json, language }: AdminOptions): number {
  const words = wordsIn(language);
  return telling({ json, language }, () => {
    const reports = collect(checkDirectory(resolve(data)), ({ file }) => file);
    const whole = reports.every(({ faults }) => faults.length === 0);
    if (json) {
      say(
        jsonLine({
          ok: whole,
          files: reports.map((report) => ({ ...report, faults: report.faults.map(({ en }) => en) })),
        }),
      );
    } else {
      const state = ({ faults }: FileReport) =>
        faults.length === 0 ? words.whole : faults.map((fault) => fault[language]).join('; ');
      const rows = reports.map((report) => [report.room ?? '', report.messages ?? 0, state(report), report.file]);
      say(table([words.columnRoom, words.columnMessages, words.columnState, words.columnFile], rows));
    }
    return whole ? exitCodes.done : exitCodes.refused;
  });
}

/** Copies all databases into the directory `target`. Answers the exit code. */
export function backup(target: string, { data, json, language }: AdminOptions): number {
  const words = wordsIn(language);
  return telling({ json, language }, () => {
    // It is read by nobody but who made it, as the data is.
    process.umask(0o077);
    const directory = resolve(target);
    const files = collect(backUp(resolve(data), directory), ({ file }) => file);
    const bytes = files.reduce((sum, copied: Copied) => sum + copied.bytes, 0);
    say(
      json
        ? jsonLine({ directory, files: files.map(({ file }) => file), bytes })
        : words.backedUp(files.length, bytes, directory),
    );
    return exitCodes.done;
  });
}

/** Brings a copy back into an empty data directory. Answers the exit code. */
export function restoreFrom(source: string, { data, json, language }: AdminOptions): number {
  const words = wordsIn(language);
  return telling({ json, language }, () => {
    process.umask(0o077);
    const directory = resolve(data);
    const newEpoch = () => randomBytes(epochBytes).toString('hex');
    const restored = collect(restore(resolve(source), directory, newEpoch), ({ room }) => room);
    const rooms = restored.map(({ room, epoch, head }) => ({ room, epoch, seq: head }));
    say(json ? jsonLine({ directory, rooms }) : words.restored(rooms.length, directory));
    return exitCodes.done;
  });
}

function collect<Step>(steps: Iterable<Step>, name: (step: Step) => string): Step[] {
  const tell = progress();
  const all: Step[] = [];
  for (const step of steps) {
    all.push(step);
    tell.step(name(step));
  }
  tell.end();
  return all;
}

/** Runs `work`, and tells what is wrong with the files if something is. */
export function telling({ json, language }: Pick<AdminOptions, 'json' | 'language'>, work: () => number): number {
  try {
    return work();
  } catch (error) {
    return tellStorageError(error, { json, language });
  }
}

/** Tells what is wrong with the files, and answers the exit code. @throws what is anything else */
export function tellStorageError(error: unknown, { json, language }: Omit<AdminOptions, 'data'>): number {
  if (!(error instanceof StorageError)) throw error;
  if (json) say(jsonLine({ error: error.message }));
  complain(error.said[language]);
  return exitCodes.refused;
}

function complain(message: string): void {
  process.stderr.write(`salas: ${printable(message)}\n`);
}

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
