import t from 'tap';
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
  const refusal = await client.refusal('user.register', { name: 'аna' });
  t.match(refusal, { code: 'NAME_INVALID', field: 'name' });
  t.match(await client.call('user.register', { name: 'ана' }), { name: 'ана' });
});
