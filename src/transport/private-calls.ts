import { isRefusal } from '../protocol/refusals.js';
import { type Chat, type Handlers, inRoom, pageRange, replyOf } from './calls.js';
import type { User } from './users.js';

/** What one user says to another. */
export function privateCalls({
  limits,
  supervisor,
  rooms,
  users,
  reads,
  inboxFile,
}: Chat): Handlers<'private.send' | 'private.history'> {
  return {
    'private.send': (session, { room: name, to, text, clientMsgId }, reply) => {
      const user = session.user as User;
      const refusal = users.flooding(user, session.origin);
      if (refusal !== undefined) return reply(refusal);
      return inRoom(rooms, session, name, reply, (room, reply) => {
        const from = user.id;
        return room.ref.call({ type: 'vouch', from, to }, (vouched) => {
          const objection = isRefusal(vouched) ? vouched : undefined;
          if (objection !== undefined && !objections.has(objection.code)) return reply(objection);
          return supervisor.call(
            { type: 'send-private', from, to, room: name, text, clientMsgId, objection },
            (outcome) => {
              if (isRefusal(outcome)) return reply(outcome);
              const { seq, at, duplicate } = replyOf(outcome, 'sent');
              session.omitOwnPrivate(seq);
              return reply({ seq, at, duplicate, online: users.isOnline(to) });
            },
            Buffer.byteLength(text),
          );
        });
      });
    },

    'private.history': async (session, { room, with: other, before, after, limit }, reply, style) => {
      const owner = (session.user as User).id;
      const outcome = await supervisor.ask({ type: 'inbox-head', user: owner });
      if (isRefusal(outcome)) return reply(outcome);
      const { head } = replyOf(outcome, 'inbox');
      const filter = { ...(room === undefined ? {} : { room }), ...(other === undefined ? {} : { with: other }) };
      const range = pageRange({ before, after, limit }, head, limits);
      return reply(await reads.inboxHistory({ file: inboxFile, owner, filter, range, style }));
    },
  };
}

/** What a room may have against a private message; the supervisor weighs it, any other refusal is final. */
const objections: ReadonlySet<string> = new Set(['NOT_IN_ROOM', 'BANNED', 'USER_NOT_IN_ROOM']);
