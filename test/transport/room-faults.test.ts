import t, { type Test } from 'tap';
import { defaultPolicy } from '../../src/actors/restart.js';
import type { Client } from '../../src/client/client.js';
import { connect } from '../../src/client/connect.js';
import { CallRefused } from '../../src/client/errors.js';
import type { RoomName } from '../../src/protocol/names.js';
import { startThreaded } from '../support/threaded-server.js';
import { until } from '../support/until.js';

const sala1 = 'sala1' as RoomName;
const sala2 = 'sala2' as RoomName;
const rooms = [sala1, sala2];
const inFlight = 40;

/** A user in both rooms, who hears everything. */
async function enter(t: Test, port: number, name: string) {
  const client = await connect({ port });
  t.teardown(() => client.close());
  await client.call('user.register', { name });
  const heard = new Map<string, number[]>(rooms.map((room) => [room, []]));
  const pushes = client.pushes();
  for (const room of rooms) await client.call('room.join', { room });
  void (async () => {
    for await (const { params } of pushes) {
      if ('seq' in params && 'room' in params) heard.get(params.room)?.push(params.seq);
    }
  })();
  return { client, heard };
}

function sends(client: Client, room: RoomName): Promise<number>[] {
  return Array.from({ length: inFlight }, async (_, i) => {
    const { seq } = await client.call('room.send', { room, text: `${i}` });
    return seq;
  });
}

/** Says something in both rooms, has the fault meanwhile, and checks that nobody notices. */
async function unnoticed(
  t: Test,
  fault: 'crash-room' | 'hang-room' | 'exhaust-room' | 'fail-commit',
  callDeadlineMs = 60_000,
): Promise<readonly string[]> {
  const { port, supervisor, notices } = await startThreaded(t, rooms, { callDeadlineMs });
  const ana = await enter(t, port, 'ana');
  const bia = await enter(t, port, 'bia');
  const before = sends(ana.client, sala1);
  t.equal(await supervisor.inject(sala1, fault), true);
  const after = [...sends(bia.client, sala1), ...sends(ana.client, sala1)];
  const beside = await Promise.all(sends(bia.client, sala2));
  t.ok(beside.every(Number.isInteger), 'the other room goes on');
  const seqs = await Promise.all([...before, ...after]);
  t.equal(new Set(seqs).size, 3 * inFlight, 'every message was answered, each with a place of its own');
  const { seq } = await ana.client.call('room.history', { room: sala1 });
  for (const { heard } of [ana, bia]) {
    const told = heard.get(sala1) as number[];
    await until('all is heard', () => told.at(-1) === seq);
    t.strictSame(
      told,
      told.map((_, i) => (told[0] as number) + i),
      'and heard once and in order',
    );
  }
  t.strictSame(
    notices.map(({ notice, rooms, restartInMs }) => ({ notice, rooms, restartInMs })),
    [{ notice: 'room-died', rooms: [sala1], restartInMs: 0 }],
  );
  return notices.map(({ reason }) => reason);
}

t.test('a room whose thread is ended under load costs nobody a message', async (t) => {
  await unnoticed(t, 'crash-room');
});

t.test('a room that hangs is ended when its deadline is over, and costs nobody a message', async (t) => {
  // Long enough for a batch on a busy machine, and shorter than one waits for a test.
  await unnoticed(t, 'hang-room', 2000);
});

t.test('a room that outgrows its heap is started again like any other', async (t) => {
  const reasons = await unnoticed(t, 'exhaust-room');
  t.match(reasons, [/memory/]);
});

t.test('a room whose disk fails stops at once, and what was not committed is handed in again', async (t) => {
  const reasons = await unnoticed(t, 'fail-commit');
  t.match(reasons, [/disk I\/O error/]);
});

