import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { salas } from '../support/salas.js';
import { until } from '../support/until.js';

/** Somebody without rights, as most systems have it. */
const nobody = { uid: 65_534, gid: 65_534 };
const socketOf = ({ data }: Daemon) => join(data, 'control.sock');
const admin = (data: string, ...args: string[]) => salas(['admin', ...args, '--data', data]);

/** Not among the tests' directories, whose paths are too long for sockets. */
function directory(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'salas-test-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

t.test('the socket is its owner’s alone', async (t) => {
  const daemon = await startDaemon(t, { data: join(directory(t), 'data') });
  t.equal(statSync(daemon.data).mode & 0o777, 0o700);
  t.ok(lstatSync(socketOf(daemon)).isSocket());
  t.equal(statSync(socketOf(daemon)).mode & 0o077, 0);
});

/** What somebody without rights is told by the system who connects to the socket. */
function asNobody(path: string) {
  const program = `require('net').connect(${JSON.stringify(path)}, () => { console.log('in'); process.exit(); })
    .on('error', ({ code }) => { console.log(code); process.exit(); })`;
  return spawnSync(process.execPath, ['-e', program], { ...nobody, cwd: '/', encoding: 'utf8', env: {} });
}

const isRoot = process.getuid?.() === 0;
const another = isRoot && spawnSync(process.execPath, ['-e', ''], { ...nobody, cwd: '/', env: {} }).status === 0;
const skip = another ? false : 'SKIPPED: this is not root, or nobody else may run node here';

t.test('another user gets nothing, even where the directory is open to all', { skip }, async (t) => {
  const parent = directory(t);
  chmodSync(parent, 0o755);
  // A directory that exists keeps its permissions.
  const data = join(parent, 'data');
  mkdirSync(data);
  chmodSync(data, 0o755);
  const daemon = await startDaemon(t, { data });
  t.equal(asNobody(socketOf(daemon)).stdout, 'EACCES\n');
  chmodSync(data, 0o700);
  t.equal(asNobody(socketOf(daemon)).stdout, 'EACCES\n');
  const open = join(parent, 'open.sock');
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(open, resolve));
  t.teardown(() => server.close());
  chmodSync(open, 0o777);
  t.equal((await asNobodyLater(open)).trim(), 'in', 'where it may, it gets in: so the others say something');

  const runs = await salas(['--version'], {}, nobody);
  if (runs.code !== 0) return t.comment('SKIPPED: nobody else may run salas from here');
  chmodSync(data, 0o755);
  const told = await salas(['admin', 'status', '--data', data], {}, nobody);
  return t.match(told, { code: 3, stdout: '', stderr: /only the user who runs the server/ });
});

/** As {@link asNobody}, while this process answers. */
async function asNobodyLater(path: string): Promise<string> {
  const { spawn } = await import('node:child_process');
  const { text } = await import('node:stream/consumers');
  const program = `require('net').connect(${JSON.stringify(path)}, () => { console.log('in'); process.exit(); })
    .on('error', ({ code }) => { console.log(code); process.exit(); })`;
  return text(spawn(process.execPath, ['-e', program], { ...nobody, cwd: '/', env: {} }).stdout);
}

