import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Duplex } from 'node:stream';
import { connect as connectTls, type SecureVersion } from 'node:tls';
import t, { type Test } from 'tap';
import { makeCertificate, noOpenssl } from '../support/certificates.js';
import { startEmbedded } from '../support/embedded-server.js';
import { type Address, LineClient } from '../support/line-client.js';
import { until } from '../support/until.js';
import { enter } from '../support/visitors.js';

const skip = noOpenssl;
const certificate = skip === false ? makeCertificate(t) : { certFile: '', keyFile: '', cert: '', key: '' };
const tls = { ca: certificate.cert };

/** An address of this machine that others reach it by. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
const noOutside =
  outside === undefined ? 'this machine has no address but the loopback: --tls-only is not tried' : skip;

/** What the server says to these bytes until it ends the connection, which it must by itself. */
async function answerTo(t: Test, server: Address, bytes: Uint8Array | string): Promise<string[]> {
  const client = await LineClient.connect(t, server);
  client.sendBytes(bytes);
  return client.rest();
}

/** Somebody in the room, who shows that the server lives. */
async function shows(t: Test, server: Address): Promise<void> {
  const { client, userId } = await enter(t, server, 'viva', 'sala1');
  await client.call('room.send', { room: 'sala1', text: 'oi' });
  t.match(await client.nextPush('room.message'), { from: userId, text: 'oi' });
  await client.call('user.quit');
}

/** The first record of a handshake, as Node sends it. */
async function clientHello(): Promise<Buffer> {
  const wire = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  const written = new Promise<Buffer>((resolve) => {
    wire._write = (chunk: Buffer) => resolve(chunk);
  });
  connectTls({ socket: wire }).on('error', () => undefined);
  return written;
}

t.test('one port is for plain connections and for TLS, and hello tells which it is', { skip }, async (t) => {
  const server = await startEmbedded(t, ['sala1'], {}, { tls: { certificate, only: false } });
  const plain = await enter(t, server, 'ana', 'sala1');
  const secret = await enter(t, { ...server, tls }, 'bia', 'sala1');
  await plain.client.nextPush('room.joined');
  await secret.client.call('room.send', { room: 'sala1', text: 'oi, ana' });
  t.match(await plain.client.nextPush('room.message'), { from: 'bia#1', text: 'oi, ana' });
  for (const { client } of [plain, secret]) {
    const { encrypted, features, limits } = await client.call('hello');
    t.equal(encrypted, client === secret.client);
    t.ok(features.includes('tls'));
    t.equal(limits.handshakeDeadlineMs, 10_000);
  }

  const without = await startEmbedded(t, ['sala1']);
  const { features, encrypted } = await (await LineClient.connect(t, without)).call('hello');
  t.notOk(features.includes('tls'));
  t.equal(encrypted, false);
});

