import t, { type Test } from 'tap';
import type { SupervisorReply } from '../../../src/actors/supervisor/decisions.js';
import type { RoomName, UserId, UserName } from '../../../src/protocol/names.js';
import { isRefusal, type Refusal, refusals } from '../../../src/protocol/refusals.js';
import { ana, bia, caio, sala1, sala2 } from '../../support/people.js';
import { arrivalWith, SupervisorInMemory } from '../../support/supervisor-in-memory.js';

const dayMs = 24 * 60 * 60 * 1000;

function refused(t: Test, outcome: SupervisorReply | Refusal, code: Refusal['code'], what: string): void {
  t.equal(isRefusal(outcome) && outcome.code, code, what);
}

/** A supervisor that knows ana#1 by the token `a`, bia#1 by `b` and caio#1 by `c`. */
function withPeople(limits = {}): SupervisorInMemory {
  const supervisor = new SupervisorInMemory(limits);
  for (const name of ['ana', 'bia', 'caio']) {
    supervisor.do({ type: 'register', name: name as UserName, ...arrivalWith(name) }, 1000);
  }
  return supervisor;
}

const write = { type: 'send-private', from: ana, to: bia, room: sala1, text: 'oi' } as const;

t.test('equal names get different numbers, also after the first of them is gone', async (t) => {
  const supervisor = new SupervisorInMemory();
  const register = (token: string) =>
    supervisor.do({ type: 'register', name: 'ana' as UserName, ...arrivalWith(token) }, 1000);
  t.strictSame(register('a'), { type: 'registered', user: 'ana#1' });
  t.strictSame(register('b'), { type: 'registered', user: 'ana#2' });
  supervisor.do({ type: 'end', user: 'ana#2' as UserId }, 1000);
  supervisor.do({ type: 'end', user: ana }, 1000);
  t.strictSame(register('c'), { type: 'registered', user: 'ana#3' });
});

t.test('who registers is connected', async (t) => {
  t.equal(withPeople().users.get(ana)?.connections, 1);
});

t.test('a token brings its owner back, and nobody else', async (t) => {
  const supervisor = withPeople();
  supervisor.do({ type: 'note-room', user: bia, room: sala1 }, 1000);
  supervisor.do(write, 1000);
  const back = supervisor.do({ type: 'resume', ...arrivalWith('b') }, 2000);
  t.strictSame(back, { type: 'resumed', user: bia, rooms: [sala1], inboxHead: 1, ended: [] });
  t.equal(supervisor.users.get(bia)?.connections, 2);
  refused(t, supervisor.do({ type: 'resume', ...arrivalWith('z') }, 2000), 'TOKEN_INVALID', "nobody's token");
});

t.test('an identity is over a while after its last connection ended, to the millisecond', async (t) => {
  const supervisor = withPeople({ resumeSeconds: 300 });
  const resume = (at: number) => supervisor.do({ type: 'resume', ...arrivalWith('a') }, at);
  resume(1000);
  supervisor.do({ type: 'disconnect', user: ana }, 2000);
  t.match(resume(10 * dayMs), { type: 'resumed' }, 'the other connection is still there');
  for (const at of [20 * dayMs, 20 * dayMs + 5]) supervisor.do({ type: 'disconnect', user: ana }, at);
  t.match(resume(20 * dayMs + 5 + 299_999), { type: 'resumed' }, 'just in time');
  supervisor.do({ type: 'disconnect', user: ana }, 30 * dayMs);
  refused(t, resume(30 * dayMs + 300_000), 'TOKEN_INVALID', 'too late');
});

t.test('an identity that was ended is nobody: its token, rooms and inbox are gone', async (t) => {
  const supervisor = withPeople();
  supervisor.do({ type: 'note-room', user: ana, room: sala1 }, 1000);
  supervisor.do(write, 1000);
  t.strictSame(supervisor.do({ type: 'end', user: ana }, 1000), { type: 'done' });
  refused(t, supervisor.do({ type: 'resume', ...arrivalWith('a') }, 1000), 'TOKEN_INVALID', 'the token');
  t.strictSame(supervisor.do({ type: 'list-rooms', user: ana }, 1000), { type: 'rooms', rooms: [] });
  t.equal(supervisor.inboxHead(ana), 0);
  t.equal(supervisor.inboxHead(bia), 1, 'bia keeps what ana wrote');
});

