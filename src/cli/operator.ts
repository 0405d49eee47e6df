import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressBan, Fault, Figures, LogLevel, SessionFigures, UserFigures } from '../protocol/control.js';
import type { AdminOptions } from './admin.js';
import { type Ask, asking } from './daemon-call.js';
import { duration, roomTable, statusTable, threadTable } from './figures-shown.js';
import { jsonLine } from './printable.js';
import { ratesBetween } from './rates.js';
import { table } from './table.js';
import { type Words, wordsIn } from './words.js';

/** What an operator asks of the daemon that runs on a data directory. Each answers the exit code. */

/** Between the two looks by which rates are told. */
const rateMs = 1000;
/** A drain answers when it is over, and takes as long as `serve --drain-seconds` says. */
const drainDeadlineMs = 25 * 60 * 60 * 1000;

export function status(options: AdminOptions): Promise<number> {
  return asking(options, async (ask) => {
    const earlier = await ask<Figures>('status');
    await sleep(rateMs);
    const figures = await ask<Figures>('status');
    const rates = ratesBetween(earlier, figures);
    const words = wordsIn(options.language);
    say(
      options.json
        ? jsonLine({ ...figures, rates })
        : [
            statusTable(figures, rates, words),
            roomTable(figures, rates, words),
            threadTable(figures, rates, words),
          ].join('\n\n'),
    );
  });
}

export function listRooms(options: AdminOptions): Promise<number> {
  return showing<Figures>(
    options,
    (ask) => ask('status'),
    (figures, words) => roomTable(figures, undefined, words),
    ({ rooms }) => ({ rooms }),
  );
}

export function listUsers(options: AdminOptions): Promise<number> {
  return showing<{ users: UserFigures[]; more: boolean }>(
    options,
    (ask) => ask('users'),
    ({ users, more }, words) =>
      listed(
        table(
          [words.columnUser, words.columnSessions, words.columnRooms, words.columnLag],
          users.map(({ user, sessions, rooms, lag }) => [user, sessions, rooms, lag]),
        ),
        more,
        words,
      ),
  );
}

export function listSessions(user: string | undefined, options: AdminOptions): Promise<number> {
  return showing<{ sessions: SessionFigures[]; more: boolean }>(
    options,
    (ask) => ask('sessions', { user }),
    ({ sessions, more }, words) =>
      listed(
        table(
          [
            ...[words.columnSession, words.columnAddress, words.columnUser, words.columnSince, words.columnRooms],
            ...[words.columnDialect, words.columnCalls, words.columnQueued, words.columnLag],
          ],
          sessions.map((one) => [
            ...[one.session, one.address, one.user ?? '', duration(Date.now() - one.since), one.rooms],
            ...[one.dialect, one.calls, one.queuedBytes, one.lag],
          ]),
        ),
        more,
        words,
      ),
  );
}

/** `who` is a session's number, or a user's id, which has a # in it. */
export function kick(who: string, reason: string | undefined, options: AdminOptions): Promise<number> {
  const whom = /^\d+$/.test(who) ? { session: Number(who) } : { user: who };
  return showing<{ ended: number }>(
    options,
    (ask) => ask('kick', { ...whom, reason }),
    ({ ended }, words) => words.ended(ended),
  );
}

export function banAddress(
  address: string,
  { minutes, reason }: { readonly minutes: number | undefined; readonly reason: string | undefined },
  options: AdminOptions,
): Promise<number> {
  return showing<AddressBan & { ended: number }>(
    options,
    (ask) => ask('ban-address', { address, minutes, reason }),
    (ban, words) =>
      `${words.addressBanned(ban.address, ban.until === null ? words.forGood : words.until(timeOf(ban.until)))}; ${words.ended(ban.ended)}`,
  );
}

export function unbanAddress(address: string, options: AdminOptions): Promise<number> {
  return showing<object>(
    options,
    (ask) => ask('unban-address', { address }),
    (_result, words) => words.addressUnbanned(address),
  );
}

export function listAddresses(options: AdminOptions): Promise<number> {
  return showing<{ addresses: AddressBan[] }>(
    options,
    (ask) => ask('addresses'),
    ({ addresses }, words) =>
      addresses.length === 0
        ? words.noAddresses
        : table(
            [words.columnAddress, words.columnUntil, words.columnReason],
            addresses.map((ban) => [ban.address, ban.until === null ? words.forGood : timeOf(ban.until), ban.reason]),
          ),
  );
}

export function announce(text: string, options: AdminOptions): Promise<number> {
  return showing<{ told: number; behind: number }>(
    options,
    (ask) => ask('announce', { text }),
    ({ told, behind }, words) => words.announced(told, behind),
  );
}

/** Without `level`, only tells it. */
export function logLevel(level: LogLevel | undefined, options: AdminOptions): Promise<number> {
  return showing<{ level: string }>(
    options,
    (ask) => ask('log-level', { level }),
    (result) => result.level,
  );
}

export function drain(options: AdminOptions): Promise<number> {
  return showing<{ finished: boolean }>(
    options,
    (ask) => ask('drain', {}, drainDeadlineMs),
    ({ finished }, words) => (finished ? words.drained : words.notDrained),
  );
}

/** Has a fault in the daemon, which runs with `serve --chaos`. */
export function injectFault(
  fault: Fault,
  { room, ms }: { readonly room?: string | undefined; readonly ms?: number | undefined },
  options: AdminOptions,
): Promise<number> {
  return showing<object>(
    options,
    (ask) => ask('chaos', { fault, room, ms }),
    (_result, words) => words.injected(fault),
  );
}

/** Asks once; `told` is what people are told of the result, `printed` what programs are. */
function showing<Result extends object>(
  options: AdminOptions,
  question: (ask: Ask) => Promise<Result>,
  told: (result: Result, words: Words) => string,
  printed: (result: Result) => object = (result) => result,
): Promise<number> {
  return asking(options, async (ask) => {
    const result = await question(ask);
    say(options.json ? jsonLine(printed(result)) : told(result, wordsIn(options.language)));
  });
}

function listed(shown: string, more: boolean, words: Words): string {
  return more ? `${shown}\n${words.listCut}` : shown;
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