t.test('the silent are greeted, plain or encrypted, and who speaks is not', { skip }, async (t) => {
  const server = await startEmbedded(t, ['sala1'], {}, { tls: { certificate, only: false } });
  for (const address of [server, { ...server, tls }]) {
    const silent = await LineClient.connect(t, address);
    t.match(await silent.nextComment(), /^# salas test: /);
    t.equal(await silent.say('/ping'), '+OK pong');
    const speaker = await LineClient.connect(t, address);
    t.equal(await speaker.say('/ping'), '+OK pong');
    t.equal(speaker.comments, 0);
  }
});

t.test('a handshake may come byte by byte', { skip }, async (t) => {
  const server = await startEmbedded(t, ['sala1'], {}, { tls: { certificate, only: false } });
  const raw = connect({ ...server, noDelay: true });
  t.teardown(() => void raw.destroy());
  await once(raw, 'connect');
  const bytewise = new Duplex({
    read() {},
    write: async (chunk: Buffer, _encoding, done) => {
      for (const byte of chunk) {
        raw.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      done();
    },
  });
  raw.on('data', (chunk) => bytewise.push(chunk));
  const secure = connectTls({ socket: bytewise, host: '127.0.0.1', ...tls });
  await once(secure, 'secureConnect');
  secure.write('/ping\n');
  t.equal(String((await once(secure, 'data'))[0]), '+OK pong\n');
});

t.test('a handshake that does not end in time is cut, and one that is in time is not', { skip }, async (t) => {
  const limits = { handshakeDeadlineMs: 300 };
  const server = await startEmbedded(t, ['sala1'], limits, { tls: { certificate, only: false } });
  const hello = await clientHello();
  t.equal(hello[0], 0x16);
  const slow = await LineClient.connect(t, { ...server, tls });
  const began = Date.now();
  for (const part of [hello.subarray(0, 1), hello.subarray(0, 100)]) {
    t.strictSame(await answerTo(t, server, part), [], 'nothing is said');
  }
  t.ok(Date.now() - began >= 2 * limits.handshakeDeadlineMs - 20, 'not before the time');
  t.equal(await slow.say('/ping'), '+OK pong', 'the deadline is one of the handshake only');
});

t.test('who says nothing and who is in a handshake count as connections', { skip }, async (t) => {
  const limits = { connectionsMax: 3, handshakeDeadlineMs: 300 };
  const server = await startEmbedded(t, ['sala1'], limits, { tls: { certificate, only: false } });
  const ana = await enter(t, { ...server, tls }, 'ana', 'sala1');
  const begun = await LineClient.connect(t, server);
  begun.sendBytes((await clientHello()).subarray(0, 50));
  const silent = await LineClient.connect(t, server);
  const late = await LineClient.connect(t, server);
  t.match(await late.nextComment(), /there are 3 connections/);
  await begun.rest();
  const next = await LineClient.connect(t, server);
  t.equal(await next.say('/ping'), '+OK pong', 'there is room when the handshake is cut');
  for (const { ended } of [ana.client, silent, next]) t.notOk(ended);
});

t.test('who gives up a handshake makes room at once, not when its time is over', { skip }, async (t) => {
  const limits = { connectionsMax: 2, handshakeDeadlineMs: 600_000 };
  const server = await startEmbedded(t, ['sala1'], limits, { tls: { certificate, only: false } });
  const hello = await clientHello();
  const ways: Record<string, (socket: Socket) => unknown> = {
    ends: (socket) => socket.end(),
    goes: (socket) => socket.destroy(),
    'is cut off': (socket) => socket.resetAndDestroy(),
  };
  const ana = await enter(t, server, 'ana', 'sala1');
  for (const [way, giveUp] of Object.entries(ways)) {
    for (const bytes of [1, 5, 100]) {
      const client = await LineClient.connect(t, server);
      client.socket.removeAllListeners('data').resume();
      client.sendBytes(hello.subarray(0, bytes));
      await ana.client.call('ping');
      giveUp(client.socket);
      await until(`there is room after ${bytes} bytes of one who ${way}`, async () => {
        const next = await LineClient.connect(t, server);
        next.sendBytes('/ping\n');
        const pong = await next.next().catch(() => undefined);
        next.destroy();
        return pong === '+OK pong';
      });
    }
  }
});

t.test('what only begins like a handshake ends its connection, and nothing else', { skip }, async (t) => {
  const server = await startEmbedded(t, ['sala1'], { handshakeDeadlineMs: 300 }, { tls: { certificate, only: false } });
  const hello = await clientHello();
  const broken = Buffer.from(hello).fill(0xff, 9);
  for (const bytes of [Buffer.alloc(40_000, 0x16), Buffer.from('\x16/ping\n/ping\n'), broken]) {
    const client = await LineClient.connect(t, server);
    // What OpenSSL says to it is an alert, which is no line.
    client.socket.removeAllListeners('data').resume();
    client.sendBytes(bytes);
    await client.rest();
  }
  for (const cut of [1, 5, 100, hello.length]) {
    const client = await LineClient.connect(t, server);
    client.socket.removeAllListeners('data').resume();
    client.sendBytes(hello.subarray(0, cut));
    client.finish();
    await client.rest();
  }
  const gone = await LineClient.connect(t, server);
  gone.sendBytes(hello);
  gone.socket.resetAndDestroy();
  await shows(t, server);
  await shows(t, { ...server, tls });
});

t.test('what ends a connection in a handshake does not hold up a drain', { skip }, async (t) => {
  const server = await startEmbedded(t, ['sala1'], {}, { tls: { certificate, only: false } });
  const silent = await LineClient.connect(t, server);
  const begun = await LineClient.connect(t, server);
  begun.sendBytes((await clientHello()).subarray(0, 50));
  const { client } = await enter(t, { ...server, tls }, 'ana', 'sala1');
  const drained = server.drain();
  for (const one of [silent, client]) await one.rest();
  t.equal(silent.comments, 1, 'who had said nothing is told as well');
  await drained;
});

t.test('TLS 1.2 and 1.3 are spoken, what is older is not', { skip }, async (t) => {
  const server = await startEmbedded(t, ['sala1'], {}, { tls: { certificate, only: false } });
  const speaking = async (version: SecureVersion) => {
    const { host, port } = server;
    const old = { ciphers: 'DEFAULT:@SECLEVEL=0', minVersion: version, maxVersion: version };
    const socket = connectTls({ host, port, ...tls, ...old });
    t.teardown(() => void socket.destroy());
    await once(socket, 'secureConnect');
    return socket.getProtocol();
  };
  t.equal(await speaking('TLSv1.2'), 'TLSv1.2');
  t.equal(await speaking('TLSv1.3'), 'TLSv1.3');
  await t.rejects(speaking('TLSv1.1'), { code: /PROTOCOL_VERSION|EPROTO/ });
});

t.test('where TLS is not offered, its clients are told so at once', async (t) => {
  const server = await startEmbedded(t, ['sala1']);
  const [line, ...more] = await answerTo(t, server, await clientHello());
  t.match(line, /^-FORBIDDEN this server does not offer TLS/);
  t.strictSame(more, []);
  const client = await LineClient.connect(t, server);
  t.match(await client.say('\x16/ping'), /^-/, 'the byte alone is a line like any other');
  t.equal(await client.say('/ping'), '+OK pong');
});

t.test(
  'with TLS only, plain connections from elsewhere are told so in their way, and ended',
  { skip: noOutside },
  async (t) => {
    const limits = { handshakeDeadlineMs: 500 };
    const certified = makeCertificate(t, { names: `IP:127.0.0.1,IP:${outside}` });
    const only = { certificate: certified, only: true };
    const { port } = await startEmbedded(t, ['sala1'], limits, { host: '0.0.0.0', tls: only });
    const server = { host: outside as string, port };

    await t.test('in text, in the language of the command', async (t) => {
      t.match(await answerTo(t, server, '/register ana\n/join sala1\n'), [/^-FORBIDDEN this server takes TLS only/]);
      t.match(await answerTo(t, server, '/ingressar ana\r\n'), [/^-FORBIDDEN este servidor só aceita TLS/]);
      t.match(await answerTo(t, server, 'oi'), [/^-FORBIDDEN /]);
      t.match(await answerTo(t, server, Buffer.alloc(300_000, 0x78)), [/^-FORBIDDEN /]);
      t.match(await answerTo(t, server, Buffer.of(0xff, 0xfb, 0x18)), [/^-FORBIDDEN /]);
    });
    await t.test('in JSON, as an answer to the first call', async (t) => {
      const call = (method: string, params: object, id?: unknown) =>
        JSON.stringify({ jsonrpc: '2.0', method, params, id });
      const refused = { data: { code: 'FORBIDDEN', temporary: false } };
      const errorOf = async (line: string) => {
        const lines = await answerTo(t, server, line);
        t.equal(lines.length, 1);
        return JSON.parse(lines[0] as string);
      };
      t.match(await errorOf(`${call('user.register', { name: 'ana' }, 7)}\n`), { id: 7, error: refused });
      t.match(await errorOf(`${call('ingressar_no_sistema', { nome: 'ana' }, 'a')}\n`), {
        id: 'a',
        error: { ...refused, message: /só aceita TLS/ },
      });
      for (const line of [call('hello', {}), `[${call('hello', {}, 1)}]`, '{"jsonrpc":"2.0","meth', '[', '{}']) {
        t.match(await errorOf(line), { id: null, error: refused }, line);
      }
    });
    await t.test('the silent too, when their time is over', async (t) => {
      const began = Date.now();
      t.match(await answerTo(t, server, ''), [/^-FORBIDDEN this server takes TLS only/]);
      t.ok(Date.now() - began >= limits.handshakeDeadlineMs - 20);
      const mute = await LineClient.connect(t, server);
      mute.finish();
      t.strictSame(await mute.rest(), []);
    });
    await t.test('but not who comes encrypted, nor who is on this machine', async (t) => {
      await shows(t, { ...server, tls: { ca: certified.cert } });
      await shows(t, { host: '127.0.0.1', port });
      const local = await LineClient.connect(t, { host: '127.0.0.1', port });
      t.match(await local.nextComment(), /^# salas test: /);
    });
  },
);
