import { except, load, type Workload } from './workload.js';

const rooms = 50;
const members = 100;
const holdSeconds = 3;

/** Members who say nothing. */
export const idle: Workload = {
  id: 'W4',
  title: `${(rooms * members).toLocaleString('en')} idle members`,
  about: [
    `${rooms} rooms of ${members} members. RSS a connection is the RSS after minus the RSS before, over the connections; ` +
      'the threads of the rooms are there before.',
    `The RSS after is read ${holdSeconds} s after the last one has joined. IRC servers and salas tell everybody in the ` +
      'room of each who joins.',
  ],
  headline: 'rssPerConnectionKiB',
  columns: ['rssPerConnectionKiB', 'joinSeconds', 'rssBeforeMiB', 'rssMiB'],
  cases: (bench) =>
    bench.settings.quick
      ? []
      : [
          {
            id: idleId,
            title: 'Memory and joining',
            seconds: 10,
            subjects: except(bench, 'salas-tmpfs', 'limit-permsg', 'rpyc').map((server) =>
              load(bench, server, { rooms }, { mode: 'idle', rooms, members, hold: holdSeconds }),
            ),
          },
        ],
};

export const idleId = 'idle';
