import { mkdtempSync, rmSync } from 'node:fs';
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
  const bugs: object[] = [];
  const say = async ({ text }: { text: string }) => {
    calls.push(text);
    return text === 'no' ? refusals.roomNotFound('x') : { text };
  };
  const control = await listenForControl(
    path,
    { say: { params: { text: { kind: anyString } }, run: say } },
    defaultLimits,
    (method, error) => bugs.push({ method, error }),
  );
  t.teardown(() => control.close());
  return { path, calls, control };
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
  control.close();
  await t.rejects(callDaemon(path, 'say', { text: '' }), { name: 'ServerUnreachable' });
});
