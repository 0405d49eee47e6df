import { rmSync } from 'node:fs';
import t, { type Test } from 'tap';
import { roomFile } from '../../src/storage/data-directory.js';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { enter, enterInText, gather, type Person } from '../support/visitors.js';

const daemon = await startDaemon(t, { rooms: ['sala1', 'sala2', 'texto', 'muitas', 'voltas'] });

/** What somebody has not read in a room: how many messages, how many that mention them, and behind which seq. */
async function unreadIn(
  { client }: Pick<Person, 'client'>,
  room: string,
): Promise<[number, number, number] | undefined> {
  const { rooms } = await client.call('room.unread');
  const found = rooms.find((one) => one.room === room);
  return found && [found.unread, found.mentions, found.read];
}

const say = async ({ client }: Person, room: string, text: string) =>
  (await client.call('room.send', { room, text })).seq;

t.test(
  'what others say is unread until it is marked as read, one’s own messages and who comes and goes never',
  async (t) => {
    const [ana, bia] = await gather(t, daemon, 'conta', 'ana', 'bia');
    const begin = (await ana.client.call('room.history', { room: 'conta' })).seq;
    t.strictSame(await unreadIn(ana, 'conta'), [0, 0, 2], 'she has read up to where she joined');
    t.strictSame(await unreadIn(bia, 'conta'), [0, 0, begin]);
    await say(bia, 'conta', 'oi');
    const second = await say(bia, 'conta', `${ana.userId}, ou @ANA?`);
    const own = await say(ana, 'conta', '@ana sou eu');
    await bia.client.call('room.leave', { room: 'conta' });
    t.strictSame(await unreadIn(ana, 'conta'), [2, 1, 2]);
    t.strictSame(await ana.client.call('room.mark_read', { room: 'conta', seq: second - 1 }), {
      room: 'conta',
      seq: second - 1,
    });
    t.strictSame(await unreadIn(ana, 'conta'), [1, 1, second - 1]);
    t.match(
      await ana.client.call('room.mark_read', { room: 'conta', seq: 1 }),
      { seq: second - 1 },
      'it only moves up',
    );
    const end = { room: 'conta', seq: own + 1 };
    t.strictSame(await ana.client.call('room.mark_read', { room: 'conta', seq: own + 100 }), end, 'and no further');
    t.match(await ana.client.call('room.unread'), { rooms: [{ ...end, read: own + 1, unread: 0, mentions: 0 }] });
  },
);

t.test(
  'who leaves and comes again has read up to that; who joins again without leaving keeps their place',
  async (t) => {
    const ana = await enter(t, daemon, 'ana', 'voltas');
    const bia = await enter(t, daemon, 'bia', 'voltas');
    const seq = await say(bia, 'voltas', 'oi');
    await ana.client.call('room.mark_read', { room: 'voltas', seq });
    await ana.client.call('room.join', { room: 'voltas' });
    t.strictSame(await unreadIn(ana, 'voltas'), [0, 0, seq]);
    await ana.client.call('room.leave', { room: 'voltas' });
    t.equal(await unreadIn(ana, 'voltas'), undefined);
    t.match(await ana.client.refusal('room.mark_read', { room: 'voltas', seq }), { code: 'NOT_IN_ROOM' });
    await say(bia, 'voltas', 'sem ela');
    const joined = await ana.client.call('room.join', { room: 'voltas' });
    t.strictSame(await unreadIn(ana, 'voltas'), [0, 0, joined.seq]);
  },
);

t.test(
  'a guest who comes back finds the place kept, on every connection, also after the daemon was killed',
  async (t) => {
    const before = await startDaemon(t, { rooms: ['sala1', 'sala2'] });
    const ana = await enter(t, before, 'ana', 'sala1', 'sala2');
    const bia = await enter(t, before, 'bia', 'sala1', 'sala2');
    const seqs: number[] = [];
    for (const text of ['um', 'dois', 'três']) {
      seqs.push(await say(bia, 'sala1', text));
      await say(bia, 'sala2', text);
    }
    await ana.client.call('room.mark_read', { room: 'sala1', seq: seqs[1] as number });
    const other = { client: await LineClient.connect(t, before) };
    await other.client.call('user.resume', { token: ana.token });
    t.strictSame(await unreadIn(other, 'sala1'), [1, 0, seqs[1]]);
    await before.kill();

    const daemon = await startDaemon(t, { data: before.data, rooms: ['sala1', 'sala2'] });
    const again = { client: await LineClient.connect(t, daemon) };
    await again.client.call('user.resume', { token: ana.token });
    t.strictSame(await unreadIn(again, 'sala1'), [1, 0, seqs[1]]);
    t.match(await unreadIn(again, 'sala2'), [3, 0]);
  },
);

