import t, { type Test } from 'tap';
import { type MethodName, methods } from '../../src/protocol/methods.js';
import type { ParamTable } from '../../src/protocol/params.js';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { startEmbedded } from '../support/embedded-server.js';
import { LineClient } from '../support/line-client.js';
import { type Person, register } from '../support/visitors.js';

const daemon = await startDaemon(t);

/** Nobody made it; it could be a private room. */
const absent = 'segredo0';
let made = 0;

/** A private room of ana's, and what she is not told of it any more. */
async function secretRoom(t: Test, on: Daemon = daemon): Promise<{ ana: Person; room: string }> {
  const ana = await register(t, on, 'ana');
  const { room } = await ana.client.call('room.create', { room: `segredo${++made}`, topic: 'café', private: true });
  await ana.client.nextPush('room.joined');
  return { ana, room };
}

/** Params for a call of any method, about `room`; by their names, with values that each kind takes. */
function paramsFor(name: MethodName, room: string, user: string): Record<string, unknown> {
  const values: Record<string, unknown> = {
    ...{
      room,
      user,
      to: user,
      with: user,
      name: 'eva',
      text: 'oi',
      query: 'oi',
      topic: 'oi',
      reason: 'oi',
      role: 'member',
    },
    ...{ token: 'x', seconds: 1, limit: 1, protocol: 1, client: 'x', data: 1, clientMsgId: 'x', after: 0 },
    ...{ seq: 4, replyTo: 4, reaction: '👍', on: true },
    ...{ rooms: { [room]: { after: 0 } }, inboxAfter: 0, private: false, before: undefined },
    // Too short for an account.
    ...{ userId: user, password: 'x', newPassword: 'x', reserve: false, session: '0'.repeat(16) },
  };
  const table: ParamTable = methods[name].params;
  const known = Object.keys(table).filter((param) => values[param] !== undefined || !table[param]?.optional);
  for (const param of known) {
    if (values[param] === undefined) throw new Error(`give this test a value for the param ${param} of ${name}`);
  }
  return Object.fromEntries(known.map((param) => [param, values[param]]));
}

/** All that differs between two calls of the same however the rooms are: times, and the name itself. */
function withoutName(answer: object, room: string): object {
  const text = JSON.stringify(answer)
    .replaceAll(room, 'ROOM')
    .replace(/"id":\d+/, '"id":0');
  return JSON.parse(text.replace(/"at":\d+/g, '"at":0'));
}

const strangers = ['a stranger', 'who left', 'who was kicked', 'who was banned'] as const;

for (const kind of strangers) {
  t.test(`to ${kind} no method tells a private room from one that is not there`, async (t) => {
    const { ana, room } = await secretRoom(t);
    const bia = await register(t, daemon, 'bia');
    if (kind !== 'a stranger') {
      await ana.client.call('room.invite', { room, user: bia.userId });
      await bia.client.call('room.join', { room });
      await bia.client.call('room.send', { room, text: 'oi', clientMsgId: 'x' });
    }
    if (kind === 'who left') await bia.client.call('room.leave', { room });
    if (kind === 'who was kicked') await ana.client.call('room.kick', { room, user: bia.userId });
    if (kind === 'who was banned') await ana.client.call('room.ban', { room, user: bia.userId });
    await bia.client.soFar();
    // user.quit ends the user, and room.create cannot make what is there.
    const names = (Object.keys(methods) as MethodName[]).sort((one) => (one === 'user.quit' ? 1 : 0));
    for (const name of names.filter((name) => name !== 'user.quit' && name !== 'room.create')) {
      for (const user of [ana.userId, 'zoe#9999']) {
        const answers: object[] = [];
        for (const asked of [room, absent]) {
          answers.push(withoutName(await bia.client.request(name, paramsFor(name, asked, user)), asked));
        }
        t.strictSame(answers[0], answers[1], `${name} about ${user}`);
        t.notOk(JSON.stringify(answers).includes(room), `${name} does not tell the name`);
      }
    }
    t.strictSame(await bia.client.soFar(), [], 'nothing is pushed');
    const client = await LineClient.connect(t, daemon);
    const resumed = await client.call('user.resume', { token: bia.token, rooms: { [room]: { after: 0 } } });
    t.strictSame(resumed.rooms, []);
  });
}

