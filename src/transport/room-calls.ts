import type { MemberList } from '../actors/room/decisions.js';
import { notMember } from '../actors/room/moderation.js';
import type { Result } from '../protocol/methods.js';
import { nameOf, type RoomName } from '../protocol/names.js';
import { isRefusal, type Refusal, refusals } from '../protocol/refusals.js';
import { suggestion } from '../protocol/suggestion.js';
import { type Chat, type Handlers, inRoom, isShown, pageRange, replyOf } from './calls.js';
import type { Rooms } from './rooms.js';
import type { User } from './users.js';

/** What happens in rooms. */
export function roomCalls({
  limits,
  supervisor,
  rooms,
  users,
  reads,
}: Chat): Handlers<
  'room.list' | 'room.create' | 'room.join' | 'room.leave' | 'room.send' | 'room.history' | 'room.members'
> {
  const withPresence = (members: MemberList): Result<'room.members'>['members'] =>
    members.map(({ user, role }) => ({ userId: user, name: nameOf(user), role, online: users.isOnline(user) }));

  return {
    'room.list': async (session, _values, reply) => {
      const { id } = session.user as User;
      const open = [...rooms.all()].filter(({ closed }) => !closed);
      const shown = new Set(open.filter((room) => !room.private));
      if (shown.size < open.length) {
        const outcome = await supervisor.ask({ type: 'list-rooms', user: id });
        if (isRefusal(outcome)) return reply(outcome);
        const own = new Set(replyOf(outcome, 'rooms').rooms);
        const joined = open.filter((room) => room.private && own.has(room.name));
        await Promise.all(joined.map(async (room) => (await isShown(room, id)) && shown.add(room)));
      }
      const list = [...shown].map(({ name, topic, members, feed }) => ({
        room: name,
        topic,
        members,
        seq: feed.head,
      }));
      return reply({ rooms: list.sort((one, other) => (one.room < other.room ? -1 : 1)) });
    },

    'room.create': async (session, { room: name, topic = '', private: hidden }, reply) => {
      const { id } = session.user as User;
      const outcome = await supervisor.ask({ type: 'create-room', room: name, topic, by: id, private: hidden });
      if (isRefusal(outcome)) {
        // Who is told that a room exists may join it: also one that somebody is just making.
        const there = outcome.code === 'ROOM_EXISTS' ? await rooms.open(name) : undefined;
        return reply(there !== undefined && 'closed' in there && there.closed ? refusals.roomClosed(name) : outcome);
      }
      const room = await rooms.open(name);
      if (isRefusal(room)) return reply(room);
      const joined = await room.ref.ask({ type: 'join', user: id });
      if (isRefusal(joined)) return reply(joined);
      const { since } = replyOf(joined, 'joined');
      session.currentRoom = name;
      reply({ room: name, epoch: room.epoch, seq: since });
      session.follow(room, since - 1);
    },

    'room.join': (session, { room: name, after }, answer) => {
      // Said here of rooms that are not there and of those that are hidden, which must not be told apart.
      const reply: typeof answer = (outcome) =>
        answer('code' in outcome && outcome.code === 'ROOM_NOT_FOUND' ? notFound(rooms, name) : outcome);
      return inRoom(rooms, session, name, reply, async (room, reply) => {
        const { id } = session.user as User;
        if (room.private) {
          // Asked before it is noted: what is on a user's list is shown to them.
          const standing = await room.ref.ask({ type: 'read', user: id });
          if (isRefusal(standing) && standing.code !== 'NOT_IN_ROOM') return reply(standing);
        }
        const noted = await supervisor.ask({ type: 'note-room', user: id, room: name });
        if (isRefusal(noted)) return reply(noted);
        const outcome = await room.ref.ask({ type: 'join', user: id });
        if (isRefusal(outcome)) {
          if (outcome.code === 'FORBIDDEN' || notMember.has(outcome.code))
            supervisor.call({ type: 'forget-room', user: id, room: name }, () => {});
          return reply(outcome);
        }
        const { seq, since, topic, members } = replyOf(outcome, 'joined');
        session.currentRoom = name;
        reply({ room: name, epoch: room.epoch, seq, topic, members: withPresence(members) });
        const head = since === seq ? since - 1 : seq;
        if (after !== undefined) session.follow(room, Math.min(after, head));
        else if (!session.rooms.has(room)) session.follow(room, head);
      });
    },

    'room.leave': (session, { room: name }, reply) =>
      inRoom(rooms, session, name, reply, async (room, reply) => {
        const { id, sessions } = session.user as User;
        const outcome = await room.ref.ask({ type: 'leave', user: id });
        const gone = !isRefusal(outcome) || notMember.has(outcome.code);
        if (gone) {
          // The frame that says so, and parts the sessions, may have died with the room's thread.
          const seq = isRefusal(outcome) ? room.feed.head : replyOf(outcome, 'done').seq;
          for (const one of sessions) one.part(room, seq);
        }
        const forgotten = gone ? await supervisor.ask({ type: 'forget-room', user: id, room: name }) : undefined;
        if (isRefusal(outcome)) return reply(outcome);
        if (forgotten !== undefined && isRefusal(forgotten)) return reply(forgotten);
        return reply({ room: name, seq: replyOf(outcome, 'done').seq });
      }),

    'room.send': (session, { room: name, text, clientMsgId, replyTo }, reply) => {
      const user = session.user as User;
      // Whether there is such a room or not: else that would tell.
      const refusal = users.flooding(user, session.origin);
      if (refusal !== undefined) return reply(refusal);
      return inRoom(rooms, session, name, reply, (room, reply) =>
        room.ref.call(
          replyTo === undefined
            ? { type: 'send', user: user.id, text, clientMsgId }
            : { type: 'reply', user: user.id, text, clientMsgId, replyTo },
          (outcome) => {
            if (isRefusal(outcome)) return reply(outcome);
            const { seq, at, duplicate } = replyOf(outcome, 'sent');
            session.omitOwn(room, seq);
            return reply({ room: name, epoch: room.epoch, seq, at, duplicate });
          },
          Buffer.byteLength(text),
        ),
      );
    },

    'room.history': (session, { room: name, limit, ...position }, reply, style) =>
      inRoom(rooms, session, name, reply, async (room, reply) => {
        const reader = (session.user as User).id;
        const outcome = await room.ref.ask({ type: 'read', user: reader });
        if (isRefusal(outcome)) return reply(outcome);
        const { head } = replyOf(outcome, 'readable');
        const range = pageRange({ ...position, limit }, head, limits);
        const { file, epoch } = room;
        return reply(await reads.roomHistory({ file, room: name, epoch, range, reader, style }));
      }),

    'room.members': (session, { room: name }, reply) =>
      inRoom(rooms, session, name, reply, async (room, reply) => {
        const outcome = await room.ref.ask({ type: 'list-members', user: (session.user as User).id });
        if (isRefusal(outcome)) return reply(outcome);
        const { head, members } = replyOf(outcome, 'members');
        return reply({ room: name, seq: head, members: withPresence(members) });
      }),
  };
}

/** So many rooms are looked at for one that was meant: a wrong name is no more work than a right one. */
const suggestedRoomsMax = 100;

function notFound(rooms: Rooms, name: RoomName): Refusal {
  const open: RoomName[] = [];
  for (const room of rooms.all()) {
    if (open.length === suggestedRoomsMax) break;
    if (!room.private && !room.closed) open.push(room.name);
  }
  return refusals.roomNotFound(name, suggestion(name, open));
}
