import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { enterInText, gather, type Person } from '../support/visitors.js';

const daemon = await startDaemon(t);

async function send({ client }: Person, room: string, text: string, more: { replyTo?: number } = {}): Promise<number> {
  const { seq } = await client.call('room.send', { room, text, ...more });
  return seq;
}

/** The messages of a room as somebody is shown them. */
async function historyOf({ client }: Person, room: string) {
  return (await client.call('room.history', { room })).messages;
}

t.test('who is there hears of an edit, a reaction and a deletion in the sequence of the room', async (t) => {
  const room = 'vistos';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  const [by, other] = [ana.userId, bia.userId];
  const target = await send(ana, room, 'io');
  const answered = await send(bia, room, 'oi?', { replyTo: target });
  t.strictSame(await ana.client.call('room.edit', { room, seq: target, text: 'oi' }), { room, seq: 6 });
  await bia.client.call('room.react', { room, seq: target, reaction: '👍' });
  await bia.client.call('room.react', { room, seq: target, reaction: '👍', on: false });
  t.strictSame(await bia.client.call('room.delete', { room, seq: answered }), { room, seq: 9 });
  for (const { client } of [ana, bia]) {
    t.match(await client.nextPush('room.message'), { seq: target, text: 'io' });
    t.match(await client.nextPush('room.message'), { seq: answered, text: 'oi?', replyTo: target });
    const at = Number;
    t.match(await client.nextPush('room.edited'), { room, seq: 6, at, by, target, text: 'oi' });
    const reacted = { room, at, by: other, target, reaction: '👍' };
    t.match(await client.nextPush('room.reacted'), { ...reacted, seq: 7, on: true });
    t.match(await client.nextPush('room.reacted'), { ...reacted, seq: 8, on: false });
    const { at: when, ...deleted } = await client.nextPush('room.deleted');
    t.strictSame(deleted, { room, seq: 9, by: other, target: answered });
    t.type(when, 'number');
  }
});

t.test('a history has each message as it is now, to each reader with their own reactions', async (t) => {
  const room = 'agora';
  const [ana, bia, caio] = await gather(t, daemon, room, 'ana', 'bia', 'caio');
  const plain = await send(ana, room, 'bom dia');
  const edited = await send(ana, room, 'otimo');
  const deleted = await send(bia, room, 'segredo');
  const reply = await send(caio, room, 'dia!', { replyTo: plain });
  const { seq } = await ana.client.call('room.edit', { room, seq: edited, text: 'ótimo' });
  for (const { client } of [bia, caio]) await client.call('room.react', { room, seq: edited, reaction: '🎉' });
  await ana.client.call('room.react', { room, seq: deleted, reaction: '👀' });
  await bia.client.call('room.delete', { room, seq: deleted });
  const [first, second, third, fourth] = await historyOf(bia, room);
  t.strictSame(Object.keys(first ?? {}), ['seq', 'from', 'at', 'text'], 'nothing is said where nothing happened');
  t.match(second, { seq: edited, text: 'ótimo', reactions: [{ reaction: '🎉', users: 2, mine: true }] });
  const heard = (await bia.client.call('room.history', { room, after: 0, limit: 2 })).messages[1];
  t.strictSame(heard, second, 'on whatever page');
  t.type(second?.editedAt, 'number');
  t.notOk(second?.deleted);
  const { at: _, ...gone } = third ?? {};
  t.strictSame(gone, { seq: deleted, from: bia.userId, text: '', deleted: true });
  t.match(fourth, { seq: reply, text: 'dia!', replyTo: plain });
  t.match(await historyOf(ana, room), [{}, { reactions: [{ reaction: '🎉', users: 2, mine: false }] }, {}, {}]);
  t.equal(seq, 9);
});

t.test('who was away is told of messages as they are now, and then of what happened', async (t) => {
  // A new process has no memory of recent lines: all comes from the log.
  const first = await startDaemon(t);
  const room = 'longe';
  const [ana, bia] = await gather(t, first, room, 'ana', 'bia');
  const edited = await send(ana, room, 'primeiro');
  const deleted = await send(ana, room, 'apagado');
  await ana.client.call('room.edit', { room, seq: edited, text: 'segundo' });
  await ana.client.call('room.edit', { room, seq: edited, text: 'terceiro' });
  await ana.client.call('room.edit', { room, seq: deleted, text: 'apagado 2' });
  await ana.client.call('room.delete', { room, seq: deleted });
  await first.kill();
  const again = await startDaemon(t, { data: first.data });
  const client = await LineClient.connect(t, again);
  await client.call('user.resume', { token: bia.token, rooms: { [room]: { after: 3 } } });
  t.match(await client.nextPush('room.message'), { seq: edited, text: 'terceiro', editedAt: Number });
  const gone = await client.nextPush('room.message');
  t.match(gone, { seq: deleted, text: '', deleted: true });
  t.notOk('editedAt' in gone);
  t.match(await client.nextPush('room.edited'), { seq: 6, target: edited, text: 'terceiro' }, 'with what it says now');
  t.match(await client.nextPush('room.edited'), { seq: 7, target: edited, text: 'terceiro' });
  t.match(await client.nextPush('room.edited'), { seq: 8, target: deleted, text: '' });
  t.match(await client.nextPush('room.deleted'), { seq: 9, target: deleted });
  t.strictSame(await client.soFar(), []);
});

