import { readFileSync } from 'node:fs';

/**
 * How many files and sockets this process may have open, as Linux tells it (proc_pid_limits(5)); Infinity where nobody
 * tells. Node has raised the soft limit to the hard one when it started.
 */
export function openFilesMax(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