t.test('in a room whose log was lost all is unread since one came into the new one', async (t) => {
  const before = await startDaemon(t, { rooms: ['sala1'] });
  const ana = await enter(t, before, 'ana', 'sala1');
  const bia = await enter(t, before, 'bia', 'sala1');
  for (let i = 0; i < 10; i++) await say(bia, 'sala1', 'oi');
  const { epoch, seq } = await ana.client.call('room.history', { room: 'sala1' });
  await ana.client.call('room.mark_read', { room: 'sala1', seq });
  await before.stop();
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${roomFile(before.data, 'sala1')}${suffix}`, { force: true });

  const daemon = await startDaemon(t, { data: before.data, rooms: ['sala1'] });
  const people = await Promise.all(
    [ana, bia].map(async (person) => {
      const client = await LineClient.connect(t, daemon);
      const { rooms } = await client.call('user.resume', {
        token: person.token,
        rooms: { sala1: { epoch, after: seq } },
      });
      return { ...person, client, since: rooms[0]?.seq };
    }),
  );
  const [anaAgain, biaAgain] = people as [(typeof people)[0], (typeof people)[0]];
  const said = await say(biaAgain, 'sala1', 'de novo');
  t.strictSame(await unreadIn(anaAgain, 'sala1'), [1, 0, anaAgain.since]);
  t.strictSame(await anaAgain.client.call('room.mark_read', { room: 'sala1', seq: said }), {
    room: 'sala1',
    seq: said,
  });
  t.strictSame(await unreadIn(anaAgain, 'sala1'), [0, 0, said]);
});

t.test('a private room is on the list of its members, and of nobody who was put out', async (t) => {
  const ana = await enter(t, daemon, 'ana');
  const bia = await enter(t, daemon, 'bia');
  const room = 'reservada';
  await ana.client.call('room.create', { room, private: true });
  await ana.client.call('room.invite', { room, user: bia.userId });
  t.strictSame(await bia.client.call('room.unread'), { rooms: [] });
  t.match(await bia.client.refusal('room.mark_read', { room, seq: 1 }), { code: 'NOT_IN_ROOM' }, 'she may know of it');
  await bia.client.call('room.join', { room });
  await say(ana, room, 'oi, @bia');
  t.match(await unreadIn(bia, room), [1, 1]);
  await ana.client.call('room.kick', { room, user: bia.userId });
  t.strictSame(await bia.client.call('room.unread'), { rooms: [] });
  t.match(await bia.client.refusal('room.mark_read', { room, seq: 1 }), { code: 'ROOM_NOT_FOUND' });
});

t.test('what somebody says whom one has blocked is unread like all else, and mentions nobody', async (t) => {
  const [ana, bia] = await gather(t, daemon, 'bloqueio', 'ana', 'bia');
  await say(bia, 'bloqueio', '@ana');
  t.match(await unreadIn(ana, 'bloqueio'), [1, 1]);
  await ana.client.call('user.block', { user: bia.userId });
  t.match(await unreadIn(ana, 'bloqueio'), [1, 0]);
});

/** Says `count` messages, and waits for the answers. */
async function sayMany(person: Person, room: string, count: number): Promise<void> {
  const ids = Array.from({ length: count }, () => person.client.ask('room.send', { room, text: '@ana' }));
  for (const id of ids) await person.client.nextReply(id);
}

t.test('no more is counted than hello says, of the latest', async (t) => {
  const ana = await enter(t, daemon, 'ana', 'muitas');
  const bia = await enter(t, daemon, 'bia', 'muitas');
  const { unreadMax } = (await ana.client.call('hello')).limits as { unreadMax: number };
  await sayMany(bia, 'muitas', unreadMax - 1);
  t.match(await unreadIn(ana, 'muitas'), [unreadMax - 1, unreadMax - 1]);
  await sayMany(bia, 'muitas', 1);
  t.match(await unreadIn(ana, 'muitas'), [unreadMax, unreadMax]);
  await sayMany(bia, 'muitas', 1);
  t.match(await unreadIn(ana, 'muitas'), [unreadMax, unreadMax]);
  await say(ana, 'muitas', 'uma');
  t.match(await unreadIn(ana, 'muitas'), [unreadMax - 1, unreadMax - 1], 'one of the latest is her own');
});

t.test('who is in many rooms is told of each', async (t: Test) => {
  const ana = await enter(t, daemon, 'ana');
  const bia = await enter(t, daemon, 'bia');
  const names = Array.from({ length: 40 }, (_, i) => `sala_${String(i).padStart(2, '0')}`);
  for (const [i, room] of names.entries()) {
    await ana.client.call('room.create', { room });
    await bia.client.call('room.join', { room });
    await sayMany(bia, room, i % 3);
  }
  const { rooms } = await ana.client.call('room.unread');
  t.strictSame(
    rooms.map(({ room, unread }) => [room, unread]),
    names.map((room, i) => [room, i % 3]),
  );
});

t.test('in text, /unread lists the rooms with something unread, and /read marks one as read', async (t) => {
  const ana = await enterInText(t, daemon, 'ana', 'sala1', 'texto');
  const bia = await enter(t, daemon, 'bia', 'texto', 'sala1');
  await ana.client.next();
  await ana.client.next();
  t.strictSame(await ana.client.list('/unread'), []);
  await say(bia, 'texto', 'oi');
  await ana.client.next();
  const seq = await say(bia, 'texto', `@${ana.userId}`);
  await ana.client.next();
  const other = await say(bia, 'sala1', 'oi');
  await ana.client.next();
  t.strictSame(await ana.client.list('/unread'), [`sala1 #${other} 1`, `texto #${seq} 2 @1`]);
  t.equal(await ana.client.say(`/read ${seq - 1}`), `+OK texto #${seq - 1}`);
  t.strictSame(await ana.client.list('/nao_lidas'), [`sala1 #${other} 1`, `texto #${seq} 1 @1`]);
  t.equal(await ana.client.say('/lidas'), `+OK texto #${seq}`);
  t.equal(await ana.client.say('/read sala1'), `+OK sala1 #${other}`);
  t.strictSame(await ana.client.list('/unread'), []);
  t.match(
    await ana.client.say('/read sala1 agora'),
    /^-INVALID_PARAMS (usage|uso): \/(read|lidas) \[(ROOM|SALA)\] \[SEQ\]$/,
  );
});
