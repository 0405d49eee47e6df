import { availableParallelism } from 'node:os';
import type { hash, verify } from './argon2id.js';
import { TaskPool } from './task-pool.js';

/** Hashing of passwords in threads of its own, which leave the processor to all others. */
export interface Passwords {
  hash(password: string): Promise<ReturnType<typeof hash>>;
  verify(query: Parameters<typeof verify>[0]): Promise<ReturnType<typeof verify>>;
  close(): Promise<void>;
}

const threadsMax = 4;
const niceness = 5;
const retryAfterMsMin = 1000;
const retryAfterMsSpread = 2000;

/** Both functions reject with PoolBusy when `queueMax` passwords wait. */
export function createPasswords(queueMax: number): Passwords {
  const pool = new TaskPool({
    name: 'the check of passwords',
    threadsMin: 0,
    // One for every four cores: who logs in can wait, who talks should not have to.
    threadsMax: Math.min(threadsMax, Math.max(1, Math.floor(availableParallelism() / 4))),
    underWayMax: threadsMax,
    queueMax,
    // Spread, so that not all who are refused at once come back at once.
    retryAfterMs: () => retryAfterMsMin + Math.floor(Math.random() * retryAfterMsSpread),
    niceness,
  });
  const module = new URL('./argon2id.js', import.meta.url);
  return { hash: pool.task(module, 'hash'), verify: pool.task(module, 'verify'), close: () => pool.close() };
}
