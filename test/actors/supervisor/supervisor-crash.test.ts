import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import type { SupervisorCommand } from '../../../src/actors/supervisor/decisions.js';
import { Supervisor } from '../../../src/actors/supervisor/supervisor.js';
import type { UserId } from '../../../src/protocol/names.js';
import { openForReading } from '../../../src/storage/database.js';
import { readInbox, supervisorDatabase } from '../../../src/storage/supervisor-store.js';
import { crashImage } from '../../support/rooms-on-disk.js';
import { SupervisorInMemory } from '../../support/supervisor-in-memory.js';
import { asHandedIn, schedules } from '../../support/supervisor-schedules.js';

const limits = { roomsMax: 2, userRoomsMax: 2 };

t.test('on disk the supervisor answers as in memory, wherever it dies in between', async (t) => {
  const directory = t.testdir();
  let runs = 0;
  const sizes = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 10 });
  const deaths = fc.array(fc.boolean(), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(schedules, sizes, deaths, (steps, batchSizes, dies) => {
      const model = new SupervisorInMemory(limits);
      const tokens = new Set<string>();
      let file = join(directory, `supervisor-${++runs}.db`);
      let supervisor = new Supervisor(file, model.limits);
      let now = 0;
      for (let i = 0, batch = 0; i < steps.length; batch++) {
        now += steps[i]?.tick ?? 0;
        const commands: SupervisorCommand[] = [];
        const expected: object[] = [];
        for (const end = i + (batchSizes[batch % batchSizes.length] ?? 1); i < Math.min(end, steps.length); i++) {
          const asked = (steps[i] as (typeof steps)[number]).command;
          const command = asHandedIn(asked, (user) => model.userExists(user), tokens);
          if (command === undefined) continue;
          commands.push(command);
          expected.push(model.do(command, now));
        }
        const { replies } = supervisor.handle({ at: now, commands, firstKey: i, again: false, dialects: [] });
        assert.deepEqual(replies, expected, JSON.stringify(commands));
        const sorted = (users: readonly UserId[]) => [...users].sort();
        const expired = supervisor.expired(now + 300_000, 100).map(({ user }) => user);
        assert.deepEqual(sorted(expired), sorted(model.expired(now + 300_000)));
        if (!dies[batch % dies.length]) continue;
        const image = crashImage(file, directory);
        supervisor.close();
        file = image;
        supervisor = new Supervisor(file, model.limits);
        supervisor.begin(now);
        model.restart(now);
      }
      const stored = storedInboxes(file, [...model.inboxes.keys()]);
      supervisor.close();
      for (const [i, inbox] of [...model.inboxes.values()].entries()) {
        assert.deepEqual(
          stored[i],
          inbox.map(({ clientMsgId: _, ...message }) => message),
        );
      }
    }),
    { numRuns: 100 },
  );
});

/** The inboxes as their file has them. */
function storedInboxes(file: string, owners: readonly UserId[]) {
  const db = openForReading(file, supervisorDatabase);
  const read = readInbox(db);
  const inboxes = owners.map((owner) => read(owner, 0, 1000));
  db.close();
  return inboxes;
}
