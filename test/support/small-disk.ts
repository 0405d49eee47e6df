import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const mebibyte = 1024 * 1024;

/** A disk of its own, of so many MiB; undefined where none may be mounted. `remove` is to be called at the end. */
export function mountSmallDisk(mebibytes: number): { readonly directory: string; remove(): void } | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'salas-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', directory], { stdio: 'pipe' });
  } catch {
    rmdirSync(directory);
    return undefined;
  }
  return {
    directory,
    remove: () => {
      execFileSync('umount', [directory]);
      rmdirSync(directory);
    },
  };
}

/** Puts a file on the disk, as large as it may become. */
export function fill(file: string, mebibytes: number): void {
  const chunk = Buffer.alloc(mebibyte / 16);
  const descriptor = openSync(file, 'w');
  try {
    for (let i = 0; i < mebibytes * 16; i++) writeSync(descriptor, chunk);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(descriptor);
  }
}
