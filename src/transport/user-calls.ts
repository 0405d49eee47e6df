import { nameOf, type SessionId } from '../protocol/names.js';
import { isRefusal } from '../protocol/refusals.js';
import { type Chat, type Handlers, isShown, replyOf } from './calls.js';
import type { Identities } from './identities.js';
import { hashOf, newToken } from './tokens.js';
import type { User } from './users.js';

/** Who somebody is: to come, to come back, to go. */
export function userCalls(
  { limits, supervisor, rooms }: Chat,
  identities: Identities,
): Handlers<'user.register' | 'user.resume' | 'user.me' | 'user.quit' | 'user.block' | 'user.unblock' | 'user.blocks'> {
  return {
    'user.register': (session, { name }, reply) => {
      const { token, tokenHash } = newToken();
      return supervisor.call({ type: 'register', name, tokenHash, address: session.address }, (outcome) => {
        if (isRefusal(outcome)) return reply(outcome);
        const { user: id } = replyOf(outcome, 'registered');
        const user = identities.become(session, id, tokenHash, 0);
        reply({ userId: id, name, token, resumeSeconds: limits.resumeSeconds });
        return session.followInbox(user, 0);
      });
    },

    'user.resume': (session, { token, ...positions }, reply) =>
      identities.comeBack(
        session,
        { type: 'resume', tokenHash: hashOf(token), address: session.address },
        positions,
        reply,
      ),

    'user.me': async (session, _values, reply) => {
      const { id } = session.user as User;
      const outcome = await supervisor.ask({ type: 'list-rooms', user: id });
      if (isRefusal(outcome)) return reply(outcome);
      const noted = replyOf(outcome, 'rooms').rooms;
      const shown = await Promise.all(noted.map((room) => isShown(rooms.get(room), id)));
      return reply({ userId: id, name: nameOf(id), rooms: noted.filter((_, i) => shown[i]) });
    },

    'user.quit': async (session, _values, reply) => {
      const user = session.user as User;
      const account = await supervisor.ask({ type: 'find-account', id: user.id });
      if (isRefusal(account)) return reply(account);
      const refusal =
        account.type === 'account'
          ? await identities.endSession(user, session.sessionId as SessionId)
          : await identities.end(user);
      return reply(refusal ?? {});
    },

    'user.block': async (session, { user: blocked }, reply) => {
      const outcome = await supervisor.ask({ type: 'block', user: (session.user as User).id, blocked });
      return reply(isRefusal(outcome) ? outcome : {});
    },

    'user.unblock': async (session, { user: blocked }, reply) => {
      const outcome = await supervisor.ask({ type: 'unblock', user: (session.user as User).id, blocked });
      return reply(isRefusal(outcome) ? outcome : {});
    },

    'user.blocks': async (session, _values, reply) => {
      const outcome = await supervisor.ask({ type: 'list-blocks', user: (session.user as User).id });
      return reply(isRefusal(outcome) ? outcome : { users: [...replyOf(outcome, 'blocks').users] });
    },
  };
}
