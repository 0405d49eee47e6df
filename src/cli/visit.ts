import { CallRefused, CallTimedOut, ServerUnreachable, TlsFailed } from '../client/errors.js';
import { type ConnectionState, enter, type Participant } from '../client/participant.js';
import type { Language } from '../protocol/speech.js';
import { forgetSession } from './saved-session.js';
import { type Trust, tlsOf } from './trust.js';
import { wordsIn } from './words.js';

/** Who goes where. */
export interface VisitOptions extends Trust {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly token: string | undefined;
  /** Seconds; what for is the command's to say, see {@link Patience}. */
  readonly wait: number;
  /** The language of what the server says. */
  readonly language: Language;
}

/** What is waited for no longer than `wait` seconds: that all is done, or only that there is a connection again. */
export type Patience = 'done' | 'connected';

const farewellMs = 5000;

/**
 * Does `work` as a user: the one whom the token brings back, who stays as they are; else a new one, who quits
 * afterwards so that no ghost stays in the rooms. A connection that is lost is made again, and what was asked is asked
 * again, so that it takes effect once.
 *
 * @throws {ServerUnreachable} there is no server, or it went away and did not come back in time
 * @throws {TlsFailed | CaUnusable} it is not to be trusted, or nobody by that file
 * @throws {CallTimedOut} it was not done in time
 * @throws whatever else `enter` and the work throw
 */
export async function visit<Done>(
  options: VisitOptions,
  patience: Patience,
  work: (user: Participant) => Promise<Done>,
  tell: (state: ConnectionState) => void = connectionTeller(options.language),
): Promise<Done> {
  const { host, port, name, token, wait, language } = options;
  const waitMs = wait * 1000;
  const end = new AbortController();
  let user: Participant | undefined;
  let away: Error | undefined = new ServerUnreachable('no answer', { cause: { code: 'ETIMEDOUT' } });
  const giveUp = () => end.abort(patience === 'done' && user ? new CallTimedOut('the command', waitMs) : gone(away));
  let timer: NodeJS.Timeout | undefined = setTimeout(giveUp, waitMs);
  const onChange = (state: ConnectionState) => {
    tell(state);
    away = state.type === 'away' ? state.error : undefined;
    if (patience === 'done') return;
    if (away !== undefined) {
      timer ??= setTimeout(giveUp, waitMs);
    } else {
      clearTimeout(timer);
      timer = undefined;
    }
  };
  try {
    const as = token === undefined ? { name } : { token };
    const tls = tlsOf(options);
    const entering = enter({ host, port, tls, as, language, deadlineMs: waitMs, onChange, signal: end.signal });
    user = await entering.catch(async (error) => {
      // A login that was ended elsewhere: the next command need not fail for it as well.
      const over = error instanceof CallRefused && error.code === 'TOKEN_INVALID';
      if (over && token !== undefined) await forgetSession(options, token);
      throw error;
    });
    try {
      return await work(user);
    } finally {
      clearTimeout(timer);
      timer = setTimeout(() => end.abort(), farewellMs);
      // The work's own outcome counts; a new user who cannot quit expires.
      if (token === undefined && away === undefined) await user.quit().catch(() => undefined);
      await user.close();
    }
  } finally {
    clearTimeout(timer);
  }
}

function gone(away: Error | undefined): Error {
  return away instanceof ServerUnreachable || away instanceof TlsFailed
    ? away
    : new ServerUnreachable('the server is gone', { cause: away });
}

/** Says on a terminal, and nowhere else, that the connection is lost, and that it is there again. */
function connectionTeller(language: Language): (state: ConnectionState) => void {
  const words = wordsIn(language);
  let lost = false;
  return ({ type }) => {
    if (lost === (type === 'away')) return;
    lost = !lost;
    if (process.stderr.isTTY) process.stderr.write(`salas: ${lost ? words.reconnecting : words.connectedAgain}\n`);
  };
}
