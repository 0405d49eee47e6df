import t, { type Test } from 'tap';
import type { Reply } from '../support/contract.js';
import { startDaemon } from '../support/daemon.js';
import { startEmbedded } from '../support/embedded-server.js';
import { LineClient } from '../support/line-client.js';
import { enter, gather, type Person, register, registerInText } from '../support/visitors.js';

const password = 'uma senha boa';
const daemon = await startDaemon(t);

/** Somebody with an account. */
async function settle(t: Test, name: string, server: { host: string; port: number } = daemon): Promise<Person> {
  const person = await register(t, server, name);
  await person.client.call('account.create', { password });
  return person;
}

async function logIn(t: Test, userId: string, server: { host: string; port: number } = daemon) {
  const client = await LineClient.connect(t, server);
  return { client, ...(await client.call('account.login', { userId, password })) };
}

t.test('a login brings the user back as a resume does, and its token does so again', async (t) => {
  const room = 'varanda';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  await ana.client.call('account.create', { password });
  ana.client.destroy();
  const { epoch, seq } = await bia.client.call('room.send', { room, text: 'cadê a ana?' });
  await bia.client.call('private.send', { room, to: ana.userId, text: 'psst' });

  const client = await LineClient.connect(t, daemon);
  const positions = { rooms: { [room]: { epoch, after: seq - 1 } }, inboxAfter: 0 };
  const { token, ...back } = await client.call('account.login', { userId: ana.userId, password, ...positions });
  const rooms = [{ room, epoch, seq, status: 'resumed' }];
  t.strictSame(back, { userId: ana.userId, name: 'ana', rooms, inboxSeq: 1 });
  t.match(await client.nextPush('room.message'), { text: 'cadê a ana?', seq });
  t.match(await client.nextPush('private.message'), { text: 'psst' });
  t.not(token, ana.token);

  const again = await LineClient.connect(t, daemon);
  const resumed = await again.call('user.resume', { token, ...positions });
  t.strictSame(resumed, back, 'the same answer');
  t.match(await again.nextPush('room.message'), { text: 'cadê a ana?', seq });
});

t.test('a wrong password, a wrong user and one without an account are answered alike', async (t) => {
  const ana = await settle(t, 'ana');
  const guest = await register(t, daemon, 'bia');
  const answers: string[] = [];
  const wrong = [
    { userId: ana.userId, password: 'outra senha' },
    { userId: 'ninguem#7', password },
    { userId: 'ninguem', password },
    { userId: guest.userId, password },
  ];
  for (const params of wrong) {
    const client = await LineClient.connect(t, daemon);
    client.send(JSON.stringify({ jsonrpc: '2.0', method: 'account.login', params, id: 1 }));
    answers.push(await client.next());
  }
  t.match(answers[0], /"code":"CREDENTIALS_INVALID","temporary":false/);
  t.equal(new Set(answers).size, 1);
});

t.test('a password may be typed on any keyboard, and has its bounds', async (t) => {
  const ana = await register(t, daemon, 'ana');
  const create = (password: string) => ana.client.refusal('account.create', { password });
  const invalid = { code: 'PASSWORD_INVALID', temporary: false, field: 'password' };
  for (const wrong of [
    '',
    'sete777',
    'a'.repeat(1025),
    'ã'.repeat(513),
    'com\u0007controle',
    `${'a'.repeat(20)}\u200b`,
  ]) {
    t.strictSame(await create(wrong), invalid, `${wrong.length} characters`);
  }
  await ana.client.call('account.create', { password: 'canc\u0327a\u0303o\u00a0de ninar' });
  const client = await LineClient.connect(t, daemon);
  await client.call('account.login', { userId: ana.userId, password: 'canção de ninar' });
  const { limits } = await client.call('hello');
  t.match(limits, { passwordCharactersMin: 8, passwordBytesMax: 1024, userSessionsMax: 32, accountAttemptsMax: 10 });
  const longest = await register(t, daemon, 'bia');
  await longest.client.call('account.create', { password: 'é'.repeat(512) });
});

