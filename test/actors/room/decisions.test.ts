import t, { type Test } from 'tap';
import { apply, emptyRoom, type RoomReply } from '../../../src/actors/room/decisions.js';
import { serverActor } from '../../../src/protocol/events.js';
import { isRefusal, type Refusal } from '../../../src/protocol/refusals.js';
import { ana, bia, caio, sala1 } from '../../support/people.js';
import { anasRoom, epoch, RoomInMemory as Room, type RoomInMemory } from '../../support/room-in-memory.js';

const dayMs = 24 * 60 * 60 * 1000;

function refused(t: Test, outcome: RoomReply | Refusal, code: Refusal['code'], what: string): void {
  t.ok(isRefusal(outcome), what);
  t.equal(isRefusal(outcome) && outcome.code, code, what);
}

/** Checks that `work` leaves the room as it is. */
function nothingHappens(t: Test, room: RoomInMemory, work: () => void): void {
  const before = structuredClone(room.state);
  const events = room.events.length;
  work();
  t.strictSame(room.state, before, 'the room is as it was');
  t.equal(room.events.length, events, 'the log is as it was');
}

t.test('a room made by the server has a topic and nobody in it', async (t) => {
  const room = new Room();
  t.strictSame(room.do({ type: 'create', by: serverActor, topic: 'café', epoch }, 1000), { type: 'done', seq: 1 });
  t.strictSame(room.events, [{ type: 'created', seq: 1, at: 1000, user: 'salas', topic: 'café' }]);
  t.match(room.state, { epoch, topic: 'café', head: 1, at: 1000 });
  t.equal(room.state.members.size, 0);
});

t.test('who makes a room is in it, as its owner', async (t) => {
  const room = new Room();
  t.strictSame(room.do({ type: 'create', by: ana, topic: '', epoch }, 1000), { type: 'done', seq: 2 });
  t.strictSame(room.events, [
    { type: 'created', seq: 1, at: 1000, user: ana, topic: '' },
    { type: 'joined', seq: 2, at: 1000, user: ana, role: 'owner' },
  ]);
  t.strictSame([...room.state.members], [[ana, { role: 'owner', since: 2 }]]);
});

t.test('a room is made once: its topic, epoch and owner stay', async (t) => {
  const room = anasRoom();
  nothingHappens(t, room, () => {
    const again = room.do({ type: 'create', by: bia, topic: 'chá', epoch: 'e2' }, 2000);
    t.strictSame(again, { type: 'done', seq: 2 });
  });
});

t.test('who joins is answered the own event, the topic, and the members, the last of them', async (t) => {
  const room = anasRoom();
  t.strictSame(room.do({ type: 'join', user: bia }, 2000), {
    type: 'joined',
    seq: 3,
    since: 3,
    topic: 'café',
    members: [
      { user: ana, role: 'owner' },
      { user: bia, role: 'member' },
    ],
  });
  t.strictSame(room.events.at(-1), { type: 'joined', seq: 3, at: 2000, user: bia, role: 'member' });
});

t.test('joining again adds no event and costs the owner nothing', async (t) => {
  const room = anasRoom();
  room.do({ type: 'send', user: ana, text: 'oi' }, 2000);
  nothingHappens(t, room, () => {
    const members = [{ user: ana, role: 'owner' }];
    t.strictSame(room.do({ type: 'join', user: ana }, 3000), {
      type: 'joined',
      seq: 3,
      since: 2,
      topic: 'café',
      members,
    });
  });
});

t.test('an owner who left and comes back is a member like others', async (t) => {
  const room = anasRoom();
  room.do({ type: 'leave', user: ana }, 2000);
  room.do({ type: 'join', user: ana }, 3000);
  t.strictSame([...room.state.members], [[ana, { role: 'member', since: 4 }]]);
  refused(t, room.do({ type: 'change-topic', user: ana, topic: 'chá' }, 4000), 'FORBIDDEN', 'and owns it no more');
});

