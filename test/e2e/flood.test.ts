import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { gather } from '../support/visitors.js';

const rate = 5;
const daemon = await startDaemon(t, { args: ['--flood-rate', `${rate}`] });

t.test('RATE_LIMITED: who writes too fast is told how long to wait', async (t) => {
  const room = 'cheia';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  t.equal((await ana.client.call('hello')).limits.floodRate, rate);
  const ids = Array.from({ length: 200 }, (_, i) => ana.client.ask('room.send', { room, text: `${i}` }));
  const waits: number[] = [];
  let sent = 0;
  for (const id of ids) {
    const reply = await ana.client.nextReply(id);
    if ('result' in reply) {
      sent++;
    } else {
      t.match(reply.error.data, { code: 'RATE_LIMITED', temporary: true });
      waits.push(reply.error.data.retryAfterMs as number);
    }
  }
  t.ok(sent >= rate, 'a second’s worth goes through');
  t.ok(waits.length > 0, 'not all do');
  for (const wait of waits) t.ok(wait > 0 && wait <= 1000 / rate);

  const other = await LineClient.connect(t, daemon);
  await other.call('user.resume', { token: ana.token });
  const both = Array.from({ length: 50 }, () => other.ask('private.send', { room, to: bia.userId, text: 'psst' }));
  const replies = await Promise.all(both.map((id) => other.nextReply(id)));
  const limited = replies.flatMap((reply) => ('error' in reply ? [reply.error.data] : []));
  t.match(limited.at(-1), { code: 'RATE_LIMITED', temporary: true }, 'a user is limited, not a connection');
  await new Promise((resolve) => setTimeout(resolve, limited.at(-1)?.retryAfterMs));
  await other.call('room.send', { room, text: 'esperei' });
  await bia.client.call('room.send', { room, text: 'eu não' });
});
