import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { register } from '../support/visitors.js';

const daemon = await startDaemon(t);
const silenceMs = 250;

t.test('the server speaks first only to the silent, and once', async (t) => {
  const started = Date.now();
  const client = await LineClient.connect(t, daemon);
  t.match(await client.nextComment(), /^# salas \d+\.\d+\.\d+: \/help/);
  t.ok(Date.now() - started >= silenceMs - 10, 'not before the time');
  t.match(await client.say('/register ana'), /^\+OK ana#1 /);
  client.finish();
  t.strictSame(await client.rest(), []);
  t.equal(client.comments, 0);
});

t.test('who speaks at once is not greeted', async (t) => {
  const speakers = await Promise.all(Array.from({ length: 10 }, () => LineClient.connect(t, daemon)));
  for (const client of speakers) client.sendBytes('/');
  const silent = await LineClient.connect(t, daemon);
  await silent.nextComment();
  for (const client of speakers) {
    // A slow machine may have heard of the byte too late; the answer shows whether it was greeted before.
    client.sendBytes('ping\n');
    t.equal(await client.next(), '+OK pong');
  }
  const greeted = speakers.filter((client) => client.comments > 0);
  t.ok(greeted.length < speakers.length, 'one byte is enough');
});

t.test('who ends without a word gets none', async (t) => {
  const client = await LineClient.connect(t, daemon);
  client.finish();
  t.strictSame(await client.rest(), []);
  t.equal(client.comments, 0);
  t.match((await register(t, daemon, 'bia')).userId, 'bia#1', 'and the server lives');
});
