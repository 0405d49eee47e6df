import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { enter, enterInText, gather, register } from '../support/visitors.js';

const daemon = await startDaemon(t);

t.test('who is kicked hears it as the last thing of the room, and may come back', async (t) => {
  const [ana, bia] = await gather(t, daemon, 'expulsos', 'ana', 'bia');
  const room = 'expulsos';
  const second = await LineClient.connect(t, daemon);
  await second.call('user.resume', { token: bia.token });
  await ana.client.call('room.kick', { room, user: bia.userId, reason: 'spam' });
  await ana.client.call('room.send', { room, text: 'já foi' });
  for (const client of [bia.client, second]) {
    const left = { room, seq: 4, user: bia.userId, reason: 'kicked', by: ana.userId, note: 'spam' };
    t.match(await client.nextPush('room.left'), left);
    t.strictSame(await client.soFar(), [], 'and nothing after it');
  }
  t.match(await bia.client.refusal('room.send', { room, text: 'oi' }), { code: 'NOT_IN_ROOM' });
  t.strictSame((await bia.client.call('user.me')).rooms, []);
  await bia.client.call('room.join', { room });
  t.match(await bia.client.nextPush('room.joined'), { user: bia.userId });
  t.strictSame((await bia.client.call('user.me')).rooms, [room]);
});

t.test('bans, mutes, roles and slow mode are on disk when they are answered: they survive kill -9', async (t) => {
  const first = await startDaemon(t);
  const room = 'salva';
  const [ana, bia, caio, dora] = await gather(t, first, room, 'ana', 'bia', 'caio', 'dora');
  await ana.client.call('room.set_role', { room, user: bia.userId, role: 'moderator' });
  await bia.client.call('room.ban', { room, user: caio.userId, seconds: 3600, reason: 'spam' });
  await bia.client.call('room.mute', { room, user: dora.userId });
  await bia.client.call('room.slow_mode', { room, seconds: 60 });
  await first.kill();

  const again = await startDaemon(t, { data: first.data });
  const back = async ({ token }: { token: string }) => {
    const client = await LineClient.connect(t, again);
    return { client, resumed: await client.call('user.resume', { token }) };
  };
  const caioBack = await back(caio);
  t.strictSame(caioBack.resumed.rooms, [], 'who is banned is not there');
  for (const method of ['room.join', 'room.history'] as const) {
    t.match(await caioBack.client.refusal(method, { room }), { code: 'BANNED', temporary: false });
  }
  t.match(await caioBack.client.refusal('private.send', { room, to: ana.userId, text: 'oi' }), { code: 'BANNED' });
  t.strictSame((await caioBack.client.call('user.me')).rooms, []);
  const doraBack = await back(dora);
  t.match(await doraBack.client.refusal('room.send', { room, text: 'oi' }), { code: 'MUTED', retryAfterMs: Number });
  const biaBack = await back(bia);
  await biaBack.client.call('room.unmute', { room, user: dora.userId });
  await doraBack.client.call('room.send', { room, text: 'oi' });
  const slow = await doraBack.client.refusal('room.send', { room, text: 'olá' });
  t.match(slow, { code: 'SLOW_MODE', temporary: true, retryAfterMs: Number });
  await biaBack.client.call('room.unban', { room, user: caio.userId });
  t.match(await caioBack.client.call('room.join', { room }), { room });
  const { members } = await biaBack.client.call('room.members', { room });
  t.match(
    members.map(({ name, role }) => [name, role]),
    [
      ['ana', 'owner'],
      ['bia', 'moderator'],
      ['dora', 'member'],
      ['caio', 'member'],
    ],
  );
});

