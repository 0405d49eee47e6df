import { writeFileSync } from 'node:fs';
import t from 'tap';
import { startSupervisor } from '../../../src/actors/supervisor/supervisor-handle.js';
import { defaultLimits } from '../../../src/protocol/limits.js';
import { makeDirectory, roomsFolder, supervisorFile } from '../../../src/storage/data-directory.js';
import { newDirectory } from '../../support/new-directory.js';

t.test('a supervisor that died, and cannot begin again, can be closed', async (t) => {
  const directory = newDirectory(t);
  makeDirectory(roomsFolder(directory));
  const reasons: string[] = [];
  const supervisor = startSupervisor(
    { directory, rooms: [], threadsMax: 1, limits: defaultLimits },
    () => undefined,
    (reason) => void reasons.push(reason),
  );
  t.match(await supervisor.started, { file: supervisorFile(directory) });
  t.strictSame(await supervisor.begin(), {});
  for (const part of ['', '-wal', '-shm']) writeFileSync(supervisorFile(directory) + part, 'x'.repeat(10_000));
  await supervisor.crash();
  await supervisor.close();
  t.ok(
    reasons.some((reason) => /is not a database/.test(reason)),
    `${reasons}`,
  );
});
