import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { gather, register } from '../support/visitors.js';

const daemon = await startDaemon(t);

t.test('equal names are told apart by their numbers', async (t) => {
  const [one, other] = [await register(t, daemon, 'ana'), await register(t, daemon, 'ana')];
  t.strictSame([one.userId, other.userId], ['ana#1', 'ana#2']);
  t.not(one.token, other.token);
  t.equal((await one.client.call('user.me')).userId, 'ana#1');
  t.equal((await other.client.call('user.me')).userId, 'ana#2');
});

t.test('names that begin at the same time have numbers of their own', async (t) => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => LineClient.connect(t, daemon)));
  const users = await Promise.all(clients.map((client) => client.call('user.register', { name: 'gente' })));
  const numbers = users.map(({ userId }) => Number(userId.replace('gente#', ''))).sort((a, b) => a - b);
  t.strictSame(
    numbers,
    Array.from({ length: 20 }, (_, i) => i + 1),
  );
});

t.test('an id is not given again after its user has quit', async (t) => {
  const bia = await register(t, daemon, 'bia');
  await bia.client.call('user.quit');
  t.equal((await register(t, daemon, 'bia')).userId, 'bia#2');
});

t.test('whoever quits leaves every room, and the connection ends', async (t) => {
  const [ana, bia] = await gather(t, daemon, 'adeus', 'ana', 'bia');
  const { room, seq } = await bia.client.call('room.join', { room: 'sala1' });
  await bia.client.nextPush('room.joined');
  t.strictSame(await bia.client.call('user.quit'), {});
  await bia.client.rest();
  t.match(await ana.client.nextPush('room.left'), { room: 'adeus', seq: 4, user: bia.userId, reason: 'quit' });
  const { members } = await ana.client.call('room.members', { room });
  t.strictSame(members, []);
  t.equal((await ana.client.call('room.members', { room: 'adeus' })).members.length, 1);
  t.equal((await ana.client.call('room.join', { room })).seq, seq + 2);
});

t.test('whoever quits has no identity to come back to, on any connection', async (t) => {
  const ana = await register(t, daemon, 'ana');
  const other = await LineClient.connect(t, daemon);
  await other.call('user.resume', { token: ana.token });
  await ana.client.call('user.quit');
  await ana.client.rest();
  await other.rest();
  const later = await LineClient.connect(t, daemon);
  t.equal((await later.refusal('user.resume', { token: ana.token })).code, 'TOKEN_INVALID');
});

t.test('calls behind a quit are not carried out', async (t) => {
  const [ana, bia] = await gather(t, daemon, 'depois', 'ana', 'bia');
  const quit = { jsonrpc: '2.0', method: 'user.quit', id: 'quit' };
  const send = { jsonrpc: '2.0', method: 'room.send', params: ['depois', 'tarde demais'], id: 'send' };
  const join = { jsonrpc: '2.0', method: 'room.join', params: ['depois'], id: 'join' };
  bia.client.send(...[quit, send, join].map((request) => JSON.stringify(request)));
  t.match(await bia.client.nextReply('quit'), { result: {} });
  t.match(await bia.client.nextPush('room.left'), { user: bia.userId });
  t.strictSame(await bia.client.rest(), []);
  t.match(await ana.client.nextPush('room.left'), { user: bia.userId });
  t.strictSame(await ana.client.soFar(), []);
  t.equal((await ana.client.call('room.members', { room: 'depois' })).members.length, 1, 'no ghost is left');
});

t.test('whoever quits is in no room, though another connection was about to join some', async (t) => {
  const [caio] = await gather(t, daemon, 'porta', 'caio');
  for (let i = 0; i < 30; i++) {
    const ana = await register(t, daemon, 'ana');
    const other = await LineClient.connect(t, daemon);
    await other.call('user.resume', { token: ana.token });
    for (const room of ['sala2', 'sala3', 'porta']) other.ask('room.join', { room });
    await ana.client.call('user.quit');
    await other.rest();
  }
  for (const [room, members] of Object.entries({ sala2: 0, sala3: 0, porta: 1 })) {
    t.equal((await caio.client.call('room.members', { room })).members.length, members);
  }
});

t.test('names of every script are names, in NFC', async (t) => {
  for (const name of ['Zoë', 'Иван', 'محمد', 'नीना', '山田太郎', 'ไก่', '7', '_', '-', 'x'.repeat(32), '𝒜'.repeat(32)]) {
    const { client, userId } = await register(t, daemon, name);
    const me = await client.call('user.me');
    t.equal(me.name, name.normalize('NFC'));
    t.equal(userId, `${name.normalize('NFC')}#1`);
  }
  const composed = await register(t, daemon, 'Ângela');
  const decomposed = await register(t, daemon, 'Ângela'.normalize('NFD'));
  t.strictSame([composed.userId, decomposed.userId], ['Ângela#1', 'Ângela#2']);
});

t.test('what is no name is refused', async (t) => {
  const client = await LineClient.connect(t, daemon);
  for (const name of [
    '',
    'x'.repeat(33),
    'ana maria',
    'ana#1',
    'a.b',
    'ana\n',
    ' ana',
    '\u001b[2J',
    '\u0301',
    '🙂',
    '\u202e',
    '/quit',
  ]) {
    t.strictSame(await client.refusal('user.register', { name }), {
      code: 'NAME_INVALID',
      temporary: false,
      field: 'name',
    });
    t.strictSame(await client.refusal('ingressar_no_sistema', { nome: name }), {
      code: 'NAME_INVALID',
      temporary: false,
      field: 'nome',
    });
  }
});

t.test('a connection has one user', async (t) => {
  const ana = await register(t, daemon, 'ana');
  const bia = await register(t, daemon, 'bia');
  const refused = { code: 'ALREADY_REGISTERED', temporary: false };
  t.strictSame(await ana.client.refusal('user.register', { name: 'ana' }), refused);
  t.strictSame(await ana.client.refusal('user.resume', { token: ana.token }), refused);
  t.strictSame(await ana.client.refusal('user.resume', { token: bia.token }), refused);
  t.equal((await ana.client.call('user.me')).userId, ana.userId);
});

t.test('a second registration in the same breath is refused', async (t) => {
  const client = await LineClient.connect(t, daemon);
  const [first, second] = [client.ask('user.register', { name: 'eco' }), client.ask('user.register', { name: 'eco' })];
  t.match(await client.nextReply(first), { result: { userId: 'eco#1' } });
  t.match(await client.nextReply(second), { error: { data: { code: 'ALREADY_REGISTERED' } } });
});
