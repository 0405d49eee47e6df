import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, linkSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { serverActor } from '../../src/protocol/events.js';
import type { RoomName, UserId } from '../../src/protocol/names.js';
import { claim, roomFile } from '../../src/storage/data-directory.js';
import { ImportedLog } from '../../src/storage/importing.js';
import { type Daemon, salasCommand, startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { type Outcome, salas } from '../support/salas.js';
import { until } from '../support/until.js';
import { enter, enterInText } from '../support/visitors.js';

const importing = ({ data }: { readonly data: string }, ...args: string[]) =>
  salas(['import', ...args, '--data', data]);
const piped = ({ data }: { readonly data: string }, input: string, ...args: string[]) =>
  salas(['import', ...args, '--data', data], {}, undefined, input);
const whole = async (t: Test, { data }: Daemon) => {
  const { code, stdout } = await salas(['admin', 'check', '--data', data]);
  t.equal(code, 0, `the directory is whole: ${stdout}`);
};
/** Whatever an import wrote that is no log of a room. */
const leftovers = ({ data }: Daemon) => readdirSync(join(data, 'rooms')).filter((name) => name.includes('importing'));
/** When it was said, in Unix ms: years ago. */
const begun = 1_600_000_000_000;
const lines = (count: number, from = 'ana#1') =>
  Array.from({ length: count }, (_, i) => `${JSON.stringify({ seq: i + 2, at: begun + i, from, text: `n${i}` })}\n`);

async function historyOf(t: Test, daemon: Daemon, room: string) {
  const { client } = await enter(t, daemon, 'leitora', room);
  return client.call('room.history', { room, after: 0, limit: 500 });
}

/** A daemon with a room `sala1` in which much happened, and an export of that room. */
async function exported(t: Test): Promise<{ readonly daemon: Daemon; readonly file: string }> {
  const daemon = await startDaemon(t, { rooms: ['sala1'] });
  const [ana, bia] = [await enter(t, daemon, 'ana', 'sala1'), await enter(t, daemon, 'bia', 'sala1')];
  const say = (client: LineClient, text: string, replyTo?: number) =>
    client.call('room.send', { room: 'sala1', text, ...(replyTo === undefined ? {} : { replyTo }) });
  const first = await say(ana.client, 'olá, "mundo" \\ 👋');
  const gone = await say(ana.client, 'a senha é 1234');
  await say(bia.client, 'oi!', first.seq);
  await say(bia.client, 'qual?', gone.seq);
  await ana.client.call('room.edit', { room: 'sala1', seq: first.seq, text: 'olá a todos' });
  await ana.client.call('room.delete', { room: 'sala1', seq: gone.seq });
  await ana.client.call('room.react', { room: 'sala1', seq: first.seq, reaction: '👍' });
  const file = join(t.testdir(), 'sala1.jsonl');
  t.match(await salas(['export', 'sala1', '--port', `${daemon.port}`, '-o', file]), { code: 0 });
  return { daemon, file };
}

t.test('an exported room becomes another one of a running server, equal but for numbers and authors', async (t) => {
  const { daemon, file } = await exported(t);
  const before = await historyOf(t, daemon, 'sala1');
  const { code, stdout, stderr } = await importing(daemon, 'sala9', file);
  t.strictSame({ code, stdout }, { code: 0, stdout: 'sala9: 3 messages imported\n' });
  t.match(stderr, /left out: 1 deleted messages\n.*1 answers to .*\n.*1 edited messages .*\n.*reactions to 1 messages/);
  const after = await historyOf(t, daemon, 'sala9');
  const kept = before.messages.filter(({ deleted }) => deleted !== true);
  t.strictSame(
    after.messages,
    [
      { seq: 2, from: 'ana#1@import', at: kept[0]?.at, text: 'olá a todos' },
      { seq: 3, from: 'bia#1@import', at: kept[1]?.at, text: 'oi!', replyTo: 2 },
      { seq: 4, from: 'bia#1@import', at: kept[2]?.at, text: 'qual?' },
    ],
    'times and texts are those of the export',
  );
  t.strictSame(leftovers(daemon), []);
  await daemon.stop();
  await whole(t, daemon);
  const again = await startDaemon(t, { data: daemon.data, rooms: ['sala1'] });
  t.strictSame((await historyOf(t, again, 'sala9')).messages, after.messages, 'also after a restart');
});

t.test('without a server it is the same, and told to programs', async (t) => {
  const { daemon, file } = await exported(t);
  await daemon.stop();
  const { code, stdout, stderr } = await importing(daemon, 'nova', file, '--origin', 'escola', '--json');
  t.strictSame({ code, stderr }, { code: 0, stderr: '' });
  const told = JSON.parse(stdout);
  const left = { deleted: 1, replies: 1, edits: 1, reactions: 1 };
  t.match(told, { room: 'nova', epoch: /^[0-9a-f]{12}$/, seq: 4, messages: 3, left });
  await whole(t, daemon);
  const again = await startDaemon(t, { data: daemon.data, rooms: ['sala1'] });
  const { epoch, messages } = await historyOf(t, again, 'nova');
  t.equal(epoch, told.epoch);
  t.strictSame(
    messages.map(({ from }) => from),
    ['ana#1@escola', 'bia#1@escola', 'bia#1@escola'],
  );

  const second = await salas(['export', 'nova', '--port', `${again.port}`]);
  t.match(await piped(again, second.stdout, 'terceira', '-', '--origin', 'outra'), { code: 0, stderr: '' });
  t.match(
    (await historyOf(t, again, 'terceira')).messages[0],
    { from: 'ana#1@escola' },
    'who is of elsewhere stays so',
  );
});

t.test('an author of elsewhere is nobody here, whoever has the same id', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1'] });
  t.match(await piped(daemon, lines(2).join(''), 'sala9', '-'), { code: 0 });
  const ana = await enter(t, daemon, 'ana', 'sala9');
  t.equal(ana.userId, 'ana#1');
  const refused = (method: string, params: object) => ana.client.refusal(method, { room: 'sala9', ...params });
  t.match(await refused('room.edit', { seq: 2, text: 'minha' }), { code: 'FORBIDDEN' });
  t.match(await refused('room.delete', { seq: 2 }), { code: 'FORBIDDEN' });
  const to = 'ana#1@import';
  t.match(await refused('private.send', { to, text: 'psst' }), { code: 'USER_NOT_FOUND' });
  t.match(await ana.client.refusal('user.register', { name: 'ana#1@import' }), { code: 'NAME_INVALID' });
  t.match(await ana.client.call('room.members', { room: 'sala9' }), { members: [{ userId: 'ana#1' }] });
  const { client: bia } = await enterInText(t, daemon, 'bia', 'sala9');
  t.match(await bia.say('/msg ana#1@import oi'), /^-USER_NOT_FOUND/);
  bia.send('/history sala9');
  t.match([await bia.next(), await bia.next(), await bia.next()].map(String).join('\n'), /ana#1@import: n0/);
  await ana.client.call('room.send', { room: 'sala9', text: 'respondo', replyTo: 2 });
  await ana.client.call('room.react', { room: 'sala9', seq: 2, reaction: '👍' });

  await daemon.stop();
  t.equal((await salas(['admin', 'role', 'sala9', 'ana#1', 'moderator', '--data', daemon.data])).code, 0);
  const again = await startDaemon(t, { data: daemon.data, rooms: ['sala1'] });
  const moderator = await LineClient.connect(t, again);
  await moderator.call('user.resume', { token: ana.token });
  t.match(await moderator.refusal('room.kick', { room: 'sala9', user: to }), { code: 'USER_NOT_IN_ROOM' });
  t.match(await moderator.refusal('room.ban', { room: 'sala9', user: to }), { code: 'USER_NOT_FOUND' });
  await moderator.call('room.delete', { room: 'sala9', seq: 3 });
  t.match((await historyOf(t, again, 'sala9')).messages[1], { seq: 3, text: '', deleted: true }, 'moderators tidy up');
});

t.test('who joined an imported room resumes in it as in any other', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1'] });
  t.match(await piped(daemon, lines(5).join(''), 'sala9', '-'), { code: 0 });
  const ana = await LineClient.connect(t, daemon);
  const { token } = await ana.call('user.register', { name: 'ana' });
  const { epoch, seq } = await ana.call('room.join', { room: 'sala9', after: 4 });
  t.equal(seq, 7);
  t.match([await ana.nextPush('room.message'), await ana.nextPush('room.message')], [{ seq: 5 }, { seq: 6 }]);
  ana.socket.destroy();
  const { client: bia } = await enter(t, daemon, 'bia', 'sala9');
  const said = await bia.call('room.send', { room: 'sala9', text: 'oi' });
  await daemon.kill();
  const again = await startDaemon(t, { data: daemon.data, rooms: ['sala1'] });
  const back = await LineClient.connect(t, again);
  const resumed = await back.call('user.resume', { token, rooms: { sala9: { epoch, after: 3 } } });
  t.match(resumed.rooms, [{ room: 'sala9', epoch, status: 'resumed' }]);
  const texts = [];
  for (let i = 0; i < 3; i++) texts.push((await back.nextPush('room.message')).text);
  t.strictSame(texts, ['n2', 'n3', 'n4']);
  for (let i = 0; i < 2; i++) await back.nextPush('room.joined');
  t.match(await back.nextPush('room.message'), { seq: said.seq, at: said.at, text: 'oi' });
  t.ok(Date.now() - said.at < 600_000, 'its time is its own, not that of the messages before it');
});

