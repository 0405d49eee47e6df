import { cpSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RoomName } from '../../src/protocol/names.js';
import bite from '../../src/search/bite.js';
import { roomFile } from '../../src/storage/data-directory.js';
import type { Sample } from '../metrics.js';
import { newDirectory, removeDirectory, stop } from '../processes.js';
import { diskFolder, salas, serve } from '../servers/salas.js';
import { quantile } from '../statistics.js';
import { seededOnceAsked } from './seed.js';
import {
  type Bench,
  type Case,
  loadOn,
  only,
  runSeconds,
  type Subject,
  serverCore,
  type Workload,
} from './workload.js';

const room = 'r0' as RoomName;
const messages = 1_000_000;
const quickMessages = 30_000;
const members = 100;
const publishers = 50;
const window = 8;
const searchers = 2;
/** Between two searches of one client, who reads what was found. */
const pauseMs = 100;

/** Every seeded message has `message` and `people`, and a number of its own. */
const queries: Readonly<Record<string, { readonly title: string; readonly query: (count: number) => string }>> = {
  rare: { title: 'a rare word', query: (count) => String(2 + Math.floor(Math.random() * count)) },
  common: { title: 'a common word', query: () => 'message' },
  two: { title: 'two common words', query: () => 'people rooms' },
  both: { title: 'a common and a rare word', query: (count) => `people ${2 + Math.floor(Math.random() * count)}` },
  phrase: { title: 'a phrase of common words that is nowhere', query: () => '"rooms people"' },
  prefix: { title: 'pref*', query: () => 'mess*' },
};

const mixed = ['rare', 'common', 'two', 'both'];
export const whileSendingId = 'while-sending';
export const calmName = 'salas-calm';

export const searching: Workload = {
  id: 'W8',
  title: 'Searches',
  about: [
    'A room with stored messages of about 80 bytes, all of them indexed. One client searches, and searches again when it is answered.',
    `While sends go on: ${publishers} × ${window} of ${members} members of that room send as fast as they are answered, as in W1, and ` +
      `${searchers} clients, who are members too, search for rare and common words and both in turn, ${pauseMs} ms after the answer before; ` +
      '“no searches” is the same without them. ' +
      'What is sent meanwhile is being indexed in either case.',
  ],
  headline: 'searchP50Us',
  columns: [
    'searchP50Us',
    'searchP99Us',
    'deliveriesPerSecond',
    'ackP50Us',
    'ackP99Us',
    'lastP99Us',
    'serverCpuPercent',
    'generatorCpuPercent',
  ],
  cases: (bench) => {
    if (only(bench, 'salas').length === 0) return [];
    const count = bench.settings.quick ? quickMessages : messages;
    const seeded = seededOnceAsked([room], count, (directory) => index(directory, count));
    const title = `${count.toLocaleString('en')} stored messages`;
    return [idleCase(bench, title, count, seeded), whileSendingCase(bench, title, count, seeded)];
  },
};

function idleCase(bench: Bench, title: string, count: number, seeded: () => string): Case {
  return {
    id: 'idle',
    title: `${title}, nobody sends`,
    seconds: bench.settings.seconds + 2,
    subjects: Object.entries(queries).map(([name, { title, query }]) => ({
      name: `salas-${name}`,
      title,
      measure: () =>
        onCopy(bench, seeded, async (port) => {
          const times = await searchesOf(port, [() => query(count)], bench.settings.seconds * 1000, 0);
          return figuresOf(times);
        }),
    })),
  };
}

function whileSendingCase(bench: Bench, title: string, count: number, seeded: () => string): Case {
  const subject = (name: string, title: string, searches: number): Subject => ({
    name,
    title,
    measure: () =>
      onCopy(bench, seeded, async (port, pid) => {
        const load = loadOn(bench, salas, port, pid, { members, pubs: publishers, window });
        await sleep(bench.settings.warmSeconds * 1000);
        const asked = mixed.map((kind) => () => queries[kind]?.query(count) ?? '');
        const times = await Promise.all(
          Array.from({ length: searches }, () => searchesOf(port, asked, bench.settings.seconds * 1000, pauseMs)),
        );
        const sample = await load;
        return searches === 0 ? sample : { ...sample, ...figuresOf(times.flat()) };
      }),
  });
  return {
    id: whileSendingId,
    title: `${title}, sends at full rate`,
    seconds: runSeconds(bench, 3),
    subjects: [subject(calmName, 'no searches', 0), subject('salas', `${searchers} clients search`, searchers)],
  };
}

function figuresOf(times: number[]): Sample {
  const sorted = times.toSorted((a, b) => a - b);
  return { searchP50Us: quantile(sorted, 0.5), searchP99Us: quantile(sorted, 0.99) };
}

async function onCopy(
  bench: Bench,
  seeded: () => string,
  measure: (port: number, pid: number) => Promise<Sample>,
): Promise<Sample> {
  const data = newDirectory(diskFolder);
  cpSync(seeded(), data, { recursive: true });
  const { started, port } = await serve(data, [room], serverCore(bench));
  try {
    return await measure(port, started.pid);
  } finally {
    await stop(started, 'SIGTERM');
    removeDirectory(data);
  }
}

/** Searches in turn for so long. Answers how long each took, in µs; pushes in between are not looked at. */
async function searchesOf(
  port: number,
  queries: readonly (() => string)[],
  forMs: number,
  pauseMs: number,
): Promise<number[]> {
  const socket = connect({ port });
  const caller = new Caller(socket);
  await caller.call('user.register', { name: 'busca' });
  await caller.call('room.join', { room });
  const times: number[] = [];
  const until = performance.now() + forMs;
  for (let i = 0; performance.now() < until; i++) {
    const query = queries[i % queries.length]?.() ?? '';
    const began = performance.now();
    const answer = await caller.call('room.search', { room, query });
    times.push(1000 * (performance.now() - began));
    if (!answer.includes('"result":')) throw new Error(`a search for ${query} was answered ${answer}`);
    // Pushes come meanwhile, and have to be read.
    await caller.pause(pauseMs);
  }
  socket.destroy();
  return times;
}

/** Calls one after the other, on a connection whose pushes are too many for a client library. */
class Caller {
  readonly #socket: Socket;
  #id = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Reads on for so long. */
  async pause(ms: number): Promise<void> {
    const drop = () => undefined;
    this.#socket.on('data', drop);
    if (ms > 0) await sleep(ms);
    this.#socket.off('data', drop);
    this.#socket.pause();
  }

  /** The line with the answer. */
  async call(method: string, params: object): Promise<string> {
    const id = ++this.#id;
    const mark = `"id":${id}`;
    this.#socket.write(`${JSON.stringify({ jsonrpc: '2.0', method, params, id })}\n`);
    let rest = '';
    for await (const chunk of this.#socket.iterator({ destroyOnReturn: false })) {
      const text = rest + (chunk as Buffer).toString('latin1');
      const end = text.lastIndexOf('\n') + 1;
      const found = text.slice(0, end).indexOf(mark);
      if (found !== -1) {
        const start = text.lastIndexOf('\n', found) + 1;
        return text.slice(start, text.indexOf('\n', found));
      }
      rest = text.slice(end);
    }
    throw new Error('the server ended the connection');
  }
}

function index(directory: string, count: number): void {
  const query = { file: roomFile(directory, room), head: count + 1, renew: false };
  while (bite(query).first > 1);
}
