import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { output } from './processes.js';

/** Where the figures come from. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  /** The file system of the durable data. */
  readonly disk: string;
  readonly pinning: Pinning;
  readonly commit: string;
  readonly date: string;
}

/** The cores of server and generator; or why they share what there is. */
export type Pinning = { readonly server: number; readonly generator: number } | { readonly unpinned: string };

export function describeMachine(scratch: string): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    disk: fileSystem(readFileSync('/proc/self/mounts', 'utf8'), scratch),
    pinning: choosePinning(),
    commit: commit(),
    date: new Date().toISOString().slice(0, 10),
  };
}

function choosePinning(): Pinning {
  if (output('taskset', '--version') === undefined) return { unpinned: 'there is no taskset (package util-linux)' };
  const allowed = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return pinning(parseCores(allowed), (core) => {
    const file = `/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`;
    return parseCores(readFileSync(file, 'utf8'));
  });
}

/** The first core for the server; for the generator the first that is not the other half of that core. */
export function pinning(allowed: readonly number[], siblings: (core: number) => readonly number[]): Pinning {
  const [server] = allowed;
  if (server === undefined || allowed.length < 2) return { unpinned: 'there is only one core' };
  const shared = siblings(server);
  const generator = allowed.find((core) => !shared.includes(core));
  if (generator === undefined) return { unpinned: 'there is only one core, with two threads' };
  return { server, generator };
}

/** The kernel's lists of cores: `0-2,5`. */
export function parseCores(list: string): number[] {
  return list
    .trim()
    .split(',')
    .filter((range) => range !== '')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    });
}

/** The type of the file system that holds `path`, by the kernel's table of mounts. */
export function fileSystem(mounts: string, path: string): string {
  const holding = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, at = '']) => at !== '' && (path === at || path.startsWith(at === '/' ? at : `${at}/`)))
    // Of several at the same place the last one counts.
    .reduce<string[]>((best, mount) => ((mount[1] ?? '').length >= (best[1] ?? '').length ? mount : best), []);
  return holding[2] ?? 'unknown';
}

function commit(): string {
  const head = output('git', 'rev-parse', '--short', 'HEAD')?.trim();
  if (head === undefined) return 'unknown';
  const changed = output('git', 'status', '--porcelain', '--untracked-files=no') !== '';
  return changed ? `${head} with changes` : head;
}
