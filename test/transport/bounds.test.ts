import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import t from 'tap';
import { startEmbedded } from '../support/embedded-server.js';
import type { LineClient } from '../support/line-client.js';
import { until } from '../support/until.js';
import { enter, register } from '../support/visitors.js';

/** What one connection may cost, seen from inside the process that serves it. */

const room = 'sala1';
const KiB = 1024;
const sendQueueBytesMax = 64 * KiB;
const text = 'x'.repeat(8000);
/** More than the system holds on the way to somebody who does not read. */
const messages = 2500;
const inFlight = 8;
/** A frame is a batch's events; two batches may be what was in flight. */
const frameBytesMax = 2 * inFlight * 2 * text.length;

/** The server's end of a client's connection. */
function serversEnd(port: number, { socket }: LineClient): Socket {
  const handles = (process as unknown as { _getActiveHandles(): unknown[] })._getActiveHandles();
  const found = handles.find(
    (handle) => handle instanceof Socket && handle.localPort === port && handle.remotePort === socket.localPort,
  );
  if (found === undefined) throw new Error('the server has no such connection');
  return found as Socket;
}

t.test('a member who never reads is left behind: little waits for it, and all of it is there later', async (t) => {
  const server = await startEmbedded(t, [room], { sendQueueBytesMax });
  const silent = await enter(t, server, 'ana', room);
  const writer = await register(t, server, 'bia');
  await writer.client.call('room.join', { room });
  silent.client.socket.pause();
  const end = serversEnd(server.port, silent.client);
  let most = 0;
  for (let sent = 0; sent < messages; sent += inFlight) {
    const ids = Array.from({ length: inFlight }, () => writer.client.ask('room.send', { room, text }));
    for (const id of ids) await writer.client.nextReply(id);
    most = Math.max(most, end.writableLength);
  }
  t.ok(most > 0, 'it had to be left behind');
  t.ok(most <= sendQueueBytesMax + frameBytesMax, `${most} bytes waited for it at the most`);
  silent.client.socket.resume();
  // bia's joining, and all that was said since.
  await silent.client.untilWaiting(1 + Math.ceil(messages / inFlight) * inFlight);
});

t.test('who calls and never reads the answers is not read any more', async (t) => {
  const server = await startEmbedded(t, [room], { sendQueueBytesMax });
  const silent = await register(t, server, 'ana');
  silent.client.socket.pause();
  const end = serversEnd(server.port, silent.client);
  const ids: number[] = [];
  let most = 0;
  await until('nothing more is taken', async () => {
    const before = silent.client.socket.writableLength;
    for (let i = 0; i < 50; i++) ids.push(silent.client.ask('ping', { data: text }));
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, end.writableLength);
    return before > 1000 * KiB && silent.client.socket.writableLength > before;
  });
  t.ok(most > 0, 'answers wait for it');
  t.ok(most <= sendQueueBytesMax + 2 * text.length, `${most} bytes of answers waited at the most`);
  silent.client.socket.resume();
  for (const id of ids) if ('error' in (await silent.client.nextReply(id))) t.fail('a call was refused');
});

t.test('connections that are dropped leave no socket and no timer behind', async (t) => {
  const server = await startEmbedded(t, [room]);
  const resources = () => process.getActiveResourcesInfo().filter((type) => type !== 'Immediate').length;
  const call = (method: string, params: object) => `${JSON.stringify({ jsonrpc: '2.0', method, params, id: 1 })}\n`;
  const ways: readonly ((socket: Socket) => unknown)[] = [
    (socket) => socket.destroy(),
    (socket) => socket.resetAndDestroy(),
    (socket) => socket.write('{"jsonrpc":"2.0",', () => socket.resetAndDestroy()),
    (socket) => socket.write(call('user.register', { name: 'bia' }), () => socket.destroy()),
    (socket) =>
      socket.write(`${call('user.register', { name: 'caio' })}${call('room.join', { room })}`, () =>
        socket.once('data', () => socket.resetAndDestroy()),
      ),
  ];
  const before = resources();
  for (let turn = 0; turn < 20; turn++) {
    await Promise.all(
      ways.map(async (drop) => {
        const socket = connect(server).resume();
        socket.on('error', () => undefined);
        const closed = once(socket, 'close');
        await once(socket, 'connect');
        drop(socket);
        await closed;
      }),
    );
  }
  await until('all is as before', () => resources() <= before);
  const { client } = await enter(t, server, 'ana', room);
  const { members } = await client.call('room.members', { room });
  t.strictSame(
    members.filter(({ online }) => online).map(({ name }) => name),
    ['ana'],
    'nobody who was dropped counts as present',
  );
});
