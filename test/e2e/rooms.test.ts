import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { until } from '../support/until.js';
import { enter, gather, register } from '../support/visitors.js';

const daemon = await startDaemon(t, { rooms: ['sala1', 'café', '山-2'] });

t.test('the configured rooms are there', async (t) => {
  const { client } = await register(t, daemon, 'ana');
  const { rooms } = await client.call('room.list');
  t.strictSame(
    rooms,
    ['café', 'sala1', '山-2'].map((room) => ({ room, topic: '', members: 0, seq: 1 })),
  );
});

t.test('a join is answered with its own event, and pushes follow from there', async (t) => {
  const [bia] = await gather(t, daemon, 'chegada', 'bia');
  const ana = await register(t, daemon, 'ana');
  const { seq, members } = await ana.client.call('room.join', { room: 'chegada' });
  t.equal(seq, 3);
  t.strictSame(members, [
    { userId: bia.userId, name: 'bia', role: 'owner', online: true },
    { userId: ana.userId, name: 'ana', role: 'member', online: true },
  ]);
  const joined = await ana.client.nextPush('room.joined');
  t.match(joined, { room: 'chegada', seq: 3, user: ana.userId });
  t.strictSame(await bia.client.nextPush('room.joined'), joined);
  await bia.client.call('room.send', { room: 'chegada', text: 'oi, ana' });
  t.match(await ana.client.nextPush('room.message'), { seq: 4, text: 'oi, ana' });
});

t.test('joining again is no error, and adds no event', async (t) => {
  const [ana, bia] = await gather(t, daemon, 'de-novo', 'ana', 'bia');
  for (let i = 0; i < 3; i++) {
    const again = await ana.client.call('room.join', { room: 'de-novo' });
    t.equal(again.seq, 3);
    t.equal(again.members.length, 2);
  }
  t.strictSame(await ana.client.soFar(), []);
  t.strictSame(await bia.client.soFar(), []);
  t.equal((await ana.client.call('room.history', { room: 'de-novo' })).seq, 3);
});

t.test('a join with `after` is pushed everything behind it', async (t) => {
  const [bia] = await gather(t, daemon, 'atras', 'bia');
  await bia.client.call('room.send', { room: 'atras', text: 'um' });
  await bia.client.call('room.send', { room: 'atras', text: 'dois' });
  const ana = await register(t, daemon, 'ana');
  t.equal((await ana.client.call('room.join', { room: 'atras', after: 0 })).seq, 5);
  t.match(await ana.client.nextPush('room.changed'), { seq: 1, by: bia.userId, topic: '' });
  t.match(await ana.client.nextPush('room.joined'), { seq: 2, user: bia.userId });
  t.match(await ana.client.nextPush('room.message'), { seq: 3, text: 'um' });
  t.match(await ana.client.nextPush('room.message'), { seq: 4, text: 'dois' });
  t.match(await ana.client.nextPush('room.joined'), { seq: 5, user: ana.userId });
  await ana.client.call('room.join', { room: 'atras', after: 4 });
  t.match(await ana.client.nextPush('room.joined'), { seq: 5 }, 'a member may go back as well');
  const caio = await register(t, daemon, 'caio');
  await caio.client.call('room.join', { room: 'atras', after: 5 });
  t.match(await caio.client.nextPush('room.joined'), { seq: 6, user: caio.userId });
});

t.test('whoever leaves is told so, and nothing more', async (t) => {
  const room = 'partida';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  t.strictSame(await ana.client.call('room.leave', { room }), { room, seq: 4 });
  const left = await ana.client.nextPush('room.left');
  t.match(left, { room, seq: 4, user: ana.userId });
  t.notOk('reason' in left);
  t.strictSame(await bia.client.nextPush('room.left'), left);
  await bia.client.call('room.send', { room, text: 'saiu?' });
  await bia.client.nextPush('room.message');
  t.strictSame(await ana.client.soFar(), []);
  t.strictSame(await ana.client.refusal('room.leave', { room }), { code: 'NOT_IN_ROOM', temporary: false });
  t.notOk(room in (await ana.client.call('ping')).heads);
  t.strictSame((await ana.client.call('user.me')).rooms, []);
  t.equal((await ana.client.call('room.join', { room })).seq, 6, 'and may come back');
});

t.test('members stay members while they are away', async (t) => {
  const room = 'fiel';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  ana.client.destroy();
  const membersNow = async () => (await bia.client.call('room.members', { room })).members;
  await until('ana is offline', async () => (await membersNow())[0]?.online === false);
  t.match(await membersNow(), [{ userId: ana.userId, role: 'owner', online: false }, { online: true }]);
  t.strictSame(await bia.client.soFar(), [], 'nobody is told that she left');
  const client = await LineClient.connect(t, daemon);
  await client.call('user.resume', { token: ana.token });
  t.match(await membersNow(), [{ userId: ana.userId, role: 'owner', online: true }, {}]);
  await client.call('room.send', { room, text: 'voltei' });
  t.match(await bia.client.nextPush('room.message'), { seq: 4, from: ana.userId });
});

