import { isRefusal } from '../protocol/refusals.js';
import { type Chat, type Handlers, inRoom, pageRange, replyOf } from './calls.js';
import type { User } from './users.js';

/** What was said with certain words in it. */
export function searchCalls({
  limits,
  supervisor,
  rooms,
  searches,
  inboxFile,
}: Chat): Handlers<'room.search' | 'private.search'> {
  return {
    'room.search': (session, { room: name, query, before, limit }, reply) =>
      inRoom(rooms, session, name, reply, async (room, reply) => {
        const reader = (session.user as User).id;
        const outcome = await room.ref.ask({ type: 'read', user: reader });
        if (isRefusal(outcome)) return reply(outcome);
        const { head } = replyOf(outcome, 'readable');
        const { file, epoch } = room;
        const range = pageRange({ before, limit }, head, limits);
        const { messages, more, next } = await searches.room({ file, epoch, query, range, reader });
        return reply({ room: name, epoch, seq: head, messages: [...messages], more, ...(more ? { next } : {}) });
      }),

    'private.search': async (session, { query, room, with: other, before, limit }, reply) => {
      const owner = (session.user as User).id;
      const outcome = await supervisor.ask({ type: 'inbox-head', user: owner });
      if (isRefusal(outcome)) return reply(outcome);
      const { head } = replyOf(outcome, 'inbox');
      const filter = { ...(room === undefined ? {} : { room }), ...(other === undefined ? {} : { with: other }) };
      const range = pageRange({ before, limit }, head, limits);
      const { messages, more, next } = await searches.inbox({ file: inboxFile, owner, filter, query, range });
      return reply({ messages: [...messages], more, ...(more ? { next } : {}), seq: head });
    },
  };
}
