import t from 'tap';
import { startEmbedded } from '../support/embedded-server.js';
import { register } from '../support/visitors.js';

for (const method of ['room.kick', 'room.ban'] as const) {
  t.test(`a ${method} whose room dies before it tells is done, and who is out hears nothing more`, async (t) => {
    const server = await startEmbedded(t, ['sala1'], {}, { owner: 'ana#1' });
    const ana = await register(t, server, 'ana');
    const bia = await register(t, server, 'bia');
    for (const { client } of [ana, bia]) await client.call('room.join', { room: 'sala1' });
    await bia.client.nextPush('room.joined');
    server.room('sala1').dieAfter(method === 'room.kick' ? 'kick' : 'ban');
    const seq = method === 'room.kick' ? 4 : 5;
    const params = { room: 'sala1', user: bia.userId };
    t.strictSame(await ana.client.call(method, params), { room: 'sala1', seq });
    if (method === 'room.ban') t.match(await bia.client.nextPush('room.changed'), { seq: 4, banned: true });
    t.match(await bia.client.nextPush('room.left'), { seq, user: bia.userId });
    await ana.client.call('room.send', { room: 'sala1', text: 'já foi' });
    t.strictSame(await bia.client.soFar(), []);
    t.strictSame((await bia.client.call('user.me')).rooms, [], 'and is on no list');
    t.strictSame((await bia.client.call('ping')).heads, {});
  });
}
