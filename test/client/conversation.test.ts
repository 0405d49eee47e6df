import t, { type Test } from 'tap';
import type { Client } from '../../src/client/client.js';
import { type ConnectOptions, connect } from '../../src/client/connect.js';
import type { Push } from '../../src/client/pushes.js';
import { startDaemon } from '../support/daemon.js';

const daemon = await startDaemon(t, { rooms: ['sala1', 'sala2', 'cheia'] });

async function enter(t: Test, name: string, room: string, options: ConnectOptions = {}) {
  const client = await connect({ port: daemon.port, ...options });
  t.teardown(() => client.close());
  const { userId, token } = await client.call('user.register', { name });
  const pushes = client.pushes();
  await client.call('room.join', { room });
  return { client, userId, token, pushes };
}

/** The texts of the next `count` messages. */
async function texts(pushes: AsyncIterator<Push>, count: number): Promise<string[]> {
  const found: string[] = [];
  while (found.length < count) {
    const { value, done } = await pushes.next();
    if (done) break;
    if (value.method === 'room.message') found.push(value.params.text);
  }
  return found;
}

t.test('what ana says reaches bia, and herself', async (t) => {
  const ana = await enter(t, 'ana', 'sala1');
  const bia = await enter(t, 'bia', 'sala1');
  const { seq, at } = await ana.client.call('room.send', { room: 'sala1', text: 'oi, bia', clientMsgId: 'a1' });
  const message = { room: 'sala1', seq, from: ana.userId, at, text: 'oi, bia', clientMsgId: 'a1' };
  for (const { pushes } of [ana, bia]) {
    let push: Push;
    do push = (await pushes.next()).value;
    while (push.method !== 'room.message');
    t.strictSame(push.params, message);
  }
  const { messages } = await bia.client.call('room.history', { room: 'sala1' });
  t.match(messages, [{ seq, from: ana.userId, text: 'oi, bia' }]);
});

t.test("the server's refusals come with their codes, in the client's language", async (t) => {
  const refusalIn = async (language: 'en' | 'pt') => {
    const client = await connect({ port: daemon.port, language });
    t.teardown(() => client.close());
    return client.call('room.join', { room: 'sala1' }).catch((error: unknown) => error);
  };
  t.match(await refusalIn('en'), { code: 'NOT_REGISTERED', temporary: false, message: /who you are/ });
  t.match(await refusalIn('pt'), { code: 'NOT_REGISTERED', temporary: false, message: /quem você é/ });
});

t.test('a line over the bound of the server is refused to the call that made it', async (t) => {
  const { client } = await enter(t, 'ana', 'sala1');
  const [small, large, after] = await Promise.allSettled([
    client.call('room.send', { room: 'sala1', text: 'curta' }),
    client.call('room.send', { room: 'sala1', text: 'x'.repeat(100_000) }),
    client.call('ping', { data: 1 }),
  ]);
  t.equal(small.status, 'fulfilled');
  t.match(large, { status: 'rejected', reason: { code: 'LINE_TOO_LONG' } });
  t.equal(after.status, 'fulfilled');
});

t.test('bia, who answers every message from her loop, keeps up with a burst', async (t) => {
  const ana = await enter(t, 'ana', 'sala2');
  const bia = await enter(t, 'bia', 'sala2');
  const count = 1000;
  const echoing = echo(bia.client, bia.pushes, ana.userId, count);
  await Promise.all(
    Array.from({ length: count }, (_, i) => ana.client.call('room.send', { room: 'sala2', text: `${i}` })),
  );
  await echoing;
  const heard = await texts(ana.pushes, 2 * count);
  t.strictSame(
    heard.filter((text) => text.startsWith('eco ')),
    Array.from({ length: count }, (_, i) => `eco ${i}`),
  );
});

async function echo(client: Client, pushes: AsyncIterableIterator<Push>, to: string, count: number): Promise<void> {
  let left = count;
  for await (const push of pushes) {
    if (push.method !== 'room.message' || push.params.from !== to) continue;
    await client.call('room.send', { room: push.params.room, text: `eco ${push.params.text}` });
    if (--left === 0) return;
  }
}

t.test('bia sleeps while ana says more than the system buffers, and then hears all of it in order', async (t) => {
  const ana = await enter(t, 'ana', 'cheia');
  const bia = await enter(t, 'bia', 'cheia', { pushQueueBytesMax: 400_000 });
  await ana.pushes.return?.();
  const count = 4000;
  const text = (i: number) => `${i} ${'x'.repeat(4000)}`;
  for (let i = 0; i < count; i += 100) {
    await Promise.all(
      Array.from({ length: 100 }, (_, j) => ana.client.call('room.send', { room: 'cheia', text: text(i + j) })),
    );
  }
  const heard = await texts(bia.pushes, count);
  t.ok(heard.every((heardText, i) => heardText === text(i)));
  t.equal(heard.length, count);
});

t.test('when the server is stopped the calls and the loop end with ConnectionLost', async (t) => {
  const other = await startDaemon(t);
  const client = await connect({ port: other.port });
  await client.call('user.register', { name: 'caio' });
  const pushes = client.pushes();
  t.equal(await other.stop(), 0);
  await t.rejects(client.call('ping'), { name: 'ConnectionLost' });
  const rest = async () => {
    for await (const push of pushes) t.equal(push.method, 'server.draining');
  };
  await t.rejects(rest(), { name: 'ConnectionLost' });
});
