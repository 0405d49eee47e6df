import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';
import { ConnectionLost } from '../../src/client/errors.js';
import { type ConnectionState, enter, type Participant } from '../../src/client/participant.js';
import type { Push } from '../../src/client/pushes.js';
import { startCuttingProxy } from '../support/cutting-proxy.js';
import { startDaemon } from '../support/daemon.js';
import { until } from '../support/until.js';

/** Bytes that the system keeps at the most of what one socket sends and another receives: tcp(7). */
const socketBytesMax = ['rmem', 'wmem'].reduce((sum, which) => {
  const file = `/proc/sys/net/ipv4/tcp_${which}`;
  const max = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\t')[2]) : 5e6;
  return sum + max;
}, 0);
const backoff = { firstMs: 5, maxMs: 20 };
const daemon = await startDaemon(t);
const proxy = await startCuttingProxy(t, daemon.port);
const observer = await enter({ port: daemon.port, as: { name: 'olho' } });
t.teardown(() => observer.quit());

/** Joins a room, says something there, leaves, comes back, and goes; all that it was told there meanwhile. */
async function visitRoom(user: Participant, room: string): Promise<Push[]> {
  const told: Push[] = [];
  const reading = (async () => {
    for await (const push of user.events()) told.push(push);
  })();
  const { seq } = await user.join(room);
  const sent = await Promise.all(['um', 'dois', 'três'].map((text) => user.send(room, text)));
  const head = sent.at(-1)?.seq ?? 0;
  await until('all is heard', () => told.some(({ params }) => 'seq' in params && params.seq >= head));
  t.ok(seq < head);
  await user.leave(room);
  await user.quit();
  await reading;
  return told;
}

for (const side of ['client', 'server'] as const) {
  t.test(
    `wherever the ${side}'s lines are cut off, all is said once and heard once, and nobody stays behind`,
    async (t) => {
      const room = 'sala1';
      await observer.join(room);
      let cuts = 0;
      // A visit has fewer lines than that.
      for (let lines = 0; lines < 16; lines++) {
        const before = (await observer.call('room.history', { room })).seq;
        proxy.cutAfter(lines, side);
        const states: ConnectionState[] = [];
        const onChange = (state: ConnectionState) => void states.push(state);
        const entering = enter({ port: proxy.port, as: { name: 'ana' }, backoff, onChange });
        const user = await entering.catch((error: unknown) => error);
        if (user instanceof ConnectionLost) {
          t.ok(lines <= 1, 'only the first attempt is told to the caller');
          continue;
        }
        const told = await visitRoom(user as Participant, room);
        const { messages } = await observer.call('room.history', { room, after: before });
        t.strictSame(
          messages.map(({ text }) => text),
          ['um', 'dois', 'três'],
          `cut behind ${lines} lines: said once, in order`,
        );
        const heard = told.filter(({ method }) => method === 'room.message');
        t.strictSame(
          heard.map(({ params }) => 'text' in params && params.text),
          ['um', 'dois', 'três'],
          `cut behind ${lines} lines: heard once, in order`,
        );
        if (states.some(({ type }) => type === 'away')) cuts++;
      }
      t.ok(cuts >= 5, `${cuts} of the visits lost a connection`);
      const { members } = await observer.call('room.members', { room });
      t.strictSame(
        members.map(({ name }) => name),
        ['olho'],
      );
      proxy.cut();
    },
  );
}

t.test('a reader who waits for a call inside the loop gets over a connection lost under a large backlog', async (t) => {
  const room = 'sala2';
  await observer.join(room);
  // What the systems keep on the two ways, to the proxy and from it, must fit into half of the client's queue.
  const pushQueueBytesMax = 2 * 2 * socketBytesMax + 8e6;
  const bia = await enter({ port: proxy.port, as: { name: 'bia' }, backoff, pushQueueBytesMax });
  t.teardown(() => bia.close());
  await bia.join(room);
  const events = bia.events();
  // More than the client keeps for its reader while no call waits, and what is usually on the way.
  const textBytes = 8000;
  const count = 500 * Math.ceil((pushQueueBytesMax / 2 + 30e6) / textBytes / 500);
  const text = (i: number) => `${i} ${'x'.repeat(textBytes)}`;
  for (let i = 0; i < count; i += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, j) => observer.send(room, text(i + j))));
  }
  let heard = 0;
  for await (const push of events) {
    if (push.method !== 'room.message') continue;
    if (push.params.text !== text(heard)) t.equal(push.params.text, text(heard));
    if (heard++ % 1000 === 0) {
      proxy.cut();
      await bia.call('ping');
    }
    if (heard === count) break;
  }
  t.equal(heard, count);
});