t.test('what moderators do is told to members, live and when they catch up', async (t) => {
  const room = 'contado';
  const [ana, bia, caio] = await gather(t, daemon, room, 'ana', 'bia', 'caio');
  const { client } = ana;
  const other = 'zoe#9999';
  t.match(await client.refusal('room.ban', { room, user: other }), { code: 'USER_NOT_FOUND' });
  await client.call('room.set_role', { room, user: bia.userId, role: 'moderator' });
  await client.call('room.mute', { room, user: caio.userId, seconds: 60, reason: 'calma' });
  await client.call('room.unmute', { room, user: caio.userId });
  await client.call('room.slow_mode', { room, seconds: 5 });
  await client.call('room.ban', { room, user: caio.userId });
  await client.call('room.unban', { room, user: caio.userId });
  const changes = [
    { seq: 5, by: ana.userId, user: bia.userId, role: 'moderator' },
    { seq: 6, user: caio.userId, muted: true, until: Number, note: 'calma' },
    { seq: 7, user: caio.userId, muted: false },
    { seq: 8, slowModeSeconds: 5 },
    { seq: 9, user: caio.userId, banned: true },
  ];
  for (const change of changes) t.match(await bia.client.nextPush('room.changed'), change);
  t.match(await bia.client.nextPush('room.left'), { seq: 10, user: caio.userId, reason: 'banned' });
  t.match(await bia.client.nextPush('room.changed'), { seq: 11, user: caio.userId, banned: false });
  await bia.client.call('room.join', { room, after: 4 });
  for (const change of changes) t.match(await bia.client.nextPush('room.changed'), change);
  t.match(await bia.client.nextPush('room.left'), { seq: 10, user: caio.userId, reason: 'banned' });
});

t.test('who may not moderate is told so', async (t) => {
  const room = 'proibido';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  for (const user of [ana.userId, bia.userId]) {
    t.match(await bia.client.refusal('room.kick', { room, user }), { code: 'FORBIDDEN', temporary: false });
  }
  t.match(await bia.client.refusal('room.close', { room }), { code: 'FORBIDDEN' });
  t.match(await ana.client.refusal('room.kick', { room, user: ana.userId }), { code: 'FORBIDDEN' }, 'nor oneself');
  const wrong = { code: 'INVALID_PARAMS', field: 'seconds' };
  const { limits } = await ana.client.call('hello');
  for (const seconds of [0, -1, 1.5, (limits.sanctionSecondsMax as number) + 1]) {
    t.match(await ana.client.refusal('room.ban', { room, user: bia.userId, seconds }), wrong);
  }
  t.match(
    await ana.client.refusal('room.slow_mode', { room, seconds: (limits.slowModeSecondsMax as number) + 1 }),
    wrong,
  );
  await ana.client.call('room.slow_mode', { room, seconds: limits.slowModeSecondsMax as number });
  t.match(await ana.client.refusal('mudar_papel', { sala: room, usuario: bia.userId, papel: 'rei' }), {
    code: 'INVALID_PARAMS',
    field: 'papel',
  });
  const max = limits.reasonBytesMax as number;
  const tooLong = { code: 'TEXT_TOO_LONG', field: 'reason' };
  t.match(await ana.client.refusal('room.kick', { room, user: bia.userId, reason: 'a'.repeat(max + 1) }), tooLong);
  await ana.client.call('room.kick', { room, user: bia.userId, reason: 'a'.repeat(max) });
});

t.test('a closed room is gone for everybody, and its name stays taken', async (t) => {
  const room = 'fechada';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  await ana.client.call('room.close', { room, reason: 'chega' });
  for (const { client } of [ana, bia]) {
    t.match(await client.nextPush('room.changed'), { room, seq: 4, by: ana.userId, closed: true, note: 'chega' });
    for (const method of ['room.join', 'room.history', 'room.members', 'room.leave'] as const) {
      t.match(await client.refusal(method, { room }), { code: 'ROOM_NOT_FOUND' });
    }
    t.strictSame((await client.call('user.me')).rooms, []);
    t.notOk((await client.call('room.list')).rooms.some((listed) => listed.room === room));
    t.match(await client.refusal('room.create', { room }), { code: 'ROOM_EXISTS' });
    t.strictSame((await client.call('ping')).heads, {});
  }
});

