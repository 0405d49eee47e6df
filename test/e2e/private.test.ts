import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { until } from '../support/until.js';
import { gather, register } from '../support/visitors.js';

const daemon = await startDaemon(t);

t.test('a private message is in both inboxes, and nowhere else', async (t) => {
  const room = 'segredo';
  const [ana, bia, caio] = await gather(t, daemon, room, 'ana', 'bia', 'caio');
  await bia.client.call('private.send', { room, to: ana.userId, text: 'antes' });
  await bia.client.call('private.send', { room, to: caio.userId, text: 'a outro' });
  for (const { client } of [ana, bia, bia, caio]) await client.nextPush('private.message');

  const sent = await ana.client.call('private.send', { room, to: bia.userId, text: 'psst' });
  t.match(sent, { seq: 2, duplicate: false, online: true });
  const said = { room, from: ana.userId, to: bia.userId, at: sent.at, text: 'psst' };
  t.strictSame(await ana.client.nextPush('private.message'), { seq: 2, ...said }, 'by the seq of her inbox');
  t.strictSame(await bia.client.nextPush('private.message'), { seq: 3, ...said }, 'by the seq of hers');
  t.strictSame(await caio.client.soFar(), []);

  const anas = await ana.client.call('private.history');
  t.strictSame(anas.messages.at(-1), { seq: 2, ...said });
  t.match(anas, { seq: 2, more: false });
  t.strictSame((await bia.client.call('private.history')).messages.at(-1), { seq: 3, ...said });
  const caios = await caio.client.call('private.history');
  t.strictSame(
    caios.messages.map(({ text }) => text),
    ['a outro'],
  );
  t.strictSame((await caio.client.call('private.history', { with: ana.userId })).messages, []);
  t.strictSame((await caio.client.call('room.history', { room })).messages, []);
});

t.test('an inbox waits for one who is away', async (t) => {
  const room = 'espera';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  bia.client.destroy();
  const isAway = async () => (await ana.client.call('room.members', { room })).members[1]?.online === false;
  await until('bia is offline', isAway);
  for (const [i, text] of ['um', 'dois', 'tres'].entries()) {
    t.match(await ana.client.call('private.send', { room, to: bia.userId, text }), { seq: i + 1, online: false });
  }
  const client = await LineClient.connect(t, daemon);
  t.equal((await client.call('user.resume', { token: bia.token, inboxAfter: 0 })).inboxSeq, 3);
  for (const [i, text] of ['um', 'dois', 'tres'].entries()) {
    t.match(await client.nextPush('private.message'), { seq: i + 1, text, from: ana.userId });
  }
  t.strictSame(await client.soFar(), []);
  t.match(await ana.client.call('private.send', { room, to: bia.userId, text: 'quatro' }), { seq: 4, online: true });
  t.match(await client.nextPush('private.message'), { seq: 4, text: 'quatro' });
});

t.test('an inbox is read by room, by person and in pages', async (t) => {
  const [ana, bia, caio] = await gather(t, daemon, 'um', 'ana', 'bia', 'caio');
  await ana.client.call('room.create', { room: 'dois' });
  await bia.client.call('room.join', { room: 'dois' });
  const send = (from: typeof ana, to: typeof ana, room: string, text: string) =>
    from.client.call('private.send', { room, to: to.userId, text });
  await send(ana, bia, 'um', 'a');
  await send(bia, ana, 'dois', 'b');
  await send(caio, ana, 'um', 'c');
  await send(ana, caio, 'um', 'd');
  await send(ana, ana, 'um', 'e');
  const texts = async (asked: object) => {
    const { messages, more, seq } = await ana.client.call('private.history', asked);
    t.equal(seq, 5);
    return `${messages.map(({ text }) => text).join('')}${more ? '…' : ''}`;
  };
  t.equal(await texts({}), 'abcde', 'a note to herself is there once');
  t.equal(await texts({ room: 'dois' }), 'b');
  t.equal(await texts({ room: 'nenhuma' }), '');
  t.equal(await texts({ with: bia.userId }), 'ab');
  t.equal(await texts({ with: bia.userId, room: 'um' }), 'a');
  t.equal(await texts({ with: ana.userId }), 'e');
  t.equal(await texts({ with: 'ninguem#1' }), '');
  t.equal(await texts({ limit: 2 }), 'de…');
  t.equal(await texts({ before: 3 }), 'ab');
  t.equal(await texts({ before: 3, limit: 1 }), 'b…');
  t.equal(await texts({ before: 1 }), '');
  t.equal(await texts({ after: 1, limit: 2 }), 'bc…');
  t.equal(await texts({ after: 3, limit: 2 }), 'de');
  t.equal(await texts({ after: 5 }), '');
  t.equal(await texts({ with: caio.userId, limit: 1 }), 'd…');
  t.equal(await texts({ with: caio.userId, after: 0, limit: 1 }), 'c…');
});

t.test('both must be in the room', async (t) => {
  const room = 'fechada';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  const caio = await register(t, daemon, 'caio');
  const text = 'psst';
  const refused = async (from: typeof ana, to: string, where: string) => {
    const { code, temporary, ...more } = await from.client.refusal('private.send', { room: where, to, text });
    t.strictSame([temporary, more], [false, {}]);
    return code;
  };
  t.equal(await refused(ana, caio.userId, room), 'USER_NOT_IN_ROOM');
  t.equal(await refused(caio, ana.userId, room), 'NOT_IN_ROOM');
  t.equal(await refused(caio, caio.userId, room), 'NOT_IN_ROOM');
  t.equal(await refused(ana, bia.userId, 'nenhuma'), 'ROOM_NOT_FOUND');
  for (const nobody of ['ninguem#1', 'ana', '', 'ana#0', 'ana#99', 'salas', 'ana#1 ', "' OR 1=1 --"]) {
    t.equal(await refused(ana, nobody, room), 'USER_NOT_FOUND');
  }
  await bia.client.call('room.leave', { room });
  t.equal(await refused(ana, bia.userId, room), 'USER_NOT_IN_ROOM');
  await bia.client.call('user.quit');
  t.equal(await refused(ana, bia.userId, room), 'USER_NOT_FOUND');
  t.equal((await ana.client.call('private.history')).seq, 0);
});

t.test('a message to a name in another normal form finds its user', async (t) => {
  const room = 'acentos';
  const [ana, joao] = await gather(t, daemon, room, 'ana', 'joão');
  await ana.client.call('private.send', { room, to: joao.userId.normalize('NFD'), text: 'oi' });
  t.match(await joao.client.nextPush('private.message'), { to: joao.userId, text: 'oi' });
  const { messages } = await ana.client.call('private.history', { with: joao.userId.normalize('NFD') });
  t.equal(messages.length, 1);
});

t.test('private messages go to every connection of both', async (t) => {
  const room = 'quatro';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  const others = [];
  for (const { token } of [ana, bia]) {
    const client = await LineClient.connect(t, daemon);
    await client.call('user.resume', { token });
    others.push(client);
  }
  await ana.client.call('private.send', { room, to: bia.userId, text: 'a todas' });
  for (const client of [ana.client, bia.client, ...others]) {
    t.match(await client.nextPush('private.message'), { seq: 1, text: 'a todas' });
  }
});