t.test('what is in the way is never taken away: the server runs without the socket and says so', async (t) => {
  const inTheWay: [what: string, put: (path: string) => void, still: (path: string) => boolean][] = [
    ['a file', (path) => writeFileSync(path, 'olá'), (path) => readFileSync(path, 'utf8') === 'olá'],
    ['a directory', (path) => mkdirSync(path), (path) => statSync(path).isDirectory()],
    ['a link to nowhere', (path) => symlinkSync('/nowhere', path), (path) => lstatSync(path).isSymbolicLink()],
  ];
  for (const [what, put, still] of inTheWay) {
    const data = directory(t);
    const path = join(data, 'control.sock');
    put(path);
    const daemon = await startDaemon(t, { data });
    t.match(daemon.log(), /"level":40.*control\.sock is not a socket; move it away.*"there is no control socket/, what);
    const client = await LineClient.connect(t, daemon);
    await client.call('user.register', { name: 'ana' });
    t.match(await admin(data, 'status'), { code: 3, stdout: '' }, what);
    t.equal(await daemon.stop(), 0);
    t.ok(still(path), what);

    const refused = await salas(['serve', '--port', '0', '--data', data, '--chaos']);
    t.match(refused, { code: 1, stderr: /^salas: \S+control\.sock is not a socket; move it away\n$/ }, what);
    t.ok(still(path), what);
  }
});

t.test('a directory whose path is too long for a socket has none, and the server says so', async (t) => {
  const data = join(directory(t), 'x'.repeat(120));
  const daemon = await startDaemon(t, { data });
  t.match(daemon.log(), /"level":40.*too long for a socket/);
  await (await LineClient.connect(t, daemon)).call('user.register', { name: 'ana' });
  t.match(await admin(data, 'status'), { code: 3, stderr: /too long for a socket/ });
  await daemon.stop();
  const refused = await salas(['serve', '--port', '0', '--data', data, '--chaos']);
  t.match(refused, { code: 1, stderr: /too long for a socket/ });
});

t.test('a second daemon on the directory does not start, and leaves the socket to the first', async (t) => {
  const daemon = await startDaemon(t);
  t.match(await salas(['serve', '--port', '0', '--data', daemon.data]), { code: 1, stderr: /is in use by another/ });
  t.match(await admin(daemon.data, 'log-level'), { code: 0 });
});

t.test('the socket of a daemon that was killed is taken away by the next one, and by no other command', async (t) => {
  const first = await startDaemon(t);
  await first.kill();
  t.ok(lstatSync(socketOf(first)).isSocket(), 'it was left behind');
  t.match(await admin(first.data, 'status'), { code: 3, stderr: /no server runs on/ });
  t.ok(lstatSync(socketOf(first)).isSocket());
  const next = await startDaemon(t, { data: first.data });
  t.match(await admin(next.data, 'log-level'), { code: 0 });
});

t.test('whatever is sent to the socket, clients and operators are served on', async (t) => {
  const daemon = await startDaemon(t);
  const client = await LineClient.connect(t, daemon);
  await client.call('user.register', { name: 'ana' });
  const path = socketOf(daemon);
  const attacks: (string | Buffer)[] = [
    Buffer.from([0x49, 0x50, 0x43, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
    Buffer.alloc(1024 * 1024, 0),
    Buffer.alloc(8 * 1024 * 1024, 'x'),
    `${'['.repeat(100_000)}\n`,
    '{"jsonrpc":"2.0","id":1,"method":"stat',
    '{"jsonrpc":"2.0","id":1,"method":"__proto__"}\n{"jsonrpc":"2.0","id":1,"method":"kick","params":{}}\n',
    '{"jsonrpc":"2.0","id":1,"method":"kick","params":{"session":1e99}}\n',
    '{"jsonrpc":"2.0","id":1,"method":"status"}\n'.repeat(1000),
  ];
  // Each of them is gone in the midst of it, and none reads what it is answered.
  for (const bytes of attacks) {
    await new Promise<void>((resolve) => {
      const socket = connect(path, () => socket.write(bytes, () => socket.destroy()));
      socket.on('error', () => {});
      socket.on('close', () => resolve());
    });
  }
  const idle = Array.from({ length: 64 }, () => connect(path).on('error', () => {}));
  t.equal((await client.call('ping', { data: 'oi' })).data, 'oi');
  for (const socket of idle) socket.destroy();
  await until('there is room again', async () => (await admin(daemon.data, 'log-level')).code === 0);
  t.equal((await client.call('ping')).data, null);
  t.equal(daemon.process.exitCode, null);
  t.notMatch(daemon.log(), '"level":50');
});
