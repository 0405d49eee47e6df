import assert from 'node:assert/strict';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { decide, type RoomCommand, type RoomReply } from '../../../src/actors/room/decisions.js';
import type { ModerationCommand } from '../../../src/actors/room/moderation.js';
import { type Role, roles, serverActor } from '../../../src/protocol/events.js';
import { defaultLimits, type Limits } from '../../../src/protocol/limits.js';
import type { UserId } from '../../../src/protocol/names.js';
import { isRefusal, type Refusal } from '../../../src/protocol/refusals.js';
import { ana, bia, caio, secret } from '../../support/people.js';
import { anasRoom, doneBy, epoch, RoomInMemory } from '../../support/room-in-memory.js';

const dora = 'dora#1' as UserId;
const edu = 'edu#1' as UserId;

/** ana's room, with bia as a moderator and caio as a member, at time 1000; its head is 5. */
function moderatedRoom(limits: Partial<Limits> = {}): RoomInMemory {
  const room = anasRoom(limits);
  room.do({ type: 'join', user: bia }, 1000);
  room.do({ type: 'join', user: caio }, 1000);
  room.do({ type: 'set-role', by: ana, user: bia, role: 'moderator' }, 1000);
  return room;
}

/** A private room of ana's; its head is 2. */
function secretRoom(limits: Partial<Limits> = {}): RoomInMemory {
  const room = new RoomInMemory(limits, secret);
  room.do({ type: 'create', by: ana, topic: '', epoch, private: true }, 1000);
  return room;
}

function codeOf(outcome: RoomReply | Refusal): string {
  return isRefusal(outcome) ? outcome.code : outcome.type;
}

function answered(t: Test, outcome: RoomReply | Refusal, code: string, what: string): void {
  t.equal(codeOf(outcome), code, what);
}

/** Each command of a moderator against `target`. */
const against = (by: string, target: string): readonly ModerationCommand[] => [
  { type: 'kick', by, user: target },
  { type: 'ban', by, user: target, known: true },
  { type: 'mute', by, user: target },
  ...roles.map((role) => ({ type: 'set-role', by, user: target, role }) as const),
];
/** Each that is about nobody, or about who need not be a member. */
const abouts = (by: string): readonly ModerationCommand[] => [
  { type: 'unban', by, user: edu },
  { type: 'unmute', by, user: edu },
  { type: 'set-slow-mode', by, seconds: 30 },
  { type: 'invite', by, user: edu, known: true },
  { type: 'close', by },
];

t.test('nobody does what their role may not, or to whom it may not: the whole matrix', async (t) => {
  const actors: [UserId | 'salas', Role | undefined | 'server'][] = [
    [ana, 'owner'],
    [bia, 'moderator'],
    [caio, 'member'],
    [edu, undefined],
    [serverActor, 'server'],
  ];
  const second = ['ana#2', 'bia#2', 'caio#2'] as UserId[];
  const scene = () => {
    const room = secretRoom();
    for (const [i, user] of [bia, caio, ...second].entries()) {
      room.do({ type: 'invite', by: ana, user, known: true }, 1000);
      room.do({ type: 'join', user }, 1000);
      const role = [undefined, undefined, 'owner', undefined, undefined][i];
      if (role === 'owner') room.do({ type: 'set-role', by: ana, user, role }, 1000);
    }
    for (const user of [bia, second[1] as UserId]) {
      room.do({ type: 'set-role', by: ana, user, role: 'moderator' }, 1000);
    }
    return room;
  };
  const rank = { server: 4, owner: 3, moderator: 2, member: 1 };
  for (const [by, role] of actors) {
    for (const target of second) {
      for (const command of against(by, target)) {
        const room = scene();
        const targetRole = room.state.members.get(target)?.role as Role;
        const mayAct = command.type === 'set-role' ? rank.owner : rank.moderator;
        const before = structuredClone(room.state);
        const expected =
          role === undefined
            ? 'ROOM_NOT_FOUND'
            : rank[role] >= mayAct && rank[targetRole] < rank[role]
              ? 'done'
              : 'FORBIDDEN';
        const what = `${role} ${command.type} ${targetRole}`;
        answered(t, room.do(command, 2000), expected, what);
        if (expected !== 'done') t.strictSame(room.state, before, `${what}: nothing happened`);
      }
    }
    for (const command of abouts(by)) {
      const mayAct = command.type === 'close' ? rank.owner : rank.moderator;
      const expected = role === undefined ? 'ROOM_NOT_FOUND' : rank[role] >= mayAct ? 'done' : 'FORBIDDEN';
      answered(t, scene().do(command, 2000), expected, `${role} ${command.type}`);
    }
  }
});

