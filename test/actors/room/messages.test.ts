import t, { type Test } from 'tap';
import type { RoomCommand, RoomReply } from '../../../src/actors/room/decisions.js';
import type { Limits } from '../../../src/protocol/limits.js';
import type { UserId } from '../../../src/protocol/names.js';
import { isRefusal, type Refusal } from '../../../src/protocol/refusals.js';
import { ana, bia, caio, davi, eva } from '../../support/people.js';
import { anasRoom, type RoomInMemory } from '../../support/room-in-memory.js';

/** ana's room: bia and davi are moderators, caio is a member, and each said something: #8 to #11. Eva is not there. */
function livelyRoom(limits: Partial<Limits> = {}): RoomInMemory {
  const room = anasRoom(limits);
  for (const user of [bia, davi, caio]) room.do({ type: 'join', user }, 1000);
  for (const user of [bia, davi]) room.do({ type: 'set-role', by: ana, user, role: 'moderator' }, 1000);
  for (const user of [ana, bia, davi, caio]) room.do({ type: 'send', user, text: `sou ${user}` }, 1000);
  return room;
}
const saidBy: Readonly<Record<string, number>> = { [ana]: 8, [bia]: 9, [davi]: 10, [caio]: 11 };
const people = [ana, bia, davi, caio];

const edit = (user: UserId, target: number, text = 'oi'): RoomCommand => ({ type: 'edit', user, target, text });
const erase = (user: UserId, target: number): RoomCommand => ({ type: 'delete', user, target });
const react = (user: UserId, target: number, reaction = '👍', on = true): RoomCommand => ({
  ...{ type: 'react', user, target, reaction, on },
});

function codeOf(outcome: RoomReply | Refusal): string {
  return isRefusal(outcome) ? outcome.code : outcome.type;
}

/** The command is refused with this code, and nothing happens. */
function refused(t: Test, room: RoomInMemory, command: RoomCommand, code: string, at = 2000): void {
  const { head } = room.state;
  t.equal(codeOf(room.do(command, at)), code, JSON.stringify(command));
  t.equal(room.state.head, head, 'nothing happened');
}

t.test('only who wrote a message edits it', async (t) => {
  for (const author of people) {
    const target = saidBy[author] as number;
    for (const user of people.filter((user) => user !== author))
      refused(t, livelyRoom(), edit(user, target), 'FORBIDDEN');
    const room = livelyRoom();
    t.strictSame(room.do(edit(author, target), 2000), { type: 'done', seq: 12 });
    t.strictSame(room.events.at(-1), { type: 'edited', seq: 12, at: 2000, user: author, target, text: 'oi' });
  }
});

t.test('who wrote a message deletes it, and so does whoever outranks them: the whole matrix', async (t) => {
  const rank = new Map([ana, bia, davi, caio].map((user, i) => [user, [3, 2, 2, 1][i] as number]));
  for (const author of people) {
    const target = saidBy[author] as number;
    for (const user of people) {
      const room = livelyRoom();
      const may = user === author || (rank.get(user) as number) > (rank.get(author) as number);
      t.equal(codeOf(room.do(erase(user, target), 2000)), may ? 'done' : 'FORBIDDEN', `${user}, of ${author}`);
      const whose = user === author ? {} : { author };
      if (may) t.strictSame(room.events.at(-1), { type: 'deleted', seq: 12, at: 2000, user, target, ...whose });
    }
  }
});

t.test('the message of who has left is deleted by any moderator', async (t) => {
  const room = livelyRoom();
  room.do({ type: 'leave', user: bia }, 2000);
  t.equal(codeOf(room.do(erase(davi, saidBy[bia] as number), 2000)), 'done', 'an equal, when there');
});

t.test('what is no message, or is deleted, takes neither edits nor reactions nor replies', async (t) => {
  const room = livelyRoom();
  room.do(erase(caio, 11), 2000);
  for (const target of [0, 1, 2, 11, 12, 13, Number.MAX_SAFE_INTEGER]) {
    refused(t, room, edit(caio, target), 'MESSAGE_NOT_FOUND');
    refused(t, room, react(caio, target), 'MESSAGE_NOT_FOUND');
    refused(t, room, { type: 'reply', user: caio, text: 'oi', replyTo: target }, 'MESSAGE_NOT_FOUND');
    if (target !== 11) refused(t, room, erase(caio, target), 'MESSAGE_NOT_FOUND');
  }
});

