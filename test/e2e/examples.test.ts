import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { enter } from '../../src/client/participant.js';
import type { Push } from '../../src/client/pushes.js';
import { startDaemon } from '../support/daemon.js';

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));

/** Runs an example without tap's loaders; it is gone when the test ends. */
function run(t: Test, command: string, ...args: string[]): ChildProcess {
  const child = spawn('env', ['-u', 'NODE_OPTIONS', command, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

async function enterRoom(t: Test, port: number) {
  const ana = await enter({ port, as: { name: 'ana' } });
  t.teardown(() => ana.close());
  const events = ana.events();
  await ana.join('sala1');
  return { ana, events };
}

/** What is said until `count` messages were heard; `onJoined` when another comes. */
async function hear(events: AsyncIterable<Push>, count: number, onJoined = () => {}): Promise<string[]> {
  const heard: string[] = [];
  for await (const { method, params } of events) {
    if (method === 'room.joined' && params.user !== 'ana#1') onJoined();
    if (method === 'room.message' && heard.push(`${params.from} ${params.text}`) === count) break;
  }
  return heard;
}

t.test('the echo bot says again what others say, and goes at Ctrl-C', async (t) => {
  const { port } = await startDaemon(t);
  const { ana, events } = await enterRoom(t, port);
  const bot = run(t, process.execPath, `${examples}echo-bot.mjs`, 'sala1', String(port));
  const heard = await hear(events, 2, () => void ana.send('sala1', 'oi'));
  t.strictSame(heard, ['ana#1 oi', 'echo#1 ana#1: oi']);
  const ended = once(bot, 'exit');
  bot.kill('SIGINT');
  t.strictSame(await ended, [0, null]);
});

const noPython = spawnSync('python3', ['--version']).error !== undefined && 'SKIPPED: python3 is needed';

t.test('the client in Python says something, and prints what it hears', { skip: noPython }, async (t) => {
  const { port } = await startDaemon(t);
  const { events } = await enterRoom(t, port);
  const python = run(t, 'python3', `${examples}python-client.py`, 'bia', 'sala1', 'olá', '127.0.0.1', String(port));
  t.strictSame(await hear(events, 1), ['bia#1 olá']);
  const lines = createInterface({ input: python.stdout as Readable })[Symbol.asyncIterator]();
  const printed: string[] = [];
  while (!printed.at(-1)?.includes('olá')) printed.push((await lines.next()).value);
  t.match(printed.at(-1), /^\[sala1 #\d+\] bia#1: olá$/);
});
