import { nameOf, type SessionId } from '../protocol/names.js';
import { isRefusal, type Refusal, refusals } from '../protocol/refusals.js';
import { Attempts, networkOf } from './attempts.js';
import { type Chat, type Handlers, replyOf } from './calls.js';
import type { Identities } from './identities.js';
import type { Session } from './session.js';
import { newToken } from './tokens.js';
import { inTurn, type User } from './users.js';

type AccountMethod =
  | 'account.create'
  | 'account.login'
  | 'account.change_password'
  | 'account.delete'
  | 'session.list'
  | 'session.revoke';

/** Users who stay: their passwords, and their sessions. */
export function accountCalls({ limits, supervisor, passwords }: Chat, identities: Identities): Handlers<AccountMethod> {
  const { addressAttemptsMax, addressAttemptSeconds, accountAttemptsMax, accountAttemptSeconds, attemptKeysMax } =
    limits;
  const byAddress = new Attempts({ attemptsMax: addressAttemptsMax, seconds: addressAttemptSeconds }, attemptKeysMax);
  const byAccount = new Attempts({ attemptsMax: accountAttemptsMax, seconds: accountAttemptSeconds }, attemptKeysMax);

  /**
   * Nothing, if `password` is the one whose hash is `hashed`. Whether there is such an account at all is told neither
   * by the refusal nor by the time it takes. An attempt counts from its beginning, so that many at once are no way
   * around the limits; when it has proved right, it counts no more.
   */
  const check = async (
    session: Session,
    id: string,
    hashed: string | undefined,
    password: string,
  ): Promise<Refusal | undefined> => {
    const network = networkOf(session.address);
    const now = Date.now();
    const waitMs = byAddress.take(network, now) || byAccount.take(id, now);
    if (waitMs > 0) return refusals.attemptsLimited(waitMs);
    const giveBack = () => {
      byAddress.giveBack(network);
      byAccount.giveBack(id);
    };
    try {
      if (!(await passwords.verify({ hashed, password }))) return refusals.credentialsInvalid();
    } catch (error) {
      giveBack();
      throw error;
    }
    giveBack();
    return undefined;
  };

  /** The hash of the user's password, if `password` is that. */
  const proven = async (session: Session, password: string): Promise<{ readonly hashed: string } | Refusal> => {
    const { id } = session.user as User;
    const account = await supervisor.ask({ type: 'find-account', id });
    if (isRefusal(account)) return account;
    if (account.type === 'no-account') return refusals.accountNotFound(id);
    const { password: hashed } = replyOf(account, 'account');
    return (await check(session, id, hashed, password)) ?? { hashed };
  };

  return {
    'account.create': async (session, { password, reserve = false }, reply) => {
      const { id } = session.user as User;
      const account = await supervisor.ask({ type: 'find-account', id });
      if (isRefusal(account)) return reply(account);
      if (account.type === 'account') return reply(refusals.accountExists(id));
      // An account is for ever, so making one is never given back.
      const waitMs = byAddress.take(networkOf(session.address), Date.now());
      if (waitMs > 0) return reply(refusals.attemptsLimited(waitMs));
      const hashed = await passwords.hash(password);
      const created = await supervisor.ask({ type: 'create-account', user: id, password: hashed, reserve });
      return reply(isRefusal(created) ? created : { userId: id, name: nameOf(id), reserved: reserve });
    },

    'account.login': async (session, { userId, password, ...positions }, reply) => {
      const account = await supervisor.ask({ type: 'find-account', id: userId });
      if (isRefusal(account)) return reply(account);
      const { user, password: hashed } = account.type === 'account' ? account : noAccount;
      const refusal = await check(session, user ?? userId, hashed, password);
      if (refusal !== undefined || user === undefined) return reply(refusal ?? refusals.credentialsInvalid());
      const { token, tokenHash } = newToken();
      const { address } = session;
      return identities.comeBack(
        session,
        { type: 'log-in', user, password: hashed, tokenHash, address },
        positions,
        (outcome) => reply(isRefusal(outcome) ? outcome : { ...outcome, token }),
      );
    },

    'account.change_password': async (session, { password, newPassword }, reply) => {
      const before = await proven(session, password);
      if (isRefusal(before)) return reply(before);
      const to = await passwords.hash(newPassword);
      const user = session.user as User;
      const current = session.sessionId as SessionId;
      const from = before.hashed;
      const changed = await supervisor.ask({ type: 'change-password', user: user.id, session: current, from, to });
      if (isRefusal(changed)) return reply(changed);
      const { ended } = replyOf(changed, 'sessions-ended');
      identities.cut(user, ended);
      return reply({ sessionsEnded: ended.length });
    },

    'account.delete': async (session, { password }, reply) => {
      const before = await proven(session, password);
      if (isRefusal(before)) return reply(before);
      const user = session.user as User;
      return inTurn(user, reply, async () => reply((await identities.end(user, before.hashed)) ?? {}));
    },

    'session.list': async (session, _values, reply) => {
      const outcome = await supervisor.ask({ type: 'list-sessions', user: (session.user as User).id });
      if (isRefusal(outcome)) return reply(outcome);
      const { sessions } = replyOf(outcome, 'sessions');
      return reply({ sessions: sessions.map((one) => ({ ...one, current: one.session === session.sessionId })) });
    },

    'session.revoke': async (session, { session: id }, reply) =>
      reply((await identities.endSession(session.user as User, id)) ?? {}),
  };
}

const noAccount = { user: undefined, password: undefined };
