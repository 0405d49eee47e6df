import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { enter, enterInText, registerInText } from '../support/visitors.js';

const daemon = await startDaemon(t);
const lineBytesMax = 16_384;

function latin1(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Sends a byte at a time, each on its way before the next is written. */
async function trickle(client: LineClient, bytes: Buffer): Promise<void> {
  for (const byte of bytes) {
    await new Promise<void>((resolve) => client.socket.write(Buffer.from([byte]), () => setImmediate(resolve)));
  }
}

/** A call of ping that is so many bytes long. */
function pingOf(bytes: number, id: number): string {
  const line = JSON.stringify({ jsonrpc: '2.0', method: 'ping', params: { data: '' }, id });
  return line.replace('""', `"${'x'.repeat(bytes - line.length)}"`);
}

t.test('LF, CR LF and CR NUL end a line', async (t) => {
  const client = await LineClient.connect(t, daemon);
  client.sendBytes('/ping\n/ping\r\n/ping\r\0/ping\r\0\n/ping\r\r\n/ping\n');
  for (let i = 0; i < 4; i++) t.equal(await client.next(), '+OK pong');
  t.match(await client.next(), /^-METHOD_NOT_FOUND there is no command "\/ping\\r"/, 'of two CR one is dropped');
  t.equal(await client.next(), '+OK pong');
});

t.test('a CR inside a line is part of it', async (t) => {
  const { client } = await enterInText(t, daemon, 'ana', 'sala1');
  t.match(await client.say('a\rb'), /^-TEXT_INVALID /);
  client.sendBytes('oi\r\n');
  t.match(await client.nextAnswer(), /^\+OK #/);
  t.strictSame(await client.list('/history'), ['[sala1 #3] ana#1: oi']);
});

t.test('lines may come a byte at a time', async (t) => {
  const { client } = await enterInText(t, daemon, 'bia', 'sala2');
  await trickle(client, Buffer.from('olá, 山 🙂\r\n/ping\r\0'));
  t.equal(await client.nextAnswer(), '+OK #3');
  t.equal(await client.nextAnswer(), '+OK pong');
  await trickle(client, Buffer.from('{"jsonrpc":"2.0","method":"ping","params":["é"],"id":1}\n'));
  t.match(await client.nextReply(1), { result: { data: 'é' } });
  t.strictSame(await client.list('/history'), ['[sala2 #3] bia#1: olá, 山 🙂']);
});

t.test('INVALID_UTF8: the line is refused, nothing is put in its place, and the connection lives', async (t) => {
  const { client } = await enterInText(t, daemon, 'caio', 'sala3');
  const broken = [
    '\xff',
    '\xc3',
    'a\xc3(',
    '\xc0\xaf',
    '\xe2\x82',
    '\xed\xa0\x80',
    '\xf4\x90\x80\x80',
    '\x80',
    'ol\xe1',
  ];
  for (const bytes of broken) {
    client.sendBytes(latin1(`${bytes}\n`));
    t.match(await client.nextAnswer(), /^-INVALID_UTF8 the line is not UTF-8/, JSON.stringify(bytes));
    client.sendBytes(latin1(`  {"jsonrpc":"2.0","method":"room.send","params":["sala3","${bytes}"],"id":1}\n`));
    const data = { code: 'INVALID_UTF8', temporary: false };
    t.match(await client.nextReply(null), { id: null, error: { code: -32031, data } });
  }
  t.strictSame(await client.list('/history'), []);
  client.sendBytes(latin1('\xff\nol\xc3\xa1\n\xff\n'));
  t.match(await client.nextAnswer(), /^-INVALID_UTF8 /);
  t.equal(await client.nextAnswer(), '+OK #3', 'lines beside it are not touched');
  t.match(await client.nextAnswer(), /^-INVALID_UTF8 /);
  t.strictSame(await client.list('/history'), ['[sala3 #3] caio#1: olá']);
});

t.test('a line may have 16,384 bytes, its end not counted', async (t) => {
  const client = await LineClient.connect(t, daemon);
  for (const end of ['\n', '\r\n', '\r\0']) {
    client.sendBytes(`${pingOf(lineBytesMax, 1)}${end}`);
    t.match(await client.nextReply(1), { result: {} });
    client.sendBytes(`${pingOf(lineBytesMax + 1, 1)}${end}`);
    const data = { code: 'LINE_TOO_LONG', temporary: false };
    t.match(await client.nextReply(null), { id: null, error: { code: -32030, data } });
    client.sendBytes(`/ping${' '.repeat(lineBytesMax - 5)}${end}`);
    t.equal(await client.nextAnswer(), '+OK pong');
    client.sendBytes(`/ping${' '.repeat(lineBytesMax - 4)}${end}`);
    t.match(await client.nextAnswer(), /^-LINE_TOO_LONG the line has more than 16384 bytes/);
  }
  client.finish();
  t.strictSame(await client.rest(), []);
});

t.test('LINE_TOO_LONG counts bytes of UTF-8', async (t) => {
  const { client } = await registerInText(t, daemon, 'dora');
  t.match(await client.say(`/${'ã'.repeat(8191)}x`), /^-METHOD_NOT_FOUND /);
  t.match(await client.say(`/${'ã'.repeat(8192)}`), /^-LINE_TOO_LONG /);
});

t.test('a line of 40 kB is told once, and the next is read', async (t) => {
  const { client } = await enter(t, daemon, 'eva', 'sala1');
  const long = 'x'.repeat(40_000);
  client.sendBytes(`${long}\n/ping\n`);
  t.match(await client.nextAnswer(), /^-LINE_TOO_LONG /);
  t.equal(await client.nextAnswer(), '+OK pong');
  client.sendBytes(`{"jsonrpc":"2.0","method":"room.send","params":["sala1","${long}"],"id":1}\n`);
  t.match(await client.nextReply(null), { error: { data: { code: 'LINE_TOO_LONG' } } });
  client.sendBytes(`   [${long}\n`);
  t.match(await client.nextReply(null), { error: { data: { code: 'LINE_TOO_LONG' } } });
  client.sendBytes(`${' '.repeat(40_000)}{}\n`);
  t.match(await client.nextAnswer(), /^-LINE_TOO_LONG /, 'what is behind so many spaces was not looked at');
  t.strictSame(await client.soFar(), []);
});

t.test('a line too long is told before it ends', async (t) => {
  const client = await LineClient.connect(t, daemon);
  client.sendBytes('x'.repeat(lineBytesMax + 2));
  t.match(await client.nextAnswer(), /^-LINE_TOO_LONG /);
  for (let i = 0; i < 20; i++) client.sendBytes('x'.repeat(100_000));
  client.sendBytes('\n/ping\n');
  t.equal(await client.nextAnswer(), '+OK pong');
});

t.test('a line too long that the client’s end cuts is told once', async (t) => {
  const client = await LineClient.connect(t, daemon);
  client.sendBytes(`/ping\n${'x'.repeat(40_000)}`);
  client.finish();
  const lines = await client.rest();
  t.match(lines, ['+OK pong', /^-LINE_TOO_LONG /]);
  t.equal(lines.length, 2);
});
