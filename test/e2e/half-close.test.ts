import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { makeCertificate, noOpenssl, transports } from '../support/certificates.js';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { gather } from '../support/visitors.js';

const daemon = await startDaemon(t);
const encrypted = noOpenssl === false ? await startDaemon(t, { certificate: makeCertificate(t) }) : daemon;

/** What `nc -N` prints when it is fed with `input`; undefined where there is no such nc. */
async function netcat(input: string): Promise<string[] | undefined> {
  const nc = spawn('nc', ['-N', daemon.host, `${daemon.port}`], { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = once(nc, 'close');
  const output = text(nc.stdout);
  const complaints = text(nc.stderr);
  nc.stdin.on('error', () => undefined);
  nc.stdin.end(input);
  try {
    await ended;
  } catch {
    return undefined;
  }
  if (/invalid option|usage:/.test(await complaints)) return undefined;
  return (await output).split('\n').slice(0, -1);
}

const skip =
  (await netcat('/ping\n')) === undefined ? 'there is no nc with -N here: half-close is not tried with it' : false;

t.test('nc -N gets every reply', { skip }, async (t) => {
  const lines = (await netcat('/register ana\n/join sala1\noi\n/history\n/me\n')) ?? [];
  const replies = lines.filter((line) => !/^\[sala1 #2\]/.test(line));
  t.match(replies, [/^\+OK ana#1 token/, '+OK sala1 #2', '+OK #3', '+OK 1', '[sala1 #3] ana#1: oi', '+OK ana#1 sala1']);
  t.equal(replies.length, 6);
});

t.test('nc -N gets the reply to a last line without LF', { skip }, async (t) => {
  t.strictSame(await netcat('/ping\n/ping'), ['+OK pong', '+OK pong']);
  const [reply, ...more] = (await netcat('{"jsonrpc":"2.0","method":"ping","id":1}')) ?? [];
  t.match(JSON.parse(reply ?? ''), { id: 1, result: {} });
  t.strictSame(more, []);
});

t.test('nc -N gets the replies to a thousand calls', { skip }, async (t) => {
  const [bia] = await gather(t, daemon, 'mil', 'bia');
  const sends = Array.from({ length: 1000 }, (_, i) =>
    JSON.stringify({ jsonrpc: '2.0', method: 'room.send', params: ['mil', `${i}`], id: i }),
  );
  const resume = JSON.stringify({ jsonrpc: '2.0', method: 'user.resume', params: [bia.token], id: 'resume' });
  const lines = (await netcat([resume, ...sends].join('\n'))) ?? [];
  const replies = lines.map((line) => JSON.parse(line)).filter((message) => 'id' in message);
  t.equal(replies.length, 1001);
  t.ok(replies.every((reply) => 'result' in reply));
  for (let i = 0; i < 1000; i++) t.match(await bia.client.nextPush('room.message'), { text: `${i}` });
});

for (const { over, skip } of transports) {
  const server = over === 'TLS' ? encrypted : daemon;
  t.test(`a last line counts without LF, with CR, and when it is not UTF-8, over ${over}`, { skip }, async (t) => {
    for (const [bytes, reply] of [
      ['/ping', '+OK pong'],
      ['/ping\r', '+OK pong'],
      ['/ping\r\0', '+OK pong'],
      [Buffer.from('/ping\xff', 'latin1'), /^-INVALID_UTF8 /],
      [Buffer.from('/ping\xc3', 'latin1'), /^-INVALID_UTF8 /],
      [Buffer.from('{"a\xff', 'latin1'), /"INVALID_UTF8"/],
      [Buffer.from('\xff', 'latin1'), /^-INVALID_UTF8 /],
    ] as const) {
      const client = await LineClient.connect(t, server);
      client.sendBytes(bytes);
      client.finish();
      const lines = await client.rest();
      t.equal(lines.length, 1);
      t.match(lines[0], reply);
    }
  });

  t.test(`behind the client’s end pushes stop, and replies come, over ${over}`, { skip }, async (t) => {
    const room = 'fim';
    const [ana, bia] = await gather(t, server, room, 'ana', 'bia');
    const calls = Array.from({ length: 300 }, (_, i) => ana.client.ask('room.send', { room, text: `${i}` }));
    ana.client.finish();
    for (const id of calls) t.match(await ana.client.nextReply(id), { result: { room } });
    const rest = await ana.client.rest();
    t.ok(rest.every((line) => 'method' in JSON.parse(line)));
    for (let i = 0; i < 300; i++) t.match(await bia.client.nextPush('room.message'), { text: `${i}` });
  });

  t.test(`who registers and ends in one breath is answered, over ${over}`, { skip }, async (t) => {
    const client = await LineClient.connect(t, server);
    const id = client.ask('user.register', { name: 'breve' });
    client.finish();
    const reply = await client.nextReply(id);
    t.match(reply, { result: { userId: 'breve#1' } });
    await client.rest();
  });

  t.test(`who goes without a word leaves the server as it was, over ${over}`, { skip }, async (t) => {
    const room = 'sumiu';
    const [ana, bia] = await gather(t, server, room, 'ana', 'bia');
    for (let i = 0; i < 200; i++) ana.client.ask('room.send', { room, text: 'x'.repeat(1000) });
    // A TLS socket knows no other way to break off.
    if (over === 'TLS') ana.client.destroy();
    else ana.client.socket.resetAndDestroy();
    await bia.client.call('room.send', { room, text: 'ainda aqui' });
    const { messages } = await bia.client.call('room.history', { room });
    t.ok(messages.some(({ text: said }) => said === 'ainda aqui'));
  });
}
