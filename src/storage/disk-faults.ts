import Database from 'better-sqlite3';
import type { OnCommit } from './transactions.js';

/** Faults that a disk can be told to have: fault injection, see `serve --chaos`. */
export class DiskFaults {
  #failNext = false;
  #slowMs = 0;
  #fullUntil = 0;

  /** The next commit fails as on a disk that is broken. */
  failNext(): void {
    this.#failNext = true;
  }

  /** Every commit takes so much longer; 0 ends that. */
  slow(ms: number): void {
    this.#slowMs = ms;
  }

  /** Commits fail for so long for want of room. */
  full(ms: number): void {
    this.#fullUntil = performance.now() + ms;
  }

  /** @throws what SQLite would throw */
  readonly onCommit: OnCommit = (point) => {
    if (point !== 'before-commit') return;
    if (this.#failNext) throw new Database.SqliteError('disk I/O error (injected)', 'SQLITE_IOERR_FSYNC');
    if (performance.now() < this.#fullUntil) {
      throw new Database.SqliteError('database or disk is full (injected)', 'SQLITE_FULL');
    }
    if (this.#slowMs > 0) block(this.#slowMs);
  };
}

/** Holds the thread up, for ever where no time is given. */
export function block(ms?: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
