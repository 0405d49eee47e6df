import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { Supervisor } from '../../../src/actors/supervisor/supervisor.js';
import { defaultLimits } from '../../../src/protocol/limits.js';
import type { UserName } from '../../../src/protocol/names.js';
import { readUpTo } from '../../../src/protocol/read-position.js';
import { isRefusal } from '../../../src/protocol/refusals.js';
import { ana, bia, sala1, sala2 } from '../../support/people.js';
import { arrivalWith, SupervisorInMemory } from '../../support/supervisor-in-memory.js';
import { asHandedIn, schedules } from '../../support/supervisor-schedules.js';

const log = { epoch: 'e1', head: 40, since: 10 };
const mark = (seq: number, of = log) => ({ type: 'mark-read', user: ana, room: sala1, seq, log: of }) as const;

/** A supervisor that knows ana, who is in sala1. */
function withAna(): SupervisorInMemory {
  const supervisor = new SupervisorInMemory();
  supervisor.do({ type: 'register', name: 'ana' as UserName, ...arrivalWith('a') }, 1000);
  supervisor.do({ type: 'note-room', user: ana, room: sala1 }, 1000);
  return supervisor;
}

t.test('a position moves up, never down, and not beyond the log', async (t) => {
  const supervisor = withAna();
  t.strictSame(supervisor.do(mark(5), 1000), { type: 'read', seq: 10 }, 'from where she joined');
  t.strictSame(supervisor.do(mark(20), 1000), { type: 'read', seq: 20 });
  t.strictSame(supervisor.do(mark(19), 1000), { type: 'read', seq: 20 });
  t.strictSame(supervisor.do(mark(Number.MAX_SAFE_INTEGER), 1000), { type: 'read', seq: 40 });
  t.strictSame(supervisor.do(mark(41, { ...log, head: 41 }), 1000), { type: 'read', seq: 41 });
});

t.test('in another log it begins anew', async (t) => {
  const supervisor = withAna();
  supervisor.do(mark(40), 1000);
  t.strictSame(supervisor.do(mark(3, { epoch: 'e2', head: 5, since: 2 }), 1000), { type: 'read', seq: 3 });
  t.strictSame(supervisor.readPositions(ana), [{ room: sala1, read: { epoch: 'e2', seq: 3 } }]);
});

t.test('it is gone when its user leaves, or is no more', async (t) => {
  const supervisor = withAna();
  supervisor.do(mark(40), 1000);
  supervisor.do({ type: 'note-room', user: ana, room: sala1 }, 1000);
  t.match(supervisor.readPositions(ana), [{ read: { seq: 40 } }], 'to join again is not to leave');
  supervisor.do({ type: 'forget-room', user: ana, room: sala1 }, 1000);
  t.match(supervisor.do(mark(40), 1000), { code: 'NOT_IN_ROOM' });
  supervisor.do({ type: 'note-room', user: ana, room: sala1 }, 1000);
  t.strictSame(supervisor.do({ type: 'list-read', user: ana }, 1000), {
    type: 'read-list',
    rooms: [{ room: sala1, read: undefined }],
    blocked: [],
  });
});

t.test('what was answered is on disk, each user’s own', async (t) => {
  const file = join(t.testdir(), 'supervisor.db');
  const ask = (supervisor: Supervisor, ...commands: Parameters<Supervisor['handle']>[0]['commands']) =>
    supervisor.handle({ at: 1000, commands, firstKey: 0, again: false, dialects: [] }).replies;
  const before = new Supervisor(file, defaultLimits);
  ask(
    before,
    { type: 'register', name: 'ana' as UserName, ...arrivalWith('a') },
    { type: 'register', name: 'bia' as UserName, ...arrivalWith('b') },
    ...[ana, bia].flatMap((user) => [sala1, sala2].map((room) => ({ type: 'note-room', user, room }) as const)),
    { type: 'block', user: ana, blocked: bia },
    mark(30),
  );
  before.close();
  const supervisor = new Supervisor(file, defaultLimits);
  t.teardown(() => supervisor.close());
  t.strictSame(ask(supervisor, { type: 'list-read', user: ana }, { type: 'list-read', user: bia }), [
    {
      type: 'read-list',
      rooms: [
        { room: sala1, read: { epoch: 'e1', seq: 30 } },
        { room: sala2, read: undefined },
      ],
      blocked: [bia],
    },
    {
      type: 'read-list',
      rooms: [sala1, sala2].map((room) => ({ room, read: undefined })),
      blocked: [],
    },
  ]);
});

t.test('whatever happens, a position in a log only moves up, and is answered as it is kept', async () => {
  fc.assert(
    fc.property(schedules, (steps) => {
      const supervisor = new SupervisorInMemory();
      const tokens = new Set<string>();
      for (const { command, tick } of steps) {
        const handedIn = asHandedIn(command, (user) => supervisor.userExists(user), tokens);
        if (handedIn === undefined) continue;
        if (handedIn.type !== 'mark-read') {
          supervisor.do(handedIn, tick);
          continue;
        }
        const { user, room, seq, log } = handedIn;
        const before = supervisor.membership(user, room);
        const outcome = supervisor.do(handedIn, tick);
        assert.equal(isRefusal(outcome), before === undefined);
        if (isRefusal(outcome) || before === undefined) continue;
        assert.ok(outcome.type === 'read');
        const from = readUpTo(before.read, log);
        assert.ok(outcome.seq >= from && outcome.seq <= log.head);
        if (seq <= log.head) assert.equal(outcome.seq, Math.max(from, seq));
        assert.equal(readUpTo(supervisor.membership(user, room)?.read, log), outcome.seq);
      }
    }),
    { numRuns: 500 },
  );
});
