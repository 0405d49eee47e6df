import { CallRefused, CallTimedOut, ConnectionLost, NotSalas, ServerUnreachable, TlsFailed } from '../client/errors.js';
import { NotLoggedIn } from './account-visit.js';
import { exitCodes } from './exit-codes.js';
import { jsonLine, printable } from './printable.js';
import { LoginNotKept } from './saved-session.js';
import { CaUnusable } from './trust.js';
import type { Words } from './words.js';

/** Tells on stderr why a command failed, and with `json` a refusal on stdout too. Answers the exit code. */
export function tellFailure(
  error: unknown,
  options: { readonly host: string; readonly port: number; readonly json: boolean },
  words: Words,
): number {
  if (error instanceof CallRefused) {
    if (options.json) process.stdout.write(`${jsonLine(error.wire)}\n`);
    say(`${error.code} ${error.message}`);
    return exitCodes.refused;
  }
  if (error instanceof NotLoggedIn) {
    say(words.notLoggedIn);
    return exitCodes.refused;
  }
  if (error instanceof LoginNotKept) {
    say(words.loginNotKept(error.file, reasonOf(error)));
    return exitCodes.refused;
  }
  const text = failureText(error, options, words);
  if (text === undefined) throw error;
  say(text);
  return error instanceof CaUnusable ? exitCodes.refused : exitCodes.unreachable;
}

/** Why there is no answer from a server; undefined where that is not what happened. */
export function failureText(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
  words: Words,
): string | undefined {
  const address = `${host}:${port}`;
  if (error instanceof ServerUnreachable) return words.unreachable(address, reasonOf(error));
  if (error instanceof TlsFailed) return tlsFault(error, address, words);
  if (error instanceof CaUnusable) return words.caUnusable(error.file, error.message);
  if (error instanceof ConnectionLost) return whyLost(error, words);
  if (error instanceof CallTimedOut) return words.timedOut(error.deadlineMs / 1000);
  return undefined;
}

function tlsFault(error: TlsFailed, address: string, words: Words): string {
  const { fault, names = '' } = error;
  switch (fault) {
    case 'expired':
      return words.tlsExpired(address);
    case 'not-yet-valid':
      return words.tlsNotYetValid(address);
    case 'self-signed':
      return words.tlsSelfSigned(address);
    case 'unknown-authority':
      return words.tlsUnknownAuthority(address);
    case 'wrong-host':
      return words.tlsWrongHost(address, names);
    case 'not-offered':
      return words.tlsNotOffered(address);
    case 'other':
      return words.tlsOther(address, reasonOf(error));
    default:
      return fault satisfies never;
  }
}

/** Why there was no answer: in the system's words where the system knows, else it was the server's will. */
export function whyLost(error: ConnectionLost, words: Words): string {
  if (error instanceof NotSalas) return words.notSalas;
  return words.lost(error.cause === undefined ? words.serverEnded : reasonOf(error));
}

function say(message: string): void {
  process.stderr.write(`salas: ${printable(message)}\n`);
}

function reasonOf({ cause }: Error): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return code ?? message;
}
