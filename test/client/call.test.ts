import t from 'tap';
import { connect } from '../../src/client/connect.js';
import {
  CallRefused,
  CallTimedOut,
  ConnectionLost,
  SendQueueFull,
  ServerUnreachable,
} from '../../src/client/errors.js';
import { answerLine, connectToPeer, messageLine, refusalLine } from '../support/peer.js';

const member = { userId: 'ana#1', name: 'ana', role: 'member', online: true } as const;

t.test('a call is one line of JSON-RPC with its params by name', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const sending = client.call('room.send', { room: 'sala1', text: 'olá\n"ana"' });
  const { id, ...call } = await peer.next();
  t.strictSame(call, { jsonrpc: '2.0', method: 'room.send', params: { room: 'sala1', text: 'olá\n"ana"' } });
  peer.answer(id, { seq: 1 });
  t.strictSame(await sending, { seq: 1 });
});

t.test('a call with the language pt goes by its Portuguese names, where it has some', async (t) => {
  const { client, peer } = await connectToPeer(t, { language: 'pt' });
  const calls = [
    client.call('room.history', { room: 'sala1', after: 3 }),
    client.call('user.resume', { token: 'segredo' }),
  ];
  const [history, resume] = [await peer.next(), await peer.next()];
  t.match(history, { method: 'listar_mensagens_publicas', params: { sala: 'sala1', after: 3 } });
  t.match(resume, { method: 'user.resume', params: { token: 'segredo' } });
  peer.answer(history.id, {});
  peer.answer(resume.id, {});
  await Promise.all(calls);
});

t.test('answers find their calls in whatever order they come', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const calls = ['ana', 'bia', 'caio'].map((data) => client.call('ping', { data }));
  const read = [await peer.next(), await peer.next(), await peer.next()];
  for (const { id, params } of read.reverse()) peer.answer(id, params);
  t.strictSame(await Promise.all(calls), [{ data: 'ana' }, { data: 'bia' }, { data: 'caio' }]);
});

t.test('an answer that comes cut anywhere is read whole', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const answer = { room: 'sala1', seq: 7, members: [{ ...member, userId: 'João#1', name: 'João' }] };
  const length = Buffer.byteLength(answerLine(1, answer));
  for (let cut = 1; cut < length; cut++) {
    const asking = client.call('room.members', { room: 'sala1' });
    const line = Buffer.from(answerLine((await peer.next()).id, answer));
    peer.write(line.subarray(0, cut));
    // What is written after a turn of the event loop is another segment.
    await new Promise(setImmediate);
    peer.write(line.subarray(cut));
    t.strictSame(await asking, answer, `cut at ${cut}`);
  }
});

t.test('an answer of several MiB comes through', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const members = Array.from({ length: 50_000 }, () => member);
  const asking = client.call('room.members', { room: 'sala1' });
  peer.answer((await peer.next()).id, { room: 'sala1', seq: 7, members });
  t.equal((await asking).members.length, members.length);
});

t.test('the banner, other lines that begin with # and empty lines are passed over', async (t) => {
  const { client, peer } = await connectToPeer(t);
  peer.write('# salas: /help lists the commands\r\n\n#{"jsonrpc":"2.0","id":1,"result":"no"}\n');
  const asking = client.call('ping', { data: 1 });
  peer.answer((await peer.next()).id, { data: 1 });
  t.strictSame(await asking, { data: 1 });
});

t.test('a refused call rejects with all that the server said about it', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const sending = client.call('room.send', { room: 'sala1', text: 'oi' });
  peer.refuse((await peer.next()).id, 'RATE_LIMITED', { temporary: true, retryAfterMs: 250 });
  const refused = await rejection(sending);
  t.ok(refused instanceof CallRefused);
  t.match(refused, { code: 'RATE_LIMITED', temporary: true, retryAfterMs: 250, field: undefined, message: 'no' });

  const registering = client.call('user.register', { name: 'a b' });
  peer.refuse((await peer.next()).id, 'NAME_INVALID', { field: 'name' });
  t.match(await rejection(registering), {
    name: 'CallRefused',
    code: 'NAME_INVALID',
    temporary: false,
    retryAfterMs: undefined,
    field: 'name',
  });
});

t.test('a line that the server refused unread was the longest; the other calls go on', async (t) => {
  const { client, peer } = await connectToPeer(t);
  // More characters, but fewer bytes.
  const short = client.call('ping', { data: 'a'.repeat(9000) });
  const long = client.call('ping', { data: 'ã'.repeat(8000) });
  const { id } = await peer.next();
  await peer.next();
  peer.refuse(null, 'LINE_TOO_LONG');
  t.match(await rejection(long), { name: 'CallRefused', code: 'LINE_TOO_LONG' });
  peer.answer(id, { data: 'short' });
  t.strictSame(await short, { data: 'short' });
});

t.test('a call past its deadline rejects, its late answer is passed over, and the client lives on', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const late = client.call('ping', { data: 'late' }, { deadlineMs: 20 });
  const { id } = await peer.next();
  t.ok((await rejection(late)) instanceof CallTimedOut);
  peer.answer(id, { data: 'late' });
  const asking = client.call('ping', { data: 'next' });
  peer.answer((await peer.next()).id, { data: 'next' });
  t.strictSame(await asking, { data: 'next' });
});

