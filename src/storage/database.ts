import { accessSync, constants, existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Speech } from '../protocol/speech.js';

export type { Database } from 'better-sqlite3';

/** A kind of database: what marks its files as ours, and how its tables came to be, a step a version. */
export interface DatabaseKind {
  readonly name: string;
  /** SQLite's application_id (https://www.sqlite.org/pragma.html#pragma_application_id). */
  readonly applicationId: number;
  readonly migrations: readonly string[];
}

/** Files that cannot be used, told to people in one line that names them; `message` is the English of it. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly said: Speech;

  constructor(said: Speech, options?: ErrorOptions) {
    super(said.en, options);
    this.said = said;
  }
}

const busyTimeoutMs = 5000;
const pageCacheKiB = 2048;
/**
 * Pages in the write-ahead log, 1 MiB, before a commit copies them into the database. More make that commit wait longer
 * than a member should (ADR 12), and a log that is written over again is synced faster than one that grows.
 */
const checkpointPages = 256;

/**
 * Opens a database for writing, makes or migrates its tables, and sees to it that a commit is on disk when it
 * returns (WAL with synchronous=FULL: an fsync a commit).
 *
 * A file is looked at before anything is written to it: what is not ours stays as it was.
 *
 * @throws StorageError when the file is not a database, is another program's or kind's, is from a newer salas,
 *   or cannot be read or written.
 */
export function openDatabase(file: string, kind: DatabaseKind): Database.Database {
  return explained(file, () => {
    // To close a file is to write into it what a killed writer left beside it: not before it is known as ours.
    if (existsSync(file) && existsSync(`${file}-wal`)) openForReading(file, kind).close();
    const db = new Database(file, { timeout: busyTimeoutMs });
    try {
      const version = checkedVersion(db, file, kind);
      if (!mayWrite(file)) throw about(file, reasons.SQLITE_READONLY);
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      db.pragma(`cache_size = -${pageCacheKiB}`);
      db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
      if (version < kind.migrations.length) migrate(db, kind, version);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/**
 * Opens a database that this program is writing elsewhere, for reading only.
 *
 * @throws StorageError as {@link openDatabase} does.
 */
export function openForReading(file: string, kind: DatabaseKind): Database.Database {
  return explained(file, () => {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: busyTimeoutMs });
    try {
      db.pragma(`cache_size = -${pageCacheKiB}`);
      checkedVersion(db, file, kind);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** The second: the shared memory of the write-ahead log is a file as well. */
const fullCodes: ReadonlySet<string> = new Set(['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE']);

/** Whether a transaction failed because nothing more fits on the disk. SQLite has then undone all of it. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Database.SqliteError && fullCodes.has(error.code);
}

/** The version of the tables in `db`, 0 where it is empty. */
function checkedVersion(db: Database.Database, file: string, kind: DatabaseKind): number {
  const id = db.pragma('application_id', { simple: true }) as number;
  const version = db.pragma('user_version', { simple: true }) as number;
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (id === 0 && version === 0 && tables === 0) return 0;
  if (id !== kind.applicationId) {
    throw about(file, {
      en: `is not a salas ${kind.name} database; move it away, or choose another --data`,
      pt: `não é um banco de dados do salas (${kind.name}); mova-o para outro lugar, ou escolha outro --data`,
    });
  }
  if (version > kind.migrations.length) {
    const known = kind.migrations.length;
    throw about(file, {
      en: `was written by a newer salas (format ${version}, this one knows ${known}); use that one`,
      pt: `foi escrito por um salas mais novo (formato ${version}, este conhece o ${known}); use aquele`,
    });
  }
  return version;
}

/** SQLite opens for reading only what cannot be written, and fails at the first commit. */
function mayWrite(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function migrate(db: Database.Database, kind: DatabaseKind, from: number): void {
  db.transaction(() => {
    for (const step of kind.migrations.slice(from)) db.exec(step);
    db.pragma(`application_id = ${kind.applicationId}`);
    db.pragma(`user_version = ${kind.migrations.length}`);
  }).immediate();
}

const full: Speech = {
  en: 'cannot be written: no room left on the disk',
  pt: 'não pode ser gravado: não há mais espaço no disco',
};

const reasons = {
  SQLITE_NOTADB: {
    en: 'is not a database; move it away, or choose another --data',
    pt: 'não é um banco de dados; mova-o para outro lugar, ou escolha outro --data',
  },
  SQLITE_CORRUPT: { en: 'is damaged; restore it from a backup', pt: 'está danificado; restaure-o de uma cópia' },
  SQLITE_FULL: full,
  SQLITE_IOERR_SHMSIZE: full,
  SQLITE_READONLY: {
    en: 'cannot be written: it is read-only',
    pt: 'não pode ser gravado: só permite leitura',
  },
  SQLITE_CANTOPEN: {
    en: 'cannot be opened; check that it is a file this user may read and write',
    pt: 'não pode ser aberto; veja se é um arquivo que este usuário pode ler e gravar',
  },
  SQLITE_BUSY: { en: 'is in use by another program', pt: 'está em uso por outro programa' },
} as const satisfies Record<string, Speech>;

/** What is told when `file` could not be begun because nothing more fits on the disk. */
export function diskFull(file: string): StorageError {
  return about(file, full);
}

/**
 * Runs what opens `file`.
 *
 * @throws StorageError instead of SQLite's errors, with one line for people.
 */
export function explained<T>(file: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    const { code, message } = error;
    const reason: Speech = Object.entries(reasons).find(([known]) => code.startsWith(known))?.[1] ?? {
      en: `cannot be used: ${message}`,
      pt: `não pode ser usado: ${message}`,
    };
    throw about(file, { en: `${reason.en} (${code})`, pt: `${reason.pt} (${code})` }, { cause: error });
  }
}

/** What is wrong with a file; `said` goes on behind its name. */
function about(file: string, said: Speech, options?: ErrorOptions): StorageError {
  return new StorageError({ en: `${file} ${said.en}`, pt: `${file} ${said.pt}` }, options);
}
