import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { callDaemon } from '../../src/client/control.js';
import { defaultLimits } from '../../src/protocol/limits.js';
import { anyString } from '../../src/protocol/params.js';
import { refusals } from '../../src/protocol/refusals.js';
import { listenForControl } from '../../src/transport/control.js';
import { until } from '../support/until.js';

async function server(t: Test) {
  // Not in the directory of tests: the path of a socket may be 103 bytes long.
  const directory = mkdtempSync(join(tmpdir(), 'salas-control-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, 'control.sock');
  const calls: string[] = [];
  const bugs: { readonly method: string; readonly error: unknown }[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const say = async ({ text }: { text: string }) => {
    calls.push(text);
    if (text === 'bug') throw new Error('a bug');
    if (text === 'wait') await released;
    return text === 'no' ? refusals.roomNotFound('x') : { text };
  };
  const control = await listenForControl(
    path,
    { say: { params: { text: { kind: anyString } }, run: say } },
    defaultLimits,
    (method, error) => bugs.push({ method, error }),
  );
  t.teardown(() => control.close());
  return { path, calls, control, bugs, release };
}

/** All that is answered to these bytes, until the server ends. */
function answers(path: string, ...chunks: (string | Buffer)[]): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket: Socket = connect(path, () => {
      for (const chunk of chunks) socket.write(chunk);
      socket.end();
    });
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('error', reject);
    socket.on('close', () =>
      resolve(
        text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
      ),
    );
  });
}

const call = (id: number, text: string) => `{"jsonrpc":"2.0","id":${id},"method":"say","params":{"text":"${text}"}}\n`;

t.test('calls of one connection are answered one after the other, however they are cut', async (t) => {
  const { path, calls } = await server(t);
  const bytes = Buffer.from(`${call(1, 'olá')}\n${call(2, 'no')}${call(3, 'fim')}`);
  const [one, two, three, ...more] = (await answers(path, bytes.subarray(0, 61), bytes.subarray(61))) as object[];
  t.match(one, { id: 1, result: { text: 'olá' } });
  t.match(two, { id: 2, error: { data: { code: 'ROOM_NOT_FOUND' } } });
  t.match(three, { id: 3, result: { text: 'fim' } });
  t.strictSame(more, []);
  t.strictSame(calls, ['olá', 'no', 'fim']);
});

t.test('what is no call is refused, and the server goes on', async (t) => {
  const { path, calls } = await server(t);
  const wrong: [string | Buffer, string][] = [
    ['IPC123456789', 'PARSE_ERROR'],
    [Buffer.from([0x49, 0x50, 0x43, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x0a]), 'INVALID_UTF8'],
    [`${'x'.repeat(4 * 1024 * 1024)}\n`, 'LINE_TOO_LONG'],
    ['[1]\n', 'INVALID_REQUEST'],
    ['{"jsonrpc":"2.0","id":1,"method":"constructor"}\n', 'METHOD_NOT_FOUND'],
    ['{"jsonrpc":"2.0","id":1,"method":"say","params":{"text":1}}\n', 'INVALID_PARAMS'],
    ['{"jsonrpc":"2.0","id":1,"method":"say"', 'PARSE_ERROR'],
  ];
  for (const [bytes, code] of wrong) {
    t.match(await answers(path, bytes), [{ error: { data: { code } } }], code);
  }
  t.strictSame(calls, []);
  t.strictSame(await callDaemon(path, 'say', { text: 'ainda' }), { text: 'ainda' });
});

t.test('more connections than may be are turned away, and there is room again when they end', async (t) => {
  const { path } = await server(t);
  const open: Socket[] = [];
  for (let i = 0; i < 16; i++) {
    const socket = connect(path);
    open.push(socket);
    await new Promise((resolve) => socket.once('connect', resolve));
  }
  await t.rejects(callDaemon(path, 'say', { text: 'cheio' }), { name: 'ConnectionLost' });
  open[0]?.destroy();
  await until('one is let in', () =>
    callDaemon(path, 'say', { text: 'lugar' }).then(
      () => true,
      () => false,
    ),
  );
  for (const socket of open) socket.destroy();
});

t.test('a call without a server, or whose server ends, fails and says how', async (t) => {
  const { path, control } = await server(t);
  await t.rejects(callDaemon(`${path}.not`, 'say', { text: '' }), { name: 'ServerUnreachable' });
  await t.rejects(callDaemon(path, 'say', { text: 'no' }), { name: 'CallRefused', code: 'ROOM_NOT_FOUND' });
  await control.close();
  await t.rejects(callDaemon(path, 'say', { text: '' }), { name: 'ServerUnreachable' });
});

t.test('an operator who goes away in the midst of a call takes nothing along', async (t) => {
  const { path, calls, release } = await server(t);
  const socket = connect(path, () => socket.write(call(1, 'wait')));
  await until('the call is carried out', () => calls.length === 1);
  socket.destroy();
  t.strictSame(await callDaemon(path, 'say', { text: 'outro' }), { text: 'outro' }, 'others are served meanwhile');
  release();
  t.strictSame(await callDaemon(path, 'say', { text: 'ainda' }), { text: 'ainda' });
});

t.test('a call that fails by a bug is answered so, and reported', async (t) => {
  const { path, bugs } = await server(t);
  t.match(await answers(path, call(1, 'bug'), call(2, 'oi')), [
    { id: 1, error: { data: { code: 'INTERNAL_ERROR' } } },
    { id: 2, result: { text: 'oi' } },
  ]);
  t.match(bugs, [{ method: 'say', error: { message: 'a bug' } }]);
});

t.test('at the end the call that is carried out is answered, and nothing after it', async (t) => {
  const { path, calls, control, release } = await server(t);
  const idle = connect(path);
  const gone = new Promise((resolve) => idle.once('close', resolve));
  const answered = answers(path, call(1, 'wait'), call(2, 'depois'));
  await until('the call is carried out', () => calls.length === 1);
  const closed = control.close();
  await gone;
  release();
  t.match(await answered, [{ id: 1, result: { text: 'wait' } }]);
  await closed;
  t.strictSame(calls, ['wait']);
  t.notOk(existsSync(path), 'the name is free');
});

t.test('refusals are in the language of the caller', async (t) => {
  const { path } = await server(t);
  await t.rejects(callDaemon(path, 'say', { text: 'no', language: 'pt' }), { message: /não existe a sala/ });
  await t.rejects(callDaemon(path, 'say', { language: 'pt' }), { message: /falta "text"/ });
  await t.rejects(callDaemon(path, 'say', { text: 'no', language: 'fr' }), { code: 'INVALID_PARAMS' });
});
