import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { gather } from '../support/visitors.js';

const daemon = await startDaemon(t);

function call(id: unknown, method: string, params?: unknown) {
  return { jsonrpc: '2.0', method, params, id };
}

function sendBatch(client: LineClient, ...requests: readonly unknown[]): void {
  client.send(JSON.stringify(requests));
}

t.test('a batch runs in order, and is answered with one array in that order', async (t) => {
  const client = await LineClient.connect(t, daemon);
  sendBatch(
    client,
    call(1, 'user.register', { name: 'ana' }),
    call('2', 'room.create', ['lote']),
    call(undefined, 'room.send', ['lote', 'um']),
    call(3, 'room.send', ['lote', 'dois']),
    call(4, 'ping'),
    { foo: 'boo' },
    call(5, 'foo.get', { name: 'myself' }),
    call(6, 'room.send', ['lote', 'tres']),
    call(null, 'room.history', ['lote']),
    call(7, 'sair_da_sala', ['lote']),
    call(8, 'room.send', ['lote', 'quatro']),
  );
  const replies = await client.nextBatch();
  t.strictSame(
    replies.map(({ id }) => id),
    [1, '2', 3, 4, null, 5, 6, null, 7, 8],
  );
  t.match(replies, [
    { result: { userId: 'ana#1' } },
    { result: { room: 'lote', seq: 2 } },
    { result: { seq: 4 } },
    { result: {} },
    { error: { code: -32600 } },
    { error: { code: -32601 } },
    { result: { seq: 5 } },
    { result: { messages: [{ text: 'um' }, { text: 'dois' }, { text: 'tres' }] } },
    { result: { seq: 6 } },
    { error: { data: { code: 'NOT_IN_ROOM' } } },
  ]);
});

t.test('the answers come in the order of the calls, also where rooms are slower than refusals', async (t) => {
  const [{ client }] = await gather(t, daemon, 'ordem', 'ana');
  const requests = Array.from({ length: 64 }, (_, i) =>
    i % 2 === 0 ? call(i, 'room.send', ['ordem', `${i}`]) : call(i, i % 4 === 1 ? 'ping' : 'nenhum'),
  );
  sendBatch(client, ...requests);
  t.strictSame(
    (await client.nextBatch()).map(({ id }) => id),
    requests.map(({ id }) => id),
  );
});

t.test('a batch of notifications is carried out, and not answered', async (t) => {
  const [ana, bia] = await gather(t, daemon, 'quieto', 'ana', 'bia');
  sendBatch(
    ana.client,
    call(undefined, 'room.send', ['quieto', 'um']),
    call(undefined, 'nenhum'),
    call(undefined, 'room.send', ['quieto']),
    call(undefined, 'room.send', ['quieto', 'dois']),
  );
  for (const { client } of [ana, bia]) {
    t.match(await client.nextPush('room.message'), { text: 'um' });
    t.match(await client.nextPush('room.message'), { text: 'dois' });
  }
  t.strictSame(await ana.client.soFar(), []);
});

t.test('a batch has 64 calls at the most', async (t) => {
  const client = await LineClient.connect(t, daemon);
  const calls = Array.from({ length: 65 }, (_, i) => call(i, 'ping'));
  sendBatch(client, ...calls.slice(0, 64));
  t.equal((await client.nextBatch()).length, 64);
  sendBatch(client, ...calls);
  const data = { code: 'BATCH_TOO_LARGE', temporary: false };
  t.strictSame(JSON.parse(await client.next()), {
    jsonrpc: '2.0',
    id: null,
    error: { code: -32032, message: 'the batch has 65 calls; at most 64 are allowed', data },
  });
  sendBatch(client, ...calls.map(({ method }) => call(undefined, method)));
  t.match(await client.nextReply(null), { error: { data } });
  await client.call('ping');
});

t.test('arrays in a batch are no batches', async (t) => {
  const client = await LineClient.connect(t, daemon);
  sendBatch(client, [call(1, 'ping')], null, 'x', call(2, 'ping'), []);
  t.match(await client.nextBatch(), [
    { id: null, error: { code: -32600 } },
    { id: null, error: { code: -32600 } },
    { id: null, error: { code: -32600 } },
    { id: 2, result: {} },
    { id: null, error: { code: -32600 } },
  ]);
});

t.test('several batches and calls may be under way', async (t) => {
  const [{ client }] = await gather(t, daemon, 'misto', 'ana');
  sendBatch(client, call('a', 'room.send', ['misto', '1']), call('b', 'room.send', ['misto', '2']));
  const id = client.ask('room.send', ['misto', '3']);
  sendBatch(client, call('c', 'room.send', ['misto', '4']));
  t.match(await client.nextBatch(), [
    { id: 'a', result: { seq: 3 } },
    { id: 'b', result: { seq: 4 } },
  ]);
  t.match(await client.nextReply(id), { result: { seq: 5 } });
  t.match(await client.nextBatch(), [{ id: 'c', result: { seq: 6 } }]);
});

t.test('a quit in a batch ends it: the calls before are answered', async (t) => {
  const [{ client }, bia] = await gather(t, daemon, 'tchau', 'ana', 'bia');
  sendBatch(client, call(1, 'ping'), call(2, 'user.quit'), call(3, 'room.send', ['tchau', 'ainda aqui']));
  t.match(await client.nextBatch(), [
    { id: 1, result: {} },
    { id: 2, result: {} },
    { id: 3, error: { data: { code: 'NOT_REGISTERED' } } },
  ]);
  await client.rest();
  t.match(await bia.client.nextPush('room.left'), { reason: 'quit' });
  t.strictSame(await bia.client.soFar(), []);
});

t.test('BUSY: answers to a batch have a bound; what is beyond may be asked for again', async (t) => {
  const room = 'pesado';
  const [ana] = await gather(t, daemon, room, 'ana');
  const ids = Array.from({ length: 140 }, () => ana.client.ask('room.send', { room, text: 'x'.repeat(8000) }));
  for (const id of ids) await ana.client.nextReply(id);
  sendBatch(ana.client, ...Array.from({ length: 10 }, (_, i) => call(i, 'room.history', { room, limit: 500 })));
  const replies = await ana.client.nextBatch();
  t.equal(replies.length, 10);
  const answered = replies.filter((reply) => 'result' in reply).length;
  t.ok(answered >= 4 && answered < 10);
  for (const reply of replies.slice(answered)) {
    t.match(reply, { error: { code: -32041, data: { code: 'BUSY', temporary: true, retryAfterMs: 0 } } });
  }
  t.equal((await ana.client.call('room.history', { room, limit: 500 })).more, true, 'a page has a bound as well');
});
