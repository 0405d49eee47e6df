import type { Database, Statement } from 'better-sqlite3';

const lockWaitMs = 5000;
const lockPollMs = 5;
const never = new Int32Array(new SharedArrayBuffer(4));

/**
 * Runs `work` in one transaction, which is on disk when it returns.
 *
 * @throws what `work` or SQLite throws, with nothing changed; also when another program has locked the file for 5 s.
 */
export type Transaction = <T>(work: () => T) => T;

/** Told around each commit; what it throws before one undoes the transaction. */
export type OnCommit = (point: 'before-commit' | 'after-commit') => void;

/** The way to transactions on `db`, which waits for locks no more by itself. `onCommit` is for fault injection. */
export function transactionsOn(db: Database, onCommit?: OnCommit): Transaction {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  db.pragma('busy_timeout = 0');
  return (work) => {
    whenUnlocked(begin);
    try {
      const result = work();
      onCommit?.('before-commit');
      commit.run();
      onCommit?.('after-commit');
      return result;
    } catch (error) {
      if (db.inTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
}

/**
 * Runs `begin` again while another program has the file locked. It is waited here and not in SQLite: a thread that is
 * ended inside of it does not end before it returns, and then takes the whole process with it.
 */
function whenUnlocked(begin: Statement): void {
  for (let waitedMs = 0; ; waitedMs += lockPollMs) {
    try {
      begin.run();
      return;
    } catch (error) {
      const locked = (error as { code?: string }).code?.startsWith('SQLITE_BUSY') === true;
      if (!locked || waitedMs >= lockWaitMs) throw error;
    }
    Atomics.wait(never, 0, 0, lockPollMs);
  }
}
