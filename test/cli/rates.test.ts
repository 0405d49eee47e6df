import t from 'tap';
import { duration } from '../../src/cli/figures-shown.js';
import { ratesBetween } from '../../src/cli/rates.js';
import type { Figures, RoomFigures } from '../../src/protocol/control.js';

const room = (name: string, seq: number, commits: number | null): RoomFigures => ({
  ...{ room: name, members: 0, readers: 0, lag: 0, mailbox: 0, restarts: 0 },
  ...{ seq, commits },
});

const thread = (busyMs: number | null): Figures['threads'][number] => ({
  thread: 'main',
  rooms: [],
  load: busyMs === null ? null : { heapBytes: 0, heapUsedBytes: 0, externalBytes: 0, busyMs },
});

function figures(at: number, more: Partial<Figures>): Figures {
  return {
    ...{ version: '1', at, uptimeMs: 0, rssBytes: 0, connections: 0, connectionsTotal: 0, users: 0, deliveries: 0 },
    ...{
      lagging: 0,
      refusals: {},
      supervisor: { mailbox: 0, restarts: 0, commits: 0 },
      rooms: [],
      threads: [thread(0)],
    },
    ...more,
  };
}

t.test('rates are what counters grew by, a second', async (t) => {
  const earlier = figures(1000, { deliveries: 10, rooms: [room('a', 5, 5)], threads: [thread(100)] });
  const later = figures(3000, {
    ...{ deliveries: 30, rooms: [room('a', 25, 15), room('b', 4, 2)], threads: [thread(600)] },
    supervisor: { mailbox: 0, restarts: 0, commits: 2 },
  });
  t.strictSame(ratesBetween(earlier, later), {
    commitsPerSecond: 7,
    deliveriesPerSecond: 10,
    rooms: [
      { commitsPerSecond: 5, eventsPerSecond: 10 },
      { commitsPerSecond: 1, eventsPerSecond: 2 },
    ],
    busy: [0.25],
  });
});

t.test(
  'a counter that began again with its thread counts from there, and one that is not known is told as such',
  async (t) => {
    const earlier = figures(0, { rooms: [room('a', 9, 900), room('b', 1, 1)], threads: [thread(5000)] });
    const later = figures(1000, { rooms: [room('a', 9, 3), room('b', 1, null)], threads: [thread(null)] });
    t.match(ratesBetween(earlier, later), {
      commitsPerSecond: 3,
      rooms: [{ commitsPerSecond: 3 }, { commitsPerSecond: null }],
      busy: [null],
    });
  },
);

t.test('a time is told in the largest units that it has', async (t) => {
  t.equal(duration(0), '0 s');
  t.equal(duration(59_999), '59 s');
  t.equal(duration(60_000), '1 min 0 s');
  t.equal(duration(90_061_000), '1 d 1 h 1 min 1 s');
});
