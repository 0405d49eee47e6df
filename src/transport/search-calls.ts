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
    'room.search': (session, { room: name, query, before, limit }, reply, style) =>
      inRoom(rooms, session, name, reply, async (room, reply) => {
        const reader = (session.user as User).id;
        const outcome = await room.ref.ask({ type: 'read', user: reader });
        if (isRefusal(outcome)) return reply(outcome);
        const { head } = replyOf(outcome, 'readable');
        const { file, epoch } = room;
        const range = pageRange({ before, limit }, head, limits);
        return reply(await searches.room({ file, room: name, epoch, query, range, reader, style }));
      }),

    'private.search': async (session, { query, room, with: other, before, limit }, reply, style) => {
      const owner = (session.user as User).id;
      const outcome = await supervisor.ask({ type: 'inbox-head', user: owner });
      if (isRefusal(outcome)) return reply(outcome);
      const { head } = replyOf(outcome, 'inbox');
      const filter = { ...(room === undefined ? {} : { room }), ...(other === undefined ? {} : { with: other }) };
      const range = pageRange({ before, limit }, head, limits);
      return reply(await searches.inbox({ file: inboxFile, owner, filter, query, range, style }));
    },
  };
}
