import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { newDirectory } from '../support/new-directory.js';
import { gather, type Person } from '../support/visitors.js';

const daemon = await startDaemon(t);
const conflict = { code: 'DUPLICATE_CONFLICT', temporary: false };

t.test('the same message with the same id is sent once', async (t) => {
  const room = 'uma-vez';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  const message = { room, text: 'oi', clientMsgId: 'a' };
  const first = await ana.client.call('room.send', message);
  t.equal(first.duplicate, false);
  t.strictSame(await ana.client.call('room.send', message), { ...first, duplicate: true });
  t.strictSame(await ana.client.call('room.send', message), { ...first, duplicate: true });
  await ana.client.call('room.send', { room, text: 'fim' });
  for (const { client } of [ana, bia]) {
    const { seq, at } = first;
    const said = { room, seq, from: ana.userId, at, text: 'oi', clientMsgId: 'a' };
    t.strictSame(await client.nextPush('room.message'), said);
    t.match(await client.nextPush('room.message'), { seq: seq + 1, text: 'fim' });
  }
});

t.test('another text with the same id is refused', async (t) => {
  const [ana] = await gather(t, daemon, 'conflito', 'ana');
  await ana.client.call('room.send', { room: 'conflito', text: 'oi', clientMsgId: 'a' });
  t.strictSame(await ana.client.refusal('room.send', { room: 'conflito', text: 'oi!', clientMsgId: 'a' }), conflict);
  t.equal((await ana.client.call('room.history', { room: 'conflito' })).messages.length, 1);
});

t.test('an id belongs to its user and its room', async (t) => {
  const [ana, bia] = await gather(t, daemon, 'daqui', 'ana', 'bia');
  await ana.client.call('room.create', { room: 'dali' });
  const send = async ({ client }: Person, room: string, text: string) =>
    (await client.call('room.send', { room, text, clientMsgId: 'a' })).duplicate;
  t.equal(await send(ana, 'daqui', 'oi'), false);
  t.equal(await send(bia, 'daqui', 'outra'), false);
  t.equal(await send(ana, 'dali', 'mais uma'), false);
  t.equal(await send(ana, 'daqui', 'oi'), true);
});

t.test('an id is 1 to 64 characters of any kind', async (t) => {
  const room = 'ids';
  const [ana] = await gather(t, daemon, room, 'ana');
  for (const clientMsgId of [
    'a',
    'x'.repeat(64),
    '🙂'.repeat(64),
    '"\\/',
    ' ',
    '\u0000\u001b[2J\u007f\u009b',
    '1',
    '__proto__',
  ]) {
    const first = await ana.client.call('room.send', { room, text: 'oi', clientMsgId });
    const again = await ana.client.call('room.send', { room, text: 'oi', clientMsgId });
    t.strictSame([first.duplicate, again.duplicate, again.seq], [false, true, first.seq]);
    t.strictSame(await ana.client.refusal('room.send', { room, text: 'não', clientMsgId }), conflict);
    t.equal((await ana.client.nextPush('room.message')).clientMsgId, clientMsgId);
  }
  for (const clientMsgId of ['', 'x'.repeat(65), '🙂'.repeat(65), '\ud800']) {
    const refused = { code: 'INVALID_PARAMS', temporary: false, field: 'clientMsgId' };
    t.strictSame(await ana.client.refusal('room.send', { room, text: 'oi', clientMsgId }), refused);
  }
});

t.test('a repetition is answered even to one who has left', async (t) => {
  const room = 'foi';
  const [ana] = await gather(t, daemon, room, 'ana');
  const first = await ana.client.call('room.send', { room, text: 'oi', clientMsgId: 'a' });
  await ana.client.call('room.leave', { room });
  t.strictSame(await ana.client.call('room.send', { room, text: 'oi', clientMsgId: 'a' }), {
    ...first,
    duplicate: true,
  });
  t.equal((await ana.client.refusal('room.send', { room, text: 'oi', clientMsgId: 'b' })).code, 'NOT_IN_ROOM');
});

t.test('repetitions in one breath are one message', async (t) => {
  const room = 'eco';
  const [ana] = await gather(t, daemon, room, 'ana');
  const ids = Array.from({ length: 50 }, () => ana.client.ask('room.send', { room, text: 'oi', clientMsgId: 'a' }));
  let originals = 0;
  for (const id of ids) {
    const reply = await ana.client.nextReply(id);
    t.match(reply, { result: { seq: 3 } });
    if ('result' in reply && (reply.result as { duplicate: boolean }).duplicate === false) originals++;
  }
  t.equal(originals, 1);
  t.equal((await ana.client.call('room.history', { room })).messages.length, 1);
});

t.test('private messages are repeated in the same way', async (t) => {
  const room = 'a-sos';
  const [ana, bia, caio] = await gather(t, daemon, room, 'ana', 'bia', 'caio');
  const message = { room, to: bia.userId, text: 'psst', clientMsgId: 'a' };
  const first = await ana.client.call('private.send', message);
  t.strictSame(await ana.client.call('private.send', message), { ...first, duplicate: true });
  t.strictSame(await ana.client.refusal('private.send', { ...message, text: 'psiu' }), conflict);
  t.strictSame(await ana.client.refusal('private.send', { ...message, to: caio.userId }), conflict);
  await ana.client.call('private.send', { ...message, clientMsgId: 'b' });
  t.equal((await bia.client.call('private.history')).messages.length, 2);
});

t.test('ids are remembered when the server starts again', async (t) => {
  const room = 'sala1';
  const before = await startDaemon(t, { data: newDirectory(t) });
  const [ana, bia] = await gather(t, before, 'nova', 'ana', 'bia');
  await ana.client.call('room.join', { room });
  const message = { room, text: 'oi', clientMsgId: 'a' };
  const note = { room: 'nova', to: bia.userId, text: 'psst', clientMsgId: 'a' };
  const sent = await ana.client.call('room.send', message);
  const noted = await ana.client.call('private.send', note);
  t.equal(await before.stop(), 0);

  const after = await startDaemon(t, { data: before.data });
  const client = await LineClient.connect(t, after);
  const { rooms } = await client.call('user.resume', { token: ana.token, rooms: { [room]: { after: sent.seq - 1 } } });
  t.match(rooms, [{ room: 'nova' }, { room, epoch: sent.epoch, seq: sent.seq, status: 'resumed' }]);
  const { seq, at } = sent;
  const said = { room, seq, from: ana.userId, at, text: 'oi', clientMsgId: 'a' };
  t.strictSame(await client.nextPush('room.message'), said);
  t.strictSame(await client.call('room.send', message), { ...sent, duplicate: true });
  t.strictSame(await client.refusal('room.send', { ...message, text: 'olá' }), conflict);
  t.strictSame(await client.call('private.send', note), { ...noted, duplicate: true, online: false });
  t.strictSame(await client.refusal('private.send', { ...note, text: 'psiu' }), conflict);
  t.equal(
    (await client.call('room.send', { room, text: 'oi', clientMsgId: 'b' })).seq,
    seq + 1,
    'no seq is used twice',
  );
  t.equal((await (await LineClient.connect(t, after)).call('user.register', { name: 'ana' })).userId, 'ana#2');
});
