import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { enter, type Participant } from '../../src/client/participant.js';
import type { Push } from '../../src/client/pushes.js';
import { startDaemon } from '../support/daemon.js';
import { until } from '../support/until.js';

const examples = fileURLToPath(new URL('../../../examples/', import.meta.url));

/** Runs an example without tap's loaders; it is gone when the test ends. */
function run(t: Test, command: string, ...args: string[]): ChildProcess {
  const child = spawn('env', ['-u', 'NODE_OPTIONS', command, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  return child;
}

async function enterRoom(t: Test, port: number, name = 'ana', room = 'sala1') {
  const user = await enter({ port, as: { name }, backoff: { firstMs: 20, maxMs: 200 } });
  t.teardown(() => user.close());
  const events = user.events();
  await user.join(room);
  return { user, events };
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
  const { user: ana, events } = await enterRoom(t, port);
  const bot = run(t, process.execPath, `${examples}echo-bot.mjs`, 'sala1', String(port));
  const heard = await hear(events, 2, () => void ana.send('sala1', 'oi'));
  t.strictSame(heard, ['ana#1 oi', 'echo#1 ana#1: oi']);
  const ended = once(bot, 'exit');
  bot.kill('SIGINT');
  t.strictSame(await ended, [0, null]);
});

/** A daemon that can be killed and started again on its port. */
async function restartable(t: Test) {
  let daemon = await startDaemon(t);
  const { port, data } = daemon;
  const start = async () => {
    daemon = await startDaemon(t, { data, args: ['--port', String(port)] });
  };
  return { port, kill: () => daemon.kill(), start };
}

/** A bridge between two rooms, when it is in both of them. */
async function startBridge(t: Test, ...sides: readonly { readonly user: Participant; readonly place: string }[]) {
  const members = async () => {
    const rooms = sides.map(({ user, place }) => user.room(place.replace(/[@:].*/, '')).members());
    return (await Promise.all(rooms)).map((list) => list.filter(({ name }) => name === 'bridge').length);
  };
  const before = await members();
  const bridge = run(t, process.execPath, `${examples}bridge.mjs`, ...sides.map(({ place }) => place));
  await until('the bridge is in both rooms', async () =>
    (await members()).every((count, i) => count > Number(before[i])),
  );
  return bridge;
}

/** The next texts, without leaving. */
async function next(events: AsyncIterator<Push>, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const { method, params } = (await events.next()).value as Push;
    if (method === 'room.message') texts.push(params.text);
  }
  return texts;
}

t.test('the bridge says in each room what is said in the other, also when either server was killed', async (t) => {
  const [one, other] = await Promise.all([restartable(t), restartable(t)]);
  const ana = await enterRoom(t, one.port, 'ana', 'sala1');
  const bia = await enterRoom(t, other.port, 'bia', 'sala2');
  const bridge = await startBridge(
    t,
    { user: ana.user, place: `sala1:${one.port}` },
    { user: bia.user, place: `sala2@127.0.0.1:${other.port}` },
  );
  await ana.user.send('sala1', 'oi');
  t.strictSame(await next(bia.events, 1), ['ana#1@sala1: oi']);
  await bia.user.send('sala2', 'olá');
  t.strictSame(await next(ana.events, 2), ['oi', 'bia#1@sala2: olá'], 'and its own words did not come back');

  await other.kill();
  for (const text of ['1', '2', '3']) await ana.user.send('sala1', text);
  await other.start();
  t.strictSame(await next(bia.events, 4), ['olá', 'ana#1@sala1: 1', 'ana#1@sala1: 2', 'ana#1@sala1: 3']);

  await one.kill();
  for (const text of ['4', '5']) await bia.user.send('sala2', text);
  await one.start();
  t.strictSame(await next(ana.events, 5), ['1', '2', '3', 'bia#1@sala2: 4', 'bia#1@sala2: 5']);

  const ended = once(bridge, 'exit');
  bridge.kill('SIGINT');
  t.strictSame(await ended, [0, null]);
});

t.test('what bridges say is not passed on, so two of them between the same rooms end', async (t) => {
  const { port } = await startDaemon(t);
  const ana = await enterRoom(t, port, 'ana', 'sala1');
  const bia = await enterRoom(t, port, 'bia', 'sala2');
  const sides = [
    { user: ana.user, place: `sala1:${port}` },
    { user: bia.user, place: `sala2:${port}` },
  ];
  await startBridge(t, ...sides);
  await startBridge(t, ...sides);
  await ana.user.send('sala1', 'oi');
  t.strictSame(await next(bia.events, 2), ['ana#1@sala1: oi', 'ana#1@sala1: oi'], 'once by each');
  await bia.user.send('sala2', 'fim');
  t.strictSame(await next(ana.events, 3), ['oi', 'bia#1@sala2: fim', 'bia#1@sala2: fim']);
});

t.test('the bridge refuses to run where it is not told two rooms', async (t) => {
  const [lonely] = await once(run(t, process.execPath, `${examples}bridge.mjs`, 'sala1'), 'exit');
  t.equal(lonely, 2);
});

const noPython = spawnSync('python3', ['--version']).error !== undefined && 'SKIPPED: python3 is needed';

t.test('the client in Python says something, and prints what it hears', { skip: noPython }, async (t) => {
  const source = readFileSync(`${examples}python-client.py`, 'utf8');
  t.ok(source.trimEnd().split('\n').length <= 30, 'in 30 lines');
  const { port } = await startDaemon(t);
  const { events } = await enterRoom(t, port);
  const python = run(t, 'python3', `${examples}python-client.py`, 'bia', 'sala1', 'olá', '127.0.0.1', String(port));
  t.strictSame(await hear(events, 1), ['bia#1 olá']);
  const lines = createInterface({ input: python.stdout as Readable })[Symbol.asyncIterator]();
  const printed: string[] = [];
  while (!printed.at(-1)?.includes('olá')) printed.push((await lines.next()).value);
  t.match(printed.at(-1), /^\[sala1 #\d+\] bia#1: olá$/);
});
