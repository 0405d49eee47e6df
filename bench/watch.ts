import { readdirSync, readFileSync } from 'node:fs';

/** What Linux tells of a process (proc(5)). */

/** What a process has had at a time, at the most. */
export interface Highest {
  readonly rssMiB: number;
  readonly files: number;
}

const sampleMs = 50;

/** Watches a process from now until `stop`, which may be called again. */
export function watch(pid: number): { stop(): Highest } {
  let highest: Highest = { rssMiB: 0, files: 0 };
  const sample = () => {
    highest = { rssMiB: Math.max(highest.rssMiB, rssMiB(pid)), files: Math.max(highest.files, openFiles(pid)) };
  };
  sample();
  const timer = setInterval(sample, sampleMs);
  return {
    stop: () => {
      clearInterval(timer);
      return highest;
    },
  };
}

export function rssMiB(pid: number): number {
  const kiB = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kiB) / 1024;
}

/** Files and sockets that it has open. */
export function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}
