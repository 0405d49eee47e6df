import t from 'tap';
import type { Client } from '../../src/client/client.js';
import { CallTimedOut, ConnectionLost } from '../../src/client/errors.js';
import type { Push } from '../../src/client/pushes.js';
import { answerLine, connectToPeer, messageLine, type Peer, pushLine } from '../support/peer.js';

/** Makes a call, and the peer write `text` before its answer: then the client has read all of it. */
async function readThrough(client: Client, peer: Peer, text: string): Promise<void> {
  const call = client.call('ping');
  peer.write(text + answerLine((await peer.next()).id, {}));
  await call;
}

function seqOf(push: Push | undefined): number | undefined {
  return push?.method === 'room.message' ? push.params.seq : undefined;
}

function messages(first: number, last: number): string {
  return Array.from({ length: last - first + 1 }, (_, i) => messageLine(first + i)).join('');
}

t.test('pushes come in order, each with its method and params', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const all = [
    { method: 'room.joined', params: { room: 'sala1', seq: 1, user: 'ana#1', at: 1 } },
    { method: 'room.message', params: { room: 'sala1', seq: 2, from: 'ana#1', at: 2, text: 'oi', clientMsgId: 'a' } },
    { method: 'room.edited', params: { room: 'sala1', seq: 3, at: 3, by: 'ana#1', target: 2, text: 'olá' } },
    {
      method: 'room.reacted',
      params: { room: 'sala1', seq: 3, at: 3, by: 'ana#1', target: 2, reaction: '👍', on: true },
    },
    { method: 'room.deleted', params: { room: 'sala1', seq: 3, at: 3, by: 'ana#1', target: 2 } },
    { method: 'room.left', params: { room: 'sala1', seq: 3, user: 'ana#1', at: 3, reason: 'quit' } },
    { method: 'room.changed', params: { room: 'sala1', seq: 4, by: 'bia#1', at: 4, topic: 'festa' } },
    { method: 'room.reset', params: { room: 'sala1', epoch: 'e', seq: 4 } },
    { method: 'private.message', params: { seq: 1, room: 'sala1', from: 'ana#1', to: 'bia#1', at: 5, text: 'psst' } },
    { method: 'server.draining', params: { reconnectAfterMs: 1000 } },
    { method: 'server.announcement', params: { text: 'até já', at: 6 } },
  ];
  const pushes = client.pushes();
  peer.write(all.map(({ method, params }) => pushLine(method, params)).join(''));
  for (const push of all) t.strictSame((await pushes.next()).value, push, push.method);
});

t.test('a push that this client does not know is passed over', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const pushes = client.pushes();
  peer.write(pushLine('room.painted', { colour: 'blue' }) + messageLine(1));
  t.equal(seqOf((await pushes.next()).value), 1);
});

t.test('pushes are kept from the call of pushes() on, and none from before', async (t) => {
  const { client, peer } = await connectToPeer(t);
  await readThrough(client, peer, messages(1, 3));
  const pushes = client.pushes();
  await readThrough(client, peer, messages(4, 5));
  t.equal(seqOf((await pushes.next()).value), 4);
  t.equal(seqOf((await pushes.next()).value), 5);
});

t.test('who leaves the loop is pushed nothing more, and may begin again', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const first = client.pushes();
  await readThrough(client, peer, messages(1, 3));
  for await (const push of first) {
    t.equal(seqOf(push), 1);
    break;
  }
  t.strictSame(await first.next(), { value: undefined, done: true }, 'the loop that was left has ended');
  await readThrough(client, peer, messages(4, 5));
  const second = client.pushes();
  await readThrough(client, peer, messages(6, 6));
  t.equal(seqOf((await second.next()).value), 6);
});

t.test('pushes have one reader at a time', async (t) => {
  const { client } = await connectToPeer(t);
  const pushes = client.pushes();
  t.throws(() => client.pushes(), /reader already/);
  await pushes.return?.();
  t.doesNotThrow(() => client.pushes());
});