t.test('who is kicked is out, is told by whom and why, and may come back', async (t) => {
  const room = moderatedRoom();
  t.strictSame(room.do({ type: 'kick', by: bia, user: caio, reason: 'spam' }, 2000), { type: 'done', seq: 6 });
  t.strictSame(room.events.at(-1), { type: 'kicked', seq: 6, at: 2000, user: bia, target: caio, note: 'spam' });
  answered(t, room.do({ type: 'send', user: caio, text: 'oi' }, 2000), 'NOT_IN_ROOM', 'out');
  answered(t, room.do({ type: 'kick', by: bia, user: caio }, 2000), 'USER_NOT_IN_ROOM', 'not twice');
  answered(t, room.do({ type: 'join', user: caio }, 2000), 'joined', 'back');
});

t.test('who is banned can neither join, read, send nor write to a member, until the time is over', async (t) => {
  const room = moderatedRoom();
  t.strictSame(room.do({ type: 'ban', by: bia, user: caio, known: true, seconds: 60 }, 2000), { type: 'done', seq: 7 });
  t.match(room.events.slice(-2), [
    { type: 'banned', seq: 6, user: bia, target: caio, until: 62_000 },
    { type: 'left', seq: 7, user: caio, reason: 'banned' },
  ]);
  const tries: RoomCommand[] = [
    { type: 'join', user: caio },
    { type: 'read', user: caio },
    { type: 'send', user: caio, text: 'oi' },
    { type: 'leave', user: caio },
    { type: 'vouch', from: caio, to: ana },
  ];
  for (const command of tries) answered(t, room.do(command, 61_999), 'BANNED', command.type);
  answered(t, room.do({ type: 'vouch', from: ana, to: caio }, 61_999), 'USER_NOT_IN_ROOM', 'nor a member to them');
  answered(t, room.do({ type: 'join', user: caio }, 62_000), 'joined', 'the time is over');
});

t.test('a ban is of users, whether or not they are in the room, and can be lifted', async (t) => {
  const room = moderatedRoom();
  answered(t, room.do({ type: 'ban', by: bia, user: dora, known: false }, 2000), 'USER_NOT_FOUND', 'there is no dora');
  t.strictSame(room.do({ type: 'ban', by: bia, user: dora, known: true }, 2000), { type: 'done', seq: 6 });
  answered(t, room.do({ type: 'join', user: dora }, Number.MAX_SAFE_INTEGER), 'BANNED', 'for good');
  t.strictSame(room.do({ type: 'unban', by: bia, user: dora }, 2000), { type: 'done', seq: 7 });
  t.strictSame(room.do({ type: 'unban', by: bia, user: dora }, 2000), { type: 'done', seq: 7 }, 'no event twice');
  answered(t, room.do({ type: 'join', user: dora }, 2000), 'joined', 'in');
});

