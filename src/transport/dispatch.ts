import type { AnswerStyle } from '../protocol/answers.js';
import type { MethodName } from '../protocol/methods.js';
import { type Refusal, refusals } from '../protocol/refusals.js';
import { PoolBusy } from '../tasks/task-pool.js';
import { accountCalls } from './account-calls.js';
import type { Chat, Handlers } from './calls.js';
import { createIdentities } from './identities.js';
import { messageCalls } from './message-calls.js';
import type { CallTimes } from './metrics.js';
import { moderationCalls } from './moderation-calls.js';
import { privateCalls } from './private-calls.js';
import { readingCalls } from './reading-calls.js';
import { roomCalls } from './room-calls.js';
import { searchCalls } from './search-calls.js';
import type { Dispatch, Session } from './session.js';
import { userCalls } from './user-calls.js';
import { inTurn } from './users.js';

export interface DispatchOptions extends Chat {
  readonly version: string;
  /** What the server can do. */
  readonly features: readonly string[];
  readonly draining: () => boolean;
  /** Where it is to be noted how long calls take. */
  readonly callTimes: CallTimes | undefined;
  /** A call that failed by a bug; its caller is told `INTERNAL_ERROR`. */
  readonly onBug: (method: MethodName, error: unknown) => void;
}

const protocolVersion = 1;

/** What the methods of the table do. Every rule of the chat is an actor's; here calls find their way to them. */
export function createDispatch({ version, features, draining, callTimes, onBug, ...chat }: DispatchOptions): Dispatch {
  const identities = createIdentities(chat);
  const handlers: Handlers<MethodName> = {
    hello: (session, { protocol }, reply) => {
      if (protocol !== undefined && protocol !== protocolVersion) {
        return reply(refusals.protocolUnsupported(protocol, protocolVersion));
      }
      return reply({
        server: 'salas',
        version,
        protocol: protocolVersion,
        limits: { ...chat.limits },
        features: [...features],
        encrypted: session.encrypted,
      });
    },

    ping: (session, { data }, reply) => {
      const heads = Object.fromEntries([...session.rooms.keys()].map((room) => [room.name, room.feed.head]));
      return reply({ data: data ?? null, at: Date.now(), heads });
    },

    ...userCalls(chat, identities),
    ...accountCalls(chat, identities),
    ...roomCalls(chat),
    ...messageCalls(chat),
    ...readingCalls(chat),
    ...moderationCalls(chat),
    ...privateCalls(chat),
    ...searchCalls(chat),
  };

  /** Runs `work`; if it throws, that is a bug, which is reported and told to the caller. */
  const failSafe = async (
    method: MethodName,
    reply: (refusal: Refusal) => void,
    work: () => unknown,
  ): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (error instanceof PoolBusy) return reply(refusals.busy(error.who, error.retryAfterMs));
      onBug(method, error);
      reply(refusals.internal());
    }
  };

  const dispatch: Dispatch = (session, method, values, reply, style) => {
    if (draining()) return reply(refusals.draining());
    const handler = handlers[method] as (
      session: Session,
      values: unknown,
      reply: (outcome: object) => void,
      style: AnswerStyle,
    ) => unknown;
    const { user } = session;
    // Only what waits can fail later; the others are not made to wait for it.
    const result =
      user !== undefined && changesRooms.has(method)
        ? inTurn(user, reply, () => handler(session, values, reply, style))
        : handler(session, values, reply, style);
    if (result instanceof Promise) void failSafe(method, reply, () => result);
  };
  return callTimes === undefined ? dispatch : timed(dispatch, callTimes);
}

/** Notes of each call how long its answer took. */
function timed(dispatch: Dispatch, callTimes: CallTimes): Dispatch {
  return (session, method, values, reply, style) => {
    const begunMs = performance.now();
    const answered = (outcome: object) => {
      callTimes[method].since(begunMs);
      reply(outcome);
    };
    dispatch(session, method, values, answered, style);
  };
}

/** Methods that change the list of their user's rooms. */
const changesRooms: ReadonlySet<MethodName> = new Set(['user.quit', 'room.create', 'room.join', 'room.leave']);
