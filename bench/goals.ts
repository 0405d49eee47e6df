import { attacks } from './attacks.js';
import { type Bar, bestPeer } from './bars.js';
import { archives, comparedName, exportId, moreName } from './workloads/archives.js';
import { callId, calls } from './workloads/calls.js';
import { fanOut, fanOutId } from './workloads/fan-out.js';
import { fixedRate, rateId } from './workloads/fixed-rate.js';
import { fsyncName } from './workloads/fsync.js';
import { hostile } from './workloads/hostile.js';
import { idle, idleId } from './workloads/idle.js';
import { manyRooms, manyRoomsId } from './workloads/many-rooms.js';
import { calmName, searching, whileSendingId } from './workloads/searching.js';
import { killedId, starting } from './workloads/starting.js';

const fan = (members: number, publishers: number, window: number) =>
  ({
    title: `W1, ${members.toLocaleString('en')} members, ${publishers} × ${window}`,
    workload: fanOut.id,
    case: fanOutId(members, publishers, window),
    metric: 'deliveriesPerSecond',
  }) as const;
const many = {
  title: 'W2, 8 in flight',
  workload: manyRooms.id,
  case: manyRoomsId(8),
  metric: 'deliveriesPerSecond',
} as const;
const call = (name: string, connections: number, depth: number) =>
  ({
    title: `W3, \`${name}\`, ${connections} × ${depth}`,
    workload: calls.id,
    case: callId(name, connections, depth),
    metric: 'callsPerSecond',
  }) as const;
const times = (factor: number, of: string) => ({ type: 'times', factor, of }) as const;

/** The bars of the project. */
export const bars: readonly Bar[] = [
  { ...fan(100, 50, 8), goal: times(2, bestPeer) },
  { ...fan(100, 50, 8), goal: times(0.55, 'limit') },
  { ...fan(1000, 50, 8), goal: times(2, bestPeer) },
  { ...fan(1000, 50, 8), goal: times(0.55, 'limit') },
  { ...fan(100, 1, 32), goal: times(1, 'redis') },
  { ...fan(100, 1, 32), goal: times(0.8, bestPeer) },
  { ...fan(100, 1, 1), goal: times(0.6, bestPeer) },
  // The same without the fsync, which no other server here waits for.
  { ...fan(100, 1, 1), title: `${fan(100, 1, 1).title}, on tmpfs`, of: 'salas-tmpfs', goal: times(0.6, bestPeer) },
  { ...many, goal: times(1, 'redis') },
  { ...many, goal: times(0.8, bestPeer) },
  { ...call('ping', 50, 1), goal: times(20, 'rpyc') },
  { ...call('ping', 50, 1), goal: times(0.6, 'redis') },
  {
    ...call('room.send', 50, 32),
    // All that is in flight can at best be made durable by one fsync.
    goal: { type: 'at-least', value: 50_000, possible: { name: fsyncName, times: 50 * 32 } },
  },
  {
    title: 'W4',
    workload: idle.id,
    case: idleId,
    metric: 'rssPerConnectionKiB',
    goal: { type: 'below', value: 12 },
  },
  {
    title: 'W5, half of the rate at saturation',
    workload: fixedRate.id,
    case: rateId(50),
    metric: 'lastP99Us',
    goal: { type: 'below', value: 10_000 },
  },
  {
    title: 'W6, a room is killed',
    workload: starting.id,
    case: killedId,
    metric: 'backP50Ms',
    goal: { type: 'below', value: 100 },
  },
  ...(['searchP50Us', 'ackP99Us'] as const).map(
    (metric): Bar => ({
      title: 'W8, sends at full rate',
      workload: searching.id,
      case: whileSendingId,
      metric,
      goal:
        metric === 'searchP50Us'
          ? { type: 'below', value: 100_000 }
          : { type: 'at-most-times', factor: 1.2, of: calmName },
    }),
  ),
  {
    title: 'W9, three times as many messages exported',
    workload: archives.id,
    case: exportId,
    metric: 'commandRssMiB',
    of: moreName,
    goal: { type: 'at-most-times', factor: 1.2, of: comparedName },
  },
  ...Object.entries(attacks).flatMap(([id, { title }]): Bar[] => [
    {
      title: `W7, ${title}`,
      workload: hostile.id,
      case: id,
      metric: 'worstP99Us',
      goal: { type: 'below', value: 50_000 },
    },
    {
      title: `W7, ${title}`,
      workload: hostile.id,
      case: id,
      metric: 'rssOfBoundPercent',
      goal: { type: 'below', value: 100 },
    },
  ]),
];