t.test('a room is made once', async (t) => {
  const supervisor = withPeople();
  const create = (by: string) => supervisor.do({ type: 'create-room', room: sala1, topic: 'café', by }, 1000);
  t.strictSame(create(ana), { type: 'done' });
  t.strictSame(supervisor.rooms.get(sala1), { topic: 'café', createdBy: ana });
  t.strictSame(supervisor.memberships(ana), [sala1], 'it is noted that ana is in it');
  refused(t, create(bia), 'ROOM_EXISTS', 'again');
  t.strictSame(supervisor.memberships(bia), []);
  t.equal(supervisor.rooms.get(sala1)?.createdBy, ana);
});

t.test('a room the server makes has nobody in it', async (t) => {
  const supervisor = withPeople();
  supervisor.do({ type: 'create-room', room: sala1, topic: '', by: 'salas' }, 1000);
  t.strictSame(
    [ana, bia, caio].flatMap((user) => supervisor.memberships(user)),
    [],
  );
});

t.test('there are at most so many rooms, and to say so no room is made', async (t) => {
  const supervisor = withPeople({ roomsMax: 2 });
  const create = (room: string) =>
    supervisor.do({ type: 'create-room', room: room as RoomName, topic: '', by: ana }, 1000);
  t.match([create('sala1'), create('sala2')], [{ type: 'done' }, { type: 'done' }], 'up to the limit');
  refused(t, create('sala3'), 'FORBIDDEN', 'one over it');
  refused(t, create('sala2'), 'ROOM_EXISTS', 'one that is there is told to be there');
  t.strictSame([...supervisor.rooms.keys()], ['sala1', 'sala2']);
  t.strictSame(supervisor.memberships(ana), ['sala1', 'sala2']);
});

t.test('a user is in at most so many rooms, and makes no more either', async (t) => {
  const supervisor = withPeople({ userRoomsMax: 2 });
  const note = (user: UserId, room: string) => supervisor.do({ type: 'note-room', user, room: room as RoomName }, 1000);
  t.match([note(ana, 'sala1'), note(ana, 'sala2')], [{ type: 'done' }, { type: 'done' }], 'up to the limit');
  refused(t, note(ana, 'sala3'), 'FORBIDDEN', 'one over it');
  t.strictSame(note(ana, 'sala2'), { type: 'done' }, 'joining again is no further room');
  t.strictSame(note(bia, 'sala3'), { type: 'done' }, "bia's rooms are not ana's");
  const created = supervisor.do({ type: 'create-room', room: 'sala3' as RoomName, topic: '', by: ana }, 1000);
  refused(t, created, 'FORBIDDEN', 'a new room');
  t.equal(supervisor.rooms.size, 0, 'and it was not made');
  supervisor.do({ type: 'forget-room', user: ana, room: sala1 }, 1000);
  t.strictSame(note(ana, 'sala3'), { type: 'done' }, 'after leaving one there is room again');
  t.strictSame(supervisor.memberships(ana), ['sala2', 'sala3']);
});

t.test('a private message is in two inboxes, with the next seq of each', async (t) => {
  const supervisor = withPeople();
  supervisor.do({ ...write, from: caio }, 1000);
  t.strictSame(supervisor.do(write, 2000), { type: 'sent', seq: 1, at: 2000, duplicate: false });
  const message = { room: sala1, from: ana, to: bia, at: 2000, text: 'oi' };
  t.match(supervisor.inboxes.get(ana), [{ ...message, seq: 1 }]);
  t.match(supervisor.inboxes.get(bia), [
    { from: caio, seq: 1 },
    { ...message, seq: 2 },
  ]);
  t.equal(supervisor.inboxHead(caio), 1, 'caio has his own, not that of the others');
});

t.test('a message to oneself is in the inbox once', async (t) => {
  const supervisor = withPeople();
  t.match(supervisor.do({ ...write, to: ana }, 2000), { seq: 1 });
  t.equal(supervisor.inboxes.get(ana)?.length, 1);
});

