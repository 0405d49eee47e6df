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
  if (error instanceof ServerUnreachable) {
    say(words.unreachable(`${options.host}:${options.port}`, reasonOf(error)));
    return exitCodes.unreachable;
  }
  if (error instanceof TlsFailed) {
    say(tlsFault(error, `${options.host}:${options.port}`, words));
    return exitCodes.unreachable;
  }
  if (error instanceof CaUnusable) {
    say(words.caUnusable(error.file, error.message));
    return exitCodes.refused;
  }
  if (error instanceof ConnectionLost) {
    say(whyLost(error, words));
    return exitCodes.unreachable;
  }
  if (error instanceof CallTimedOut) {
    say(words.timedOut(error.deadlineMs / 1000));
    return exitCodes.unreachable;
  }
  throw error;
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
