import { fanOutColumns } from './fan-out.js';
import { except, load, only, runSeconds, type Workload } from './workload.js';

const rooms = 100;
const members = 10;

/** Many small rooms that are all busy. */
export const manyRooms: Workload = {
  id: 'W2',
  title: `${rooms} rooms of ${members} members`,
  about: [
    'One publisher a room, 80 bytes, closed loop as in W1. The rooms of salas are made over the wire, as users make ' +
      'them, so they share room threads. Each has a log of its own, and so an fsync of its own.',
  ],
  headline: 'deliveriesPerSecond',
  columns: fanOutColumns,
  cases: (bench) =>
    (bench.settings.quick ? [8] : [1, 8]).map((window) => ({
      id: manyRoomsId(window),
      title: `1 × ${window} in flight in each room`,
      seconds: runSeconds(bench, 2),
      subjects: (bench.settings.quick ? only(bench, 'salas', 'redis', 'limit') : except(bench, 'rpyc')).map((server) =>
        load(bench, server, { rooms }, { rooms, members, pubs: 1, window }),
      ),
    })),
};

export function manyRoomsId(window: number): string {
  return `${window}-in-flight`;
}
