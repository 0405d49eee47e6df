import { once } from 'node:events';
import { connect } from 'node:net';
import { text as allOf } from 'node:stream/consumers';
import t from 'tap';
import type { Result } from '../../src/protocol/methods.js';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { enter, gather } from '../support/visitors.js';

const room = 'páginas';
/** More than a page holds, with what takes more bytes in UTF-8 and in JSON. */
const texts = Array.from({ length: 200 }, (_, i) => `${i} "${'á\t'.repeat(2000)}"`);
/** The bytes of a page, about. */
const pageBytes = 1_000_000;

const daemon = await startDaemon(t);
const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
const sends = texts.map((text) => ana.client.ask('room.send', { room, text }));
for (const id of sends) await ana.client.nextReply(id);
const privately = { room, to: bia.userId };
for (const text of texts.slice(0, 3)) await ana.client.call('private.send', { ...privately, text });
const { limits } = await ana.client.call('hello');

const jsonCall = (id: number, method: string, params: object = {}) => ({ jsonrpc: '2.0', method, params, id });
const asked = { room, limit: 500 };

t.test('pages and other answers stand in a batch as they do alone, up to the bound of a batch', async (t) => {
  const alone = await bia.client.call('room.history', asked);
  t.ok(JSON.stringify(alone).length > pageBytes, 'a whole page');
  const methods = ['room.history', 'ping', 'private.history', 'room.history', 'room.nothing', 'user.me'];
  bia.client.send(
    JSON.stringify(methods.map((method, id) => jsonCall(id, method, method === 'room.history' ? asked : {}))),
  );
  const replies = await bia.client.nextBatch();
  const results = replies.map((reply) => ('result' in reply ? reply.result : undefined));
  t.strictSame(results[0], alone);
  t.strictSame(results[3], alone);
  t.match(results[2], { messages: texts.slice(0, 3).map((text) => ({ text })), more: false, seq: 3 });
  t.match(replies[4], { error: { code: -32601 } });
  t.match(results[5], { userId: bia.userId });

  const many = Array.from({ length: 10 }, (_, id) => jsonCall(id, 'room.history', asked));
  bia.client.send(JSON.stringify(many));
  const answers = await bia.client.nextBatch();
  const pages = answers.filter((reply) => 'result' in reply).length;
  const most = Math.ceil((limits.batchReplyBytesMax ?? 0) / pageBytes);
  t.ok(pages >= 2 && pages <= most, `${pages} pages in a batch`);
  t.match(answers.at(-1), { error: { data: { code: 'BUSY' } } });
});

t.test('a page without id is read for nobody', async (t) => {
  bia.client.notify('room.history', asked);
  t.ok((await bia.client.call('ping')).at);
});

t.test('a line asks in its own dialect, whatever the connection is told its pushes in', async (t) => {
  const { client, userId } = await enter(t, daemon, 'caio', room);
  const result = await client.call('room.history', { room, limit: 2 });
  const lines = await client.list(`/history ${room} 2`);
  t.strictSame(
    lines,
    result.messages.map(({ seq, from, text }) => `[${room} #${seq}] ${from}: ${text.replaceAll('\t', ' ')}`),
  );
  t.equal(await client.say('/me'), `+OK ${userId} ${room}`);
});

t.test('who asks for pages and ends at once gets all of them, in the order asked, and then the end', async (t) => {
  const socket = connect({ host: daemon.host, port: daemon.port });
  await once(socket, 'connect');
  const resume = jsonCall(0, 'user.resume', { token: bia.token });
  const calls = [1, 2, 3, 4].map((id) => jsonCall(id, 'room.history', asked));
  socket.end([resume, ...calls].map((call) => `${JSON.stringify(call)}\n`).join(''));
  const answers = (await allOf(socket)).split('\n');
  t.equal(answers.pop(), '', 'the last line is whole');
  const replies = answers.map((line) => JSON.parse(line) as { id: number; result: Result<'room.history'> });
  t.strictSame(
    replies.map(({ id }) => id),
    [0, 1, 2, 3, 4],
  );
  for (const { result } of replies.slice(1)) t.equal(result.messages.at(-1)?.text, texts.at(-1));
});

t.test('a page that is on its way when the server drains comes whole', async (t) => {
  const client = await LineClient.connect(t, daemon);
  await client.call('user.resume', { token: ana.token });
  const ids = Array.from({ length: 20 }, () => client.ask('room.history', asked));
  await client.nextReply(ids[0] as number);
  const stopped = daemon.stop();
  const replies = (await client.rest()).map((line) => JSON.parse(line)).filter((message) => 'id' in message);
  for (const reply of replies) {
    if ('result' in reply) t.equal(reply.result.messages.at(-1).text, texts.at(-1));
    else t.equal(reply.error.data.code, 'DRAINING');
  }
  t.strictSame(
    replies.map(({ id }) => id),
    ids.slice(1, 1 + replies.length),
  );
  t.equal(await stopped, 0);
});