t.test('what is so already is no event, so each of them may be repeated', async (t) => {
  const room = livelyRoom();
  for (const command of [edit(caio, 11), react(bia, 11), react(bia, 11, '👍', false), erase(caio, 11)]) {
    const { seq } = room.do(command, 2000) as { seq: number };
    t.equal(room.state.head, seq);
    t.strictSame(room.do(command, 3000), { type: 'done', seq });
    t.equal(room.state.head, seq, `not twice: ${command.type}`);
  }
  t.strictSame(room.do(react(bia, 10, '🎉', false), 3000), { type: 'done', seq: 15 }, 'nor what was never there');
});

t.test('whoever is not in the room is told so', async (t) => {
  const room = livelyRoom();
  for (const command of [edit(eva, 11), erase(eva, 11), react(eva, 11), edit(eva, 99)]) {
    refused(t, room, command, 'NOT_IN_ROOM');
  }
  room.do({ type: 'ban', by: ana, user: caio, known: true }, 2000);
  for (const command of [edit(caio, 11), erase(caio, 11), react(caio, 11)]) refused(t, room, command, 'BANNED');
});

t.test('who is muted may take back, and not say: neither by an edit nor by a reaction', async (t) => {
  const room = livelyRoom();
  room.do(react(caio, 8), 1500);
  room.do({ type: 'mute', by: bia, user: caio, seconds: 60 }, 2000);
  refused(t, room, edit(caio, 11), 'MUTED');
  refused(t, room, react(caio, 8, 'spam'), 'MUTED');
  t.equal(codeOf(room.do(edit(caio, 11, `sou ${caio}`), 2000)), 'done', 'what it says already');
  t.equal(codeOf(room.do(react(caio, 8, '👍', false), 2000)), 'done');
  t.equal(codeOf(room.do(erase(caio, 11), 2000)), 'done');
});

t.test('in slow mode an edit takes a turn, as a message does', async (t) => {
  const room = livelyRoom();
  room.do({ type: 'set-slow-mode', by: bia, seconds: 30 }, 2000);
  const say = (at: number) => codeOf(room.do({ type: 'send', user: caio, text: 'oi' }, at));
  t.equal(codeOf(room.do(edit(caio, 11, 'um'), 2000)), 'done');
  t.equal(say(31_999), 'SLOW_MODE', 'the turn was the edit');
  t.equal(say(32_000), 'sent');
  refused(t, room, edit(caio, 11, 'dois'), 'SLOW_MODE', 32_001);
  t.equal(codeOf(room.do(react(caio, 11), 32_001)), 'done', 'reactions take none');
  for (const text of ['a', 'b'])
    t.equal(codeOf(room.do(edit(bia, 9, text), 32_001)), 'done', 'nor have moderators to wait');
});

t.test('a message takes so many different reactions, each from anybody', async (t) => {
  const room = livelyRoom({ reactionsMax: 2 });
  for (const reaction of ['👍', '🎉']) room.do(react(ana, 11, reaction), 2000);
  refused(t, room, react(bia, 11, '❤'), 'FORBIDDEN');
  t.equal(codeOf(room.do(react(bia, 11, '🎉'), 2000)), 'done', 'one that is there');
  room.do(react(ana, 11, '👍', false), 2000);
  t.equal(codeOf(room.do(react(bia, 11, '❤'), 2000)), 'done', 'one was taken back');
  refused(t, room, react(ana, 11, '👍'), 'FORBIDDEN');
});

t.test('a closed room has no messages to change', async (t) => {
  const room = livelyRoom();
  room.do({ type: 'close', by: ana }, 2000);
  for (const command of [edit(ana, 8), erase(ana, 8), react(ana, 8)]) refused(t, room, command, 'ROOM_NOT_FOUND');
});

t.test('a reply is a message in all else: repeated, it is known again', async (t) => {
  const room = livelyRoom();
  const reply: RoomCommand = { type: 'reply', user: bia, text: 'oi', replyTo: 11, clientMsgId: 'x' };
  t.strictSame(room.do(reply, 2000), { type: 'sent', seq: 12, at: 2000, duplicate: false });
  t.strictSame(room.do(reply, 3000), { type: 'sent', seq: 12, at: 2000, duplicate: true });
  refused(t, room, { ...reply, replyTo: 10 }, 'DUPLICATE_CONFLICT', 3000);
  refused(t, room, { type: 'send', user: bia, text: 'oi', clientMsgId: 'x' }, 'DUPLICATE_CONFLICT', 3000);
  room.do(erase(caio, 11), 3000);
  t.match(room.do(reply, 4000), { seq: 12, duplicate: true }, 'also when what it answers is gone');
});
