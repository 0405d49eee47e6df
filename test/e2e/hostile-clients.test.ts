import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Bystander } from '../support/bystander.js';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { openFiles, watchMemory } from '../support/process-figures.js';
import { until } from '../support/until.js';
import { enter } from '../support/visitors.js';

const MB = 1e6;
/** Half of what is sent in lines without an end. */
const memoryGrowthMax = 100 * MB;

const daemon = await startDaemon(t);
const pid = daemon.process.pid as number;

/** Lets `attack` happen while somebody else talks and the daemon's memory is watched. */
async function underAttack(t: Test, attack: () => Promise<void>): Promise<void> {
  const ana = await enter(t, daemon, 'ana', 'sala1');
  const beside = new Bystander(ana.client, 'sala1');
  const memory = watchMemory(pid);
  await attack();
  const growth = memory.stop() - memory.before;
  await beside.leave(t);
  await ana.client.call('user.quit');
  t.comment(`memory before ${(memory.before / MB).toFixed(0)} MB, grown by ${(growth / MB).toFixed(1)} MB at the most`);
  t.ok(growth < memoryGrowthMax, 'the memory stays bounded');
}

t.test('lines without an end are refused once, thrown away, and hold nobody up', async (t) => {
  await underAttack(t, async () => {
    const endless = await Promise.all(
      ['{"jsonrpc":"', 'olá '].map(async (beginning) => {
        const client = await LineClient.connect(t, daemon);
        client.sendBytes(beginning);
        return client;
      }),
    );
    const chunk = Buffer.alloc(1 * MB, 'x');
    for (let sent = 0; sent < 100; sent++) {
      await Promise.all(endless.map(({ socket }) => socket.write(chunk) || once(socket, 'drain')));
    }
    for (const client of endless) client.send('', '{"jsonrpc":"2.0","method":"ping","id":"still here"}');
    const [inJson, inText] = endless as [LineClient, LineClient];
    t.match(await inJson.nextReply(null), { error: { data: { code: 'LINE_TOO_LONG' } } });
    t.match(await inText.nextAnswer(), /^-LINE_TOO_LONG/);
    for (const client of endless) {
      t.match(await client.nextReply('still here'), { result: {} }, 'the connection lives');
      t.strictSame(await client.soFar(), [], 'and nothing was said twice');
    }
  });
});

t.test('500 connections that send a byte at a time are all understood', async (t) => {
  await underAttack(t, async () => {
    const clients = await Promise.all(Array.from({ length: 500 }, () => LineClient.connect(t, daemon)));
    for (const byte of Buffer.from('{"jsonrpc":"2.0","method":"ping","params":{"data":"olá"},"id":1}\n')) {
      for (const client of clients) client.sendBytes(Buffer.from([byte]));
      await delay(1);
    }
    const replies = await Promise.all(clients.map((client) => client.nextReply(1)));
    t.equal(replies.filter((reply) => 'result' in reply).length, clients.length, 'every line came together');
    for (const client of clients) client.destroy();
  });
});

t.test('who asks for 60 MB and does not listen is not read on, and is told everything later', async (t) => {
  const { client } = await enter(t, daemon, 'bia', 'sala2');
  for (let i = 0; i < 125; i++) await client.call('room.send', { room: 'sala2', text: 'x'.repeat(8000) });
  const asked: number[] = [];
  await underAttack(t, async () => {
    client.socket.pause();
    for (let i = 0; i < 200; i++) asked.push(client.ask('room.history', { room: 'sala2', limit: 500 }));
    for (let i = 0; i < 2000; i++) asked.push(client.ask('ping', { data: 'x'.repeat(8000) }));
    await delay(1000);
    t.ok(client.socket.writableLength > 0, 'the server has not read all of it');
  });
  client.socket.resume();
  const refused: unknown[] = [];
  for (const id of asked) {
    const reply = await client.nextReply(id);
    if ('error' in reply) refused.push(reply);
  }
  t.strictSame(refused, [], 'every call is answered');
});

t.test('1,000 connections that are opened and dropped leave nothing behind', async (t) => {
  const filesBefore = openFiles(pid);
  const ways: readonly ((socket: Socket) => unknown)[] = [
    (socket) => socket.destroy(),
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.write('{"jsonrpc":"2.0",', () => socket.destroy()),
    (socket) => socket.end('{"jsonrpc":"2.0","method":"user.register","params":{"name":"bia"},"id":1}'),
  ];
  await underAttack(t, async () => {
    const drop = async (i: number): Promise<void> => {
      const socket = connect(daemon).resume();
      // What becomes of a connection that is cut is not the point.
      socket.on('error', () => undefined);
      const closed = once(socket, 'close');
      await once(socket, 'connect');
      ways[i % ways.length]?.(socket);
      await closed;
    };
    await Promise.all(Array.from({ length: 1000 }, (_, i) => drop(i)));
  });
  await until('the daemon has closed them all', () => openFiles(pid) <= filesBefore);
});