t.test('whoever has an account logs in once a connection, and guests have none to change', async (t) => {
  const ana = await settle(t, 'ana');
  t.match(await ana.client.refusal('account.create', { password }), { code: 'ACCOUNT_EXISTS' });
  t.match(await ana.client.refusal('account.login', { userId: ana.userId, password }), { code: 'ALREADY_REGISTERED' });
  const stranger = await LineClient.connect(t, daemon);
  t.match(await stranger.refusal('account.create', { password }), { code: 'NOT_REGISTERED' });
  const guest = await register(t, daemon, 'bia');
  t.match(await guest.client.refusal('account.delete', { password }), { code: 'ACCOUNT_NOT_FOUND' });
  const change = { password, newPassword: 'outra senha' };
  t.match(await guest.client.refusal('account.change_password', change), { code: 'ACCOUNT_NOT_FOUND' });
});

t.test('a session that is revoked ends its connections, and no others', async (t) => {
  const ana = await settle(t, 'ana');
  const phone = await logIn(t, ana.userId);
  const other = await LineClient.connect(t, daemon);
  await other.call('user.resume', { token: phone.token });
  const { sessions } = await ana.client.call('session.list');
  t.match(sessions, [{ current: true, address: '127.0.0.1' }, { current: false }]);
  t.match(
    (await phone.client.call('session.list')).sessions.map(({ current }) => current),
    [false, true],
  );

  const session = sessions[1]?.session as string;
  const stranger = await settle(t, 'bia');
  t.match(await stranger.client.refusal('session.revoke', { session }), { code: 'SESSION_NOT_FOUND' });
  await ana.client.call('session.revoke', { session });
  await phone.client.rest();
  await other.rest();
  const late = await LineClient.connect(t, daemon);
  t.match(await late.refusal('user.resume', { token: phone.token }), { code: 'TOKEN_INVALID' });
  t.equal((await ana.client.call('session.list')).sessions.length, 1, 'ana is still there');

  await ana.client.call('session.revoke', { session: sessions[0]?.session as string });
  t.strictSame(await ana.client.rest(), [], 'who ends the own session is answered, then let go');
});

t.test('another password ends the other sessions', async (t) => {
  const ana = await settle(t, 'ana');
  const phone = await logIn(t, ana.userId);
  const change = { password: 'errada', newPassword: 'outra senha' };
  t.match(await phone.client.refusal('account.change_password', change), { code: 'CREDENTIALS_INVALID' });
  const changed = await phone.client.call('account.change_password', { ...change, password });
  t.strictSame(changed, { sessionsEnded: 1 });
  await ana.client.rest();
  const client = await LineClient.connect(t, daemon);
  t.match(await client.refusal('account.login', { userId: ana.userId, password }), { code: 'CREDENTIALS_INVALID' });
  await client.call('account.login', { userId: ana.userId, password: 'outra senha' });
  await phone.client.call('ping');
});

t.test('to quit is to log out; to delete the account is to leave for good', async (t) => {
  const room = 'jardim';
  const [bia, ana] = await gather(t, daemon, room, 'bia', 'ana');
  await ana.client.call('account.create', { password });
  const phone = await logIn(t, ana.userId);
  await phone.client.call('user.quit');
  await phone.client.rest();
  await ana.client.call('user.quit');
  await ana.client.rest();
  t.strictSame(await bia.client.soFar(), [], 'ana left no room');

  const { client, rooms } = await logIn(t, ana.userId);
  t.match(rooms, [{ room }]);
  t.match(await client.refusal('account.delete', { password: 'errada' }), { code: 'CREDENTIALS_INVALID' });
  await client.call('account.delete', { password });
  await client.rest();
  t.match(await bia.client.nextPush('room.left'), { user: ana.userId, reason: 'quit' });
  const late = await LineClient.connect(t, daemon);
  t.match(await late.refusal('account.login', { userId: ana.userId, password }), { code: 'CREDENTIALS_INVALID' });
});

