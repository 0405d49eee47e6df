import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import fc from 'fast-check';
import t from 'tap';
import { Delivery } from '../support/delivery.js';
import { deliverySchedules, rareSchedules } from '../support/delivery-schedules.js';
import { FaultyDisk } from '../support/faulty-disk.js';

/**
 * SALAS_SEED and SALAS_PATH, as a failure tells them, have it again; SALAS_RUNS says how many schedules to try (see
 * CONTRIBUTING.md).
 */
const { SALAS_SEED, SALAS_PATH, SALAS_RUNS } = process.env;
/** These deaths leave what was written, synced or not; so thousands of databases need not wait for a disk. */
const memoryDisk = '/dev/shm';
const runsByDefault = 250;
const file = 'build/test/transport/delivery-model.test.js';

t.test(
  'whatever is called, dies, fills up or falls behind: what is answered is in the log, and what is in the log is sent ' +
    'to everybody once, in order',
  async (t) => {
    const directory = mkdtempSync(join(existsSync(memoryDisk) ? memoryDisk : tmpdir(), 'salas-'));
    t.teardown(() => rmSync(directory, { recursive: true }));
    let present: Delivery | undefined;
    let number = 0;
    FaultyDisk.intercept(t, () => present?.disk);
    t.intercept(Date, 'now', { value: () => present?.now ?? 0 });
    // They are experimental on Node 20, as they say, and needed by nobody but tests.
    t.intercept(process, 'emitWarning', { value: () => undefined });
    mock.timers.enable({ apis: ['setTimeout'] });
    t.teardown(() => mock.timers.reset());

    const property = fc.asyncProperty(deliverySchedules, async (schedule) => {
      const delivery = new Delivery(join(directory, `room-${++number}.db`), schedule);
      present = delivery;
      try {
        await delivery.open();
        for (const step of schedule.steps) await delivery.take(step);
        await delivery.end();
      } finally {
        present = undefined;
        delivery.close();
      }
    });
    const outcome = await fc.check(property, {
      includeErrorInReport: true,
      examples: rareSchedules.map((schedule) => [schedule]),
      numRuns: Number(SALAS_RUNS ?? runsByDefault),
      ...(SALAS_SEED === undefined ? {} : { seed: Number(SALAS_SEED) }),
      ...(SALAS_PATH === undefined ? {} : { path: SALAS_PATH }),
    });
    if (!outcome.failed) return;
    const replay = `SALAS_SEED=${outcome.seed} SALAS_PATH=${outcome.counterexamplePath}`;
    t.comment(`${await fc.asyncDefaultReportMessage(outcome)}\n\nTo have it again:\n  ${replay} npx tap ${file}`);
    t.fail(`fails with ${replay}`);
  },
);
