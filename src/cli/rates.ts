import type { ActorFigures, Figures, ThreadFigures } from '../protocol/control.js';

/** What happened between two looks at the figures, a second; null where it is not known. */
export interface Rates {
  readonly commitsPerSecond: number | null;
  readonly deliveriesPerSecond: number;
  /** Of each room, in the order of the later figures. */
  readonly rooms: readonly { readonly commitsPerSecond: number | null; readonly eventsPerSecond: number }[];
  /** How much of the time each thread was at work, 0 to 1, in the order of the later figures. */
  readonly busy: readonly (number | null)[];
}

/** `earlier` and `later` are of the same daemon. */
export function ratesBetween(earlier: Figures, later: Figures): Rates {
  const ms = Math.max(1, later.at - earlier.at);
  const perSecond = (difference: number) => Math.round((difference * 1000) / ms);
  const commits = (before: ActorFigures | undefined, after: ActorFigures): number | null => {
    const grown = grownBy(before === undefined ? 0 : before.commits, after.commits);
    return grown === null ? null : perSecond(grown);
  };
  const before = new Map(earlier.rooms.map((room) => [room.room, room]));
  const rooms = later.rooms.map((room) => ({
    commitsPerSecond: commits(before.get(room.room), room),
    eventsPerSecond: perSecond(Math.max(0, room.seq - (before.get(room.room)?.seq ?? 0))),
  }));
  const known = [commits(earlier.supervisor, later.supervisor), ...rooms.map((room) => room.commitsPerSecond)].filter(
    (rate) => rate !== null,
  );
  const earlierThreads = new Map(earlier.threads.map((thread) => [nameOf(thread), thread.load?.busyMs ?? null]));
  return {
    commitsPerSecond: known.length === 0 ? null : known.reduce((sum, rate) => sum + rate, 0),
    deliveriesPerSecond: perSecond(Math.max(0, later.deliveries - earlier.deliveries)),
    rooms,
    busy: later.threads.map((thread) => {
      const grown = grownBy(earlierThreads.get(nameOf(thread)) ?? null, thread.load?.busyMs ?? null);
      return grown === null ? null : Math.min(1, grown / ms);
    }),
  };
}

/** By how much a counter grew, which begins at 0 again when its thread does. */
function grownBy(before: number | null, after: number | null): number | null {
  if (before === null || after === null) return null;
  return after >= before ? after - before : after;
}

function nameOf({ thread, rooms }: ThreadFigures): string {
  return `${thread} ${rooms.join(' ')}`;
}
