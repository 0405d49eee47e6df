import Database from 'better-sqlite3';
import type { Test } from 'tap';

/** Runs `work` as if no commit fitted on the disk. */
export function withFullDisk<T>(t: Test, work: () => T): T {
  const memory = new Database(':memory:');
  const statements = Object.getPrototypeOf(memory.prepare('SELECT 1')) as Database.Statement;
  memory.close();
  const { run } = statements;
  const spy = t.intercept(statements, 'run', {
    value: function (this: Database.Statement, ...values: unknown[]) {
      if (this.source === 'COMMIT') throw new Database.SqliteError('database or disk is full', 'SQLITE_FULL');
      return run.apply(this, values);
    },
  });
  try {
    return work();
  } finally {
    spy.restore();
  }
}
