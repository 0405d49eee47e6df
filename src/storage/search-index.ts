import { rmSync } from 'node:fs';
import BetterSqlite3 from 'better-sqlite3';
import { indexedText, type SearchQuery } from '../protocol/search-query.js';
import { type Database, type DatabaseKind, openDatabase, StorageError } from './database.js';

/**
 * The words of a room's messages, in parts, so that a search of one takes a bounded time, and what is pruned goes by
 * whole parts. It is made from the log, without which it is nothing: it has words and places, no texts. See
 * https://www.sqlite.org/fts5.html#contentless_delete_tables. */
export const searchDatabase: DatabaseKind = {
  name: 'search',
  applicationId: 0x53_61_6c_46, // 'SalF'
  migrations: [
    `CREATE TABLE coverage (
       only INTEGER PRIMARY KEY CHECK (only = 1),
       epoch TEXT NOT NULL,
       first INTEGER NOT NULL,
       last INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE parts (
       part INTEGER PRIMARY KEY,
       first INTEGER NOT NULL,
       last INTEGER NOT NULL,
       messages INTEGER NOT NULL,
       bytes INTEGER NOT NULL
     ) STRICT;`,
  ],
};

/** All messages of the log `epoch` from `first` to `last` are in the index, as they are there behind `last`. */
export interface Coverage {
  readonly epoch: string;
  readonly first: number;
  readonly last: number;
}

interface Part {
  readonly part: number;
  readonly first: number;
  readonly last: number;
  readonly messages: number;
  readonly bytes: number;
}

/** A message as the index takes it. */
export interface IndexedMessage {
  readonly seq: number;
  readonly text: string;
}

const partMessagesMax = 65_536;
const partBytesMax = 8 * 1024 * 1024;
/** Of the write-ahead log; the index may lag behind the disk, so its commits need not be small. */
const checkpointPages = 1024;

const coverageQuery = 'SELECT epoch, first, last FROM coverage';

/** The writer's side of an index. Nothing is on disk before the system likes: a lost end is made again. */
export class SearchIndex {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  coverage(): Coverage | undefined {
    return this.#db.prepare(coverageQuery).get() as Coverage | undefined;
  }

  /** Runs `work` in one transaction, after which the index covers what `work` answers. */
  extend(work: () => Coverage): Coverage {
    return this.#db.transaction(() => {
      const covered = work();
      this.#db
        .prepare('INSERT OR REPLACE INTO coverage (only, epoch, first, last) VALUES (1, $epoch, $first, $last)')
        .run(covered);
      return covered;
    })();
  }

  /** Adds the messages `first` to `last`, ascending, which are all before or all behind those that are there. */
  add(messages: readonly IndexedMessage[], first: number, last: number): void {
    const neighbour = this.#db
      .prepare('SELECT * FROM parts WHERE first = $last + 1 OR last = $first - 1')
      .get({ first, last }) as Part | undefined;
    const full = neighbour === undefined || neighbour.messages >= partMessagesMax || neighbour.bytes >= partBytesMax;
    const part = full ? this.#newPart(first, last) : neighbour.part;
    const insert = this.#db.prepare(`INSERT INTO part_${part} (rowid, text) VALUES (?, ?)`);
    let bytes = 0;
    for (const { seq, text } of messages) {
      insert.run(seq, indexedText(text));
      bytes += Buffer.byteLength(text);
    }
    this.#db
      .prepare(
        `UPDATE parts SET first = min(first, $first), last = max(last, $last),
           messages = messages + $messages, bytes = bytes + $bytes WHERE part = $part`,
      )
      .run({ part, first, last, messages: messages.length, bytes });
  }

  #newPart(first: number, last: number): number {
    const made = this.#db.prepare('INSERT INTO parts (first, last, messages, bytes) VALUES (?, ?, 0, 0)');
    const part = Number(made.run(first, last).lastInsertRowid);
    this.#db.exec(
      `CREATE VIRTUAL TABLE part_${part} USING fts5(text, content = '', contentless_delete = 1, tokenize = 'ascii')`,
    );
    return part;
  }

  /** A message that is there has another text now; without one it is deleted. */
  change(seq: number, text: string | undefined): void {
    const part = this.#db.prepare('SELECT part FROM parts WHERE ? BETWEEN first AND last').pluck().get(seq);
    if (part === undefined) return;
    this.#db.prepare(`DELETE FROM part_${part} WHERE rowid = ?`).run(seq);
    if (text !== undefined)
      this.#db.prepare(`INSERT INTO part_${part} (rowid, text) VALUES (?, ?)`).run(seq, indexedText(text));
  }

  /** Drops the parts that have nothing from `seq` on. */
  dropBefore(seq: number): void {
    for (const part of this.#db.prepare('SELECT part FROM parts WHERE last < ?').pluck().all(seq)) {
      this.#db.exec(`DROP TABLE part_${part}`);
      this.#db.prepare('DELETE FROM parts WHERE part = ?').run(part);
    }
  }
}

