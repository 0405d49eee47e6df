import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';

/**
 * A directory for a server or for threads, removed when the test ends, after all that is torn down which was begun in it.
 * tap's own is removed before: files that are still being made get in the way, and then nothing is torn down at all.
 */
export function newDirectory(t: Test): string {
  const directory = mkdtempSync(join(tmpdir(), 'salas-test-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
