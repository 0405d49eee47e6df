import { type Bench, type Case, except, load, runSeconds, type Workload } from './workload.js';

/** Members, publishers, and messages in flight a publisher. */
type Shape = readonly [members: number, publishers: number, window: number];

const shapes: readonly Shape[] = [
  [10, 1, 1],
  [10, 1, 32],
  [10, 10, 1],
  [10, 10, 8],
  [100, 1, 1],
  [100, 1, 32],
  [100, 50, 1],
  [100, 50, 8],
  [1000, 1, 1],
  [1000, 1, 32],
  [1000, 50, 1],
  [1000, 50, 8],
];
const quickShapes: readonly Shape[] = [
  [100, 1, 32],
  [100, 50, 8],
];

export const fanOutColumns = [
  'deliveriesPerSecond',
  'lastP50Us',
  'lastP99Us',
  'ackP50Us',
  'serverCpuPercent',
  'generatorCpuPercent',
  'rssMiB',
] as const;

/** One room, all its members on line: what a message costs. */
export const fanOut: Workload = {
  id: 'W1',
  title: 'Fan-out in one room',
  about: [
    'Closed loop: a publisher keeps so many messages of 80 bytes in flight; a message is done when every member has it.',
    'salas answers and delivers only what is on disk; “on tmpfs” is the same daemon with its data in memory, so the ' +
      'difference is the time of the fsync. No other server here writes anything to disk.',
    'IRC servers do not send a publisher its own message. They and Socket.IO’s emit, as used here, have no answers.',
  ],
  headline: 'deliveriesPerSecond',
  columns: fanOutColumns,
  cases: (bench) => (bench.settings.quick ? quickShapes : shapes).map((shape) => fanOutCase(bench, shape)),
};

function fanOutCase(bench: Bench, [members, publishers, window]: Shape): Case {
  const options = { members, pubs: publishers, window };
  return {
    id: fanOutId(members, publishers, window),
    title: `${members.toLocaleString('en')} members, ${publishers} × ${window} in flight`,
    seconds: runSeconds(bench, members < 1000 ? 0.7 : 1.5),
    subjects: except(bench, ...(bench.settings.quick ? ['limit-permsg', 'rpyc'] : ['rpyc'])).map((server) =>
      load(bench, server, { rooms: 1 }, options),
    ),
  };
}

export function fanOutId(members: number, publishers: number, window: number): string {
  return `${members}-members-${publishers}x${window}`;
}