t.test('a reserved name is its owner’s: by it they log in, and nobody registers under it', async (t) => {
  const caio = await register(t, daemon, 'caio');
  const created = await caio.client.call('account.create', { password, reserve: true });
  t.strictSame(created, { userId: caio.userId, name: 'caio', reserved: true });
  t.equal((await logIn(t, 'caio')).userId, caio.userId);
  const stranger = await LineClient.connect(t, daemon);
  t.match(await stranger.refusal('user.register', { name: 'caio' }), { code: 'NAME_RESERVED', temporary: false });
  await caio.client.call('account.delete', { password });
  const next = await stranger.call('user.register', { name: 'caio' });
  t.not(next.userId, caio.userId);
});

t.test('it goes in text, in both languages, and no answer repeats a password', async (t) => {
  const secret = 'segredo-bem-guardado';
  const { client, userId } = await registerInText(t, daemon, 'davi');
  const wrong = [
    `/account create ${secret} ${secret}`,
    `/account create ${secret} reserve now`,
    `/account ${secret}`,
    `/conta apagar ${secret}`,
    `/account password ${secret}`,
    `/login ${userId} ${secret} ${secret}`,
    `/revoke ${secret}`,
    `/login ${userId} ${secret}`,
    `/account create \u200b${secret}`,
  ];
  for (const line of wrong) {
    const answer = await client.say(line);
    t.match(answer, /^-[A-Z_]+ /, line);
    t.notOk(answer.includes(secret), line);
  }
  t.match(await client.say('/conta'), /^-INVALID_PARAMS usage: .*\/account create PASSWORD \[reserve\]/);
  t.equal(await client.say(`/account create ${secret} reserve`), `+OK ${userId} reserved davi`);
  t.match(await client.say(`/conta criar ${secret}`), /^-ACCOUNT_EXISTS .* já tem uma conta/);
  t.match(await client.list('/sessions'), [/^[0-9a-f]{16} made \S+Z used \S+Z from 127\.0\.0\.1 current$/]);

  const other = await LineClient.connect(t, daemon);
  t.match(await other.say(`/autenticar davi ${secret}x`), /^-CREDENTIALS_INVALID não existe conta/);
  t.match(await other.say(`/autenticar davi ${secret}`), new RegExp(`^\\+OK ${userId} inbox@0 token [0-9a-f]{32}$`));
  const [, session] = (await other.list('/sessoes')).map((line) => line.split(' ', 1)[0]);
  t.equal(await client.say(`/revogar ${session}`), '+OK');
  await other.rest();
  t.equal(await client.say(`/conta senha ${secret} ${secret}-novo`), '+OK sessions ended: 0');
  t.equal(await client.say(`/account delete ${secret}-novo`), '+OK');
  await client.rest();
});

t.test('accounts and their sessions survive a kill, and those who had one are not forgotten', async (t) => {
  const first = await startDaemon(t);
  const ana = await register(t, first, 'ana');
  await ana.client.call('account.create', { password, reserve: true });
  const phone = await logIn(t, 'ana', first);
  const revoked = await logIn(t, 'ana', first);
  const { sessions } = await revoked.client.call('session.list');
  const current = sessions.find((one) => one.current)?.session as string;
  await ana.client.call('session.revoke', { session: current });
  await first.kill();

  const next = await startDaemon(t, { data: first.data });
  const client = await LineClient.connect(t, next);
  t.match(await client.refusal('user.resume', { token: revoked.token }), { code: 'TOKEN_INVALID' });
  t.match(await client.refusal('user.register', { name: 'ana' }), { code: 'NAME_RESERVED' });
  t.match(await client.call('user.resume', { token: phone.token }), { userId: ana.userId });
  t.equal((await logIn(t, ana.userId, next)).userId, ana.userId);
});

