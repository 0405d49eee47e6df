import { join } from 'node:path';
import { connect } from '../../src/client/connect.js';
import { runLoad } from '../generator.js';
import { sourceFolder } from '../paths.js';
import { pythonWithRpyc } from '../servers/scripts.js';
import type { Server } from '../servers/server.js';
import { fsyncAlone } from './fsync.js';
import {
  type Bench,
  type Case,
  except,
  generatorCore,
  loadOn,
  only,
  runSeconds,
  type Subject,
  subject,
  type Workload,
} from './workload.js';

type Call = 'ping' | 'room.history' | 'room.send';

/** Connections, and calls in flight on each. */
type Shape = readonly [connections: number, depth: number];

const shapes: readonly Shape[] = [
  [1, 1],
  [50, 1],
  [50, 32],
];
const historyMessages = 1000;

/** Calls a second, and how long an answer takes. */
export const calls: Workload = {
  id: 'W3',
  title: 'Calls',
  about: [
    '`ping` is each protocol’s own. `room.history` asks for the latest 50 messages of a room. `room.send` is 80 bytes ' +
      'into one room in which all connections are, and salas delivers each to all of them besides answering it.',
    'RPyC keeps its messages in memory and pushes nothing. With one call in flight its client is written as people ' +
      'write it, which takes two round trips a call; deeper, it fetches the method once. It is Python too, and takes as ' +
      'much CPU as the server.',
    '“fsync alone” writes 4 KiB and calls fsync on the same disk, one after the other.',
  ],
  headline: 'callsPerSecond',
  columns: ['callsPerSecond', 'p50Us', 'p99Us', 'serverCpuPercent', 'generatorCpuPercent', 'rssMiB'],
  cases: (bench) => {
    if (bench.settings.quick) return [callCase(bench, 'ping', [50, 1]), callCase(bench, 'room.send', [50, 32])];
    const all: readonly Call[] = ['ping', 'room.history', 'room.send'];
    return all.flatMap((call) => shapes.map((shape) => callCase(bench, call, shape)));
  },
};

function callCase(bench: Bench, call: Call, [connections, depth]: Shape): Case {
  const deep = depth === 1 ? '' : ` × ${depth}`;
  const subjects = callees(bench, call).map((server) => callSubject(bench, server, call, [connections, depth]));
  return {
    id: callId(call, connections, depth),
    title: `\`${call}\`, ${connections} connection${connections === 1 ? '' : 's'}${deep}`,
    seconds: runSeconds(bench, 0.7),
    subjects: call === 'room.send' ? [...subjects, fsyncAlone(bench)] : subjects,
  };
}

export function callId(call: string, connections: number, depth: number): string {
  return `${call}-${connections}x${depth}`;
}

/** Who has such a call. */
function callees(bench: Bench, call: Call): Server[] {
  switch (call) {
    case 'ping':
      return bench.settings.quick ? only(bench, 'salas', 'redis', 'rpyc') : except(bench, 'salas-tmpfs');
    case 'room.history':
      return only(bench, 'salas', 'rpyc');
    case 'room.send':
      return only(bench, 'salas', 'salas-tmpfs', 'rpyc');
    default:
      return call satisfies never;
  }
}

function callSubject(bench: Bench, server: Server, call: Call, [connections, depth]: Shape): Subject {
  if (server.name === 'rpyc') return rpycSubject(bench, server, call, [connections, depth]);
  return subject(bench, server, { rooms: 1 }, async (port, pid) => {
    if (call === 'room.history') await fillRoom(port);
    return loadOn(bench, server, port, pid, { mode: 'rpc', rpc: call, conns: connections, depth });
  });
}

function rpycSubject(bench: Bench, server: Server, call: Call, [connections, depth]: Shape): Subject {
  const { seconds, warmSeconds } = bench.settings;
  const script = join(sourceFolder, 'peers', 'rpyc-client.py');
  const python = pythonWithRpyc()?.program ?? 'python3';
  return subject(bench, server, { rooms: 1 }, (port, pid) => {
    const args = [script, port, pid, call, connections, depth, warmSeconds, seconds].map(String);
    return runLoad(python, args, generatorCore(bench), 1000 * (warmSeconds + seconds));
  });
}

/** So many messages that a page of history is full. */
async function fillRoom(port: number): Promise<void> {
  const client = await connect({ port });
  await client.call('user.register', { name: 'bench' });
  await client.call('room.join', { room: 'r0' });
  const text = 'x'.repeat(80);
  const sends = Array.from({ length: historyMessages }, () => client.call('room.send', { room: 'r0', text }));
  await Promise.all(sends);
  await client.call('user.quit');
  await client.close();
}
