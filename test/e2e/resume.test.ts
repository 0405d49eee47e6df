import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { until } from '../support/until.js';
import { enterInText, gather } from '../support/visitors.js';

const daemon = await startDaemon(t);

/** The seqs of the next so many pushes of a room, whatever they tell. */
async function nextSeqs(client: LineClient, room: string, count: number): Promise<number[]> {
  const seqs: number[] = [];
  for (let i = 0; i < count; i++) {
    const { method, params } = JSON.parse(await client.next()) as { method: string; params: Record<string, unknown> };
    if (params.room !== room) throw new Error(`a push of ${params.room}: ${method}`);
    seqs.push(params.seq as number);
  }
  return seqs;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

t.test('who resumes while the identity is being ended is back for a moment, or has an invalid token', async (t) => {
  for (let round = 0; round < 10; round++) {
    const [ana] = await gather(t, daemon, `quase-${round}`, 'ana');
    const client = await LineClient.connect(t, daemon);
    const quit = ana.client.call('user.quit');
    const resumed = await client.request('user.resume', { token: ana.token });
    if ('error' in resumed) t.equal(resumed.error.data.code, 'TOKEN_INVALID');
    else t.match(resumed.result, { userId: ana.userId });
    await quit;
  }
});

t.test('a token brings back the same user, in the same rooms', async (t) => {
  const [ana] = await gather(t, daemon, 'volta', 'ana');
  await ana.client.call('room.join', { room: 'sala1' });
  ana.client.destroy();
  const client = await LineClient.connect(t, daemon);
  const resumed = await client.call('user.resume', { token: ana.token });
  t.match(resumed, { userId: ana.userId, name: 'ana', inboxSeq: 0 });
  t.strictSame(
    resumed.rooms.map(({ room, seq, status }) => ({ room, seq, status })),
    [
      { room: 'sala1', seq: 2, status: 'resumed' },
      { room: 'volta', seq: 2, status: 'resumed' },
    ],
  );
  t.strictSame(await client.call('user.me'), { userId: ana.userId, name: 'ana', rooms: ['sala1', 'volta'] });
});

t.test('a wrong token is refused, and the connection lives', async (t) => {
  const client = await LineClient.connect(t, daemon);
  for (const token of ['', 'x', 'A'.repeat(22), 'ana#1', '\u0000']) {
    t.strictSame(await client.refusal('user.resume', { token }), { code: 'TOKEN_INVALID', temporary: false });
  }
  await client.call('user.register', { name: 'ana' });
});

t.test('without positions only what comes next is pushed', async (t) => {
  const [ana, bia] = await gather(t, daemon, 'agora', 'ana', 'bia');
  await bia.client.call('room.send', { room: 'agora', text: 'antes' });
  const client = await LineClient.connect(t, daemon);
  await client.call('user.resume', { token: ana.token });
  await bia.client.call('room.send', { room: 'agora', text: 'depois' });
  t.match(await client.nextPush('room.message'), { text: 'depois', seq: 5 });
});

t.test('with a position everything behind it is pushed, each event once and in order', async (t) => {
  const room = 'ponto';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  ana.client.destroy();
  for (let i = 0; i < 30; i++) bia.client.ask('room.send', { room, text: `${i}` });
  const { epoch } = await bia.client.call('room.history', { room });
  const client = await LineClient.connect(t, daemon);
  const { rooms } = await client.call('user.resume', { token: ana.token, rooms: { [room]: { epoch, after: 3 } } });
  t.strictSame(rooms, [{ room, epoch, seq: 33, status: 'resumed' }]);
  await bia.client.call('room.send', { room, text: 'ao vivo' });
  t.strictSame(await nextSeqs(client, room, 31), range(4, 34));
  t.strictSame(await client.soFar(), []);
});

t.test('nothing is lost or doubled while others write', async (t) => {
  const room = 'agito';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  const total = 600;
  for (let i = 0; i < total; i++) bia.client.ask('room.send', { room, text: `${i}` });
  const followers: LineClient[] = [];
  for (const after of [0, 1, 2, 3, 50, 120]) {
    const client = await LineClient.connect(t, daemon);
    await client.call('user.resume', { token: ana.token, rooms: { [room]: { after } } });
    followers.push(client);
    t.strictSame(await nextSeqs(client, room, 3 + total - after), range(after + 1, 3 + total));
  }
  for (const client of followers) t.strictSame(await client.soFar(), []);
});

t.test('a position of another log is answered reset, and nothing of before is pushed', async (t) => {
  const room = 'outra';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  const { epoch } = await bia.client.call('room.send', { room, text: 'antes' });
  const client = await LineClient.connect(t, daemon);
  const positions = { [room]: { epoch: 'de-outro-registro', after: 1 } };
  const { rooms } = await client.call('user.resume', { token: ana.token, rooms: positions });
  t.strictSame(rooms, [{ room, epoch, seq: 4, status: 'reset' }]);
  await bia.client.call('room.send', { room, text: 'depois' });
  t.match(await client.nextPush('room.message'), { seq: 5, text: 'depois' });
});

t.test('both connections of a user are pushed to, and both may write', async (t) => {
  const room = 'dupla';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  const other = await LineClient.connect(t, daemon);
  await other.call('user.resume', { token: ana.token });
  await ana.client.call('room.send', { room, text: 'um' });
  await other.call('room.send', { room, text: 'dois' });
  for (const client of [ana.client, other, bia.client]) {
    t.match(await client.nextPush('room.message'), { from: ana.userId, text: 'um' });
    t.match(await client.nextPush('room.message'), { from: ana.userId, text: 'dois' });
  }
});

t.test('a user is online as long as one of the connections is', async (t) => {
  const room = 'presente';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  const other = await LineClient.connect(t, daemon);
  await other.call('user.resume', { token: ana.token });
  const isOnline = async () => (await bia.client.call('room.members', { room })).members[0]?.online;
  ana.client.finish();
  await ana.client.rest();
  t.equal(await isOnline(), true);
  other.finish();
  await other.rest();
  await until('ana is offline', async () => (await isOnline()) === false);
  t.equal((await bia.client.call('room.members', { room })).members.length, 2, 'and a member still');
});

t.test('with inboxAfter the private messages behind it are pushed', async (t) => {
  const room = 'caixa';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  ana.client.destroy();
  for (const text of ['um', 'dois', 'tres']) {
    await bia.client.call('private.send', { room, to: ana.userId, text });
    await bia.client.nextPush('private.message');
  }
  const client = await LineClient.connect(t, daemon);
  t.equal((await client.call('user.resume', { token: ana.token, inboxAfter: 1 })).inboxSeq, 3);
  await bia.client.call('private.send', { room, to: ana.userId, text: 'quatro' });
  for (const [seq, text] of [
    [2, 'dois'],
    [3, 'tres'],
    [4, 'quatro'],
  ]) {
    t.match(await client.nextPush('private.message'), { seq, text, from: bia.userId, to: ana.userId });
  }
  const later = await LineClient.connect(t, daemon);
  t.equal((await later.call('user.resume', { token: ana.token })).inboxSeq, 4);
  await bia.client.call('private.send', { room, to: ana.userId, text: 'cinco' });
  t.match(await later.nextPush('private.message'), { seq: 5, text: 'cinco' });
});

t.test('people resume with a line', async (t) => {
  const room = 'prosa';
  const [bia] = await gather(t, daemon, room, 'bia');
  const ana = await enterInText(t, daemon, 'ana', room);
  ana.client.destroy();
  await bia.client.call('room.send', { room, text: 'um' });
  await bia.client.call('room.send', { room, text: 'dois' });
  const client = await LineClient.connect(t, daemon);
  t.equal(await client.say(`/resume ${ana.token} ${room}@4 sala1@0`), `+OK ${ana.userId} ${room}@5 resumed inbox@0`);
  t.equal(await client.next(), `[${room} #5] ${bia.userId}: dois`);
  t.equal(await client.say('voltei'), '+OK #6', 'the room is the current one again');
});

t.test('a position that the room has not reached is told reset, and goes on at the head', async (t) => {
  const [ana, bia] = await gather(t, daemon, 'adiante', 'ana', 'bia');
  const { epoch, seq } = await bia.client.call('room.send', { room: 'adiante', text: 'oi' });
  const client = await LineClient.connect(t, daemon);
  const resumed = await client.call('user.resume', {
    token: ana.token,
    rooms: { adiante: { epoch, after: seq + 5 } },
  });
  t.match(resumed.rooms, [{ room: 'adiante', epoch, seq, status: 'reset' }]);
  await bia.client.call('room.send', { room: 'adiante', text: 'e depois' });
  t.match(await client.nextPush('room.message'), { seq: seq + 1, text: 'e depois' });
});
