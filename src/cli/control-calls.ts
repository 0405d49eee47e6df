import type { Logger } from 'pino';
import type { SupervisorHandle } from '../actors/supervisor/supervisor-handle.js';
import { controlParams, type Fault, type LogLevel } from '../protocol/control.js';
import type { RoomName } from '../protocol/names.js';
import { isRefusal, refusals } from '../protocol/refusals.js';
import type { ControlHandlers } from '../transport/control.js';

/** What an operator does with the daemon itself; what is done with those who are connected is the gateway's. */
export function daemonCalls(
  logger: () => Promise<Logger>,
  drain: (cause: object) => Promise<boolean>,
): ControlHandlers {
  return {
    'log-level': {
      params: controlParams['log-level'],
      run: async ({ level }: { level?: LogLevel }) => {
        const log = await logger();
        if (level !== undefined) log.level = level;
        return { level: log.level };
      },
    },
    drain: {
      params: controlParams.drain,
      run: async () => ({ finished: await drain({ operator: true }) }),
    },
  };
}

/** Faults on demand: see `serve --chaos`. */
export function chaosCalls(supervisor: SupervisorHandle, allowed: boolean): ControlHandlers {
  const run = async ({ fault, room, ms }: { fault: Fault; room?: RoomName; ms?: number }) => {
    if (!allowed) return refusals.faultsNotAllowed();
    if (fault === 'crash-supervisor') await supervisor.crash();
    else if (room === undefined) return refusals.paramMissing('room');
    else if (!(await supervisor.inject(room, fault, ms))) return refusals.roomNotFound(room);
    return {};
  };
  return { chaos: { params: controlParams.chaos, run } };
}

/** Calls that only look are not worth a line in the log. */
const looking: ReadonlySet<string> = new Set(['status', 'sessions', 'users', 'addresses']);

/** The same calls, but for each that did something a line in the log says so; what was announced is not in it. */
export function noted(handlers: ControlHandlers, logger: () => Promise<Logger>): ControlHandlers {
  const entries = Object.entries(handlers).map(([method, handler]) => {
    if (looking.has(method)) return [method, handler] as const;
    const run: typeof handler.run = async (values) => {
      const outcome = await handler.run(values);
      const { text, ...params } = values as { text?: string };
      if (!isRefusal(outcome)) (await logger()).info({ method, ...params }, 'an operator called');
      return outcome;
    };
    return [method, { ...handler, run }] as const;
  });
  return Object.fromEntries(entries);
}
