import { setTimeout as sleep } from 'node:timers/promises';
import { defaultPolicy } from '../../src/actors/restart.js';
import { connect } from '../../src/client/connect.js';
import { callDaemon } from '../../src/client/control.js';
import { controlSocket } from '../../src/storage/data-directory.js';
import type { Sample } from '../metrics.js';
import { newDirectory, removeDirectory, stop } from '../processes.js';
import { diskFolder, salas, serve } from '../servers/salas.js';
import { median } from '../statistics.js';
import { rssMiB } from '../watch.js';
import { fsyncAlone } from './fsync.js';
import { seededOnceAsked } from './seed.js';
import {
  type Bench,
  type Case,
  loadOn,
  only,
  runSeconds,
  type Subject,
  serverCore,
  subject,
  type Workload,
} from './workload.js';

const rooms = ['r0', 'r1', 'r2'];
const startRuns = 9;
const quickStartRuns = 3;
const messages = 1_000_000;
/** As many as are restarted at once. */
const killsOfARoomMax = defaultPolicy.deathsMax;
const betweenKillsMs = 1000;
export const killedId = 'killed';
const quickMessages = 30_000;

/** From nothing to the first answer; only salas, on its own. */
export const starting: Workload = {
  id: 'W6',
  title: 'Starting, and a server that has nothing else to do',
  about: [
    `Start and restart use all cores, and have ${rooms.length} rooms. Times count from the spawn of the process; the ` +
      'first history and the first send come after connecting, registering and joining. The stored messages are ' +
      'those of a clean end, and in the page cache.',
    'Sends by what is stored go into one of the rooms, which has a third of the messages.',
    'A killed room is back when a message that is sent to it right after the kill is answered; its thread is ended ' +
      `by fault injection, ${killsOfARoomMax} times in each room of a server, a second after the kill before.`,
    'A send waits for one fsync; “fsync alone” writes 4 KiB and calls fsync on the same disk.',
  ],
  headline: 'readyMs',
  columns: [
    'readyMs',
    'backP50Ms',
    'backMaxMs',
    'firstHistoryMs',
    'firstSendMs',
    'callsPerSecond',
    'p50Us',
    'p99Us',
    'rssMiB',
  ],
  cases: (bench) => {
    if (only(bench, 'salas').length === 0) return [];
    const stored = bench.settings.quick ? quickMessages : messages;
    const seeded = seededOnceAsked(rooms, stored);
    const runs = bench.settings.quick ? quickStartRuns : startRuns;
    return [
      { id: 'start', title: 'Start on an empty directory', seconds: 1, runs, subjects: [startSubject()] },
      sendCase(bench),
      {
        id: 'restart',
        title: `Restart with ${stored.toLocaleString('en')} stored messages`,
        // The first run writes the messages too.
        seconds: 2 + stored / 100_000 / bench.settings.runs,
        subjects: [restartSubject(seeded)],
      },
      storedCase(bench, stored, seeded),
      killedCase(bench.settings.quick ? 1 : killsOfARoomMax),
    ];
  },
};

function startSubject(): Subject {
  return {
    name: 'salas',
    title: 'salas',
    measure: async () => {
      const data = newDirectory(diskFolder);
      const began = performance.now();
      const { started } = await serve(data, rooms, undefined);
      const sample: Sample = { readyMs: performance.now() - began, rssMiB: rssMiB(started.pid) };
      await stop(started);
      removeDirectory(data);
      return sample;
    },
  };
}

function sendCase(bench: Bench): Case {
  const subjects = only(bench, 'salas', 'salas-tmpfs').map((server) =>
    subject(bench, server, { rooms: 1 }, (port, pid) =>
      loadOn(bench, server, port, pid, { mode: 'rpc', rpc: 'room.send', conns: 1, depth: 1 }),
    ),
  );
  return {
    id: 'send',
    title: '`room.send` on an idle server, 1 connection × 1',
    seconds: runSeconds(bench, 0.7),
    subjects: [...subjects, fsyncAlone(bench)],
  };
}

/** Whether sends slow down as a log grows. */
function storedCase(bench: Bench, stored: number, seeded: () => string): Case {
  const directories = [
    {
      name: 'salas-empty',
      title: 'with nothing stored',
      data: () => newDirectory(diskFolder),
      remove: removeDirectory,
    },
    { name: 'salas', title: `with ${stored.toLocaleString('en')} messages`, data: seeded, remove: () => {} },
  ];
  return {
    id: 'stored',
    title: '`room.send` by what is stored, 50 connections × 1',
    seconds: runSeconds(bench, 1),
    subjects: directories.map(({ name, title, data, remove }) => ({
      name,
      title,
      measure: async () => {
        const directory = data();
        const { started, port } = await serve(directory, rooms, serverCore(bench));
        try {
          return await loadOn(bench, salas, port, started.pid, { mode: 'rpc', rpc: 'room.send', conns: 50, depth: 1 });
        } finally {
          await stop(started, 'SIGTERM');
          remove(directory);
        }
      },
    })),
  };
}

function restartSubject(seeded: () => string): Subject {
  return {
    name: 'salas',
    title: 'salas',
    measure: async () => {
      const data = seeded();
      const began = performance.now();
      const since = (): number => performance.now() - began;
      const { started, port } = await serve(data, rooms, undefined);
      const readyMs = since();
      const client = await connect({ port });
      await client.call('user.register', { name: 'ana' });
      await client.call('room.join', { room: 'r0' });
      const page = await client.call('room.history', { room: 'r0' });
      const firstHistoryMs = since();
      await client.call('room.send', { room: 'r0', text: 'oi' });
      const firstSendMs = since();
      const sample: Sample = { readyMs, firstHistoryMs, firstSendMs, rssMiB: rssMiB(started.pid) };
      await client.call('user.quit');
      await client.close();
      await stop(started, 'SIGTERM');
      if (page.messages.length === 0) throw new Error('the stored messages are not there');
      return sample;
    },
  };
}

/** How long the users of a room wait when its thread dies. */
function killedCase(killsOfARoom: number): Case {
  const seconds = 2 + (killsOfARoom * rooms.length * betweenKillsMs) / 1000;
  return { id: killedId, title: 'A room is killed', seconds, subjects: [killedSubject(killsOfARoom)] };
}

function killedSubject(killsOfARoom: number): Subject {
  return {
    name: 'salas',
    title: 'salas',
    measure: async () => {
      const data = newDirectory(diskFolder);
      const { started, port } = await serve(data, rooms, undefined, ['--chaos']);
      const client = await connect({ port });
      await client.call('user.register', { name: 'ana' });
      for (const room of rooms) await client.call('room.join', { room });
      const pauses: number[] = [];
      for (let kill = 0; kill < killsOfARoom * rooms.length; kill++) {
        const room = rooms[kill % rooms.length] as string;
        await callDaemon(controlSocket(data), 'chaos', { fault: 'crash-room', room });
        const killed = performance.now();
        await client.call('room.send', { room, text: 'oi' });
        pauses.push(performance.now() - killed);
        await sleep(betweenKillsMs);
      }
      await client.close();
      await stop(started, 'SIGTERM');
      removeDirectory(data);
      return { backP50Ms: median(pauses), backMaxMs: Math.max(...pauses) };
    },
  };
}