t.test('a reader who falls behind holds the server back, and then gets every push once and in order', async (t) => {
  const { client, peer } = await connectToPeer(t, { pushQueueBytesMax: 100_000 });
  const total = 32_000;
  const text = 'x'.repeat(1000);
  const pushes = client.pushes();
  for (let seq = 1; seq <= total; seq++) peer.write(messageLine(seq, text));

  const stuck = client.call('ping', {}, { deadlineMs: 1000 });
  peer.answer((await peer.next()).id, {});
  await t.rejects(stuck, CallTimedOut, 'a reader who takes nothing cannot wait for an answer behind it all');
  t.ok(peer.socket.writableLength > (total * text.length) / 2, 'most of it is still with the server');

  for (let seq = 1; seq <= total; seq++) {
    const { value } = await pushes.next();
    if (seqOf(value) !== seq) t.equal(seqOf(value), seq);
  }
  peer.write(messageLine(total + 1));
  t.equal(seqOf((await pushes.next()).value), total + 1, 'nothing was pushed twice');
});

t.test('a call reads on past the pushes that wait, so that a reader may call', async (t) => {
  const { client, peer } = await connectToPeer(t, { pushQueueBytesMax: 107_000, deadlineMs: 5000 });
  const pushes = client.pushes();
  await readThrough(client, peer, messages(1, 600));
  await readThrough(client, peer, messages(601, 700));
  for (let seq = 1; seq <= 700; seq++) {
    if (seq % 100 === 0) await readThrough(client, peer, '');
    const { value } = await pushes.next();
    if (seqOf(value) !== seq) t.equal(seqOf(value), seq);
  }
});

t.test('the other half of the queue is for calls only: without one, reading stops at half', async (t) => {
  const { client, peer } = await connectToPeer(t, { pushQueueBytesMax: 110e6 });
  const pushes = client.pushes();
  const text = 'x'.repeat(1000);
  for (let seq = 1; seq <= 90_000; seq++) peer.write(messageLine(seq, text));
  // Until the client has read nothing for so many turns of the event loop.
  let quietTurns = 0;
  let waiting = peer.socket.writableLength;
  while (quietTurns < 1000) {
    await new Promise(setImmediate);
    quietTurns = peer.socket.writableLength === waiting ? quietTurns + 1 : 0;
    waiting = peer.socket.writableLength;
  }
  t.ok(waiting > 15_000 * text.length, `${waiting} bytes are still with the server`);
  t.equal(seqOf((await pushes.next()).value), 1);
});

t.test('after a lost connection the reader gets what came before it, then the error, then the end', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const pushes = client.pushes();
  peer.socket.end(messages(1, 2));
  t.equal(seqOf((await pushes.next()).value), 1);
  t.equal(seqOf((await pushes.next()).value), 2);
  await t.rejects(pushes.next(), ConnectionLost);
  t.strictSame(await pushes.next(), { value: undefined, done: true });
  await t.rejects(client.pushes().next(), ConnectionLost, 'and so does who comes later');
});

t.test('a reader who waits learns of the lost connection', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const next = client.pushes().next();
  peer.socket.resetAndDestroy();
  await t.rejects(next, ConnectionLost);
});

t.test('after close the loop ends without an error', async (t) => {
  const { client } = await connectToPeer(t);
  const next = client.pushes().next();
  await client.close();
  t.strictSame(await next, { value: undefined, done: true });
  t.strictSame(await client.pushes().next(), { value: undefined, done: true });
});

t.test('a reader who is behind does not keep the connection from closing', async (t) => {
  const { client, peer } = await connectToPeer(t, { pushQueueBytesMax: 1000, closeDeadlineMs: 60_000 });
  client.pushes();
  for (let seq = 1; seq <= 20_000; seq++) peer.write(messageLine(seq, 'x'.repeat(1000)));
  await client.close();
  t.pass('closed');
});

t.test('after user.quit the loop ends without an error', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const next = client.pushes().next();
  const quitting = client.call('user.quit');
  peer.socket.end(answerLine((await peer.next()).id, {}));
  await quitting;
  t.strictSame(await next, { value: undefined, done: true });
});