t.test('at a terminal, in either language', async (t) => {
  const ana = await enterInText(t, daemon, 'ana');
  const bia = await enterInText(t, daemon, 'bia');
  const say = async (line: string, answer: string) => {
    t.equal(await ana.client.say(line), answer, line);
    await ana.client.soFarInText();
  };
  await say('/create terminal', '+OK terminal #2');
  await bia.client.say('/join terminal');
  await say(`/role ${bia.userId} moderator`, '+OK terminal #4');
  await say(`/papel ${bia.userId} member`, '+OK terminal #5');
  await say(`/mute ${bia.userId} 60 muito barulho`, '+OK terminal #6');
  await say(`/dessilenciar ${bia.userId}`, '+OK terminal #7');
  await say('/slow 30', '+OK terminal #8');
  await say('/lento 0', '+OK terminal #9');
  await say(`/kick ${bia.userId} 3 avisos`, '+OK terminal #10');
  t.equal(await bia.client.say('/join terminal'), '+OK terminal #11');
  await say(`/banir ${bia.userId} spam`, '+OK terminal #13');
  await say(`/desbanir ${bia.userId}`, '+OK terminal #14');
  t.equal(await ana.client.say('/lento muito'), '-INVALID_PARAMS uso: /lento SEGUNDOS');
  await say('/fechar até amanhã', '+OK terminal #15');
  t.match(await ana.client.say('/join terminal'), /^-ROOM_NOT_FOUND there is no room "terminal"/);
  const heard = (await bia.client.soFarInText()).filter((line) => !line.startsWith('+OK'));
  const lines = [
    `[terminal #4] * ${ana.userId} made ${bia.userId} moderator`,
    `[terminal #5] * ${ana.userId} made ${bia.userId} member`,
    /^\[terminal #6\] \* ana#\d+ muted bia#\d+ until 20\S+Z: muito barulho$/,
    `[terminal #7] * ${ana.userId} unmuted ${bia.userId}`,
    `[terminal #8] * ${ana.userId} set slow mode to 30 s`,
    `[terminal #9] * ${ana.userId} set slow mode to 0 s`,
    `[terminal #10] * ${bia.userId} left (kicked by ${ana.userId}: 3 avisos)`,
    `[terminal #11] * ${bia.userId} joined`,
    `[terminal #12] * ${ana.userId} banned ${bia.userId} for good: spam`,
    `[terminal #13] * ${bia.userId} left (banned)`,
  ];
  t.match(heard.slice(-lines.length), lines);
});

t.test('who is blocked writes as to nobody; who blocks still reads the room', async (t) => {
  const room = 'sala1';
  const ana = await enter(t, daemon, 'ana', room);
  const bia = await enter(t, daemon, 'bia', room);
  const send = (to: string, clientMsgId?: string) => ({
    room,
    to,
    text: 'psiu',
    ...(clientMsgId === undefined ? {} : { clientMsgId }),
  });
  await bia.client.call('private.send', send(ana.userId, 'antes'));
  t.match(await ana.client.refusal('user.block', { user: 'zoe#9999' }), { code: 'USER_NOT_FOUND' });
  await ana.client.call('user.block', { user: bia.userId });
  await ana.client.call('user.block', { user: bia.userId });
  t.strictSame((await ana.client.call('user.blocks')).users, [bia.userId]);
  t.strictSame((await bia.client.call('user.blocks')).users, []);

  const errorOf = async (to: string) => {
    const reply = await bia.client.request('private.send', send(to));
    return 'error' in reply ? JSON.parse(JSON.stringify(reply.error).replaceAll(to, 'X')) : reply;
  };
  t.strictSame(await errorOf(ana.userId), await errorOf('zoe#9999'), 'as if there was no such user');
  await ana.client.call('room.leave', { room });
  t.strictSame(await errorOf(ana.userId), await errorOf('zoe#9999'), 'also when ana is elsewhere');
  await ana.client.call('room.join', { room });
  t.match(await bia.client.call('private.send', send(ana.userId, 'antes')), { duplicate: true }, 'what was sent, was');
  t.match(await ana.client.call('private.send', send(bia.userId)), { seq: 2 }, 'ana writes on');

  await ana.client.call('user.unblock', { user: bia.userId });
  await bia.client.call('private.send', send(ana.userId));
  t.strictSame((await ana.client.call('user.blocks')).users, []);
});

t.test('a user blocks as many as hello says, and no more', async (t) => {
  const ana = await register(t, daemon, 'ana');
  t.equal((await ana.client.call('hello')).limits.userBlocksMax, 1000);
});
