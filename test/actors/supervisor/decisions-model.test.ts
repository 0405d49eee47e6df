import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { nameOf, sessionId, type UserId } from '../../../src/protocol/names.js';
import { isRefusal } from '../../../src/protocol/refusals.js';
import { SupervisorInMemory } from '../../support/supervisor-in-memory.js';
import { asHandedIn, schedules } from '../../support/supervisor-schedules.js';

const sessionOf = (token: string) => sessionId(Buffer.from(token, 'hex'));

t.test('no id is ever given twice, and a token brings back who got it, as long as they are there', async () => {
  fc.assert(
    fc.property(schedules, (steps) => {
      const supervisor = new SupervisorInMemory();
      const owners = new Map<string, UserId>();
      const given = new Set<UserId>();
      const tokens = new Set<string>();
      let now = 0;
      for (const { command, tick } of steps) {
        now += tick;
        const handedIn = asHandedIn(command, (user) => supervisor.userExists(user), tokens);
        if (handedIn === undefined) continue;
        const token = 'tokenHash' in handedIn ? Buffer.from(handedIn.tokenHash).toString('hex') : '';
        const owner = owners.get(token);
        const known =
          owner !== undefined &&
          supervisor.sessions(owner).some(({ session }) => session === sessionOf(token)) &&
          !supervisor.expired(now).includes(owner);
        const outcome = supervisor.do(handedIn, now);
        if (handedIn.type === 'register') {
          if (isRefusal(outcome)) {
            assert.equal(outcome.code, 'NAME_RESERVED');
            assert.ok(supervisor.owners.has(handedIn.name));
            continue;
          }
          assert.ok(outcome.type === 'registered');
          assert.ok(!given.has(outcome.user), `${outcome.user} was given before`);
          given.add(outcome.user);
          owners.set(token, outcome.user);
        } else if (handedIn.type === 'log-in') {
          if (!isRefusal(outcome)) owners.set(token, handedIn.user);
        } else if (handedIn.type === 'resume') {
          if (known) assert.ok(!isRefusal(outcome) && outcome.type === 'resumed' && outcome.user === owner);
          else assert.ok(isRefusal(outcome) && outcome.code === 'TOKEN_INVALID');
        }
      }
    }),
    { numRuns: 500 },
  );
});

t.test('whoever has an account stays until it is deleted, and comes back with its password and no other', async () => {
  fc.assert(
    fc.property(schedules, (steps) => {
      const supervisor = new SupervisorInMemory({ userSessionsMax: 2 });
      const tokens = new Set<string>();
      const passwords = new Map<UserId, string>();
      let now = 0;
      for (const { command, tick } of steps) {
        now += tick;
        const handedIn = asHandedIn(command, (user) => supervisor.userExists(user), tokens);
        if (handedIn === undefined) continue;
        const outcome = supervisor.do(handedIn, now);
        const granted = !isRefusal(outcome);
        switch (handedIn.type) {
          case 'create-account':
            assert.ok(!granted || !passwords.has(handedIn.user), 'one account a user');
            if (granted) passwords.set(handedIn.user, handedIn.password);
            break;
          case 'log-in':
            assert.equal(granted, passwords.get(handedIn.user) === handedIn.password);
            break;
          case 'change-password':
            assert.equal(granted, passwords.get(handedIn.user) === handedIn.from);
            if (granted) passwords.set(handedIn.user, handedIn.to);
            break;
          case 'end':
            assert.equal(granted, passwords.get(handedIn.user) === handedIn.password);
            if (granted) passwords.delete(handedIn.user);
            break;
        }
        const expired = supervisor.expired(now + 1_000_000_000);
        for (const user of passwords.keys()) {
          assert.ok(supervisor.userExists(user) && !expired.includes(user));
          assert.ok(supervisor.sessions(user).length <= 2);
        }
        for (const [name, owner] of supervisor.owners) {
          assert.ok(passwords.has(owner), 'a reserved name has an owner');
          const namesakes = [...passwords.keys()].filter((user) => nameOf(user) === name);
          assert.deepEqual(namesakes, [owner], 'who is the only one of this name with an account');
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
        if (handedIn.type === 'end' && !isRefusal(outcome)) for (const { owners } of sent) owners.delete(handedIn.user);
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
