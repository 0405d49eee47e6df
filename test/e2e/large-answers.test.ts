import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { enter, enterInText } from '../support/visitors.js';

const room = 'sala1';
const messagesMax = 300;
const text = 'á'.repeat(4000);

t.test('what is more at once than may wait to be sent arrives to its end, and the conversation goes on', async (t) => {
  const daemon = await startDaemon(t);
  const listeners = [
    await enter(t, daemon, 'ana', room),
    await enter(t, daemon, 'bia', room),
    await enterInText(t, daemon, 'caio', room),
  ];
  const { client } = await enter(t, daemon, 'davi', room);
  const { limits } = await client.call('hello');
  t.ok(messagesMax * Buffer.byteLength(text) > 8 * (limits.sendQueueBytesMax ?? 0), 'this is much');
  for (const [i, listener] of listeners.entries()) await listener.client.untilWaiting(listeners.length - i);

  const ids = Array.from({ length: messagesMax }, () => client.ask('room.send', { room, text }));
  for (const id of ids) if ('error' in (await client.nextReply(id))) t.fail('a message was refused');
  // Nothing more happens that could push on what got stuck.
  for (const [i, listener] of listeners.entries()) {
    await listener.client.untilWaiting(listeners.length - i + messagesMax);
    t.pass(`${listener.userId} has all of it`);
  }

  for (let i = 0; i < 10; i++) {
    const { messages } = await client.call('room.history', { room, limit: 100 });
    t.equal(messages.length, 100, 'a large answer comes whole');
    t.ok((await client.call('ping')).at, 'and the next call is answered too');
  }
});