t.test('who is muted reads and leaves, and is told when to try again; coming back does not help', async (t) => {
  const room = moderatedRoom();
  room.do({ type: 'mute', by: bia, user: caio, seconds: 60 }, 2000);
  t.match(room.do({ type: 'send', user: caio, text: 'oi' }, 3000), { code: 'MUTED', retryAfterMs: 59_000 });
  answered(t, room.do({ type: 'read', user: caio }, 3000), 'readable', 'reads');
  room.do({ type: 'leave', user: caio }, 3000);
  room.do({ type: 'join', user: caio }, 3000);
  answered(t, room.do({ type: 'send', user: caio, text: 'oi' }, 61_999), 'MUTED', 'still');
  answered(t, room.do({ type: 'send', user: caio, text: 'oi' }, 62_000), 'sent', 'the time is over');
  room.do({ type: 'mute', by: bia, user: caio }, 70_000);
  const dayMs = 24 * 60 * 60 * 1000;
  t.match(
    room.do({ type: 'send', user: caio, text: 'oi' }, 70_000),
    { code: 'MUTED', retryAfterMs: dayMs },
    'for good',
  );
  room.do({ type: 'unmute', by: bia, user: caio }, 70_000);
  answered(t, room.do({ type: 'send', user: caio, text: 'oi' }, 70_000), 'sent', 'lifted');
});

t.test('a message that was said is answered as said, also when its sender was muted or banned since', async (t) => {
  const room = moderatedRoom();
  const said: RoomCommand = { type: 'send', user: caio, text: 'oi', clientMsgId: 'x' };
  room.do(said, 2000);
  room.do({ type: 'mute', by: bia, user: caio }, 2000);
  t.match(room.do(said, 2000), { type: 'sent', seq: 6, duplicate: true });
  room.do({ type: 'ban', by: bia, user: caio, known: true }, 2000);
  t.match(room.do(said, 2000), { type: 'sent', seq: 6, duplicate: true });
});

t.test('in slow mode a member waits between messages, moderators do not', async (t) => {
  const room = moderatedRoom();
  const say = (user: UserId, at: number) => room.do({ type: 'send', user, text: 'oi' }, at);
  say(caio, 2000);
  t.strictSame(room.do({ type: 'set-slow-mode', by: bia, seconds: 30 }, 2000), { type: 'done', seq: 7 });
  answered(t, say(caio, 2000), 'sent', 'what was said before does not count');
  t.match(say(caio, 3000), { code: 'SLOW_MODE', retryAfterMs: 29_000 });
  room.do({ type: 'leave', user: caio }, 3000);
  room.do({ type: 'join', user: caio }, 3000);
  answered(t, say(caio, 31_999), 'SLOW_MODE', 'nor does coming back help');
  answered(t, say(caio, 32_000), 'sent', 'the turn has come');
  for (const user of [ana, ana, bia, bia]) answered(t, say(user, 32_000), 'sent', `${user} needs not wait`);
  room.do({ type: 'set-slow-mode', by: bia, seconds: 0 }, 32_000);
  answered(t, say(caio, 32_000), 'sent', 'it is over');
  t.equal(room.state.spoke.size, 0);
});

t.test('slow mode remembers only those who must still wait', async (t) => {
  const room = anasRoom();
  room.do({ type: 'set-slow-mode', by: ana, seconds: 1 }, 1000);
  for (let i = 0; i < 100; i++) {
    const user = `ana#${i + 2}` as UserId;
    room.do({ type: 'join', user }, 2000 + i * 100);
    room.do({ type: 'send', user, text: 'oi' }, 2000 + i * 100);
  }
  t.equal(room.state.spoke.size, 10);
});

t.test(
  'lists of the banned, the muted and the invited are bounded; who need not be on it any more does not count',
  async (t) => {
    const room = moderatedRoom({ roomSanctionsMax: 2 });
    const ban = (user: UserId, at: number, seconds?: number) =>
      codeOf(room.do({ type: 'ban', by: bia, user, known: true, seconds }, at));
    t.equal(ban(dora, 2000, 60), 'done');
    t.equal(ban(edu, 2000), 'done');
    t.equal(ban(caio, 61_999), 'FORBIDDEN', 'one too many');
    t.equal(ban(dora, 61_999, 120), 'done', 'who is on it stays on it');
    t.equal(ban(caio, 181_999), 'done', "dora's time is over");
    t.equal(room.state.standings.banned.size, 2);
  },
);