t.test('a room that there is stays as it is', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1'] });
  const message = /has a room sala1 already; an import makes a new room/;
  t.match(await piped(daemon, lines(2).join(''), 'sala1', '-'), { code: 1, stdout: '', stderr: message });
  t.match(JSON.parse((await piped(daemon, '', 'sala1', '-', '--json')).stdout), { error: message });
  t.match(await piped(daemon, lines(1).join(''), 'sala9', '-'), { code: 0 });
  t.match(await piped(daemon, lines(2).join(''), 'sala9', '-'), { code: 1, stderr: /a room sala9 already/ });
  t.equal((await historyOf(t, daemon, 'sala9')).messages.length, 1);
  await daemon.stop();
  t.match(await piped(daemon, lines(2).join(''), 'sala1', '-'), { code: 1, stderr: message });
  await whole(t, daemon);
});

t.test('a bad line is told by its number, and there is no room', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1'] });
  const folder = t.testdir();
  const file = join(folder, 'x.jsonl');
  const good = lines(2000);
  const cases: [string, RegExp][] = [
    ['{', /x\.jsonl:2001: a line must be a message as "salas export/],
    [lines(1).join(''), /x\.jsonl:2001: "seq" is 2, and must be more than the 2001 before it/],
    [
      '{"seq":3000,"at":1,"from":"ana#1","text":"x"}',
      /x\.jsonl:2001: "at" is 1, and must not be less than the 1600000001999/,
    ],
    ['{"seq":3000,"at":1700000000000,"from":"ana#1","text":"\\u001b"}', /x\.jsonl:2001: .*control/],
    ['{"seq":3000,"at":9e14,"from":"ana#1","text":"x"}', /x\.jsonl:2001: .*in the future/],
    [`{"text":"${'x'.repeat(200_000)}`, /x\.jsonl:2001: the line is longer than 131072 bytes/],
  ];
  for (const [line, stderr] of cases) {
    writeFileSync(file, [...good, line].join(''));
    t.match(await importing(daemon, 'sala9', file), { code: 1, stdout: '', stderr }, line.slice(0, 60));
  }
  t.strictSame(leftovers(daemon), []);
  const { client } = await enter(t, daemon, 'ana', 'sala1');
  t.match(await client.refusal('room.join', { room: 'sala9' }), { code: 'ROOM_NOT_FOUND' });
  const portuguese = await salas(['import', 'sala9', file, '--data', daemon.data], { LC_ALL: 'pt_BR.UTF-8' });
  t.match(portuguese, { code: 1, stderr: /x\.jsonl:2001: a linha tem mais de 131072 bytes/ });
  writeFileSync(file, good.join('').trimEnd());
  t.match(await importing(daemon, 'sala9', file), { code: 0, stdout: 'sala9: 2000 messages imported\n' }, 'mended');
  await whole(t, daemon);
});