t.test('a room without space on its disk refuses for as long as that lasts', async (t) => {
  const { port, supervisor } = await startThreaded(t, rooms);
  const { client } = await enter(t, port, 'ana');
  const { seq: before } = await client.call('room.send', { room: sala1, text: 'antes' });
  await supervisor.inject(sala1, 'full-disk', 60_000);
  await t.rejects(client.call('room.send', { room: sala1, text: 'durante' }), { code: 'BUSY', temporary: true });
  await t.resolves(client.call('room.send', { room: sala2, text: 'outra' }), 'the other room has space');
  await supervisor.inject(sala1, 'full-disk', 0);
  const { seq } = await client.call('room.send', { room: sala1, text: 'depois' });
  t.equal(seq, before + 1, 'what was refused left nothing behind');
});

t.test('who quits while a room refuses stays, out of the rooms that took it, and quits later', async (t) => {
  const { port, supervisor } = await startThreaded(t, rooms);
  const { client } = await enter(t, port, 'ana');
  await supervisor.inject(sala1, 'full-disk', 60_000);
  await t.rejects(client.call('user.quit'), { code: 'BUSY', temporary: true });
  t.match(await client.call('user.me'), { rooms: [sala1] });
  t.match((await client.call('room.members', { room: sala2 })).members, []);
  t.match((await client.call('room.members', { room: sala1 })).members, [{ name: 'ana' }]);
  await supervisor.inject(sala1, 'full-disk', 0);
  await client.call('user.quit');
  const bia = await enter(t, port, 'bia');
  t.match((await bia.client.call('room.members', { room: sala1 })).members, [{ name: 'bia' }]);
});

t.test('a room with a slow disk answers later, and the others do not', async (t) => {
  const { port, supervisor, notices } = await startThreaded(t, rooms);
  const { client } = await enter(t, port, 'ana');
  await supervisor.inject(sala1, 'slow-disk', 300);
  const order: string[] = [];
  await Promise.all(
    rooms.map(async (room) => {
      await client.call('room.send', { room, text: 'oi' });
      order.push(room);
    }),
  );
  t.strictSame(order, [sala2, sala1]);
  t.strictSame(notices, [], 'slow is not dead');
});

t.test('a room that dies too often is busy for a while, says for how long, and comes back by itself', async (t) => {
  const { port, supervisor, notices } = await startThreaded(t, rooms);
  const { client } = await enter(t, port, 'ana');
  for (let death = 1; death <= defaultPolicy.deathsMax; death++) {
    await supervisor.inject(sala1, 'crash-room');
    await client.call('room.send', { room: sala1, text: `${death}` });
  }
  await supervisor.inject(sala1, 'crash-room');
  await until('it is held back', () => notices.some(({ restartInMs }) => restartInMs > 0));
  const refused = await client.call('room.send', { room: sala1, text: 'x' }).catch((error: unknown) => error);
  t.ok(refused instanceof CallRefused && refused.code === 'BUSY' && (refused.retryAfterMs ?? 0) > 0, String(refused));
  await t.resolves(client.call('room.send', { room: sala2, text: 'oi' }), 'the other room goes on');
  await until('it is back', async () => {
    return client.call('room.send', { room: sala1, text: 'de volta' }).then(
      () => true,
      () => false,
    );
  });
});

t.test('a fault in a room that is not there is nobody’s', async (t) => {
  const { supervisor } = await startThreaded(t, rooms);
  t.equal(await supervisor.inject('outra' as RoomName, 'crash-room'), false);
});

t.test('a full disk is told to whoever runs the server once, however many rooms find out', async (t) => {
  const { port, supervisor, notices, disk } = await startThreaded(t, rooms);
  const ana = await enter(t, port, 'ana');
  for (const room of rooms) await supervisor.inject(room, 'full-disk', 60_000);
  for (const room of [...rooms, ...rooms]) {
    const refused = () => ana.client.call('room.send', { room, text: 'oi' }).catch((error: unknown) => error);
    await until('it is refused', async () => (await refused()) instanceof CallRefused);
  }
  await until('it is told', () => disk.length > 0);
  await supervisor.inject(sala1, 'full-disk', 0);
  t.strictSame(disk, [true]);
  t.strictSame(notices, [], 'and nothing died of it');
});