t.test('a stranger who floods a private room is told what they would be told of none', async (t) => {
  const slow = await startDaemon(t, { args: ['--flood-rate', '2'] });
  const { room } = await secretRoom(t, slow);
  const codes = async (asked: string) => {
    const { client } = await register(t, slow, 'bia');
    const replies = Array.from({ length: 6 }, () => client.ask('room.send', { room: asked, text: 'oi' }));
    const all: string[] = [];
    for (const id of replies) {
      const reply = await client.nextReply(id);
      all.push('error' in reply ? reply.error.data.code : 'sent');
    }
    return all;
  };
  t.strictSame(await codes(room), await codes(absent));
});

t.test('the trouble that a private room has is not told to strangers', async (t) => {
  const room = 'segredo';
  const server = await startEmbedded(t, [room, 'sala1'], { mailboxCommandsMax: 1 }, { private: [room] });
  const { client } = await register(t, server, 'bia');
  const codesOf = async (asked: string) => {
    const ids = Array.from({ length: 50 }, () => client.ask('room.send', { room: asked, text: 'oi' }));
    const replies = await Promise.all(ids.map((id) => client.nextReply(id)));
    return new Set(replies.map((reply) => ('error' in reply ? reply.error.data.code : 'sent')));
  };
  t.ok((await codesOf('sala1')).has('BUSY'), 'a mailbox is full');
  t.strictSame(await codesOf(room), new Set(['ROOM_NOT_FOUND']));
});

t.test('only who makes a room of that name learns that there is one, and no more than that', async (t) => {
  const { room } = await secretRoom(t);
  const { client } = await register(t, daemon, 'bia');
  for (const hidden of [true, false]) {
    t.match(await client.refusal('room.create', { room, private: hidden }), { code: 'ROOM_EXISTS' });
  }
  t.match(await client.refusal('room.join', { room }), { code: 'ROOM_NOT_FOUND' });
});

t.test('who is invited is told, joins, and has the room on the list; the others do not', async (t) => {
  const { ana, room } = await secretRoom(t);
  const bia = await register(t, daemon, 'bia');
  const caio = await register(t, daemon, 'caio');
  await ana.client.call('room.invite', { room, user: bia.userId });
  t.match(await ana.client.nextPush('room.changed'), { room, seq: 3, by: ana.userId, user: bia.userId, invited: true });
  t.strictSame(await bia.client.nextPush('room.invited'), { room, by: ana.userId });
  t.match(await bia.client.call('room.join', { room }), { room, topic: 'café', seq: 4 });
  for (const [person, expected] of [
    [ana, true],
    [bia, true],
    [caio, false],
  ] as const) {
    const { rooms } = await person.client.call('room.list');
    t.equal(
      rooms.some((listed) => listed.room === room),
      expected,
      person.userId,
    );
  }
  await ana.client.call('room.send', { room, text: 'só nós' });
  t.match(await bia.client.call('room.history', { room }), { messages: [{ text: 'só nós' }] });
  t.strictSame((await bia.client.call('user.me')).rooms, [room]);
});

t.test('an invitation survives kill -9; who blocks somebody is not invited by them', async (t) => {
  const first = await startDaemon(t);
  const { ana, room } = await secretRoom(t, first);
  const bia = await register(t, first, 'bia');
  const caio = await register(t, first, 'caio');
  await caio.client.call('user.block', { user: ana.userId });
  t.match(await ana.client.refusal('room.invite', { room, user: caio.userId }), { code: 'USER_NOT_FOUND' });
  await ana.client.call('room.invite', { room, user: bia.userId });
  await first.kill();
  const again = await startDaemon(t, { data: first.data });
  const client = await LineClient.connect(t, again);
  await client.call('user.resume', { token: bia.token });
  t.match(await client.call('room.join', { room }), { room });
  const stranger = await register(t, again, 'dora');
  t.match(await stranger.client.refusal('room.join', { room }), { code: 'ROOM_NOT_FOUND' });
});

t.test('at a terminal', async (t) => {
  const ana = await LineClient.connect(t, daemon);
  await ana.say('/register ana');
  const room = 'cochicho';
  t.equal(await ana.say(`/create --private ${room} café`), `+OK ${room} #2`);
  const bia = await LineClient.connect(t, daemon);
  const [, biaId] = (await bia.say('/register bia')).split(' ');
  t.match(await ana.say(`/invite ${biaId}`), `+OK ${room} #3`);
  t.match(await bia.next(), /^\[cochicho\] \* ana#\d+ invites you; \/join cochicho$/);
  t.equal(await bia.say(`/join ${room}`), `+OK ${room} #4 café`);
});
