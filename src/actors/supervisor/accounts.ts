import type { Limits } from '../../protocol/limits.js';
import { nameOf, type SessionId, type UserId, type UserName } from '../../protocol/names.js';
import { refusals } from '../../protocol/refusals.js';
import type { SessionRecord } from '../../storage/supervisor-store.js';
import { answer, type Decision, done, resumed } from './decision.js';
import type { Arrival, SupervisorMemory } from './decisions.js';

/**
 * Accounts: users who stay, and the sessions with which they come back. A password is known here by its hash only;
 * whether what somebody typed is the password was found out before, against the hash that a command names. Should the
 * account have another one by now, the command is refused.
 */
export type AccountCommand =
  /** Whose account it is, by the user's id or by a name that is reserved. */
  | { readonly type: 'find-account'; readonly id: string }
  | { readonly type: 'create-account'; readonly user: UserId; readonly password: string; readonly reserve: boolean }
  | ({ readonly type: 'log-in'; readonly user: UserId; readonly password: string } & Arrival)
  /** Ends all sessions but this one. */
  | {
      readonly type: 'change-password';
      readonly user: UserId;
      readonly session: SessionId;
      readonly from: string;
      readonly to: string;
    }
  | { readonly type: 'list-sessions'; readonly user: UserId }
  | { readonly type: 'end-session'; readonly user: UserId; readonly session: SessionId };

export type AccountReply =
  | { readonly type: 'account'; readonly user: UserId; readonly password: string }
  | { readonly type: 'no-account' }
  | { readonly type: 'sessions'; readonly sessions: readonly SessionRecord[] }
  | { readonly type: 'sessions-ended'; readonly ended: readonly SessionId[] };

export type AccountEvent =
  | {
      readonly type: 'account-created';
      readonly user: UserId;
      readonly password: string;
      readonly at: number;
      readonly reserve: boolean;
    }
  | { readonly type: 'password-changed'; readonly user: UserId; readonly password: string };

/** What a command about accounts leads to; see `decide`. */
export function decideAccount(command: AccountCommand, at: number, memory: SupervisorMemory, limits: Limits): Decision {
  switch (command.type) {
    case 'find-account': {
      const user = command.id.includes('#') ? (command.id as UserId) : memory.nameOwner(command.id as UserName);
      const password = user === undefined ? undefined : memory.accountPassword(user);
      if (user === undefined || password === undefined) return answer({ type: 'no-account' });
      return answer({ type: 'account', user, password });
    }
    case 'create-account':
      return createAccount(command, at, memory, limits);
    case 'log-in': {
      const { user, password, tokenHash, address } = command;
      if (memory.accountPassword(user) !== password) return answer(refusals.credentialsInvalid());
      const sessions = memory.sessions(user).map(({ session }) => session);
      const ended = sessions.slice(0, Math.max(0, sessions.length + 1 - limits.userSessionsMax));
      return {
        events: [
          ...ended.map((session) => ({ type: 'session-ended', user, session }) as const),
          { type: 'session-started', user, tokenHash, at, address },
          { type: 'connected', user },
        ],
        outcome: resumed(user, memory, ended),
      };
    }
    case 'change-password': {
      const { user, session: current, from, to } = command;
      if (memory.accountPassword(user) !== from) return answer(refusals.credentialsInvalid());
      const sessions = memory.sessions(user).map(({ session }) => session);
      const ended = sessions.filter((session) => session !== current);
      return {
        events: [
          { type: 'password-changed', user, password: to },
          ...ended.map((session) => ({ type: 'session-ended', user, session }) as const),
        ],
        outcome: { type: 'sessions-ended', ended },
      };
    }
    case 'list-sessions':
      return answer({ type: 'sessions', sessions: memory.sessions(command.user) });
    case 'end-session': {
      const { user, session } = command;
      const known = memory.sessions(user).some((one) => one.session === session);
      if (!known) return answer(refusals.sessionNotFound());
      return { events: [{ type: 'session-ended', user, session }], outcome: done };
    }
    default:
      return command satisfies never;
  }
}

/** A name that is reserved has one account, its owner's, and a name that has accounts is reserved for nobody else. */
function createAccount(
  { user, password, reserve }: Extract<AccountCommand, { type: 'create-account' }>,
  at: number,
  memory: SupervisorMemory,
  limits: Limits,
): Decision {
  const name = nameOf(user);
  // The identity may have ended while the password was being hashed.
  if (!memory.userExists(user)) return answer(refusals.notRegistered());
  if (memory.accountPassword(user) !== undefined) return answer(refusals.accountExists(user));
  if (memory.nameOwner(name) !== undefined) return answer(refusals.nameReserved(name));
  if (reserve && memory.nameHasAccount(name)) return answer(refusals.nameShared(name));
  if (memory.accountCount() >= limits.accountsMax) return answer(refusals.tooManyAccounts(limits.accountsMax));
  return { events: [{ type: 'account-created', user, password, at, reserve }], outcome: done };
}
