import { archives } from './archives.js';
import { calls } from './calls.js';
import { fanOut } from './fan-out.js';
import { fixedRate } from './fixed-rate.js';
import { hostile } from './hostile.js';
import { idle } from './idle.js';
import { manyRooms } from './many-rooms.js';
import { searching } from './searching.js';
import { starting } from './starting.js';
import type { Workload } from './workload.js';

/** In the order in which they run: W5 takes its rates from W1. */
export const workloads: readonly Workload[] = [
  fanOut,
  manyRooms,
  calls,
  idle,
  fixedRate,
  starting,
  hostile,
  searching,
  archives,
];
