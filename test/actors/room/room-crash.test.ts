import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import type { RoomCommand, RoomReply } from '../../../src/actors/room/decisions.js';
import type { Room } from '../../../src/actors/room/room.js';
import { roles } from '../../../src/protocol/events.js';
import type { Refusal } from '../../../src/protocol/refusals.js';
import { withFullDisk } from '../../support/full-disk.js';
import { ana, bia, caio } from '../../support/people.js';
import { RoomInMemory } from '../../support/room-in-memory.js';
import { anasCreation, ask, crashImage, openRoom, storedEvents } from '../../support/rooms-on-disk.js';

const say = (text: string, clientMsgId?: string): RoomCommand => ({ type: 'send', user: ana, text, clientMsgId });

/** A room that dies after `commands` were committed, and what others did, and comes back from what is on disk. */
function afterCrash(
  t: Test,
  commands: readonly RoomCommand[],
  limits = {},
  others: (room: Room) => void = () => undefined,
) {
  const directory = t.testdir();
  const file = join(directory, 'sala1.db');
  const room = openRoom(file, limits);
  const { replies } = ask(room, commands);
  others(room);
  const image = crashImage(file, directory);
  room.close();
  const again = openRoom(image, limits);
  t.teardown(() => again.close());
  return { replies, again, image };
}

t.test('what was committed and not answered is answered as it would have been, and not done twice', async (t) => {
  const commands = [say('oi'), say('oi', 'x'), { type: 'join', user: bia } as const];
  const { replies, again, image } = afterCrash(t, commands);
  t.strictSame(ask(again, commands, { again: true }), { replies, frames: [] });
  t.equal(storedEvents(image).length, 5);
});

t.test('a new command with the same content is another message', async (t) => {
  const { again } = afterCrash(t, [say('oi')]);
  const { replies } = ask(again, [say('oi')], { again: true, firstKey: 101 });
  t.match(replies, [{ type: 'sent', seq: 4, duplicate: false }]);
});

t.test('who joined and left again is not brought back by a resubmission', async (t) => {
  const commands: RoomCommand[] = [
    { type: 'join', user: bia },
    { type: 'leave', user: bia },
  ];
  const { again } = afterCrash(t, commands);
  t.match(ask(again, commands, { again: true }).replies, [{ seq: 3, since: 3 }, { seq: 4 }]);
  t.match(again.status(), { head: 4, members: 1 });
});

t.test('what a moderator did and was not told is answered as done, and not done twice', async (t) => {
  const commands: RoomCommand[] = [
    { type: 'join', user: bia },
    { type: 'join', user: caio },
    { type: 'set-role', by: ana, user: bia, role: 'moderator' },
    { type: 'mute', by: bia, user: caio },
    { type: 'kick', by: bia, user: caio },
    { type: 'ban', by: bia, user: caio, known: true },
    { type: 'close', by: ana },
  ];
  const { again, replies, image } = afterCrash(t, commands);
  const [bias, caios, ...done] = ask(again, commands, { again: true }).replies;
  t.match([bias, caios], [{ seq: 3 }, { seq: 4 }]);
  t.strictSame(done, replies.slice(2));
  t.match(done, [{ seq: 5 }, { seq: 6 }, { seq: 7 }, { seq: 8 }, { seq: 9 }]);
  t.equal(storedEvents(image).length, 9);
});

t.test('what had no effect then has none now: its caller is told that its fate is unknown', async (t) => {
  const commands: RoomCommand[] = [
    { type: 'leave', user: bia },
    { type: 'join', user: bia },
  ];
  const { again, replies } = afterCrash(t, commands);
  t.match(replies, [{ code: 'NOT_IN_ROOM' }, { type: 'joined', seq: 3 }]);
  t.match(ask(again, commands, { again: true }).replies, [{ code: 'ACTOR_RESTARTED' }, { type: 'joined', seq: 3 }]);
  t.match(again.status(), { head: 3, members: 2 });
});

t.test('a resubmission is known after others have filled the log, before the death or after', async (t) => {
  const limits = { commandBatchMax: 2 };
  const others = (room: Room) => {
    for (let i = 0; i < 4; i++) ask(room, [say('um'), say('dois')], { firstKey: 2 ** 30 + 2 * i, at: 3000 });
  };
  const { again, replies } = afterCrash(t, [say('oi'), say('olá')], limits, others);
  others(again);
  t.strictSame(ask(again, [say('oi'), say('olá')], { again: true }), { replies, frames: [] });
});

