import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { apply, emptyRoom, type RoomCommand, type RoomReply } from '../../../src/actors/room/decisions.js';
import { defaultLimits } from '../../../src/protocol/limits.js';
import type { UserId } from '../../../src/protocol/names.js';
import { isRefusal, type Refusal } from '../../../src/protocol/refusals.js';
import { ana, bia, caio, sala1 } from '../../support/people.js';
import { doneBy, epoch, RoomInMemory } from '../../support/room-in-memory.js';

const limits = { ...defaultLimits, roomMembersMax: 2 };
const dayMs = limits.clientMsgIdSeconds * 1000;

/** A room as its users think of it. */
class Model {
  log: { at: number; by: string; what: string; id?: string | undefined }[] = [];
  members = new Set<string>();
  owners = new Set<string>();

  /** What is answered, as short as can be: the seq, or the refusal's code. */
  do(command: RoomCommand, at: number): string {
    const now = Math.max(at, this.log.at(-1)?.at ?? 0);
    const user = 'user' in command ? command.user : '';
    const inside = this.members.has(user);
    switch (command.type) {
      case 'create':
        if (this.log.length > 0) return `${this.log.length}`;
        this.#add(now, command.by, 'created');
        if (!command.by.includes('#')) return '1';
        this.members.add(command.by);
        this.owners.add(command.by);
        return this.#add(now, command.by, 'joined');
      case 'join':
        if (inside) return `${this.log.length}`;
        if (this.members.size === limits.roomMembersMax) return 'FORBIDDEN';
        this.members.add(user);
        return this.#add(now, user, 'joined');
      case 'leave':
        if (!inside) return 'NOT_IN_ROOM';
        this.members.delete(user);
        this.owners.delete(user);
        return this.#add(now, user, 'left');
      case 'send': {
        const { text, clientMsgId: id } = command;
        const prior = id === undefined ? -1 : this.log.findLastIndex((entry) => entry.by === user && entry.id === id);
        const known = this.log[prior];
        if (known !== undefined && now - known.at <= dayMs) {
          return known.what === `said ${text}` ? `${prior + 1} duplicate` : 'DUPLICATE_CONFLICT';
        }
        return inside ? this.#add(now, user, `said ${text}`, id) : 'NOT_IN_ROOM';
      }
      case 'change-topic':
        if (!inside) return 'NOT_IN_ROOM';
        return this.owners.has(user) ? this.#add(now, user, `topic ${command.topic}`) : 'FORBIDDEN';
      case 'read':
        return inside ? `${this.log.length}` : 'NOT_IN_ROOM';
      case 'list-members':
        return [...this.members].join();
      case 'vouch':
        if (!this.members.has(command.from)) return 'NOT_IN_ROOM';
        return this.members.has(command.to) ? 'yes' : 'USER_NOT_IN_ROOM';
      default:
        return command satisfies never;
    }
  }

  #add(at: number, by: string, what: string, id?: string): string {
    return `${this.log.push({ at, by, what, id })}`;
  }
}

function inShort(outcome: RoomReply | Refusal): string {
  if (isRefusal(outcome)) return outcome.code;
  switch (outcome.type) {
    case 'sent':
      return outcome.duplicate ? `${outcome.seq} duplicate` : `${outcome.seq}`;
    case 'done':
    case 'joined':
      return `${outcome.seq}`;
    case 'readable':
      return `${outcome.head}`;
    case 'members':
      return outcome.members.map(({ user }) => user).join();
    case 'vouched':
      return 'yes';
    default:
      return outcome satisfies never;
  }
}

const user = fc.constantFrom(ana, bia, caio);
const words = fc.constantFrom('oi', 'olá');
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
  { weight: 2, arbitrary: fc.record({ type: fc.constant('change-topic'), user, topic: words }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('read'), user }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('list-members') }) },
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
      const model = new Model();
      let now = 10_000;
      for (const { command, tick } of [{ command: create(by), tick: 0 }, ...steps]) {
        now += tick;
        assert.equal(inShort(room.do(command, now)), model.do(command, now), JSON.stringify(command));
        assert.deepEqual([...room.state.members.keys()], [...model.members]);
      }
      assert.deepEqual(
        room.events.map(({ seq, at, user }) => ({ seq, at, by: user })),
        model.log.map(({ at, by }, i) => ({ seq: i + 1, at, by })),
        'seqs without a gap, times of a clock that never runs back',
      );
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
