import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { ThreadLoad } from '../protocol/control.js';

/** What the thread that calls this takes of memory and time. */
export function threadLoad(): ThreadLoad {
  const { total_heap_size, used_heap_size, external_memory } = getHeapStatistics();
  return {
    heapBytes: total_heap_size,
    heapUsedBytes: used_heap_size,
    externalBytes: external_memory,
    busyMs: Math.round(performance.eventLoopUtilization().active),
  };
}
