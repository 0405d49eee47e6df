import type { Client } from '../client/client.js';
import { connect } from '../client/connect.js';
import { CallRefused } from '../client/errors.js';
import type { Coming } from './one-shot.js';
import { forgetSession } from './saved-session.js';
import type { VisitOptions } from './visit.js';

/** How to come for the sake of an account: on one connection, because what is done to accounts is not done twice. */

/** A user on a connection. */
export interface Visit {
  readonly client: Client;
  readonly userId: string;
  readonly token: string;
}

/** Nobody is logged in, and the command is for who is. */
export class NotLoggedIn extends Error {
  override readonly name = 'NotLoggedIn';
}

/** As the user whom the token brings back, or who is logged in; else as a new one, who stays if the work is done. */
export const settle: Coming<Visit> = (options, work) =>
  connected(options, async (client) => {
    if (options.token !== undefined) return work(await comeBack(client, options.token, options));
    const { userId, token } = await client.call('user.register', { name: options.name });
    return work({ client, userId, token }).catch(async (error) => {
      // The work's own outcome counts; a new user who cannot quit expires.
      await client.call('user.quit').catch(() => undefined);
      throw error;
    });
  });

/**
 * As the user whom the token brings back, or who is logged in.
 *
 * @throws also NotLoggedIn
 */
export const asKnown: Coming<Visit> = (options, work) => {
  const { token } = options;
  if (token === undefined) throw new NotLoggedIn();
  return connected(options, async (client) => work(await comeBack(client, token, options)));
};

/** As the user who logs in now. */
export function logIn(user: string, password: string): Coming<Visit> {
  return (options, work) =>
    connected(options, async (client) => {
      const { userId, token } = await client.call('account.login', { userId: user, password });
      return work({ client, userId, token });
    });
}

async function connected<Done>(
  { host, port, language, wait }: VisitOptions,
  work: (client: Client) => Promise<Done>,
): Promise<Done> {
  const deadlineMs = wait * 1000;
  const client = await connect({ host, port, language, deadlineMs, connectDeadlineMs: deadlineMs });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

async function comeBack(client: Client, token: string, options: VisitOptions): Promise<Visit> {
  try {
    const { userId } = await client.call('user.resume', { token });
    return { client, userId, token };
  } catch (error) {
    if (error instanceof CallRefused && error.code === 'TOKEN_INVALID') await forgetSession(options, token);
    throw error;
  }
}
