import type { Test } from 'tap';
import { fullDiskError, interceptStatements } from './statements.js';

/** Runs `work` as if no commit fitted on the disk. */
export function withFullDisk<T>(t: Test, work: () => T): T {
  const restore = interceptStatements(t, (sql, run) => {
    if (sql === 'COMMIT') throw fullDiskError();
    return run();
  });
  try {
    return work();
  } finally {
    restore();
  }
}