t.test('a full room lets nobody in, and those who are in join again', async (t) => {
  const room = anasRoom({ roomMembersMax: 2 });
  room.do({ type: 'join', user: bia }, 2000);
  nothingHappens(t, room, () => {
    refused(t, room.do({ type: 'join', user: caio }, 3000), 'FORBIDDEN', 'caio is one too many');
    t.match(room.do({ type: 'join', user: bia }, 3000), { type: 'joined', seq: 3 });
  });
  room.do({ type: 'leave', user: ana }, 4000);
  t.match(room.do({ type: 'join', user: caio }, 5000), { type: 'joined', seq: 5 }, 'there is room again');
});

t.test('the answer to a join lists a bounded number of members, the joining one among them', async (t) => {
  const room = anasRoom({ joinMembersMax: 2 });
  room.do({ type: 'join', user: bia }, 2000);
  const names = (outcome: RoomReply | Refusal) =>
    'members' in outcome ? outcome.members.map(({ user }) => user) : outcome;
  t.strictSame(names(room.do({ type: 'join', user: caio }, 3000)), [ana, caio]);
  t.strictSame(names(room.do({ type: 'list-members', user: ana }, 3000)), [ana, bia, caio], 'room.members lists all');
});

t.test('who leaves is gone, and may say why', async (t) => {
  const room = anasRoom();
  room.do({ type: 'join', user: bia }, 2000);
  t.strictSame(room.do({ type: 'leave', user: ana }, 3000), { type: 'done', seq: 4 });
  t.strictSame(room.do({ type: 'leave', user: bia, reason: 'expired' }, 3000), { type: 'done', seq: 5 });
  t.strictSame(room.events.slice(-2), [
    { type: 'left', seq: 4, at: 3000, user: ana },
    { type: 'left', seq: 5, at: 3000, user: bia, reason: 'expired' },
  ]);
  t.equal(room.state.members.size, 0);
});

t.test('who is not in the room cannot leave, send, read, change the topic or write to a member', async (t) => {
  const room = anasRoom();
  nothingHappens(t, room, () => {
    refused(t, room.do({ type: 'leave', user: bia }, 2000), 'NOT_IN_ROOM', 'leave');
    refused(t, room.do({ type: 'send', user: bia, text: 'oi' }, 2000), 'NOT_IN_ROOM', 'send');
    refused(t, room.do({ type: 'send', user: bia, text: 'oi', clientMsgId: 'x' }, 2000), 'NOT_IN_ROOM', 'with an id');
    refused(t, room.do({ type: 'read', user: bia }, 2000), 'NOT_IN_ROOM', 'read');
    refused(t, room.do({ type: 'change-topic', user: bia, topic: 'chá' }, 2000), 'NOT_IN_ROOM', 'change the topic');
    refused(t, room.do({ type: 'vouch', from: bia, to: ana }, 2000), 'NOT_IN_ROOM', 'write to ana');
  });
});

t.test('the room vouches for two members, and for nobody else', async (t) => {
  const room = anasRoom();
  room.do({ type: 'join', user: bia }, 2000);
  nothingHappens(t, room, () => {
    t.strictSame(room.do({ type: 'vouch', from: ana, to: bia }, 3000), { type: 'vouched' });
    t.strictSame(room.do({ type: 'vouch', from: ana, to: ana }, 3000), { type: 'vouched' }, 'ana to herself');
    refused(t, room.do({ type: 'vouch', from: ana, to: caio }, 3000), 'USER_NOT_IN_ROOM', 'caio is not here');
    refused(t, room.do({ type: 'vouch', from: ana, to: 'nobody' }, 3000), 'USER_NOT_IN_ROOM', 'nor is nobody');
  });
});

