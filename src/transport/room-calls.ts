import type { MemberList } from '../actors/room/decisions.js';
import type { Result } from '../protocol/methods.js';
import { nameOf } from '../protocol/names.js';
import { isRefusal, refusals } from '../protocol/refusals.js';
import { type Chat, type Handlers, inRoom, pageRange, replyOf } from './calls.js';
import type { User } from './users.js';

/** What happens in rooms. */
export function roomCalls({
  limits,
  supervisor,
  rooms,
  users,
  reads,
}: Chat): Handlers<
  | 'room.list'
  | 'room.create'
  | 'room.join'
  | 'room.leave'
  | 'room.send'
  | 'room.history'
  | 'room.members'
  | 'room.topic'
> {
  const withPresence = (members: MemberList): Result<'room.members'>['members'] =>
    members.map(({ user, role }) => ({ userId: user, name: nameOf(user), role, online: users.isOnline(user) }));

  return {
    'room.list': (_session, _values, reply) => {
      const list = [...rooms.all()].map(({ name, topic, members, feed }) => ({
        room: name,
        topic,
        members,
        seq: feed.head,
      }));
      return reply({ rooms: list.sort((one, other) => (one.room < other.room ? -1 : 1)) });
    },

    'room.create': async (session, { room: name, topic = '' }, reply) => {
      const { id } = session.user as User;
      const outcome = await supervisor.ask({ type: 'create-room', room: name, topic, by: id });
      if (isRefusal(outcome)) {
        // Who is told that a room exists may join it: also one that somebody is just making.
        if (outcome.code === 'ROOM_EXISTS') await rooms.open(name);
        return reply(outcome);
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

    'room.join': (session, { room: name, after }, reply) =>
      inRoom(rooms, name, reply, async (room) => {
        const { id } = session.user as User;
        const noted = await supervisor.ask({ type: 'note-room', user: id, room: name });
        if (isRefusal(noted)) return reply(noted);
        const outcome = await room.ref.ask({ type: 'join', user: id });
        if (isRefusal(outcome)) {
          if (outcome.code === 'FORBIDDEN') supervisor.call({ type: 'forget-room', user: id, room: name }, () => {});
          return reply(outcome);
        }
        const { seq, since, topic, members } = replyOf(outcome, 'joined');
        session.currentRoom = name;
        reply({ room: name, epoch: room.epoch, seq, topic, members: withPresence(members) });
        const head = since === seq ? since - 1 : seq;
        if (after !== undefined) session.follow(room, Math.min(after, head));
        else if (!session.rooms.has(room)) session.follow(room, head);
      }),

    'room.leave': (session, { room: name }, reply) =>
      inRoom(rooms, name, reply, async (room) => {
        const { id, sessions } = session.user as User;
        const outcome = await room.ref.ask({ type: 'leave', user: id });
        const gone = !isRefusal(outcome) || outcome.code === 'NOT_IN_ROOM';
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

    'room.send': (session, { room: name, text, clientMsgId }, reply) =>
      inRoom(rooms, name, reply, (room) => {
        const user = session.user as User;
        const waitMs = users.floodWait(user);
        if (waitMs > 0) return reply(refusals.rateLimited(limits.floodRate, waitMs));
        return room.ref.call(
          { type: 'send', user: user.id, text, clientMsgId },
          (outcome) => {
            if (isRefusal(outcome)) return reply(outcome);
            const { seq, at, duplicate } = replyOf(outcome, 'sent');
            session.omitOwn(room, seq);
            return reply({ room: name, epoch: room.epoch, seq, at, duplicate });
          },
          Buffer.byteLength(text),
        );
      }),

    'room.history': (session, { room: name, before, after, limit }, reply) => {
      return inRoom(rooms, name, reply, async (room) => {
        const outcome = await room.ref.ask({ type: 'read', user: (session.user as User).id });
        if (isRefusal(outcome)) return reply(outcome);
        const { head } = replyOf(outcome, 'readable');
        const range = pageRange({ before, after, limit }, head, limits);
        const { messages, more } = await reads.roomHistory({ file: room.file, range });
        return reply({ room: name, epoch: room.epoch, seq: head, messages: [...messages], more });
      });
    },

    'room.members': (_session, { room: name }, reply) =>
      inRoom(rooms, name, reply, async (room) => {
        const outcome = await room.ref.ask({ type: 'list-members' });
        if (isRefusal(outcome)) return reply(outcome);
        const { head, members } = replyOf(outcome, 'members');
        return reply({ room: name, seq: head, members: withPresence(members) });
      }),

    'room.topic': (session, { room: name, topic }, reply) =>
      inRoom(rooms, name, reply, async (room) => {
        const user = (session.user as User).id;
        const outcome = await room.ref.ask({ type: 'change-topic', user, topic });
        return isRefusal(outcome) ? reply(outcome) : reply({ room: name, seq: replyOf(outcome, 'done').seq });
      }),
  };
}
