import { Worker } from 'node:worker_threads';

/**
 * MiB of new objects in a thread's heap; V8's own bound is 48, which a thread grows to under load and keeps.
 * An actor's objects live as long as a batch, so a small one costs no time (ADR 12).
 */
const youngMiBMax = 3;

/**
 * Starts an actor's thread; `module` is its entry, `data` what it finds as `workerData`. A thread whose heap outgrows
 * `heapMiBMax` ends, like one that throws.
 */
export function startThread(module: URL, data: object, heapMiBMax: number): Worker {
  return new Worker(module, {
    // Flags of the process, for instance a debugger's, are not for it.
    execArgv: [],
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: youngMiBMax, maxOldGenerationSizeMb: heapMiBMax },
  });
}