t.test('the deadline of connect is that of every call, and even the longest one is no deadline of now', async (t) => {
  const { client, peer } = await connectToPeer(t, { deadlineMs: 20 });
  const patient = client.call('ping', { data: 1 }, { deadlineMs: Number.POSITIVE_INFINITY });
  t.ok((await rejection(client.call('ping'))) instanceof CallTimedOut);
  peer.answer((await peer.next()).id, { data: 1 });
  t.strictSame(await patient, { data: 1 });
});

t.test('a connection that ends rejects all calls that wait, and those to come', async (t) => {
  for (const end of ['end', 'resetAndDestroy'] as const) {
    const { client, peer } = await connectToPeer(t);
    const waiting = [client.call('ping'), client.call('room.send', { room: 'sala1', text: 'oi' })];
    await peer.next();
    await peer.next();
    peer.socket[end]();
    for (const call of waiting) t.ok((await rejection(call)) instanceof ConnectionLost, end);
    t.ok((await rejection(client.call('ping'))) instanceof ConnectionLost, `${end}, later`);
  }
});

t.test('what came before the end of the connection still counts', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const answered = client.call('ping', { data: 1 });
  const unanswered = client.call('ping', { data: 2 });
  const { id } = await peer.next();
  peer.socket.end(answerLine(id, { data: 1 }));
  t.strictSame(await answered, { data: 1 });
  t.ok((await rejection(unanswered)) instanceof ConnectionLost);
});

t.test('what is no salas server ends the connection', async (t) => {
  const wrong = {
    'another protocol': 'HTTP/1.1 400 Bad Request\r\n\r\n',
    'JSON of another kind': '{"hello":"world"}\n',
    'a list': '[1,2]\n',
    'an error without its contract': '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}\n',
    'bytes that are no UTF-8': Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
  };
  for (const [what, bytes] of Object.entries(wrong)) {
    const { client, peer } = await connectToPeer(t);
    const asking = client.call('ping');
    await peer.next();
    peer.write(bytes);
    t.match(await rejection(asking), { name: 'ConnectionLost', message: /not a salas server/ }, what);
  }
});

t.test('a line over the bound ends the connection instead of filling the memory', async (t) => {
  const { client, peer } = await connectToPeer(t, { replyBytesMax: 1000 });
  const asking = client.call('ping');
  await peer.next();
  peer.write('{'.repeat(1001));
  t.match(await rejection(asking), { name: 'ConnectionLost', message: /over 1000 bytes/ });
});

t.test('a server that does not read gets no more than the send queue holds', async (t) => {
  const { client, peer } = await connectToPeer(t, { sendQueueBytesMax: 1_000_000, deadlineMs: 60_000 });
  peer.socket.pause();
  const text = 'x'.repeat(100_000);
  let calls = 0;
  let full: unknown;
  // What the system's own buffers hold is not the client's.
  while (full === undefined && calls < 1000) {
    const call = client.call('room.send', { room: 'sala1', text }).then(
      () => undefined,
      (error: unknown) => error,
    );
    calls++;
    full = await Promise.race([call, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))]);
  }
  t.ok(full instanceof SendQueueFull, `after ${calls} calls`);
});

t.test('close lets the calls before it be answered, and refuses those after it', async (t) => {
  const { client, peer } = await connectToPeer(t);
  const before = client.call('ping', { data: 1 });
  const { id } = await peer.next();
  const closing = client.close();
  t.ok((await rejection(client.call('ping'))) instanceof ConnectionLost);
  peer.socket.once('end', () => peer.socket.end(answerLine(id, { data: 1 })));
  t.strictSame(await before, { data: 1 });
  await closing;
  await client.close();
});

t.test('close does not wait for ever for the server', async (t) => {
  const { client, peer } = await connectToPeer(t, { closeDeadlineMs: 20 });
  peer.socket.allowHalfOpen = true;
  const waiting = client.call('ping');
  await client.close();
  t.ok((await rejection(waiting)) instanceof ConnectionLost);
});

t.test('where nobody listens there is no connection', async (t) => {
  const { peer } = await connectToPeer(t);
  // The peer listens on 127.0.0.1 only.
  const refused = await rejection(connect({ port: peer.socket.localPort as number, host: '127.0.0.2' }));
  t.ok(refused instanceof ServerUnreachable);
  t.match((refused as Error).cause, { code: 'ECONNREFUSED' });
});

t.test('answers pass while nobody asked for pushes', async (t) => {
  const { client, peer } = await connectToPeer(t, { pushQueueBytesMax: 1000 });
  const asking = client.call('ping', { data: 1 });
  const { id } = await peer.next();
  for (let seq = 1; seq <= 1000; seq++) peer.write(messageLine(seq));
  peer.write(refusalLine(999, 'BUSY'));
  peer.answer(id, { data: 1 });
  t.strictSame(await asking, { data: 1 });
});

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
