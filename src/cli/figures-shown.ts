import type { Figures, RoomFigures, ThreadFigures } from '../protocol/control.js';
import type { Rates } from './rates.js';
import { table } from './table.js';
import type { Words } from './words.js';

/** The daemon's figures for people. What a thread did not tell in time is a question mark. */

const unknown = '?';
const roomsNamedMax = 3;

/** The figures of the whole daemon, one a line. */
export function statusTable(figures: Figures, rates: Rates, words: Words): string {
  const { supervisor, rooms } = figures;
  const mailbox = Math.max(supervisor.mailbox, ...rooms.map((room) => room.mailbox));
  const restarts = rooms.reduce((sum, room) => sum + room.restarts, 0);
  const slowest = rooms.reduce<RoomFigures | undefined>(
    (most, room) => (room.lag > (most?.lag ?? 0) ? room : most),
    undefined,
  );
  return table(
    [words.columnWhat, words.columnFigure],
    [
      [words.statusVersion, figures.version],
      [words.statusUptime, duration(figures.uptimeMs)],
      [words.statusConnections, `${figures.connections}`],
      [words.statusUsers, `${figures.users}`],
      [words.statusRooms, `${rooms.length}`],
      [words.statusCommits, orUnknown(rates.commitsPerSecond)],
      [words.statusDeliveries, `${rates.deliveriesPerSecond}`],
      [words.statusMailbox, `${mailbox}`],
      [words.statusLag, slowest === undefined ? '0' : `${slowest.lag} (${slowest.room})`],
      [words.statusRestarts, `${restarts}`],
      [words.statusSupervisorRestarts, `${supervisor.restarts}`],
      [words.statusMemory, mebibytes(figures.rssBytes)],
    ],
  );
}

export function roomTable(figures: Figures, rates: Rates | undefined, words: Words): string {
  const rows = figures.rooms.map(({ room, members, readers, seq, mailbox, lag, restarts, commits }, i) => {
    const rate = rates?.rooms[i];
    return [
      ...[room, members, readers, seq, mailbox, lag, restarts],
      ...(rate === undefined ? [orUnknown(commits)] : [orUnknown(rate.commitsPerSecond), rate.eventsPerSecond]),
    ];
  });
  return table(
    [
      ...[words.columnRoom, words.columnMembers, words.columnReaders, words.columnSeq],
      ...[words.columnMailbox, words.columnLag, words.columnRestarts],
      ...(rates === undefined ? [words.columnCommits] : [words.columnCommitsPerSecond, words.columnEventsPerSecond]),
    ],
    rows,
  );
}

export function threadTable({ threads }: Figures, rates: Rates, words: Words): string {
  const rows = threads.map((thread, i) => {
    const { load } = thread;
    const busy = rates.busy[i];
    return [
      threadName(thread, words),
      busy === null || busy === undefined ? unknown : `${Math.round(busy * 100)} %`,
      ...(load === null
        ? [unknown, unknown, unknown]
        : [mebibytes(load.heapUsedBytes), mebibytes(load.heapBytes), mebibytes(load.externalBytes)]),
    ];
  });
  const head = [words.columnThread, words.columnBusy, words.columnHeapUsed, words.columnHeap, words.columnExternal];
  return table(head, rows);
}

function threadName({ thread, rooms }: ThreadFigures, words: Words): string {
  if (thread !== 'room') return thread === 'main' ? words.threadMain : words.threadSupervisor;
  if (rooms.length === 0) return words.threadSpare;
  const named = rooms.slice(0, roomsNamedMax).join(', ');
  return rooms.length > roomsNamedMax ? `${named}, +${rooms.length - roomsNamedMax}` : named;
}

function orUnknown(figure: number | null): string | number {
  return figure ?? unknown;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** Days, hours, minutes and seconds, without those that lead and are 0. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts
    .slice(first === -1 ? -1 : first)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}