t.test('who tries too often has to wait, whoever and wherever they are', async (t) => {
  const limits = { accountAttemptsMax: 3, accountAttemptSeconds: 60, addressAttemptsMax: 20 };
  const server = await startEmbedded(t, ['sala1'], limits);
  const ana = await settle(t, 'ana', server);
  const attempt = async (userId: string, password: string) => {
    const client = await LineClient.connect(t, server);
    const reply = await client.request('account.login', { userId, password });
    client.destroy();
    return 'error' in reply ? reply.error.data : reply.result;
  };
  for (let i = 0; i < 5; i++) t.match(await attempt(ana.userId, password), { userId: ana.userId });
  for (const userId of [ana.userId, 'ninguem#1']) {
    for (let i = 0; i < 3; i++) t.match(await attempt(userId, 'errada'), { code: 'CREDENTIALS_INVALID' });
    const limited = await attempt(userId, 'errada');
    t.match(limited, { code: 'RATE_LIMITED', temporary: true });
    const { retryAfterMs } = limited as { retryAfterMs: number };
    t.ok(retryAfterMs > 0 && retryAfterMs <= 60_000, 'and is told for how long');
  }
  t.match(await attempt(ana.userId, password), { code: 'RATE_LIMITED' }, 'also who would be right');
  t.match(await ana.client.refusal('account.delete', { password }), { code: 'RATE_LIMITED' }, 'and who is logged in');
  const codes = new Set<string>();
  for (let i = 0; i < 20; i++) codes.add(((await attempt(`alguem#${i + 1}`, 'errada')) as { code: string }).code);
  t.ok(codes.has('RATE_LIMITED'), 'an address has only so many for all accounts together');
});

t.test('when too many passwords wait, logins are refused for now', async (t) => {
  const server = await startEmbedded(t, ['sala1'], { passwordQueueMax: 2 });
  const ana = await settle(t, 'ana', server);
  const clients = await Promise.all(Array.from({ length: 10 }, () => LineClient.connect(t, server)));
  const replies = await Promise.all(
    clients.map((client) => client.request('account.login', { userId: ana.userId, password })),
  );
  const refused = replies.flatMap((reply) => ('error' in reply ? [reply.error.data] : []));
  t.ok(refused.length > 0 && refused.length < replies.length, 'some of them');
  for (const data of refused) t.match(data, { code: 'BUSY', temporary: true, retryAfterMs: Number });
  t.equal((await logIn(t, ana.userId, server)).userId, ana.userId, 'and they were not counted as wrong');
});

t.test('more sessions than there may be end the oldest, with its connections', async (t) => {
  const server = await startEmbedded(t, ['sala1'], { userSessionsMax: 2 });
  const ana = await settle(t, 'ana', server);
  await logIn(t, ana.userId, server);
  const third = await logIn(t, ana.userId, server);
  await ana.client.rest();
  t.equal((await third.client.call('session.list')).sessions.length, 2);
});

/** Logins stand behind all others of the machine, so on a busy one they may take long. */
async function answerTo(client: LineClient, id: number): Promise<Reply> {
  for (;;) {
    try {
      return await client.nextReply(id);
    } catch (error) {
      if (client.ended) throw error;
    }
  }
}

t.test('while two hundred log in at once, no message is lost, doubled or out of order', async (t) => {
  const limits = { addressAttemptsMax: 1000, accountAttemptsMax: 1000, passwordQueueMax: 1000 };
  const server = await startEmbedded(t, ['sala1'], limits);
  const room = 'sala1';
  const ana = await enter(t, server, 'ana', room);
  const bia = await enter(t, server, 'bia', room);
  const guests = await Promise.all(Array.from({ length: 10 }, (_, i) => settle(t, `g${i}`, server)));
  const userIds = Array.from({ length: 200 }, (_, i) => guests[i % guests.length]?.userId as string);
  const clients = await Promise.all(userIds.map(() => LineClient.connect(t, server)));
  let done = false;
  const logins = Promise.all(
    clients.map((client, i) => answerTo(client, client.ask('account.login', { userId: userIds[i], password }))),
  ).finally(() => {
    done = true;
  });
  const seqs: number[] = [];
  while (!done) seqs.push((await ana.client.call('room.send', { room, text: `${seqs.length}` })).seq);
  t.match(
    await logins,
    userIds.map((userId) => ({ result: { userId } })),
  );
  for (const [i, seq] of seqs.entries()) t.match(await bia.client.nextPush('room.message'), { seq, text: `${i}` });
  t.comment(`${seqs.length} messages meanwhile`);
});