/**
 * Opens an index for {@link SearchIndex}, or begins one.
 *
 * @throws StorageError
 */
export function openIndex(file: string): Database {
  const db = openDatabase(file, searchDatabase);
  db.pragma('synchronous = NORMAL');
  db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
  return db;
}

/** The reader's side of an index, which its writer may just be beginning. */
export function readIndex(db: Database) {
  return {
    /** Runs `work` on one moment of the index. */
    atOneMoment: <T>(work: () => T): T => db.transaction(work)(),
    coverage: () =>
      db.pragma('user_version', { simple: true }) === 0
        ? undefined
        : (db.prepare(coverageQuery).get() as Coverage | undefined),
    /** The parts that have something before `before`, the latest first. */
    parts: (before: number) =>
      db.prepare('SELECT part, first FROM parts WHERE first < ? ORDER BY first DESC').all(before) as Pick<
        Part,
        'part' | 'first'
      >[],
    /** Up to `limit` messages of a part in which the query is found, the latest before `before` first. */
    find: (part: number, query: SearchQuery, before: number, limit: number): number[] =>
      db
        .prepare(`SELECT rowid FROM part_${part} WHERE part_${part} MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?`)
        .pluck()
        .all(matchExpression(query), before, limit) as number[],
  };
}

/** For each prefix FTS5 puts all words together that begin so: what is found is held against the others later. */
const prefixesMax = 2;

/**
 * What an index is asked for a query, which is all that has it and may be more. In FTS5's syntax
 * (https://www.sqlite.org/fts5.html#full_text_query_syntax); words have no character that it knows.
 */
export function matchExpression(query: SearchQuery): string {
  const whole = query.map(({ words, prefix }) => (prefix ? words.slice(0, -1) : words));
  const prefixes = query
    .flatMap(({ words, prefix }) => (prefix ? [words.at(-1) as string] : []))
    .toSorted((one, other) => other.length - one.length)
    .slice(0, prefixesMax);
  return [
    ...whole.filter((words) => words.length > 0).map((words) => `"${words.join(' ')}"`),
    ...prefixes.map((word) => `"${word}"*`),
  ].join(' AND ');
}

/** What is wrong with the medium or its use, and not with what is on it. */
const passingCodes = [
  'SQLITE_FULL',
  'SQLITE_IOERR',
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_READONLY',
  'SQLITE_CANTOPEN',
];

/** Whether what failed is for the index to be made anew. */
export function isDamage(error: unknown): boolean {
  const cause = error instanceof StorageError ? error.cause : error;
  if (cause === undefined) return true;
  return cause instanceof BetterSqlite3.SqliteError && !passingCodes.some((code) => cause.code.startsWith(code));
}

/** Removes an index, of whatever is left of it. */
export function removeIndex(file: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file + suffix, { force: true });
}
