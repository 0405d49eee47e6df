import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Figures, SessionFigures } from '../../src/protocol/control.js';
import { type Daemon, salasCommand, startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { salas } from '../support/salas.js';
import { until } from '../support/until.js';
import { enter, enterInText, gather } from '../support/visitors.js';

/** `salas admin …` on the daemon's directory. */
const admin = ({ data }: Daemon, ...args: string[]) => salas(['admin', ...args, '--data', data]);

/** The same with `--json`, which must succeed. */
async function asked<Result>(daemon: Daemon, ...args: string[]): Promise<Result> {
  const { code, stdout, stderr } = await admin(daemon, ...args, '--json');
  if (code !== 0) throw new Error(`admin ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout) as Result;
}

type Status = Figures & { readonly rates: { readonly commitsPerSecond: number | null } };

t.test('status tells what happened, and of every thread what it takes', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1', 'sala2'] });
  const before = await asked<Status>(daemon, 'status');
  const [ana, bia] = await gather(t, daemon, 'nova', 'ana', 'bia');
  for (let i = 0; i < 3; i++) await ana.client.call('room.send', { room: 'nova', text: `${i}` });
  for (const { client } of [ana, bia]) for (let i = 0; i < 3; i++) await client.nextPush('room.message');
  await bia.client.call('private.send', { room: 'nova', to: ana.userId, text: 'psst' });
  await ana.client.nextPush('private.message');

  const after = await asked<Status>(daemon, 'status');
  t.match(after, { version: /^\d/, connections: 2, connectionsTotal: before.connectionsTotal + 2, users: 2 });
  t.match(
    after.rooms.find(({ room }) => room === 'nova'),
    { members: 2, readers: 2, seq: 6, mailbox: 0, lag: 0, restarts: 0, commits: 6 },
  );
  t.match(
    after.rooms.find(({ room }) => room === 'sala1'),
    { members: 0, seq: 1, commits: 1 },
  );
  // ana: two joins, three messages; bia: one join, the messages. And the private message at both ends.
  t.equal(after.deliveries - before.deliveries, 5 + 4 + 2);
  t.ok((after.supervisor.commits as number) > (before.supervisor.commits as number));
  t.equal(after.rates.commitsPerSecond, 0, 'nobody said anything in that second');
  t.strictSame(
    after.threads
      // One may be waiting for the next room to be made.
      .filter(({ thread, rooms }) => thread !== 'room' || rooms.length > 0)
      .map(({ thread, rooms }) => [thread, ...rooms]),
    [['main'], ['supervisor'], ['room', 'sala1'], ['room', 'sala2'], ['room', 'nova']],
  );
  for (const { load } of after.threads) {
    t.ok(load !== null && load.heapUsedBytes > 0 && load.heapBytes >= load.heapUsedBytes && load.busyMs > 0);
  }
  t.ok(after.rssBytes > 0 && after.uptimeMs > 0 && Math.abs(after.at - Date.now()) < 60_000);

  const { code, stdout } = await admin(daemon, 'status');
  t.equal(code, 0);
  t.match(stdout, /^connections +2$/m);
  t.match(stdout, /^nova +2 +2 +6 +0 +0 +0 +0 +0$/m);
  const rooms = await asked<Pick<Figures, 'rooms'>>(daemon, 'rooms');
  t.strictSame(rooms.rooms, after.rooms);
});

t.test('a room that hangs is told as such, and nobody waits for it', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1', 'sala2'], args: ['--chaos', '--drain-seconds', '0'] });
  t.match(await admin(daemon, 'chaos', 'hang-room', 'sala1'), { code: 0 });
  const figures = await asked<Status>(daemon, 'status');
  t.match(figures.rooms, [
    { room: 'sala1', commits: null },
    { room: 'sala2', commits: 1 },
  ]);
  t.match(figures.threads, [
    { thread: 'main', load: Object },
    { thread: 'supervisor', load: Object },
    { rooms: ['sala1'], load: null },
    { rooms: ['sala2'], load: Object },
  ]);
  t.match((await admin(daemon, 'status')).stdout, /^sala1 +\? +\? +\? +\?$/m, 'with question marks for people');
  // Now somebody calls, so it is found out; and it is counted.
  const ana = await enter(t, daemon, 'ana', 'sala1');
  t.equal(ana.userId, 'ana#1');
  t.match((await asked<Status>(daemon, 'status')).rooms, [{ restarts: 1, members: 1 }, { restarts: 0 }]);
});

t.test('deaths of rooms and of the supervisor are counted', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1', 'sala2'], args: ['--chaos'] });
  await admin(daemon, 'chaos', 'crash-room', 'sala2');
  const counts = async () => {
    const { rooms, supervisor } = await asked<Figures>(daemon, 'status');
    return [...rooms.map(({ restarts }) => restarts), supervisor.restarts].join(' ');
  };
  await until('the room is back', async () => (await counts()) === '0 1 0');
  await admin(daemon, 'chaos', 'crash-supervisor');
  await until('the supervisor is back, with all rooms', async () => (await counts()) === '1 2 1');
});

t.test('a connection that does not read is the one that is furthest behind', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1'] });
  const ana = await enter(t, daemon, 'ana', 'sala1');
  const slow = await enter(t, daemon, 'bia', 'sala1');
  slow.client.socket.pause();
  const text = 'x'.repeat(8192);
  const lag = async () => (await asked<Figures>(daemon, 'rooms')).rooms[0]?.lag ?? 0;
  while ((await lag()) === 0) {
    await Promise.all(Array.from({ length: 250 }, () => ana.client.call('room.send', { room: 'sala1', text })));
  }
  const { sessions } = await asked<{ sessions: SessionFigures[] }>(daemon, 'sessions', slow.userId);
  t.match(sessions, [{ user: 'bia#1', address: '127.0.0.1', dialect: 'json', rooms: 1, calls: 0 }]);
  const [session] = sessions as [SessionFigures];
  t.ok(session.lag > 0);
  t.ok(session.queuedBytes > 0);
  t.match(await asked(daemon, 'announce', 'oi'), { told: 1, behind: 1 }, 'and it is not sent more');
  t.match((await admin(daemon, 'users')).stdout, new RegExp(`^ana#1 +1 +1 +0\\nbia#1 +1 +1 +${session.lag}$`, 'm'));
});

t.test('an announcement reaches everybody in their own form, also who never said a name', async (t) => {
  const daemon = await startDaemon(t);
  const ana = await enter(t, daemon, 'ana', 'sala1');
  const bia = await enterInText(t, daemon, 'bia', 'sala1');
  const stranger = await LineClient.connect(t, daemon);
  await stranger.nextComment();
  await ana.client.nextPush('room.joined');
  t.match(await admin(daemon, 'announce', 'reinício às 12h'), { code: 0, stdout: /^connections told: 3; .* 0\n$/ });
  t.match(await ana.client.nextPush('server.announcement'), { text: 'reinício às 12h', at: Number });
  t.equal(await bia.client.nextComment(), '# reinício às 12h');
  t.equal(await stranger.nextComment(), '# reinício às 12h');
  for (const [text, code] of [
    ['', 'TEXT_INVALID'],
    ['a\nb', 'TEXT_INVALID'],
    ['x'.repeat(9000), 'TEXT_TOO_LONG'],
  ] as const) {
    t.match(await admin(daemon, 'announce', text), { code: 1, stderr: new RegExp(`^salas: ${code} `) });
  }
  t.notMatch(daemon.log(), /12h/, 'the log says that there was one, not what');
  t.match(daemon.log(), /"method":"announce","msg":"an operator called"/);
});

t.test('kicked are a session, or all of a user, who are told why and may come back', async (t) => {
  const daemon = await startDaemon(t);
  const ana = await enter(t, daemon, 'ana', 'sala1');
  const second = await LineClient.connect(t, daemon);
  await second.call('user.resume', { token: ana.token });
  const bia = await enterInText(t, daemon, 'bia', 'sala1');
  const { sessions } = await asked<{ sessions: SessionFigures[] }>(daemon, 'sessions');
  const number = sessions.find(({ user }) => user === 'bia#1')?.session as number;
  t.match(await asked(daemon, 'kick', `${number}`, '--reason', 'não pode'), { ended: 1 });
  t.match(await bia.client.nextComment(), /ended the connection: não pode$/);
  await bia.client.rest();

  t.match(await admin(daemon, 'kick', 'ana#1'), { code: 0, stdout: 'connections ended: 2\n' });
  await ana.client.rest();
  t.match((await second.rest()).at(-1), /"method":"server.announcement"/);
  const back = await LineClient.connect(t, daemon);
  t.match(await back.call('user.resume', { token: ana.token }), { userId: 'ana#1', rooms: [{ room: 'sala1' }] });

  t.match(await admin(daemon, 'kick', `${number}`), { code: 1, stderr: /USER_NOT_FOUND nobody is connected as/ });
  t.match(await admin(daemon, 'kick', 'caio#1'), { code: 1, stderr: /USER_NOT_FOUND/ });
  t.match(await admin(daemon, 'kick', '0'), { code: 1, stderr: /INVALID_PARAMS/ });
  const inPortuguese = await salas(['admin', 'kick', 'caio#1', '--data', daemon.data], { LC_ALL: 'pt_BR.UTF-8' });
  t.match(inPortuguese.stderr, /USER_NOT_FOUND ninguém está conectado/);
});

t.test('a banned address is turned away, also by the next daemon, until the ban is lifted', async (t) => {
  const first = await startDaemon(t);
  const ana = await enter(t, first, 'ana', 'sala1');
  t.match(await asked(first, 'ban-address', '127.0.0.0/8', '--reason', 'spam'), {
    ...{ address: '127.0.0.0/8', reason: 'spam', until: null, ended: 1 },
    at: Number,
  });
  t.match((await ana.client.rest()).at(-1), /"method":"server.announcement".*spam/, 'who was there has to go');
  const refused = await LineClient.connect(t, first);
  t.match(await refused.nextComment(), /^# this address is banned \/ este endereço está banido: spam$/);
  await refused.rest();
  await first.kill();

  const next = await startDaemon(t, { data: first.data });
  await (await LineClient.connect(t, next)).rest();
  t.match((await admin(next, 'addresses')).stdout, /^127\.0\.0\.0\/8 +for good +spam$/m);
  t.match(await admin(next, 'unban-address', '127.0.0.1'), {
    code: 1,
    stderr: /INVALID_PARAMS .*salas admin addresses/,
  });
  t.match(await admin(next, 'unban-address', '127.0.0.0/8'), { code: 0 });
  t.match(await admin(next, 'addresses'), { code: 0, stdout: 'no address is banned\n' });
  const back = await LineClient.connect(t, next);
  await back.call('user.resume', { token: ana.token });

  t.match(await admin(next, 'ban-address', '2001:DB8::0/32', '--minutes', '5'), {
    stdout: /^2001:db8::\/32 is banned until 2/,
  });
  t.match(await admin(next, 'ban-address', 'localhost'), {
    code: 1,
    stderr: /INVALID_PARAMS "address" must be an IP address/,
  });
  t.match(await admin(next, 'ban-address', '192.0.2.7', '--minutes', '0'), { code: 2, stderr: /--minutes/ });
});

t.test('how much is logged changes while the server runs', async (t) => {
  const daemon = await startDaemon(t);
  t.match(await admin(daemon, 'log-level'), { code: 0, stdout: 'info\n' });
  t.match(await admin(daemon, 'log-level', 'error'), { code: 0, stdout: 'error\n' });
  t.match(await admin(daemon, 'announce', 'oi'), { code: 0 });
  t.match(await asked(daemon, 'log-level'), { level: 'error' });
  t.match(await admin(daemon, 'log-level', 'info'), { code: 0 });
  t.notMatch(daemon.log(), '"method":"announce"');
  t.match(await admin(daemon, 'log-level', 'loud'), { code: 2, stderr: /warn/ });
  await admin(daemon, 'announce', 'oi');
  t.match(daemon.log(), '"method":"announce"');
});

t.test('drain answers when the server has ended in order', async (t) => {
  const daemon = await startDaemon(t);
  const ana = await enter(t, daemon, 'ana', 'sala1');
  const ended = once(daemon.process, 'exit');
  const drained = admin(daemon, 'drain');
  t.match((await ana.client.rest()).at(-1), /server.draining/);
  t.match(await drained, { code: 0, stdout: /ended/, stderr: '' });
  t.strictSame(await ended, [0, null]);
  t.notOk(existsSync(join(daemon.data, 'control.sock')));
  t.match(await admin(daemon, 'status'), { code: 3, stderr: /no server runs on .*"salas serve --data/ });
});

t.test('top repeats itself where nobody has a terminal, and ends with the server', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1'] });
  const [command, args] = salasCommand(['admin', 'top', '--json', '--data', daemon.data]);
  const top = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => void top.kill('SIGKILL'));
  let output = '';
  top.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(top, 'exit');
  await until('it said two lines', () => output.split('\n').length > 2);
  t.notMatch(output, '\u001b');
  for (const line of output.trimEnd().split('\n')) t.match(JSON.parse(line), { rooms: [{ room: 'sala1' }], rates: {} });
  await daemon.stop();
  t.strictSame(await ended, [3, null]);
});

const script = spawnSync('sh', ['-c', 'command -v script']);
const skip = script.status === 0 ? false : 'SKIPPED: there is no script(1) to run it in a terminal';

t.test('on a terminal top stays in one place, and q leaves it as it was', { skip }, async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1'] });
  for (const key of ['q', '\u0003']) {
    const [command, args] = salasCommand(['admin', 'top', '--data', daemon.data]);
    const quoted = [command, ...args].map((word) => `'${word}'`).join(' ');
    const top = spawn('script', ['-qec', quoted, '/dev/null'], {
      stdio: 'pipe',
      env: { ...process.env, LC_ALL: 'C', TERM: 'xterm' },
    });
    t.teardown(() => void top.kill('SIGKILL'));
    let output = '';
    top.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const ended = once(top, 'exit');
    await until('it shows the rooms twice', () => output.split('sala1').length > 4);
    top.stdin.write(key);
    t.strictSame(await ended, [0, null]);
    t.ok(output.startsWith('\u001b[?1049h'), 'it has a screen of its own');
    t.ok(output.trimEnd().endsWith('\u001b[?25h\u001b[?1049l'), 'cursor and screen are back');
    t.notOk(output.includes('\u001b[2J'), 'nothing is wiped before it is written again');
  }
});
