import t from 'tap';
import { makeCertificate, noOpenssl } from '../support/certificates.js';
import { startEmbedded } from '../support/embedded-server.js';
import { LineClient } from '../support/line-client.js';
import { until } from '../support/until.js';
import { register } from '../support/visitors.js';

t.test('one address has so many connections and no more; when one ends there is room', async (t) => {
  const server = await startEmbedded(t, ['sala1'], { connectionsPerAddressMax: 3 }, { limitLoopback: true });
  const clients = await Promise.all([1, 2, 3].map(() => register(t, server, 'ana')));
  const refused = await LineClient.connect(t, server);
  t.match(await refused.nextComment(), /^# .*there are 3 connections from your address/);
  await until('it is ended', () => refused.ended);
  clients[0]?.client.destroy();
  await until('there is room', async () => {
    const again = await LineClient.connect(t, server);
    return again.call('ping').then(
      () => true,
      () => false,
    );
  });
});

t.test('who says nothing counts as well, from the first moment', async (t) => {
  const server = await startEmbedded(t, ['sala1'], { connectionsPerAddressMax: 3 }, { limitLoopback: true });
  const clients = await Promise.all(Array.from({ length: 20 }, () => LineClient.connect(t, server)));
  await until('the others are ended', () => clients.filter(({ ended }) => ended).length === 17);
});

t.test('connections in TLS count like others, also before they are encrypted', { skip: noOpenssl }, async (t) => {
  const certificate = makeCertificate(t);
  const limits = { connectionsPerAddressMax: 2, handshakeDeadlineMs: 500 };
  const server = await startEmbedded(t, ['sala1'], limits, { limitLoopback: true, tls: { certificate, only: false } });
  const address = { host: server.host, port: server.port, tls: { ca: certificate.cert } };
  const { client: ana } = await register(t, address, 'ana');
  const handshaking = await LineClient.connect(t, server);
  handshaking.sendBytes(Buffer.from([0x16]));
  const refused = await LineClient.connect(t, server);
  t.match(await refused.nextComment(), /^# .*there are 2 connections from your address/);
  for (const client of [ana, handshaking]) {
    client.destroy();
    await until('there is room', async () => {
      const again = await LineClient.connect(t, server);
      return again.call('ping').then(
        () => true,
        () => false,
      );
    });
  }
});

t.test('an address that drops its connection is still held to its rate', async (t) => {
  const server = await startEmbedded(t, ['sala1'], { addressFloodRate: 4 }, { limitLoopback: true });
  let sent = 0;
  const since = Date.now();
  for (let i = 0; i < 10; i++) {
    const { client } = await register(t, server, 'ana');
    await client.call('room.join', { room: 'sala1' });
    const ids = Array.from({ length: 4 }, () => client.ask('room.send', { room: 'sala1', text: 'oi' }));
    for (const id of ids) if ('result' in (await client.nextReply(id))) sent++;
    client.destroy();
    await until('the server knows', async () => (await server.figures()).connections === 0);
  }
  const seconds = (Date.now() - since) / 1000;
  t.ok(sent <= 4 + 4 * seconds, `${sent} were sent in ${seconds} s`);
});

t.test('the users of one address send together what one address may', async (t) => {
  const server = await startEmbedded(t, ['sala1'], { addressFloodRate: 4 }, { limitLoopback: true });
  const codes: string[] = [];
  for (const name of ['ana', 'bia']) {
    const { client } = await register(t, server, name);
    await client.call('room.join', { room: 'sala1' });
    const ids = Array.from({ length: 4 }, () => client.ask('room.send', { room: 'sala1', text: 'oi' }));
    for (const id of ids) {
      const reply = await client.nextReply(id);
      codes.push('error' in reply ? reply.error.data.code : 'sent');
    }
  }
  const sent = codes.filter((code) => code === 'sent').length;
  t.ok(sent >= 4 && sent < 8, `${sent} were sent`);
  t.strictSame([...new Set(codes)].sort(), ['RATE_LIMITED', 'sent']);
});

t.test('a connection on which nobody registers is told so and ended; others stay', async (t) => {
  const server = await startEmbedded(t, ['sala1'], { unregisteredSeconds: 1 });
  const { client: ana } = await register(t, server, 'ana');
  const stranger = await LineClient.connect(t, server);
  t.ok(await stranger.call('ping', {}), 'it may ask what needs no user');
  t.match(await stranger.nextComment(), /^# nobody registered here within 1 s/);
  await until('it is ended', () => stranger.ended);
  t.ok(await ana.call('ping', {}));
});

t.test('a name that mixes scripts which look alike is refused, and why', async (t) => {
  const server = await startEmbedded(t, ['sala1']);
  const client = await LineClient.connect(t, server);
  const name = '\u0430na';
  const refused = await client.request('user.register', { name });
  t.match(refused, { error: { data: { code: 'NAME_INVALID', field: 'name' } } });
  t.match(refused, { error: { message: '"n" (U+006E) is of another than "а" (U+0430)' } });
  const portuguese = await client.request('ingressar_no_sistema', { nome: name });
  t.match(portuguese, { error: { message: '"n" (U+006E) é de outra que "а" (U+0430)', data: { field: 'nome' } } });
  t.match(await client.call('user.register', { name: 'ана' }), { name: 'ана' });
});
