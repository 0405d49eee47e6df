import t from 'tap';
import { startEmbedded } from '../support/embedded-server.js';
import { enter, enterInText } from '../support/visitors.js';

t.test('when a log is lost, its members are told so before anything else, and go on in the new one', async (t) => {
  const server = await startEmbedded(t, ['sala1']);
  const ana = await enter(t, server, 'ana', 'sala1');
  const bia = await enterInText(t, server, 'bia', 'sala1');
  const { epoch } = await ana.client.call('room.send', { room: 'sala1', text: 'oi' });
  const before = await ana.client.call('room.history', { room: 'sala1' });
  t.match(before, { epoch, messages: [{ text: 'oi' }] });
  await ana.client.soFar();
  await bia.client.soFarInText();

  server.room('sala1').loseLog();
  const reset = await ana.client.nextPush('room.reset');
  t.match(reset, { room: 'sala1', seq: 1 });
  t.not(reset.epoch, epoch);
  t.equal(await bia.client.next(), '[sala1 #1] * the log of this room begins here; /history shows what it has');

  t.match(await ana.client.refusal('room.send', { room: 'sala1', text: 'olá' }), { code: 'NOT_IN_ROOM' });
  const joined = await ana.client.call('room.join', { room: 'sala1' });
  t.match(joined, { epoch: reset.epoch, seq: 2 });
  const { seq } = await ana.client.call('room.send', { room: 'sala1', text: 'olá' });
  t.equal(seq, 3);
  t.match(await ana.client.nextPush('room.joined'), { seq: 2 });
  t.match(await ana.client.nextPush('room.message'), { seq: 3, text: 'olá' });
  const history = await ana.client.call('room.history', { room: 'sala1' });
  t.match(history, { epoch: reset.epoch, seq: 3 });
  t.strictSame(
    history.messages.map(({ text }) => text),
    ['olá'],
    'nothing of the old log',
  );
});