t.test('nor does who asks a running server for what was before get to see it', async (t) => {
  const room = 'atras';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  const target = await send(ana, room, 'antes');
  await ana.client.call('room.edit', { room, seq: target, text: 'depois' });
  await send(ana, room, 'fim');
  await bia.client.soFar();
  await bia.client.call('room.join', { room, after: 3 });
  t.match(await bia.client.nextPush('room.message'), { seq: target, text: 'depois' });
  t.match(await bia.client.nextPush('room.edited'), { target, text: 'depois' });
  t.match(await bia.client.nextPush('room.message'), { text: 'fim' });
});

t.test('what was deleted or edited away is in no file any more', async (t) => {
  const own = await startDaemon(t);
  const room = 'sumido';
  const [ana] = await gather(t, own, room, 'ana');
  const secrets = ['primeira-versao-secreta', 'segunda-versao-secreta', `longa-versao-secreta ${'x'.repeat(8000)}`];
  const seq = await send(ana, room, secrets[0] as string);
  for (const text of secrets.slice(1)) await ana.client.call('room.edit', { room, seq, text });
  const [before] = await historyOf(ana, room);
  t.equal(before?.text, secrets[2]);
  await ana.client.call('room.delete', { room, seq });
  t.equal(await own.stop(), 0);
  const rooms = join(own.data, 'rooms');
  const files = readdirSync(rooms).map((file) => readFileSync(join(rooms, file), 'latin1'));
  t.ok(files.some((bytes) => bytes.includes('sumido')));
  for (const word of ['primeira', 'segunda', 'longa']) {
    t.notOk(
      files.some((bytes) => bytes.includes(`${word}-versao-secreta`)),
      word,
    );
  }
});

t.test('a repetition is known again, also of a message that was edited or deleted since', async (t) => {
  const own = await startDaemon(t);
  const room = 'denovo';
  const [ana] = await gather(t, own, room, 'ana');
  const params = { room, text: 'oi', clientMsgId: 'm1' };
  const { seq } = await ana.client.call('room.send', params);
  await ana.client.call('room.edit', { room, seq, text: 'olá' });
  const again = async (client: LineClient) => client.call('room.send', params);
  t.match(await again(ana.client), { seq, duplicate: true });
  const reply = { room, text: 'sim', clientMsgId: 'm2', replyTo: seq };
  await ana.client.call('room.send', reply);
  t.match(await ana.client.call('room.send', reply), { duplicate: true });
  const elsewhere = { room, text: 'sim', clientMsgId: 'm2' };
  t.match(await ana.client.refusal('room.send', elsewhere), { code: 'DUPLICATE_CONFLICT' }, 'to something else');
  await ana.client.call('room.delete', { room, seq });
  t.match(await again(ana.client), { seq, duplicate: true });
  await own.kill();
  const restarted = await startDaemon(t, { data: own.data });
  const client = await LineClient.connect(t, restarted);
  await client.call('user.resume', { token: ana.token });
  t.match(await again(client), { seq, duplicate: true }, 'and after a restart');
});

t.test('the Portuguese names do the same', async (t) => {
  const own = await startDaemon(t);
  const sala = 'nomes';
  const [{ client }] = await gather(t, own, sala, 'ana');
  await client.call('enviar_mensagem_publica' as 'room.send', { sala, mensagem: 'io' } as never);
  const edited = await client.request('editar_mensagem', { sala, seq: 3, mensagem: 'oi' });
  const reacted = await client.request('reagir', { sala, seq: 3, reacao: '👍', ligado: true });
  const deleted = await client.request('apagar_mensagem', { sala, seq: 3 });
  t.match([edited, reacted, deleted], [{ result: { seq: 4 } }, { result: { seq: 5 } }, { result: { seq: 6 } }]);
  const wrong = await client.request('reagir', { sala, seq: 3, reacao: 'a b' });
  t.match(wrong, { error: { data: { code: 'TEXT_INVALID', field: 'reacao' }, message: /^uma reação é/ } });
});

