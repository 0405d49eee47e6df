import { spawn } from 'node:child_process';
import t, { type Test } from 'tap';
import { connect } from '../../src/client/connect.js';
import { salasCommand, startDaemon } from '../support/daemon.js';
import { salas } from '../support/salas.js';

const daemon = await startDaemon(t, { rooms: ['sala1', 'sala2', 'vazia', 'longa', 'fantasma', 'meio'] });
const port = String(daemon.port);
const run = (...args: string[]) => salas([...args, '--port', port]);

/** Someone who is registered, in these rooms, and stays to the end of the test. */
async function someone(t: Test, name: string, ...rooms: string[]) {
  const client = await connect({ port: daemon.port });
  t.teardown(() => client.close());
  const { userId, token } = await client.call('user.register', { name });
  for (const room of rooms) await client.call('room.join', { room });
  return { client, userId, token };
}

t.test('send says a text in a room, and shows it as the room sees it', async (t) => {
  const { code, stdout, stderr } = await run('send', 'sala1', 'oi, "gente"', '--name', 'ana');
  t.strictSame({ code, stderr }, { code: 0, stderr: '' });
  t.match(stdout, /^\[sala1 #\d+\] ana#\d+: oi, "gente"\n$/);
  const history = await run('history', 'sala1', '--limit', '1');
  t.equal(history.stdout, stdout);
});

t.test('send --json prints the result object and nothing else', async (t) => {
  const { code, stdout, stderr } = await run('send', 'sala1', 'oi', '--json');
  t.strictSame({ code, stderr, lines: stdout.split('\n').length }, { code: 0, stderr: '', lines: 2 });
  const result = JSON.parse(stdout);
  t.match(result, { room: 'sala1', epoch: String, seq: Number, at: Number, duplicate: false });
  t.strictSame(Object.keys(result).sort(), ['at', 'duplicate', 'epoch', 'room', 'seq']);
});

t.test('a text arrives as it was given, whatever it looks like', async (t) => {
  const texts = [
    '--json',
    '-',
    '--',
    '---',
    '-5',
    '"oi"',
    "'oi'",
    '12',
    '0x10',
    '1e3',
    'true',
    ' oi  ',
    '/leave',
    'a\tb',
  ];
  const { client } = await someone(t, 'bia', 'sala1');
  for (const text of texts) {
    const { stdout } = await salas(['send', 'sala1', '--json', '--port', port, '--', text]);
    const { seq } = JSON.parse(stdout);
    const { messages } = await client.call('room.history', { room: 'sala1', after: seq - 1, limit: 1 });
    t.match(messages, [{ seq, text }], JSON.stringify(text));
  }
  const plain = texts.filter((text) => !text.startsWith('--'));
  await Promise.all(
    plain.map(async (text) => {
      t.match(
        (await run('send', 'sala1', text)).stdout,
        `: ${text.replaceAll('\t', ' ')}\n`,
        `${JSON.stringify(text)} without --`,
      );
    }),
  );
});

t.test('history shows a line a message, and tells of more on stderr', async (t) => {
  const { client, userId } = await someone(t, 'bia', 'sala2');
  const seqs: number[] = [];
  for (const text of ['um', 'dois', 'três']) seqs.push((await client.call('room.send', { room: 'sala2', text })).seq);
  const [one, two, three] = seqs.map((seq, i) => `[sala2 #${seq}] ${userId}: ${['um', 'dois', 'três'][i]}\n`);

  t.strictSame(await run('history', 'sala2'), { code: 0, stdout: `${one}${two}${three}`, stderr: '' });
  t.strictSame(await run('history', 'sala2', '--limit', '2'), {
    code: 0,
    stdout: `${two}${three}`,
    stderr: `there are earlier ones: --before ${seqs[1]}\n`,
  });
  t.strictSame(await run('history', 'sala2', '--before', String(seqs[1])), { code: 0, stdout: one, stderr: '' });
  t.strictSame(await run('history', 'sala2', '--after', '0', '--limit', '2'), {
    code: 0,
    stdout: `${one}${two}`,
    stderr: `there are later ones: --after ${seqs[1]}\n`,
  });
  t.strictSame(await run('history', 'vazia'), { code: 0, stdout: '', stderr: 'no messages\n' });
});

t.test('history --around shows what is about a message, and where to go on', async (t) => {
  const { client } = await someone(t, 'bia', 'meio');
  const seqs: number[] = [];
  for (let i = 0; i < 7; i++) seqs.push((await client.call('room.send', { room: 'meio', text: `${i}` })).seq);
  const { code, stdout, stderr } = await run('history', 'meio', '--around', String(seqs[3]), '--limit', '3');
  t.equal(code, 0);
  t.strictSame(
    stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.at(-1)),
    ['2', '3', '4'],
  );
  t.equal(stderr, `there are others: --before ${seqs[2]}, --after ${seqs[4]}\n`);
});

t.test('unread shows the rooms with something unread, and what mentions the user', async (t) => {
  const ana = await someone(t, 'ana', 'sala1', 'sala2');
  const bia = await someone(t, 'bia', 'sala1');
  const unread = (...args: string[]) => run('unread', '--token', ana.token, ...args);
  t.strictSame(await unread(), { code: 0, stdout: '', stderr: 'nothing unread\n' });
  await bia.client.call('room.send', { room: 'sala1', text: 'oi' });
  const { seq } = await bia.client.call('room.send', { room: 'sala1', text: `oi, @${ana.userId}` });
  const { code, stdout, stderr } = await unread();
  t.strictSame({ code, stderr }, { code: 0, stderr: '' });
  t.strictSame(
    stdout
      .trimEnd()
      .split('\n')
      .map((row) => row.split(/ {2,}/)),
    [
      ['ROOM', 'UNREAD', 'MENTIONS', 'SEQ'],
      ['sala1', '2', '1', String(seq)],
    ],
  );
  t.match(JSON.parse((await unread('--json')).stdout), {
    rooms: [
      { room: 'sala1', seq, unread: 2, mentions: 1 },
      { room: 'sala2', unread: 0, mentions: 0 },
    ],
  });
  t.match((await run('unread', '--name', 'nova')).stderr, /^a new user is in no room; log in, or give --token/);
});

t.test('history --json is the page as the server answers it', async (t) => {
  const { client } = await someone(t, 'bia', 'sala1');
  const { code, stdout, stderr } = await run('history', 'sala1', '--limit', '3', '--json');
  t.strictSame({ code, stderr }, { code: 0, stderr: '' });
  const { messages, more, room } = JSON.parse(stdout);
  const page = await client.call('room.history', { room: 'sala1', limit: 3 });
  t.strictSame({ messages, more, room }, { messages: page.messages, more: page.more, room: 'sala1' });
});

t.test('who asks without a token leaves no ghost behind', async (t) => {
  const { client } = await someone(t, 'bia', 'fantasma');
  await run('history', 'fantasma', '--name', 'ana');
  await run('send', 'fantasma', 'oi', '--name', 'ana');
  await run('send', 'fantasma', '\u0007', '--name', 'ana');
  await run('msg', 'fantasma', 'ninguém#1', 'oi', '--name', 'ana');
  const { members } = await client.call('room.members', { room: 'fantasma' });
  t.match(members, [{ name: 'bia' }]);
});

t.test('users shows who is in a room, in columns, without joining it', async (t) => {
  const { userId } = await someone(t, 'bia', 'vazia');
  const caio = await someone(t, 'caio', 'vazia');
  await caio.client.close();
  const owner = await someone(t, 'dono');
  await owner.client.call('room.create', { room: 'nova' });

  const { code, stdout, stderr } = await run('users', 'vazia');
  t.strictSame({ code, stderr }, { code: 0, stderr: '' });
  const rows = stdout.trimEnd().split('\n');
  t.strictSame(
    rows.map((row) => row.split(/ {2,}/)),
    [
      ['USER', 'ROLE', 'PRESENCE'],
      [userId, 'member', 'online'],
      [caio.userId, 'member', 'offline'],
    ],
  );
  const places = rows.map((row) => row.search(/ROLE|member/));
  t.ok(
    places.every((place) => place === places[0]),
    'the columns stand one below the other',
  );
  t.match((await run('users', 'nova')).stdout, `${owner.userId}  owner`);
  const json = JSON.parse((await run('users', 'vazia', '--json')).stdout);
  t.match(json, { room: 'vazia', seq: Number, members: [{ userId }, { userId: caio.userId }] });
});

t.test('rooms shows all rooms, in columns', async (t) => {
  const { client } = await someone(t, 'bia');
  await client.call('room.create', { room: 'festa', topic: 'bolo às 5' });
  const { code, stdout, stderr } = await run('rooms');
  t.strictSame({ code, stderr }, { code: 0, stderr: '' });
  const [head, ...rows] = stdout.trimEnd().split('\n');
  t.match(head, /^ROOM +MEMBERS +SEQ +TOPIC$/);
  t.ok(rows.some((row) => /^festa +1 +\d+ {2}bolo às 5$/.test(row)));
  const json = JSON.parse((await run('rooms', '--json')).stdout);
  t.equal(json.rooms.length, rows.length);
  t.match(
    json.rooms.find(({ room }: { room: string }) => room === 'festa'),
    { topic: 'bolo às 5', members: 1 },
  );
});

t.test('msg reaches one user, who sees it in the inbox', async (t) => {
  const { userId, token } = await someone(t, 'bia', 'sala1');
  const sent = await run('msg', 'sala1', userId, 'psst', '--name', 'ana');
  t.match(sent, { code: 0, stderr: '' });
  t.match(sent.stdout, new RegExp(`^\\[sala1 private #1\\] ana#\\d+ -> ${userId}: psst\\n$`));
  t.strictSame(await run('inbox', '--token', token), { code: 0, stdout: sent.stdout, stderr: '' });
  const json = JSON.parse((await run('inbox', '--token', token, '--json')).stdout);
  t.match(json, { messages: [{ seq: 1, room: 'sala1', to: userId, text: 'psst' }], more: false, seq: 1 });
});

t.test('msg tells when the receiver is offline', async (t) => {
  const { client, userId } = await someone(t, 'caio', 'sala1');
  await client.close();
  const { code, stderr } = await run('msg', 'sala1', userId, 'até já');
  t.strictSame({ code, stderr }, { code: 0, stderr: `${userId} is offline; the message waits for them\n` });
});

t.test('an inbox is of the user whom the token brings back; a new user is told so', async (t) => {
  const { code, stdout, stderr } = await run('inbox');
  t.strictSame({ code, stdout }, { code: 0, stdout: '' });
  t.match(stderr, /--token/);
  const { token } = await someone(t, 'bia');
  t.strictSame(await run('inbox', '--token', token), { code: 0, stdout: '', stderr: 'no messages\n' });
});

t.test('with a token the user stays as they are, and joins where they are not', async (t) => {
  const bia = await someone(t, 'bia', 'sala1');
  const roomsOfBia = async () => (await bia.client.call('user.me')).rooms.sort();
  t.match((await run('send', 'sala1', 'oi', '--token', bia.token)).stdout, ` ${bia.userId}: oi\n`);
  t.strictSame(await roomsOfBia(), ['sala1']);
  t.equal((await run('history', 'sala2', '--token', bia.token)).code, 0);
  t.strictSame(await roomsOfBia(), ['sala1', 'sala2']);

  const { seq } = await bia.client.call('room.members', { room: 'sala1' });
  t.equal((await run('history', 'sala1', '--token', bia.token)).code, 0);
  t.equal(
    (await bia.client.call('room.members', { room: 'sala1' })).seq,
    seq,
    'who is in the room does not join again',
  );
});

t.test('the name is the login, made fit, unless another is given', async (t) => {
  const { stdout } = await run('send', 'sala1', 'oi');
  const { stdout: named } = await run('send', 'sala1', 'oi', '--name', 'João-2');
  t.match(stdout, /\] [\p{L}\p{M}\p{Nd}_-]+#\d+: oi/u);
  t.match(named, /\] João-2#\d+: oi/);
});

t.test('a reader who has seen enough ends the command quietly', async (t) => {
  const { client } = await someone(t, 'bia', 'longa');
  for (let i = 0; i < 100; i++) await client.call('room.send', { room: 'longa', text: 'x'.repeat(8000) });
  const child = spawn(...salasCommand(['history', 'longa', '--limit', '100', '--port', port]));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.once('close', resolve));
  t.strictSame({ code, stderr }, { code: 0, stderr: '' });
});

t.test('colours are for terminals, and not for those who said no', async (t) => {
  await run('send', 'sala1', 'oi');
  const history = ['history', 'sala1', '--limit', '1', '--port', port];
  const csi = '\u001b[';
  const [command, args] = salasCommand(history);
  const quoted = [command, ...args].map((arg) => `'${arg}'`).join(' ');
  // script(1) runs a command in a terminal of its own.
  const inTerminal = async (env: NodeJS.ProcessEnv) => {
    const child = spawn('script', ['-qec', quoted, '/dev/null'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TERM: 'xterm', NO_COLOR: undefined, ...env },
    });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    await new Promise((resolve) => child.once('close', resolve));
    return out;
  };
  t.ok((await inTerminal({})).includes(`${csi}2m[sala1 #`), 'in a terminal');
  const plain = await inTerminal({ NO_COLOR: '1' });
  t.match(plain, /^\[sala1 #/m);
  t.notOk(plain.includes(csi), 'with NO_COLOR');
  t.notOk((await salas(history, { CI: 'true' })).stdout.includes(csi), 'in a pipe');
});
