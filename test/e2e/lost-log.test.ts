import { rmSync } from 'node:fs';
import t from 'tap';
import { roomFile } from '../../src/storage/data-directory.js';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { enter } from '../support/visitors.js';

t.test('who comes back to a room whose log was lost is told of the new one, and is in it', async (t) => {
  const before = await startDaemon(t);
  const ana = await enter(t, before, 'ana', 'sala1', 'sala2');
  const { epoch, seq } = await ana.client.call('room.send', { room: 'sala1', text: 'oi' });
  await before.stop();
  const file = roomFile(before.data, 'sala1');
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${file}${suffix}`, { force: true });

  const daemon = await startDaemon(t, { data: before.data });
  const client = await LineClient.connect(t, daemon);
  const resumed = await client.call('user.resume', { token: ana.token, rooms: { sala1: { epoch, after: seq } } });
  const sala1 = resumed.rooms.find(({ room }) => room === 'sala1');
  t.match(sala1, { status: 'reset', seq: 2 });
  t.not(sala1?.epoch, epoch);
  t.match(
    resumed.rooms.find(({ room }) => room === 'sala2'),
    { status: 'resumed' },
  );
  const sent = await client.call('room.send', { room: 'sala1', text: 'de novo' });
  t.match(await client.nextPush('room.message'), { room: 'sala1', seq: 3, text: 'de novo' });
  t.equal(sent.epoch, sala1?.epoch);
});