t.test('what cannot be imported at all is told', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1'] });
  const deleted = '{"seq":2,"at":1,"from":"ana#1","text":"","deleted":true}\n';
  for (const input of ['', deleted]) {
    t.match(await piped(daemon, input, 'sala9', '-'), { code: 1, stderr: /stdin has no messages/ });
  }
  t.match(await importing(daemon, 'sala9', '/none.jsonl'), { code: 1, stderr: /none\.jsonl cannot be read: ENOENT/ });
  t.match(await importing(daemon, 'sala9', daemon.data), { code: 1, stderr: /cannot be read: EISDIR/ });
  t.match(await piped(daemon, lines(1).join(''), 'sala 9', '-'), { code: 1, stderr: /a room's name has 1 to 64/ });
  t.match(await piped(daemon, '', 'sala9', '-', '--origin', 'a b'), { code: 2, stderr: /--origin must be 1 to 32/ });
  const nowhere = join(t.testdir(), 'none');
  t.match(await piped({ data: nowhere }, lines(1).join(''), 'sala9', '-'), { code: 1, stderr: /has no salas data/ });
  t.notOk(existsSync(nowhere));
  const file = roomFile(daemon.data, 'sala9');
  for (const path of [file, `${file}-wal`]) {
    linkSync(roomFile(daemon.data, 'sala1'), path);
    t.match(await piped(daemon, lines(1).join(''), 'sala9', '-'), {
      code: 1,
      stderr: /no room that it is of; move it/,
    });
    rmSync(path);
  }
  t.strictSame(leftovers(daemon), []);
});

t.test('an import that is killed leaves no room, and the next one begins anew', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1'] });
  const [command, args] = salasCommand(['import', 'sala9', '-', '--data', daemon.data]);
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  t.teardown(() => child.kill('SIGKILL'));
  child.stdin?.write(lines(5000).join(''));
  const size = (name: string) => statSync(join(daemon.data, 'rooms', name)).size;
  await until('some of it is on disk', () => leftovers(daemon).some((name) => name.endsWith('-wal') && size(name) > 0));

  const meanwhile = await piped(daemon, lines(1).join(''), 'sala8', '-');
  t.match(meanwhile, { code: 1, stderr: /somebody else imports into/ }, 'one at a time');
  await whole(t, daemon);
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.not(leftovers(daemon).length, 0);
  const copy = join(t.testdir(), 'copy');
  t.equal((await salas(['admin', 'backup', copy, '--data', daemon.data])).code, 0);
  t.strictSame(readdirSync(join(copy, 'rooms')).length, 1, 'a backup has rooms only');
  await daemon.stop();

  const again = await startDaemon(t, { data: daemon.data, rooms: ['sala1'] });
  const { client } = await enter(t, again, 'ana', 'sala1');
  t.strictSame(
    (await client.call('room.list')).rooms.map(({ room }) => room),
    ['sala1'],
  );
  t.match(await piped(again, lines(3).join(''), 'sala9', '-'), { code: 0, stdout: 'sala9: 3 messages imported\n' });
  t.strictSame(leftovers(again), []);
  t.equal((await historyOf(t, again, 'sala9')).messages.length, 3);
  await whole(t, again);
});

