import { join } from 'node:path';
import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import type { RoomName } from '../../src/protocol/names.js';
import { roomFile } from '../../src/storage/data-directory.js';
import { openForReading } from '../../src/storage/database.js';
import { readActs } from '../../src/storage/room-reads.js';
import { RoomStore, roomDatabase } from '../../src/storage/room-store.js';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { newDirectory } from '../support/new-directory.js';
import { ana } from '../support/people.js';
import { salas } from '../support/salas.js';
import { until } from '../support/until.js';
import { enter } from '../support/visitors.js';

const room = 'sala1' as RoomName;
const msPerDay = 24 * 60 * 60 * 1000;
/** More than a few bites. */
const spoken = 3000;

/** A room in which somebody stayed, and ten days passed with a message every few minutes. Nobody runs it. */
async function longTalk(t: Test): Promise<{ data: string; token: string }> {
  const data = join(newDirectory(t), 'data');
  const daemon = await startDaemon(t, { data, rooms: [room] });
  const { token } = await enter(t, daemon, 'ana', room);
  await daemon.stop();
  const store = new RoomStore(roomFile(data, room), room);
  const { head, epoch } = store.load();
  const now = Date.now();
  store.transaction(() => {
    for (let i = 1; i <= spoken; i++) {
      const at = now - Math.round((10 * msPerDay * (spoken - i)) / spoken);
      store.append({ type: 'said', seq: head + i, at, user: ana, text: `${head + i}` }, i, epoch);
    }
  });
  store.close();
  // The creation and the join are as old as the talk.
  const db = openForWriting(data);
  db.prepare('UPDATE changes SET at = ?').run(now - 11 * msPerDay);
  db.close();
  return { data, token };
}

function openForWriting(data: string) {
  return new Database(roomFile(data, room));
}

function floorOf(data: string): number {
  const db = openForReading(roomFile(data, room), roomDatabase);
  const floor = db.prepare('SELECT floor FROM room').pluck().get() as number;
  db.close();
  return floor;
}

async function comeBack(t: Test, daemon: Daemon, token: string, after?: number) {
  const client = await LineClient.connect(t, daemon);
  const rooms = after === undefined ? {} : { rooms: { [room]: { after } } };
  return { client, back: await client.call('user.resume', { token, ...rooms }) };
}

t.test('a room forgets what is older than --keep-days, and no more than that', async (t) => {
  const { data, token } = await longTalk(t);
  const daemon = await startDaemon(t, { data, rooms: [room], args: ['--keep-days', '5'] });
  await until('it is pruned', () => floorOf(data) > 0.45 * spoken);
  const { client } = await comeBack(t, daemon, token);
  t.equal((await client.call('hello')).limits.keepDays, 5);
  const bottom = await client.call('room.history', { room, after: 0, limit: 1 });
  const first = bottom.messages[0] as { seq: number; at: number };
  t.ok(first.at > Date.now() - 5 * msPerDay - 600_000);
  t.ok(first.seq < 0.52 * spoken, 'what is younger is there');
  t.match(await client.call('room.history', { room, before: first.seq + 1 }), { messages: { length: 1 }, more: false });
  t.match(await client.call('room.members', { room }), { members: [{ userId: ana }] }, 'who was in the room is in it');
});

t.test('--keep-messages keeps the latest, but all of the time in which a send may be repeated', async (t) => {
  const { data, token } = await longTalk(t);
  const daemon = await startDaemon(t, { data, rooms: [room], args: ['--keep-messages', '10'] });
  await until('it is pruned', () => floorOf(data) > 0.85 * spoken);
  const { client } = await comeBack(t, daemon, token);
  const { messages } = await client.call('room.history', { room, after: 0, limit: 500 });
  const day = Date.now() - msPerDay;
  t.ok(
    messages.length >= 0.95 * (spoken / 10) && messages.length <= 1.05 * (spoken / 10),
    `${messages.length} are kept`,
  );
  t.ok(messages.every(({ at }: { at: number }) => at > day - 600_000));
});

t.test('who was away too long is told that something is missing, and not that there is nothing', async (t) => {
  const { data, token } = await longTalk(t);
  const daemon = await startDaemon(t, { data, rooms: [room], args: ['--keep-days', '5'] });
  await until('it is pruned', () => floorOf(data) > 0.45 * spoken);
  const floor = floorOf(data);
  const { client, back } = await comeBack(t, daemon, token, 10);
  t.match(back.rooms, [{ room, status: 'reset' }], 'a resume says so');
  await client.call('room.join', { room, after: 10 });
  const params = await client.nextPush('room.reset');
  t.match(params, { room, epoch: String, seq: Number }, 'and so is who asks for it in a room');
  t.ok(params.seq >= floor);
  t.equal((await client.nextPush('room.message')).seq, params.seq + 1, 'all that is there comes behind it');
  const { back: near } = await comeBack(t, daemon, token, spoken - 5);
  t.match(near.rooms, [{ room, status: 'resumed' }]);
});

t.test('a kill while it forgets costs nothing: it goes on, the acts stay, and no seq is used again', async (t) => {
  const { data, token } = await longTalk(t);
  const acts = actsOf(data);
  const first = await startDaemon(t, { data, rooms: [room], args: ['--keep-days', '5'] });
  await until('it has begun', () => floorOf(data) > 0);
  await first.kill();
  const second = await startDaemon(t, { data, rooms: [room], args: ['--keep-days', '5'] });
  await until('it is done', () => floorOf(data) > 0.45 * spoken);
  t.strictSame(actsOf(data), acts);
  t.match(await salas(['admin', 'check', '--data', data]), { code: 0 });
  const { client, back } = await comeBack(t, second, token);
  const { seq } = await client.call('room.send', { room, text: 'ainda aqui' });
  t.equal(seq, (back.rooms[0]?.seq ?? 0) + 1);
});

t.test('a room of which nothing need be kept keeps its last event', async (t) => {
  const { data, token } = await longTalk(t);
  const db = openForWriting(data);
  db.exec(`UPDATE messages SET at = at - ${20 * msPerDay}; UPDATE changes SET at = at - ${20 * msPerDay}`);
  db.close();
  const daemon = await startDaemon(t, { data, rooms: [room], args: ['--keep-days', '5'] });
  await until('it is pruned', () => floorOf(data) >= spoken);
  const check = await salas(['admin', 'check', '--data', data]);
  t.equal(check.code, 0, check.stdout);
  const { client, back } = await comeBack(t, daemon, token);
  t.equal(floorOf(data), (back.rooms[0]?.seq ?? 0) - 1);
  t.match(await client.call('room.history', { room }), { messages: { length: 1 }, more: false });
});

function actsOf(data: string) {
  const db = openForReading(roomFile(data, room), roomDatabase);
  const acts = readActs(db)(1000);
  db.close();
  return acts;
}
