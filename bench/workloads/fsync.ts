import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Sample } from '../metrics.js';
import { newDirectory, removeDirectory } from '../processes.js';
import { diskFolder } from '../servers/salas.js';
import { quantile } from '../statistics.js';
import type { Bench, Subject } from './workload.js';

const blockBytes = 4096;
const usPerMs = 1000;

/** What the disk takes by itself: a block appended and fsynced, one after the other, for a run's seconds. */
export function fsyncAlone({ settings: { seconds } }: Bench): Subject {
  return {
    name: fsyncName,
    title: 'fsync alone',
    measure: async (): Promise<Sample> => {
      const directory = newDirectory(diskFolder);
      const file = openSync(join(directory, 'block'), 'w');
      try {
        const tookUs = appendFor(file, seconds);
        const sorted = tookUs.toSorted((a, b) => a - b);
        return {
          callsPerSecond: tookUs.length / seconds,
          p50Us: quantile(sorted, 0.5),
          p99Us: quantile(sorted, 0.99),
          p999Us: quantile(sorted, 0.999),
        };
      } finally {
        closeSync(file);
        removeDirectory(directory);
      }
    },
  };
}

export const fsyncName = 'fsync';

function appendFor(file: number, seconds: number): number[] {
  const block = Buffer.alloc(blockBytes, 'x');
  const tookUs: number[] = [];
  const end = performance.now() + 1000 * seconds;
  for (let before = performance.now(); before < end; ) {
    writeSync(file, block);
    fsyncSync(file);
    const after = performance.now();
    tookUs.push((after - before) * usPerMs);
    before = after;
  }
  return tookUs;
}