t.test('a message has the next seq and the time it was handed in', async (t) => {
  const room = anasRoom();
  const sent = room.do({ type: 'send', user: ana, text: 'oi', clientMsgId: 'x' }, 2000);
  t.strictSame(sent, { type: 'sent', seq: 3, at: 2000, duplicate: false });
  t.strictSame(room.do({ type: 'send', user: ana, text: 'oi' }, 2001), {
    type: 'sent',
    seq: 4,
    at: 2001,
    duplicate: false,
  });
  t.strictSame(room.events.slice(-2), [
    { type: 'said', seq: 3, at: 2000, user: ana, text: 'oi', clientMsgId: 'x' },
    { type: 'said', seq: 4, at: 2001, user: ana, text: 'oi' },
  ]);
});

t.test('a repeated clientMsgId answers the first message, with another text a conflict', async (t) => {
  const room = anasRoom();
  room.do({ type: 'join', user: bia }, 1000);
  room.do({ type: 'send', user: ana, text: 'oi', clientMsgId: 'x' }, 2000);
  nothingHappens(t, room, () => {
    const again = room.do({ type: 'send', user: ana, text: 'oi', clientMsgId: 'x' }, 3000);
    t.strictSame(again, { type: 'sent', seq: 4, at: 2000, duplicate: true });
    const other = room.do({ type: 'send', user: ana, text: 'olá', clientMsgId: 'x' }, 3000);
    refused(t, other, 'DUPLICATE_CONFLICT', 'another text');
  });
  const bias = room.do({ type: 'send', user: bia, text: 'olá', clientMsgId: 'x' }, 3000);
  t.match(bias, { seq: 5, duplicate: false }, "bia's ids are not ana's");
});

t.test('who left may still ask for a repeated message, and not send a new one', async (t) => {
  const room = anasRoom();
  room.do({ type: 'send', user: ana, text: 'oi', clientMsgId: 'x' }, 2000);
  room.do({ type: 'leave', user: ana }, 2000);
  nothingHappens(t, room, () => {
    const again = room.do({ type: 'send', user: ana, text: 'oi', clientMsgId: 'x' }, 3000);
    t.match(again, { type: 'sent', seq: 3, duplicate: true });
    refused(t, room.do({ type: 'send', user: ana, text: 'oi', clientMsgId: 'y' }, 3000), 'NOT_IN_ROOM', 'a new one');
  });
});

t.test('a clientMsgId is remembered for a day, to the millisecond', async (t) => {
  const room = anasRoom();
  const send = { type: 'send', user: ana, text: 'oi', clientMsgId: 'x' } as const;
  room.do(send, 2000);
  t.match(room.do(send, 2000 + dayMs), { seq: 3, duplicate: true });
  t.match(room.do(send, 2001 + dayMs), { seq: 4, duplicate: false }, 'forgotten');
  t.match(room.do({ ...send, text: 'olá' }, 2001 + dayMs), { code: 'DUPLICATE_CONFLICT' }, 'and the new one counts');
});

t.test('an owner changes the topic, nobody else', async (t) => {
  const room = anasRoom();
  room.do({ type: 'join', user: bia }, 1000);
  nothingHappens(t, room, () =>
    refused(t, room.do({ type: 'change-topic', user: bia, topic: 'chá' }, 2000), 'FORBIDDEN', 'bia'),
  );
  t.strictSame(room.do({ type: 'change-topic', user: ana, topic: 'chá' }, 2000), { type: 'done', seq: 4 });
  t.equal(room.state.topic, 'chá');
});

t.test('time does not run backwards with the clock', async (t) => {
  const room = anasRoom();
  room.do({ type: 'send', user: ana, text: 'oi' }, 5000);
  t.match(room.do({ type: 'send', user: ana, text: 'olá' }, 10), { type: 'sent', at: 5000 });
  t.match(room.do({ type: 'send', user: ana, text: 'olá' }, 5001), { type: 'sent', at: 5001 });
});

t.test('an event that is not the next is not applied', async (t) => {
  const room = emptyRoom(sala1);
  const said = (seq: number) => apply(room, { type: 'said', seq, at: 1, user: ana, text: 'oi' }, epoch);
  t.throws(() => said(2), /event 2 after 0/, 'a gap');
  said(1);
  t.throws(() => said(1), /event 1 after 1/, 'a repetition');
  t.equal(room.head, 1);
});