t.test('an owner makes others owners, and may step down', async (t) => {
  const room = moderatedRoom();
  room.do({ type: 'set-role', by: ana, user: bia, role: 'owner' }, 2000);
  answered(t, room.do({ type: 'set-role', by: ana, user: bia, role: 'member' }, 2000), 'FORBIDDEN', 'an equal');
  room.do({ type: 'set-role', by: ana, user: ana, role: 'member' }, 2000);
  t.equal(room.state.members.get(ana)?.role, 'member');
  t.equal(room.state.members.get(bia)?.role, 'owner');
  t.strictSame([...room.state.members.keys()], [ana, bia, caio], 'in the order in which they came');
});

t.test('a private room is there for its members and whom they invite; an invitation is for once', async (t) => {
  const room = secretRoom();
  const hidden = (user: UserId, what: string) => {
    const tries: RoomCommand[] = [
      { type: 'join', user },
      { type: 'leave', user },
      { type: 'read', user },
      { type: 'send', user, text: 'oi' },
      { type: 'send', user, text: 'oi', clientMsgId: 'x' },
      { type: 'reply', user, text: 'oi', replyTo: 3 },
      { type: 'edit', user, target: 3, text: 'oi' },
      { type: 'delete', user, target: 3 },
      { type: 'react', user, target: 3, reaction: '👍', on: true },
      { type: 'change-topic', user, topic: '' },
      { type: 'list-members', user },
      { type: 'vouch', from: user, to: ana },
      ...against(user, ana),
      ...abouts(user),
    ];
    for (const command of tries) answered(t, room.do(command, 2000), 'ROOM_NOT_FOUND', `${what}: ${command.type}`);
  };
  hidden(bia, 'a stranger');
  answered(t, room.do({ type: 'invite', by: ana, user: bia, known: false }, 2000), 'USER_NOT_FOUND', 'nobody');
  t.strictSame(room.do({ type: 'invite', by: ana, user: bia, known: true }, 2000), { type: 'done', seq: 3 });
  t.strictSame(room.do({ type: 'invite', by: ana, user: bia, known: true }, 2000), { type: 'done', seq: 3 });
  answered(t, room.do({ type: 'read', user: bia }, 2000), 'NOT_IN_ROOM', 'to the invited it is there');
  answered(t, room.do({ type: 'join', user: bia }, 2000), 'joined', 'the invited');
  room.do({ type: 'send', user: bia, text: 'oi', clientMsgId: 'x' }, 2000);
  room.do({ type: 'leave', user: bia }, 2000);
  hidden(bia, 'who left');
  room.do({ type: 'invite', by: ana, user: bia, known: true }, 2000);
  room.do({ type: 'ban', by: ana, user: bia, known: true }, 2000);
  hidden(bia, 'who is banned');
  answered(t, room.do({ type: 'invite', by: ana, user: bia, known: true }, 2000), 'FORBIDDEN', 'unban first');
});

t.test('a room that anybody may join takes no invitations', async (t) => {
  answered(t, moderatedRoom().do({ type: 'invite', by: ana, user: dora, known: true }, 2000), 'FORBIDDEN', '');
});

t.test('a closed room is to everybody as one that is not there', async (t) => {
  const room = moderatedRoom();
  t.strictSame(room.do({ type: 'close', by: ana, reason: 'chega' }, 2000), { type: 'done', seq: 6 });
  t.equal(room.state.members.size, 0);
  for (const user of [ana, caio, dora]) {
    for (const command of [
      { type: 'join', user },
      { type: 'read', user },
      { type: 'list-members', user },
    ] as const) {
      answered(t, room.do(command, 2000), 'ROOM_NOT_FOUND', `${user} ${command.type}`);
    }
  }
  answered(t, room.do({ type: 'close', by: ana }, 2000), 'ROOM_NOT_FOUND', 'not twice');
  answered(t, room.do({ type: 'unban', by: serverActor, user: dora }, 2000), 'ROOM_NOT_FOUND', 'nor by the server');
});

