import type { Result } from '../protocol/methods.js';
import { isRefusal } from '../protocol/refusals.js';
import { type Chat, type Handlers, inRoom, replyOf } from './calls.js';
import type { User } from './users.js';

/**
 * Rooms that one call has looked at in the pool at a time: who is in many rooms waits longer, and others do not wait for
 * them.
 */
const roomsAtOnceMax = 4;

/** How far users have read, and what is still to be read. */
export function readingCalls({ limits, supervisor, rooms, reads }: Chat): Handlers<'room.mark_read' | 'room.unread'> {
  return {
    'room.mark_read': (session, { room: name, seq }, reply) =>
      inRoom(rooms, session, name, reply, async (room, reply) => {
        const { id: user } = session.user as User;
        const readable = await room.ref.ask({ type: 'read', user });
        if (isRefusal(readable)) return reply(readable);
        const { head, since } = replyOf(readable, 'readable');
        const log = { epoch: room.epoch, head, since };
        const outcome = await supervisor.ask({ type: 'mark-read', user, room: name, seq, log });
        return reply(isRefusal(outcome) ? outcome : { room: name, seq: replyOf(outcome, 'read').seq });
      }),

    'room.unread': async (session, _values, reply) => {
      const { id: user } = session.user as User;
      const outcome = await supervisor.ask({ type: 'list-read', user });
      if (isRefusal(outcome)) return reply(outcome);
      const { rooms: noted, blocked } = replyOf(outcome, 'read-list');
      const max = limits.unreadMax;
      const counted: Result<'room.unread'>['rooms'] = [];
      for (let i = 0; i < noted.length; i += roomsAtOnceMax) {
        const some = noted.slice(i, i + roomsAtOnceMax).flatMap(({ room, read }) => {
          const file = rooms.get(room)?.file;
          return file === undefined ? [] : [{ room, query: { file, user, read, blocked, max } }];
        });
        const found = await Promise.all(some.map(({ query }) => reads.unread(query)));
        // The list may be longer than the truth, which is the room's (ADR 6).
        for (const [j, unread] of found.entries())
          if (unread !== undefined) counted.push({ room: (some[j] as { room: string }).room, ...unread });
      }
      return reply({ rooms: counted });
    },
  };
}
