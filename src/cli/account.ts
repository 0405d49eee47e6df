import type { Result } from '../protocol/methods.js';
import type { Visit } from './account-visit.js';
import type { OneShot } from './one-shot.js';
import { forgetSession, type Server, saveSession } from './saved-session.js';
import { table } from './table.js';

/** What is asked about accounts. A login is kept in a file, so that the commands after it are that user's. */

interface Login {
  readonly userId: string;
  readonly token: string;
  /** Where the login is kept. */
  readonly file: string;
}

/** Makes an account for a user who stays. */
export function createAccount(
  password: string,
  reserve: boolean,
  server: Server,
): OneShot<Result<'account.create'> & Login, Visit> {
  return {
    async ask({ client, token }) {
      const made = await client.call('account.create', { password, reserve });
      return { ...made, token, file: await saveSession(server, { userId: made.userId, token }) };
    },
    show: ({ userId, name, reserved, file }, words) => ({
      text: reserved ? words.accountReserved(userId, name) : words.accountCreated(userId),
      note: words.loggedIn(file),
    }),
  };
}

/** Keeps the login of a user who has just logged in. */
export function keepLogin(server: Server): OneShot<Login, Visit> {
  return {
    ask: async ({ userId, token }) => ({ userId, token, file: await saveSession(server, { userId, token }) }),
    show: ({ userId, file }, words) => ({ text: userId, note: words.loggedIn(file) }),
  };
}

export function changePassword(
  password: string,
  newPassword: string,
): OneShot<Result<'account.change_password'>, Visit> {
  return {
    ask: ({ client }) => client.call('account.change_password', { password, newPassword }),
    show: ({ sessionsEnded }, words) => ({ text: words.passwordChanged(sessionsEnded) }),
  };
}

export function deleteAccount(password: string, server: Server): OneShot<Result<'account.delete'>, Visit> {
  return {
    async ask({ client, token }) {
      const result = await client.call('account.delete', { password });
      await forgetSession(server, token);
      return result;
    },
    show: (_result, words, userId) => ({ text: words.accountDeleted(userId) }),
  };
}

export function sessions(): OneShot<Result<'session.list'>, Visit> {
  return {
    ask: ({ client }) => client.call('session.list'),
    show: (result, words) => ({
      text: table(
        [words.columnSession, words.columnMade, words.columnUsed, words.columnFrom, words.columnThis],
        result.sessions.map(({ session, createdAt, lastUsedAt, address, current }) => [
          session,
          new Date(createdAt).toISOString(),
          new Date(lastUsedAt).toISOString(),
          address,
          current ? words.current : '',
        ]),
      ),
    }),
  };
}

/** Ends a session of the user's; without one, that of this command. */
export function revoke(given: string | undefined, server: Server): OneShot<Result<'session.revoke'>, Visit> {
  return {
    async ask({ client, token }) {
      const { sessions } = await client.call('session.list');
      const current = sessions.find((one) => one.current)?.session as string;
      const result = await client.call('session.revoke', { session: given ?? current });
      if (given === undefined || given === current) await forgetSession(server, token);
      return result;
    },
    show: (_result, words) => ({ text: given === undefined ? words.loggedOut : words.sessionEnded(given) }),
  };
}
