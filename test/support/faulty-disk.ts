import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import type { RoomEvent } from '../../src/protocol/events.js';
import { storedEvents } from './rooms-on-disk.js';
import { fullDiskError, interceptStatements } from './statements.js';

/** Where in a transaction the process dies. */
export type CrashPoint =
  | { readonly in: 'begin' }
  /** After so many statements that write. */
  | { readonly in: 'writing'; readonly after: number }
  | { readonly in: 'commit'; readonly when: 'before' | 'after' }
  /** After this share of what the commit adds to the write-ahead log. */
  | { readonly in: 'commit'; readonly when: 'halfway'; readonly share: number };

/** Thrown where the process dies. */
export class Crash extends Error {
  /** What it leaves behind. */
  readonly image: Image;
  /** Whether the transaction is in it; undefined where either may be. */
  readonly committed: boolean | undefined;

  constructor(image: Image, committed: boolean | undefined) {
    super('the process died');
    this.image = image;
    this.committed = committed;
  }
}

/** A database's file and its write-ahead log as they are at one moment. */
export interface Image {
  readonly main: Buffer;
  readonly log: Buffer;
}

/** The disk under one database: it fills up, and keeps what was written when the process died. */
export class FaultyDisk {
  readonly file: string;
  /** At which statement of a transaction nothing more fits. */
  fullAt: 'write' | 'commit' | undefined;
  /** Where the next transaction dies. */
  crashAt: CrashPoint | undefined;
  #writes = 0;

  constructor(file: string) {
    this.file = file;
  }

  /** Stands between SQLite and the disk until the test ends. */
  static intercept(t: Test, disk: () => FaultyDisk | undefined): void {
    interceptStatements(t, (sql, run) => disk()?.around(sql, run) ?? run());
  }

  around(sql: string, run: () => unknown): unknown {
    if (sql.startsWith('BEGIN')) return this.#begin(run);
    if (sql === 'COMMIT') return this.#commit(run);
    return this.#write(run);
  }

  image(): Image {
    const log = `${this.file}-wal`;
    return { main: readFileSync(this.file), log: existsSync(log) ? readFileSync(log) : Buffer.alloc(0) };
  }

  /** Puts `image` in the place of the database, which nobody writes any more; the log that it holds. */
  restore({ main, log }: Image): RoomEvent[] {
    const copy = join(dirname(this.file), 'copy.db');
    for (const file of [this.file, copy]) {
      for (const part of ['', '-wal', '-shm']) rmSync(file + part, { force: true });
      writeFileSync(file, main);
      writeFileSync(`${file}-wal`, log);
    }
    return storedEvents(copy);
  }

  #begin(run: () => unknown): unknown {
    this.#writes = 0;
    if (this.crashAt?.in === 'begin') throw new Crash(this.image(), false);
    return run();
  }

  #write(run: () => unknown): unknown {
    if (this.fullAt === 'write') throw fullDiskError();
    const result = run();
    this.#writes++;
    if (this.crashAt?.in === 'writing' && this.crashAt.after === this.#writes) throw new Crash(this.image(), false);
    return result;
  }

  #commit(run: () => unknown): unknown {
    const point = this.crashAt?.in === 'commit' ? this.crashAt : undefined;
    if (point?.when === 'before') throw new Crash(this.image(), false);
    if (this.fullAt === 'commit' && this.#writes > 0) throw fullDiskError();
    const before = point?.when === 'halfway' ? this.image() : undefined;
    const result = run();
    if (point?.when === 'halfway') throw new Crash(partly(before as Image, this.image(), point.share), undefined);
    if (point?.when === 'after') throw new Crash(this.image(), true);
    return result;
  }
}

/** What is on disk when only a share of what came to the write-ahead log between two images has reached it. */
function partly(before: Image, after: Image, share: number): Image {
  let from = 0;
  while (from < before.log.length && before.log[from] === after.log[from]) from++;
  const to = from + Math.floor((after.log.length - from) * share);
  return { main: before.main, log: Buffer.concat([after.log.subarray(0, to), before.log.subarray(to)]) };
}
