import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { isRefusal } from '../../../src/protocol/refusals.js';
import { SupervisorInMemory } from '../../support/supervisor-in-memory.js';
import { asHandedIn, schedules } from '../../support/supervisor-schedules.js';

t.test('no id is ever given twice, and a token brings back who got it, as long as they are there', async () => {
  fc.assert(
    fc.property(schedules, (steps) => {
      const supervisor = new SupervisorInMemory();
      const owners = new Map<string, string>();
      const tokens = new Set<string>();
      let now = 0;
      for (const { command, tick } of steps) {
        now += tick;
        const handedIn = asHandedIn(command, (user) => supervisor.userExists(user), tokens);
        if (handedIn === undefined) continue;
        const token = 'tokenHash' in handedIn ? Buffer.from(handedIn.tokenHash).toString('hex') : '';
        const owner = owners.get(token);
        const known =
          owner !== undefined && supervisor.userExists(owner) && !supervisor.expired(now).includes(owner as never);
        const outcome = supervisor.do(handedIn, now);
        if (handedIn.type === 'register') {
          assert.ok(!isRefusal(outcome) && outcome.type === 'registered');
          assert.ok(![...owners.values()].includes(outcome.user), `${outcome.user} was given before`);
          owners.set(token, outcome.user);
        } else if (handedIn.type === 'resume') {
          if (known) assert.ok(!isRefusal(outcome) && outcome.type === 'resumed' && outcome.user === owner);
          else assert.ok(isRefusal(outcome) && outcome.code === 'TOKEN_INVALID');
        }
      }
    }),
    { numRuns: 500 },
  );
});

t.test('every inbox is without a gap, and a message is in those of its two people and in no other', async () => {
  fc.assert(
    fc.property(schedules, (steps) => {
      const supervisor = new SupervisorInMemory();
      const tokens = new Set<string>();
      const sent: { owners: Set<string>; seq: number; by: string; text: string }[] = [];
      let now = 0;
      for (const { command, tick } of steps) {
        now += tick;
        const handedIn = asHandedIn(command, (user) => supervisor.userExists(user), tokens);
        if (handedIn === undefined) continue;
        const outcome = supervisor.do(handedIn, now);
        const isNew = 'duplicate' in outcome && !outcome.duplicate;
        if (handedIn.type === 'send-private' && isNew) {
          const { from: by, to, text } = handedIn;
          sent.push({ owners: new Set([by, to]), seq: outcome.seq, by, text });
        }
        if (handedIn.type === 'end') for (const { owners } of sent) owners.delete(handedIn.user);
      }
      for (const [owner, inbox] of supervisor.inboxes) {
        assert.deepEqual(
          inbox.map(({ seq }) => seq),
          inbox.map((_, i) => i + 1),
        );
        const theirs = sent.filter(({ owners }) => owners.has(owner));
        assert.deepEqual(
          inbox.map(({ from, text }) => ({ from, text })),
          theirs.map(({ by, text }) => ({ from: by, text })),
        );
        for (const [i, { by, seq }] of theirs.entries())
          if (by === owner) assert.equal(seq, i + 1, 'as it was answered');
      }
    }),
    { numRuns: 500 },
  );
});

t.test('whatever is asked for, no limit is ever passed', async () => {
  const limits = { roomsMax: 2, userRoomsMax: 1 };
  fc.assert(
    fc.property(schedules, (steps) => {
      const supervisor = new SupervisorInMemory(limits);
      const tokens = new Set<string>();
      for (const { command } of steps) {
        const handedIn = asHandedIn(command, (user) => supervisor.userExists(user), tokens);
        if (handedIn !== undefined) supervisor.do(handedIn, 1000);
        assert.ok(supervisor.rooms.size <= limits.roomsMax);
        for (const user of supervisor.users.keys()) {
          assert.ok(supervisor.memberships(user).length <= limits.userRoomsMax);
        }
      }
    }),
  );
});