t.test('who makes a room owns it, and may change its topic', async (t) => {
  const ana = await register(t, daemon, 'ana');
  const made = await ana.client.call('room.create', { room: 'minha', topic: 'de "tudo"' });
  t.match(made, { room: 'minha', seq: 2 });
  t.match(await ana.client.nextPush('room.joined'), { room: 'minha', seq: 2, user: ana.userId });
  const bia = await register(t, daemon, 'bia');
  const joined = await bia.client.call('room.join', { room: 'minha', after: 0 });
  t.match(joined, { epoch: made.epoch, seq: 3, topic: 'de "tudo"', members: [{ role: 'owner' }, { role: 'member' }] });
  t.match(await bia.client.nextPush('room.changed'), { seq: 1, by: ana.userId, topic: 'de "tudo"' });
  await bia.client.nextPush('room.joined');
  await bia.client.nextPush('room.joined');
  await ana.client.nextPush('room.joined');
  t.strictSame(await bia.client.refusal('room.topic', { room: 'minha', topic: 'nada' }), {
    code: 'FORBIDDEN',
    temporary: false,
  });
  t.strictSame(await ana.client.call('room.topic', { room: 'minha', topic: '' }), { room: 'minha', seq: 4 });
  for (const { client } of [ana, bia]) {
    t.match(await client.nextPush('room.changed'), { room: 'minha', seq: 4, by: ana.userId, topic: '' });
  }
  const { rooms } = await bia.client.call('room.list');
  t.strictSame(
    rooms.find(({ room }) => room === 'minha'),
    { room: 'minha', topic: '', members: 2, seq: 4 },
  );
});

t.test('a room is made once, whoever asks and however its name is written', async (t) => {
  const [ana, bia] = await gather(t, daemon, 'órbita', 'ana', 'bia');
  const refused = { code: 'ROOM_EXISTS', temporary: false };
  t.strictSame(await ana.client.refusal('room.create', { room: 'órbita' }), refused);
  t.strictSame(await bia.client.refusal('room.create', { room: 'órbita'.normalize('NFD') }), refused);
  t.strictSame(await bia.client.refusal('room.create', { room: 'sala1', topic: 'minha!' }), refused);
  const { room } = await bia.client.call('room.send', { room: 'órbita'.normalize('NFD'), text: 'oi' });
  t.equal(room, 'órbita');
});

t.test('two who make the same room at once get one room', async (t) => {
  const people = await Promise.all(['ana', 'bia', 'caio'].map((name) => register(t, daemon, name)));
  const replies = await Promise.all(people.map(({ client }) => client.request('room.create', { room: 'disputa' })));
  t.equal(replies.filter((reply) => 'result' in reply).length, 1);
  for (const reply of replies) if ('error' in reply) t.equal(reply.error.data.code, 'ROOM_EXISTS');
  const { members } = await (people[0] as (typeof people)[0]).client.call('room.members', { room: 'disputa' });
  t.equal(members.length, 1);
});

t.test('rooms know nothing of each other', async (t) => {
  const ana = await enter(t, daemon, 'ana', 'sala1', 'café');
  const bia = await enter(t, daemon, 'bia', 'café');
  t.match(await ana.client.nextPush('room.joined'), { user: bia.userId });
  const { epoch } = await ana.client.call('room.send', { room: 'sala1', text: 'só aqui' });
  t.match(await ana.client.nextPush('room.message'), { room: 'sala1' });
  t.strictSame(await bia.client.soFar(), []);
  t.not((await ana.client.call('room.history', { room: 'café' })).epoch, epoch);
});

t.test('names that JavaScript knows are names like others', async (t) => {
  for (const room of ['__proto__', 'constructor', 'toString']) {
    const [ana] = await gather(t, daemon, room, 'ana');
    t.match(await ana.client.call('room.send', { room, text: 'oi' }), { room, seq: 3 });
    const heads = Object.entries((await ana.client.call('ping')).heads);
    t.strictSame(heads, [[room, 3]]);
    const client = await LineClient.connect(t, daemon);
    const { rooms } = await client.call('user.resume', { token: ana.token });
    t.match(rooms, [{ room, status: 'resumed' }]);
  }
});

t.test('a user is in as many rooms as hello says, and no more', async (t) => {
  const { client } = await register(t, daemon, 'ana');
  const { limits } = await client.call('hello');
  const max = limits.userRoomsMax as number;
  const made = Array.from({ length: max }, (_, i) => client.ask('room.create', { room: `minha-${i}` }));
  for (const id of made) t.match(await client.nextReply(id), { result: { seq: 2 } });
  const refused = { code: 'FORBIDDEN', temporary: false };
  t.strictSame(await client.refusal('room.create', { room: 'demais' }), refused);
  t.strictSame(await client.refusal('room.join', { room: 'sala1' }), refused);
  t.notOk((await client.call('room.list')).rooms.some(({ room }) => room === 'demais'));
  await client.call('room.leave', { room: 'minha-0' });
  await client.call('room.join', { room: 'sala1' });
});

t.test('who is told that a room exists can join it, also while another is just making it', async (t) => {
  const ana = await register(t, daemon, 'ana');
  const bia = await register(t, daemon, 'bia');
  for (const room of ['corrida1', 'corrida2', 'corrida3']) {
    const made = ana.client.call('room.create', { room });
    const refused = bia.client.refusal('room.create', { room });
    const joined = bia.client.call('room.join', { room });
    await made;
    t.match(await refused, { code: 'ROOM_EXISTS' });
    t.match(await joined, { room });
  }
});