t.test('bounds are told, and kept at their edges', async (t) => {
  const own = await startDaemon(t);
  const room = 'limites';
  const [{ client }] = await gather(t, own, room, 'ana');
  const { limits, features } = await client.call('hello');
  t.ok(['edits', 'replies', 'reactions'].every((feature) => features.includes(feature)));
  const { seq } = await client.call('room.send', { room, text: 'oi' });
  const long = 'x'.repeat(limits.reactionBytesMax as number);
  for (const reaction of [`${long}x`, '', 'a b', 'a\u00a0b', 'a\tb', '\u200b', '\u0301', '\u007f', '\ud83d']) {
    const refusal = await client.refusal('room.react', { room, seq, reaction });
    t.match(refusal, { code: 'TEXT_INVALID', field: 'reaction' }, JSON.stringify(reaction));
  }
  const family = '👨🏻‍👩🏼‍👧🏽‍👦🏾';
  const kinds = [
    long,
    family,
    ':)',
    '1️⃣',
    ...Array.from({ length: (limits.reactionsMax as number) - 4 }, (_, i) => `r${i}`),
  ];
  for (const reaction of kinds) await client.call('room.react', { room, seq, reaction });
  const tooMany = await client.refusal('room.react', { room, seq, reaction: 'mais' });
  t.match(tooMany, { code: 'FORBIDDEN', temporary: false });
  await client.call('room.react', { room, seq, reaction: family, on: false });
  await client.call('room.react', { room, seq, reaction: 'mais' });
  t.match(await client.refusal('room.edit', { room, seq, text: '' }), { code: 'TEXT_INVALID', field: 'text' });
  const text = 'x'.repeat(limits.textBytesMax as number);
  t.match(await client.refusal('room.edit', { room, seq, text: `${text}x` }), { code: 'TEXT_TOO_LONG' });
  await client.call('room.edit', { room, seq, text });
});

t.test('edits and reactions count for the rate of messages', async (t) => {
  const own = await startDaemon(t, { args: ['--flood-rate', '2'] });
  const room = 'devagar';
  const [{ client }] = await gather(t, own, room, 'ana');
  const { seq } = await client.call('room.send', { room, text: 'oi' });
  await client.call('room.edit', { room, seq, text: 'olá' });
  const replies = [
    client.ask('room.edit', { room, seq, text: 'bom dia' }),
    client.ask('room.react', { room, seq, reaction: '👍' }),
    client.ask('room.delete', { room, seq }),
  ];
  const codes = await Promise.all(
    replies.map(async (id) => {
      const reply = await client.nextReply(id);
      return 'error' in reply ? reply.error.data.code : 'done';
    }),
  );
  t.ok(codes.includes('RATE_LIMITED'), codes.join());
});

t.test('at a terminal', async (t: Test) => {
  const own = await startDaemon(t);
  const [ana, bia] = [await enterInText(t, own, 'ana', 'sala1'), await enterInText(t, own, 'bia', 'sala1')];
  t.match(await ana.client.next(), /joined$/);
  const says = async (person: Person, line: string, answer: string) =>
    t.equal(await person.client.say(line), answer, line);
  await says(ana, 'io', '+OK #4');
  await says(ana, '/edit 4 oi, gente', '+OK sala1 #5');
  t.equal(await ana.client.next(), '[sala1 #5] * ana#1 edited #4: oi, gente');
  t.equal(await bia.client.next(), '[sala1 #4] ana#1: io');
  t.equal(await bia.client.next(), '[sala1 #5] * ana#1 edited #4: oi, gente');
  await says(bia, '/reply #4 oi, ana', '+OK #6');
  t.equal(await ana.client.next(), '[sala1 #6] bia#1 (to #4): oi, ana');
  await says(bia, '/react 4 👍', '+OK sala1 #7');
  await says(ana, '/reagir 4 ❤', '+OK sala1 #8');
  await says(ana, '/reagir 4 ❤ desfazer', '+OK sala1 #9');
  await says(ana, '/responder 6 tudo?', '+OK #10');
  await says(ana, '/apagar #10', '+OK sala1 #11');
  for (const push of [
    '#7] * bia#1 reacted to #4: 👍',
    '#8] * ana#1 reacted to #4: ❤',
    '#9] * ana#1 took ❤ back from #4',
  ])
    t.equal(await ana.client.next(), `[sala1 ${push}`);
  t.equal(await ana.client.next(), '[sala1 #11] * ana#1 deleted #10');
  t.equal(await ana.client.say('/mensagens'), '+OK 3');
  t.equal(await ana.client.next(), '[sala1 #4] ana#1 (edited): oi, gente [👍 1]');
  t.equal(await ana.client.next(), '[sala1 #6] bia#1 (to #4): oi, ana');
  t.equal(await ana.client.next(), '[sala1 #10] * a message of ana#1 that was deleted');
  t.match(await ana.client.say('/editar 6 x'), /^-FORBIDDEN #6 não é sua; /);
  t.match(await ana.client.say('/edit 5 x'), /^-MESSAGE_NOT_FOUND #5 is no message of "sala1", /);
  t.match(await ana.client.say('/reply 10 x'), /^-MESSAGE_NOT_FOUND /);
  t.equal(await ana.client.say('/edit oi'), '-INVALID_PARAMS usage: /edit SEQ TEXT');
  t.equal(await ana.client.say('/react 4 👍 on'), '-INVALID_PARAMS usage: /react SEQ EMOJI [off]');
});