t.test('an import that ended before the room was listed is finished by the same command', async (t) => {
  for (const running of [true, false]) {
    const daemon = await startDaemon(t, { rooms: ['sala1'] });
    if (!running) await daemon.stop();
    const log = new ImportedLog(daemon.data, 'sala9' as RoomName, 'e1');
    log.append([
      { type: 'created', seq: 1, at: begun, user: serverActor, topic: '' },
      { type: 'said', seq: 2, at: begun, user: 'ana#1@import' as UserId, text: 'oi' },
    ]);
    log.finish();
    const finished = await piped(daemon, lines(7).join(''), 'sala9', '-');
    t.match(finished, { code: 0, stdout: /an earlier import of 1 messages, .* is finished; this file was not read/ });
    t.strictSame(leftovers(daemon), []);
    t.match(await piped(daemon, lines(7).join(''), 'sala9', '-'), { code: 1, stderr: /a room sala9 already/ });
    const now = running ? daemon : await startDaemon(t, { data: daemon.data, rooms: ['sala1'] });
    t.match(await historyOf(t, now, 'sala9'), { epoch: 'e1', messages: [{ text: 'oi' }] });
  }
});

t.test('a server that cannot be asked leaves it to the next command', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1'] });
  await daemon.stop();
  const lock = claim(join(daemon.data, 'lock'));
  const first = await piped(daemon, lines(2).join(''), 'sala9', '-');
  t.match(first, {
    code: 1,
    stdout: '',
    stderr: /all messages are on disk, but there is no room sala9 yet: no daemon/,
  });
  lock?.release();
  t.match(await piped(daemon, lines(2).join(''), 'sala9', '-'), { code: 0, stdout: /an earlier import of 2 messages/ });
  await whole(t, daemon);
});

t.test(
  "what root imports is the directory's owner's",
  { skip: process.getuid?.() !== 0 && 'only root can' },
  async (t) => {
    const daemon = await startDaemon(t, { rooms: ['sala1'] });
    await daemon.stop();
    const owner = 12_345;
    const own = (path: string) => chownSync(path, owner, owner);
    own(daemon.data);
    for (const name of readdirSync(daemon.data, { recursive: true, encoding: 'utf8' })) own(join(daemon.data, name));
    const done: Outcome = await piped(daemon, lines(2).join(''), 'sala9', '-');
    t.match(done, { code: 0 });
    for (const name of readdirSync(daemon.data, { recursive: true, encoding: 'utf8' })) {
      t.equal(statSync(join(daemon.data, name)).uid, owner, name);
    }
  },
);
