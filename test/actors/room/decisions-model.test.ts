import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { apply, emptyRoom, type RoomCommand } from '../../../src/actors/room/decisions.js';
import { defaultLimits } from '../../../src/protocol/limits.js';
import type { UserId } from '../../../src/protocol/names.js';
import { ana, bia, caio, sala1 } from '../../support/people.js';
import { doneBy, epoch, RoomInMemory } from '../../support/room-in-memory.js';
import { inShort, RoomModel } from '../../support/room-model.js';

const limits = { ...defaultLimits, roomMembersMax: 2, reactionsMax: 2 };
const dayMs = limits.clientMsgIdSeconds * 1000;

const user = fc.constantFrom(ana, bia, caio);
const words = fc.constantFrom('oi', 'olá');
/** Mostly of a message. */
const target = fc.integer({ min: 0, max: 12 });
const commands: fc.Arbitrary<RoomCommand> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ type: fc.constant('create'), by: user, topic: words, epoch: words }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('join'), user }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('leave'), user }) },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('send'),
      user,
      text: words,
      clientMsgId: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('reply'),
      user,
      text: words,
      clientMsgId: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
      replyTo: target,
    }),
  },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('edit'), user, target, text: words }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('delete'), user, target }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('react'),
      user,
      target,
      reaction: fc.constantFrom(...'👍🎉❤'),
      on: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('change-topic'), user, topic: words }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('read'), user }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('list-members'), user }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('vouch'), from: user, to: user }) },
);
// A clock that stands still, goes on, jumps back, or jumps over the memory of a clientMsgId.
const ticks = fc.oneof(
  fc.constant(0),
  fc.nat(1000),
  fc.integer({ min: -5000, max: 0 }),
  fc.constantFrom(dayMs, dayMs + 1),
);
const creators = fc.constantFrom<string>(ana, 'salas');
const schedules = fc.array(fc.record({ command: commands, tick: ticks }), { maxLength: 60, size: 'max' });

t.test('whatever is asked for in whatever order, the room answers and logs as its model does', async () => {
  fc.assert(
    fc.property(creators, schedules, (by, steps) => {
      const room = new RoomInMemory(limits);
      const model = new RoomModel(limits);
      let now = 10_000;
      for (const { command, tick } of [{ command: create(by), tick: 0 }, ...steps]) {
        now += tick;
        assert.equal(inShort(room.do(command, now)), model.do(command, now), JSON.stringify(command));
        assert.deepEqual([...room.state.members.keys()], [...model.members.keys()]);
      }
      assert.deepEqual(room.events, model.log, 'seqs without a gap, times of a clock that never runs back');
    }),
    { numRuns: 1000 },
  );
});

t.test('a log applied again gives the same room; its owner can only be who made it', async () => {
  fc.assert(
    fc.property(creators, schedules, (by, steps) => {
      const room = new RoomInMemory(limits);
      room.do(create(by), 1);
      for (const [i, { command }] of steps.entries()) room.do(command, i);
      const again = emptyRoom(sala1);
      for (const event of room.events) apply(again, event, epoch);
      assert.deepEqual(again, room.state);
      for (const [user, { role }] of again.members) assert.ok(role === 'member' || user === by);
    }),
  );
});

t.test('a command that was done is answered as it was then, and nothing happens, whatever came after', async () => {
  const which = fc.array(fc.nat(), { minLength: 1, maxLength: 10 });
  fc.assert(
    fc.property(creators, schedules, which, (by, steps, picks) => {
      const room = new RoomInMemory(limits);
      const first = create(by);
      const asked = [{ command: first, outcome: room.do(first, 1), seq: room.state.head }];
      for (const [i, { command }] of steps.entries()) {
        const head = room.state.head;
        const outcome = room.do(command, i);
        if (room.state.head > head) asked.push({ command, outcome, seq: room.state.head });
      }
      const before = structuredClone(room.state);
      for (const pick of picks) {
        const again = asked[pick % asked.length] as (typeof asked)[number];
        const event = room.events[again.seq - 1];
        assert.ok(event !== undefined);
        const outcome = room.do(again.command, 1_000_000, doneBy(event));
        assert.deepEqual(room.state, before, 'nothing happened');
        if (again.command.type === 'create') continue;
        // Who is in the room, and what it is about, is told as of now.
        assert.deepEqual({ ...outcome, members: 0, topic: 0 }, { ...again.outcome, members: 0, topic: 0 });
      }
    }),
    { numRuns: 1000 },
  );
});

function create(by: string): RoomCommand {
  return { type: 'create', by: by as UserId, topic: '', epoch };
}