const user = fc.constantFrom(ana, bia, caio, dora, edu);
const by = fc.oneof(user, fc.constant<string>(serverActor));
const known = fc.boolean();
const seconds = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined });
const commands: fc.Arbitrary<RoomCommand> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('join'), user }) },
  fc.record({ type: fc.constant('leave'), user }),
  { weight: 4, arbitrary: fc.record({ type: fc.constant('send'), user, text: fc.constant('oi') }) },
  fc.record({ type: fc.constant('kick'), by, user }),
  fc.record({ type: fc.constant('ban'), by, user, known, seconds }),
  fc.record({ type: fc.constantFrom('unban', 'unmute'), by, user }),
  fc.record({ type: fc.constant('mute'), by, user, seconds }),
  fc.record({ type: fc.constant('set-slow-mode'), by, seconds: fc.nat(30) }),
  { weight: 3, arbitrary: fc.record({ type: fc.constant('set-role'), by, user, role: fc.constantFrom(...roles) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('invite'), by, user, known }) },
);
const schedules = fc.array(fc.record({ command: commands, ticks: fc.nat(20_000) }), { maxLength: 60, size: 'max' });

t.test(
  'whatever moderators do, the banned are no members, the muted say nothing, and who has no role changes nothing',
  async () => {
    fc.assert(
      fc.property(fc.boolean(), schedules, (isSecret, steps) => {
        const room = isSecret ? secretRoom() : anasRoom();
        let now = 1000;
        for (const { command, ticks } of steps) {
          now += ticks;
          const { members, standings } = room.state;
          const role = 'by' in command ? members.get(command.by as UserId)?.role : undefined;
          const silent = command.type === 'send' && (standings.muted.get(command.user) ?? 0) > now;
          const welcome =
            command.type === 'join' &&
            (members.has(command.user) ||
              ((standings.banned.get(command.user) ?? 0) <= now && (!isSecret || standings.invited.has(command.user))));
          const events = room.events.length;
          const outcome = room.do(command, now);
          const happened = room.events.length > events;
          if (silent) assert.ok(!happened, 'muted');
          if (command.type === 'join') assert.equal(!isRefusal(outcome), welcome);
          if ('by' in command && command.by !== serverActor && (role === undefined || role === 'member')) {
            assert.ok(!happened && isRefusal(outcome), `${command.by} ${command.type}`);
          }
          for (const [user, until] of standings.banned) assert.ok(until <= now || !members.has(user), 'banned');
        }
      }),
      { numRuns: 500 },
    );
  },
);

t.test('what a moderator did before a crash is answered as done, whatever holds now', async () => {
  fc.assert(
    fc.property(fc.boolean(), schedules, (isSecret, steps) => {
      const room = isSecret ? secretRoom() : anasRoom();
      const done: { command: RoomCommand; outcome: RoomReply | Refusal }[] = [];
      for (const [i, { command }] of steps.entries()) {
        const head = room.state.head;
        const outcome = room.do(command, 1000 + i);
        if (room.state.head > head && 'by' in command) done.push({ command, outcome });
      }
      room.do({ type: 'close', by: serverActor }, 9000);
      for (const { command, outcome } of done) {
        assert.ok('seq' in outcome);
        const event = room.events[outcome.seq - 1];
        assert.ok(event !== undefined);
        const again = decide(room.state, command, 9000, room, defaultLimits, doneBy(event));
        assert.deepEqual(again, { events: [], outcome });
      }
    }),
  );
});

t.test('a room is private if it was made so', async (t) => {
  t.ok(secretRoom().state.private);
  t.notOk(anasRoom().state.private);
});
