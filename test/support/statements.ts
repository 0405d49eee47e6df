import Database from 'better-sqlite3';
import type { Test } from 'tap';

/**
 * Puts `around` around every statement that changes something, whoever runs it, until the test ends or it is told to
 * `restore`. It is given the statement's SQL and the way to run it.
 */
export function interceptStatements(t: Test, around: (sql: string, run: () => unknown) => unknown): () => void {
  const memory = new Database(':memory:');
  const statements = Object.getPrototypeOf(memory.prepare('SELECT 1')) as Database.Statement;
  memory.close();
  const { run } = statements;
  const spy = t.intercept(statements, 'run', {
    value: function (this: Database.Statement, ...values: unknown[]) {
      return around(this.source, () => run.apply(this, values));
    },
  });
  return () => spy.restore();
}

/** What SQLite throws when nothing more fits. */
export function fullDiskError(): Error {
  return new Database.SqliteError('database or disk is full', 'SQLITE_FULL');
}