t.test(
  'what was done is answered as it was though the disk is full by now, and nothing is done beside it',
  async (t) => {
    const { again, replies } = afterCrash(t, [say('oi'), { type: 'join', user: bia }]);
    const resubmitted: RoomCommand[] = [say('oi'), { type: 'join', user: bia }, say('olá')];
    const full = withFullDisk(t, () => ask(again, resubmitted, { again: true }));
    t.strictSame(full.replies.slice(0, 2), replies);
    t.match(full.replies[2], { code: 'BUSY' });
    t.match(again.status(), { head: 4, members: 2 });
  },
);

const user = fc.constantFrom(ana, bia, caio);
const commands: fc.Arbitrary<RoomCommand> = fc.oneof(
  fc.record({ type: fc.constant('join'), user }),
  fc.record({ type: fc.constant('leave'), user }),
  fc.record({ type: fc.constant('change-topic'), user, topic: fc.constantFrom('café', 'chá') }),
  // For good: a time that is over by the second attempt is another decision.
  fc.record({ type: fc.constantFrom('kick', 'mute', 'unmute', 'unban'), by: user, user }),
  fc.record({ type: fc.constant('ban'), by: user, user, known: fc.constant(true) }),
  fc.record({ type: fc.constant('set-role'), by: user, user, role: fc.constantFrom(...roles) }),
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('send'),
      user,
      text: fc.constantFrom('oi', 'olá'),
      clientMsgId: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
    }),
  },
);
const batchMax = 4;
const batches = fc.array(fc.array(commands, { minLength: 1, maxLength: batchMax }), { minLength: 1, maxLength: 5 });

t.test('wherever the thread dies, the room goes on as if it had not', async (t) => {
  const directory = t.testdir();
  const limits = { commandBatchMax: batchMax };
  let runs = 0;
  const crashes = fc.record({
    at: fc.nat(),
    inFlight: fc.constantFrom(1, 2),
    committed: fc.nat(2),
    together: fc.boolean(),
  });
  fc.assert(
    fc.property(batches, crashes, (schedule, crash) => {
      // As if nothing happened: on a room in memory.
      const unharmed = new RoomInMemory(limits);
      unharmed.do({ type: 'create', ...anasCreation }, anasCreation.at);
      const expected = schedule.map((batch, i) =>
        batch.map((command) => {
          const head = unharmed.state.head;
          return { outcome: unharmed.do(command, 2000 + i), hadEffect: unharmed.state.head > head };
        }),
      );

      const first = crash.at % schedule.length;
      const end = Math.min(schedule.length, first + crash.inFlight);
      const committed = Math.min(end, first + crash.committed);
      const keyOf = (batch: number) => 100 + schedule.slice(0, batch).flat().length;
      const file = join(directory, `room-${++runs}.db`);
      const before = openRoom(file, limits);
      for (let i = 0; i < committed; i++) ask(before, schedule[i] ?? [], { at: 2000 + i, firstKey: keyOf(i) });
      const image = crashImage(file, directory);
      before.close();

      const after = openRoom(image, limits);
      const replies: (RoomReply | Refusal)[] = [];
      const again = (from: number, to: number) =>
        ask(after, schedule.slice(from, to).flat(), { at: 2000 + from, firstKey: keyOf(from), again: true }).replies;
      if (crash.together) replies.push(...again(first, end));
      else for (let i = first; i < end; i++) replies.push(...again(i, i + 1));
      for (let i = end; i < schedule.length; i++) ask(after, schedule[i] ?? [], { at: 9001, firstKey: keyOf(i) });
      after.close();

      const withoutTime = (events: readonly object[]) => events.map((event) => ({ ...event, at: 0 }));
      assert.deepEqual(withoutTime(storedEvents(image)), withoutTime(unharmed.events), 'the log is as it would be');
      const lost = schedule.slice(first, end).flat();
      const wanted = expected.slice(first, end).flat();
      const decided = schedule.slice(first, committed).flat().length;
      for (const [i, reply] of replies.entries()) {
        // What was decided without an effect is answered as of now, or its fate is unknown.
        if (i < decided && !wanted[i]?.hadEffect) continue;
        assert.deepEqual(lasting(reply), lasting(wanted[i]?.outcome), JSON.stringify(lost[i]));
      }
    }),
    { numRuns: 100 },
  );
});

/** An answer without what may have changed since: the time, and who else is in the room. */
function lasting(outcome: RoomReply | Refusal | undefined): object {
  return { ...outcome, at: 0, members: 0, topic: '' };
}