t.test('a repeated clientMsgId answers the first message; another text or receiver is a conflict', async (t) => {
  const supervisor = withPeople();
  const first = { ...write, clientMsgId: 'x' };
  supervisor.do(first, 2000);
  t.strictSame(supervisor.do(first, 3000), { type: 'sent', seq: 1, at: 2000, duplicate: true });
  refused(t, supervisor.do({ ...first, text: 'olá' }, 3000), 'DUPLICATE_CONFLICT', 'another text');
  refused(t, supervisor.do({ ...first, to: caio }, 3000), 'DUPLICATE_CONFLICT', 'another receiver');
  t.strictSame(
    [ana, bia, caio].map((user) => supervisor.inboxHead(user)),
    [1, 1, 0],
    'and nothing is sent',
  );
});

t.test('an id belongs to one sender and room, and to one day', async (t) => {
  const supervisor = withPeople();
  const first = { ...write, clientMsgId: 'x' };
  supervisor.do(first, 2000);
  t.match(supervisor.do({ ...first, from: bia, to: ana }, 2000), { seq: 2, duplicate: false }, 'another sender');
  t.match(supervisor.do({ ...first, room: sala2 }, 2000), { seq: 3, duplicate: false }, 'another room');
  t.match(supervisor.do(first, 2000 + dayMs), { seq: 1, duplicate: true }, 'remembered');
  t.match(supervisor.do(first, 2001 + dayMs), { seq: 4, duplicate: false }, 'forgotten');
});

t.test('what the room objects to is refused, unless it is a repetition of what was sent', async (t) => {
  const supervisor = withPeople();
  const first = { ...write, clientMsgId: 'x' };
  supervisor.do(first, 2000);
  const objection = refusals.notInRoom(sala1);
  refused(t, supervisor.do({ ...write, objection }, 3000), 'NOT_IN_ROOM', 'ana has left');
  t.match(supervisor.do({ ...first, objection }, 3000), { seq: 1, duplicate: true });
  t.equal(supervisor.inboxHead(bia), 1);
});

t.test('who is not in the room is told from who does not exist', async (t) => {
  const supervisor = withPeople();
  const to = (user: string) =>
    supervisor.do({ ...write, to: user, objection: refusals.userNotInRoom(user, sala1) }, 2000);
  refused(t, to(caio), 'USER_NOT_IN_ROOM', 'caio is elsewhere');
  refused(t, to('caio'), 'USER_NOT_FOUND', 'a name is no id');
  refused(t, to('davi#1'), 'USER_NOT_FOUND', 'davi never was');
});

t.test('to who is blocked, a user is nobody; whoever else asks is told as before', async (t) => {
  const supervisor = withPeople({ userBlocksMax: 1 });
  supervisor.do({ ...write, clientMsgId: 'x' }, 2000);
  const block = (blocked: string) => supervisor.do({ type: 'block', user: bia, blocked }, 2000);
  refused(t, block('davi#1'), 'USER_NOT_FOUND', 'davi never was');
  t.strictSame(block(ana), { type: 'done' });
  t.strictSame(block(ana), { type: 'done' }, 'again is no error');
  refused(t, block(caio), 'FORBIDDEN', 'one too many');
  t.strictSame(supervisor.do({ type: 'list-blocks', user: bia }, 2000), { type: 'blocks', users: [ana] });

  const toBia = supervisor.do(write, 2000);
  const toNobody = supervisor.do({ ...write, to: 'davi#1', objection: refusals.userNotInRoom('davi#1', sala1) }, 2000);
  t.equal(JSON.stringify(toBia).replaceAll(bia, 'X'), JSON.stringify(toNobody).replaceAll('davi#1', 'X'));
  refused(t, supervisor.do({ ...write, objection: refusals.userNotInRoom(bia, sala1) }, 2000), 'USER_NOT_FOUND', '');
  t.match(supervisor.do({ ...write, clientMsgId: 'x' }, 2000), { duplicate: true }, 'what was sent, was');
  t.match(supervisor.do({ ...write, from: caio }, 2000), { type: 'sent' }, 'caio is heard');
  t.match(supervisor.do({ ...write, from: bia, to: ana }, 2000), { type: 'sent' }, 'and bia is');

  const known = (by?: UserId) =>
    supervisor.do({ type: 'find-user', user: bia, ...(by === undefined ? {} : { by }) }, 2000);
  t.strictSame(
    [known(), known(ana), known(caio)].map((found) => 'known' in found && found.known),
    [true, false, true],
  );
  t.strictSame(supervisor.do({ type: 'unblock', user: bia, blocked: ana }, 2000), { type: 'done' });
  t.match(supervisor.do(write, 2000), { type: 'sent' });
});
