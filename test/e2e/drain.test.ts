import { once } from 'node:events';
import { connect } from 'node:net';
import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { newDirectory } from '../support/new-directory.js';
import { until } from '../support/until.js';
import { deafClient, enterInText, gather, register } from '../support/visitors.js';

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  t.test(`${signal}: what is in flight is answered, and nothing else is done`, async (t) => {
    const before = await startDaemon(t, { data: newDirectory(t) });
    const room = 'saída';
    const [ana, bia] = await gather(t, before, room, 'ana', 'bia');
    const ids = Array.from({ length: 2000 }, (_, i) => ana.client.ask('room.send', { room, text: `${i}` }));
    t.match(await ana.client.nextReply(ids[0] as number), { result: { seq: 4 } });
    const ended = once(before.process, 'exit');
    before.process.kill(signal);
    const lines = (await ana.client.rest()).map((line) => JSON.parse(line) as Record<string, unknown>);
    const answered = lines.filter((message) => 'result' in message);
    t.strictSame(
      answered.map(({ id }) => id),
      ids.slice(1, 1 + answered.length),
      'an answer to each of the first so many',
    );
    const draining = lines.filter(({ method }) => method === 'server.draining');
    t.equal(draining.length, 1);
    t.match(draining[0], { params: { reconnectAfterMs: Number } });
    t.match((await bia.client.rest()).at(-1), /"server.draining"/, 'who is idle is told as well');
    t.strictSame(await ended, [0, null], 'the exit code');

    const after = await startDaemon(t, { data: before.data });
    const client = await LineClient.connect(t, after);
    const { rooms } = await client.call('user.resume', { token: ana.token });
    t.match(rooms, [{ room, seq: 4 + answered.length }], 'what was answered was done, and what was done was answered');
    const { messages } = await client.call('room.history', { room, limit: 500, after: 0 });
    t.ok(messages.every(({ text }, i) => text === `${i}`));
  });
}

t.test('people are told in their own words', async (t) => {
  const daemon = await startDaemon(t);
  const { client } = await enterInText(t, daemon, 'ana', 'sala1');
  const stranger = await LineClient.connect(t, daemon);
  await stranger.nextComment();
  const stopped = daemon.stop();
  t.match(await client.nextComment(), /^# the server is going down; reconnect in \d+ ms$/);
  t.match(await stranger.nextComment(), /^# the server is going down/);
  t.strictSame(await client.rest(), []);
  await stranger.rest();
  t.equal(await stopped, 0);
});

t.test('the rest of a batch is refused, and the batch is answered whole', async (t) => {
  const daemon = await startDaemon(t);
  const { client } = await register(t, daemon, 'ana');
  const calls = Array.from({ length: 64 }, (_, id) => ({ jsonrpc: '2.0', method: 'user.me', id }));
  const line = `${JSON.stringify(calls)}\n`;
  // So many that the signal comes in the middle of one.
  for (let i = 0; i < 500; i++) client.sendBytes(line);
  await client.nextBatch();
  const stopped = daemon.stop();
  const lines = await client.rest();
  const batches = lines
    .filter((one) => one.startsWith('[{'))
    .map((one) => JSON.parse(one) as Record<string, unknown>[]);
  for (const replies of batches) {
    const refused = replies.findIndex((reply) => 'error' in reply);
    const from = refused === -1 ? replies.length : refused;
    if (replies.length !== 64) t.fail(`a batch was answered with ${replies.length}`);
    for (const reply of replies.slice(from)) {
      t.match(reply, { error: { code: -32042, data: { code: 'DRAINING', temporary: true } } });
    }
  }
  t.equal(await stopped, 0);
});

t.test('nobody is let in any more', async (t) => {
  const daemon = await startDaemon(t);
  const { client } = await register(t, daemon, 'ana');
  const stopped = daemon.stop();
  await client.rest();
  const code = await new Promise((resolve) => {
    const socket = connect({ host: daemon.host, port: daemon.port });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    socket.on('close', () => resolve('closed'));
  });
  t.match(code, /^(ECONNREFUSED|ECONNRESET|closed)$/);
  t.equal(await stopped, 0);
});

t.test('a client that does not go is let go', async (t) => {
  const daemon = await startDaemon(t);
  const { client } = await register(t, daemon, 'ana');
  client.socket.pause();
  await deafClient(t, daemon);
  t.equal(await daemon.stop(), 0);
});

t.test('a drain takes no longer than it may', async (t) => {
  const daemon = await startDaemon(t, { args: ['--drain-seconds', '0'] });
  const { client } = await register(t, daemon, 'ana');
  await client.call('room.join', { room: 'sala1' });
  const ids = Array.from({ length: 200 }, (_, i) => client.ask('room.send', { room: 'sala1', text: `${i}` }));
  const first = await client.nextReply(ids[0] as number);
  const { seq } = ('result' in first ? first.result : {}) as { seq: number };
  client.socket.pause();
  t.equal(await daemon.stop(), 0);
  t.match(daemon.log(), /not everything could be finished in time/);
  const after = await startDaemon(t, { data: daemon.data });
  const bia = await register(t, after, 'bia');
  const joined = await bia.client.call('room.join', { room: 'sala1' });
  t.ok((joined.seq as number) > seq, 'what was answered is there');
});

t.test('a second signal ends it at once', async (t) => {
  const daemon = await startDaemon(t);
  await deafClient(t, daemon);
  const ended = once(daemon.process, 'exit');
  daemon.process.kill('SIGTERM');
  await until('it drains', () => daemon.log().includes('"draining"'));
  const again = setInterval(() => daemon.process.kill('SIGTERM'), 100);
  t.strictSame(await ended, [128 + 15, null]);
  clearInterval(again);
});
