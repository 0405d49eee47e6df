import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import type { LineClient } from '../support/line-client.js';
import { enterInText, gather } from '../support/visitors.js';

const daemon = await startDaemon(t);

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

function sendLine(room: string, text: string, id: number): string {
  return JSON.stringify({ jsonrpc: '2.0', method: 'room.send', params: { room, text }, id });
}

/** Waits until the server takes no more of what was written to it. */
async function untilStalled({ socket }: LineClient): Promise<void> {
  for (let before = -1; before !== socket.writableLength; ) {
    before = socket.writableLength;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

t.test('a thousand calls in one breath take effect in their order', async (t) => {
  const room = 'mil';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  ana.client.send(...range(0, 1000).map((i) => sendLine(room, `${i}`, i)));
  for (let i = 0; i < 1000; i++) {
    const seq = 4 + i;
    t.match(await ana.client.nextReply(i), { result: { seq, duplicate: false } });
    t.match(await bia.client.nextPush('room.message'), { seq, from: ana.userId, text: `${i}` });
  }
  for (let i = 0; i < 1000; i++) t.match(await ana.client.nextPush('room.message'), { seq: 4 + i, text: `${i}` });
});

t.test('a thousand lines of text in one breath take effect and are answered in their order', async (t) => {
  const room = 'mil-linhas';
  const [bia] = await gather(t, daemon, room, 'bia');
  const ana = await enterInText(t, daemon, 'ana', room);
  await bia.client.nextPush('room.joined');
  ana.client.send(...range(0, 1000).map((i) => `${i}`));
  for (let i = 0; i < 1000; i++) {
    t.equal(await ana.client.next(), `+OK #${4 + i}`);
    t.match(await bia.client.nextPush('room.message'), { seq: 4 + i, text: `${i}` });
  }
});

t.test('calls of every kind to one room take effect in their order', async (t) => {
  const room = 'mistura';
  const [ana] = await gather(t, daemon, room, 'ana');
  const ids: number[] = [];
  for (let i = 0; i < 50; i++) {
    ids.push(
      ana.client.ask('room.send', { room, text: `${i}` }),
      ana.client.ask('room.topic', { room, topic: `${i}` }),
      ana.client.ask('private.send', { room, to: ana.userId, text: `${i}` }),
      ana.client.ask('room.history', { room, limit: 1 }),
    );
  }
  ids.push(ana.client.ask('room.leave', { room }), ana.client.ask('room.send', { room, text: 'fora' }));
  for (let i = 0; i < 50; i++) {
    const [send, topic, note, history] = ids.slice(4 * i, 4 * i + 4) as [number, number, number, number];
    t.match(await ana.client.nextReply(send), { result: { seq: 3 + 2 * i } });
    t.match(await ana.client.nextReply(topic), { result: { seq: 4 + 2 * i } });
    t.match(await ana.client.nextReply(note), { result: { seq: i + 1 } });
    t.match(await ana.client.nextReply(history), { result: { seq: 4 + 2 * i, messages: [{ text: `${i}` }] } });
  }
  t.match(await ana.client.nextReply(ids.at(-2) as number), { result: { seq: 103 } });
  t.match(await ana.client.nextReply(ids.at(-1) as number), { error: { data: { code: 'NOT_IN_ROOM' } } });
});

t.test('calls of two connections to one room keep the order of each', async (t) => {
  const room = 'dois';
  const [ana, bia, caio] = await gather(t, daemon, room, 'ana', 'bia', 'caio');
  ana.client.send(...range(0, 600).map((i) => sendLine(room, `${i}`, i)));
  bia.client.send(...range(0, 600).map((i) => sendLine(room, `${i}`, i)));
  const said = new Map<string, string[]>([
    [ana.userId, []],
    [bia.userId, []],
  ]);
  for (let seq = 5; seq < 5 + 1200; seq++) {
    const message = await caio.client.nextPush('room.message');
    t.equal(message.seq, seq);
    said.get(message.from)?.push(message.text);
  }
  for (const texts of said.values()) t.strictSame(texts, range(0, 600).map(String));
});

t.test('of calls far beyond inFlightMax none is dropped', async (t) => {
  const room = 'além';
  const [ana] = await gather(t, daemon, room, 'ana');
  const total = 20 * 256 + 1;
  ana.client.send(...range(0, total).map((i) => sendLine(room, `${i}`, i)));
  await ana.client.untilWaiting(2 * total);
  for (let i = 0; i < total; i++) {
    const reply = await ana.client.nextReply(i);
    if (!('result' in reply && (reply.result as { seq: number }).seq === 3 + i))
      t.fail(`${i}: ${JSON.stringify(reply)}`);
  }
  t.equal((await ana.client.call('room.history', { room, limit: 1 })).seq, 2 + total);
});

t.test('who does not read is not read, and loses nothing', async (t) => {
  const { client } = (await gather(t, daemon, 'lenta', 'ana'))[0];
  const total = 6000;
  const data = 'x'.repeat(8000);
  client.socket.pause();
  client.send(...range(0, total).map((id) => JSON.stringify({ jsonrpc: '2.0', method: 'ping', params: [data], id })));
  await untilStalled(client);
  t.ok(client.socket.writableLength > 0, 'the server has stopped reading');
  client.socket.resume();
  for (let id = 0; id < total; id++) {
    const reply = await client.nextReply(id);
    if (!('result' in reply && (reply.result as { data: string }).data === data)) t.fail(`the answer to ${id}`);
  }
  t.strictSame(await client.soFar(), []);
});

t.test('a member who does not read keeps nobody waiting, and is sent everything later', async (t) => {
  const room = 'dorminhoca';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  const ben = await enterInText(t, daemon, 'ben', room);
  for (const { client } of [ana, bia]) await client.nextPush('room.joined');
  bia.client.socket.pause();
  ben.client.socket.pause();
  const total = 3000;
  const filling = 'x'.repeat(7000);
  ana.client.send(...range(0, total).map((i) => sendLine(room, `${i} ${filling}`, i)));
  for (let i = 0; i < total; i++) {
    await ana.client.nextReply(i);
    await ana.client.nextPush('room.message');
  }
  bia.client.socket.resume();
  ben.client.socket.resume();
  for (let i = 0; i < total; i++) {
    const { seq, text } = await bia.client.nextPush('room.message');
    const line = await ben.client.next();
    if (seq !== 5 + i || text !== `${i} ${filling}`) t.fail(`bia was sent ${seq} for ${5 + i}`);
    if (line !== `[${room} #${5 + i}] ${ana.userId}: ${i} ${filling}`) t.fail(`ben was sent ${line.slice(0, 40)}`);
  }
  t.strictSame(await bia.client.soFar(), []);
});
