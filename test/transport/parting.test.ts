import { once } from 'node:events';
import t from 'tap';
import { startEmbedded } from '../support/embedded-server.js';
import { LineClient } from '../support/line-client.js';
import { until } from '../support/until.js';
import { enter, enterInText } from '../support/visitors.js';

/** The `seq`s of the pushes among lines. */
const seqsIn = (lines: readonly string[]) =>
  lines.flatMap((line) => {
    const { method, params } = JSON.parse(line) as { method?: string; params: { seq: number } };
    return method === undefined ? [] : [params.seq];
  });

t.test('what a room did before its thread died is told once, as if it had not died', async (t) => {
  const server = await startEmbedded(t, ['sala1']);
  const ana = await enter(t, server, 'ana', 'sala1');
  const bia = await enter(t, server, 'bia', 'sala1');
  await ana.client.nextPush('room.joined');
  server.room('sala1').dieAfter('send');
  const { seq } = await ana.client.call('room.send', { room: 'sala1', text: 'oi' });
  await ana.client.call('room.send', { room: 'sala1', text: 'olá' });
  for (const { client } of [ana, bia]) {
    t.match(await client.nextPush('room.message'), { seq, text: 'oi' });
    t.match(await client.nextPush('room.message'), { seq: seq + 1, text: 'olá' });
    t.strictSame(await client.soFar(), []);
  }
});

t.test('who left is told nothing more, also where the thread died before it could say so', async (t) => {
  const server = await startEmbedded(t, ['sala1']);
  const ana = await enter(t, server, 'ana', 'sala1');
  const bia = await enter(t, server, 'bia', 'sala1');
  const caio = await enterInText(t, server, 'caio', 'sala1');
  await bia.client.nextPush('room.joined');

  server.room('sala1').dieAfter('leave');
  const { seq } = await bia.client.call('room.leave', { room: 'sala1' });
  t.match(await bia.client.nextPush('room.left'), { seq, user: 'bia#1' });
  server.room('sala1').dieAfter('leave');
  t.match(await caio.client.say('/leave'), /^\+OK sala1 /);
  t.equal(await caio.client.next(), `[sala1 #${seq}] * bia#1 left`);
  t.equal(await caio.client.next(), `[sala1 #${seq + 1}] * caio#1 left`);

  await ana.client.call('room.send', { room: 'sala1', text: 'not for bia or caio' });
  await until('ana is told', () => ana.client.waiting >= 5);
  t.strictSame(await bia.client.soFar(), []);
  t.strictSame(await caio.client.soFarInText(), []);
  t.match(await caio.client.say('oi'), /^-NOT_IN_ROOM /, 'nor has caio a current room');
});

t.test('who leaves while behind is still told all up to that, though the room is quiet from then on', async (t) => {
  const limits = { sendQueueBytesMax: 20_000, ringBytesMax: 0 };
  const server = await startEmbedded(t, ['sala1'], limits);
  const ana = await enter(t, server, 'ana', 'sala1');
  const bia = await enter(t, server, 'bia', 'sala1');
  await ana.client.nextPush('room.joined');
  const elsewhere = await LineClient.connect(t, server);
  await elsewhere.call('user.resume', { token: bia.token });

  bia.client.socket.pause();
  const text = 'x'.repeat(8000);
  const messages = 1500;
  for (let sent = 0; sent < messages; sent += 50) {
    await Promise.all(Array.from({ length: 50 }, () => ana.client.call('room.send', { room: 'sala1', text })));
  }
  const { seq } = await elsewhere.call('room.leave', { room: 'sala1' });
  bia.client.socket.resume();
  await until('bia is told all', () => bia.client.waiting >= messages + 1);
  const told = seqsIn(await bia.client.soFar());
  t.equal(told.at(-1), seq);
  t.strictSame(
    told,
    Array.from(told, (_, i) => seq - messages + i),
    'without a gap',
  );
});

t.test('who leaves and comes back while behind is told all in order', async (t) => {
  const limits = { sendQueueBytesMax: 20_000, ringBytesMax: 16 * 100_000 };
  const server = await startEmbedded(t, ['sala1'], limits);
  const ana = await enter(t, server, 'ana', 'sala1');
  const bia = await enter(t, server, 'bia', 'sala1');
  await ana.client.nextPush('room.joined');

  bia.client.socket.pause();
  const text = 'x'.repeat(8000);
  const messages = 1500;
  for (let sent = 0; sent < messages; sent += 50) {
    await Promise.all(Array.from({ length: 50 }, () => ana.client.call('room.send', { room: 'sala1', text })));
  }
  const rounds = 2;
  for (let round = 0; round < rounds; round++) {
    bia.client.ask('room.leave', { room: 'sala1' });
    bia.client.ask('room.join', { room: 'sala1' });
  }
  bia.client.socket.resume();
  await until('bia is told all', () => bia.client.waiting >= messages + 4 * rounds);
  const told = seqsIn(await bia.client.soFar());
  t.strictSame(
    told,
    Array.from(told, (_, i) => (told[0] as number) + i),
    'without a gap, as nobody else did anything meanwhile',
  );
  t.equal(told.length, messages + 2 * rounds);
});

t.test('who goes away while behind is forgotten, and the room goes on', async (t) => {
  const server = await startEmbedded(t, ['sala1'], { sendQueueBytesMax: 20_000, ringBytesMax: 0 });
  const ana = await enter(t, server, 'ana', 'sala1');
  const bia = await enter(t, server, 'bia', 'sala1');
  await ana.client.nextPush('room.joined');
  bia.client.socket.pause();
  const text = 'x'.repeat(8000);
  for (let sent = 0; sent < 20; sent++) await ana.client.call('room.send', { room: 'sala1', text });
  bia.client.destroy();
  await once(bia.client.socket, 'close');
  await ana.client.call('room.send', { room: 'sala1', text: 'oi' });
  t.equal(seqsIn(await ana.client.soFar()).length, 21);
});
