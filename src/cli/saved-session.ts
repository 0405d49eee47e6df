import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import * as v from 'valibot';

/** Who is logged in at a server from this machine, and the token that brings them back. */
export interface SavedSession {
  readonly userId: string;
  readonly token: string;
}

export interface Server {
  readonly host: string;
  readonly port: number;
}

/** What was done on the server is done, but the next command will not know who this is; `cause` says why. */
export class LoginNotKept extends Error {
  override readonly name = 'LoginNotKept';
  readonly file: string;

  constructor(file: string, cause: unknown) {
    super(`${file} cannot be written`, { cause });
    this.file = file;
  }
}

const schema = v.object({ userId: v.string(), token: v.string() });

/** The session with a server that was saved last, if there is one. What is no saved session counts as none. */
export async function savedSession(server: Server): Promise<SavedSession | undefined> {
  try {
    const json = JSON.parse(await readFile(sessionFile(server), 'utf8'));
    return v.is(schema, json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Saves a session in a file that only its owner may read, and answers the file.
 *
 * @throws LoginNotKept
 */
export async function saveSession(server: Server, { userId, token }: SavedSession): Promise<string> {
  const file = sessionFile(server);
  // Written beside it first: whoever reads finds the old one or the new one, whole.
  const fresh = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await rm(fresh, { force: true });
    await writeFile(fresh, `${JSON.stringify({ userId, token })}\n`, { mode: 0o600, flag: 'wx' });
    await rename(fresh, file);
  } catch (cause) {
    throw new LoginNotKept(file, cause);
  }
  return file;
}

/** Forgets the session with a server, if it is still this one. */
export async function forgetSession(server: Server, token: string): Promise<void> {
  if ((await savedSession(server))?.token === token) await rm(sessionFile(server), { force: true });
}

/** A file a server, where programs keep their state (XDG Base Directory Specification 0.8). */
function sessionFile({ host, port }: Server): string {
  const { XDG_STATE_HOME } = process.env;
  const state =
    XDG_STATE_HOME !== undefined && isAbsolute(XDG_STATE_HOME) ? XDG_STATE_HOME : join(homedir(), '.local', 'state');
  return join(state, 'salas', 'sessions', `${encodeURIComponent(host)}_${port}.json`);
}
