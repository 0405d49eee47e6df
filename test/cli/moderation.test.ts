import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { salas } from '../support/salas.js';
import { enter, gather } from '../support/visitors.js';

t.test('admin audit shows who did what to whom, when and why, while the server runs', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1'] });
  const [ana, bia] = await gather(t, daemon, 'auditada', 'ana', 'bia');
  const room = 'auditada';
  await ana.client.call('room.topic', { room, topic: 'café' });
  await ana.client.call('room.kick', { room, user: bia.userId, reason: 'spam' });
  await ana.client.call('room.ban', { room, user: bia.userId, seconds: 60, reason: 'mais spam' });
  await ana.client.call('room.slow_mode', { room, seconds: 30 });

  const json = await salas(['admin', 'audit', room, '--data', daemon.data, '--json']);
  t.equal(json.code, 0);
  const { entries, more } = JSON.parse(json.stdout) as { entries: { at: number }[]; more: boolean };
  t.equal(more, false);
  t.match(entries, [
    { room, seq: 1, by: ana.userId, what: 'created', topic: '' },
    { room, seq: 4, by: ana.userId, what: 'topic-changed', topic: 'café' },
    { room, seq: 5, by: ana.userId, what: 'kicked', user: bia.userId, reason: 'spam' },
    { room, seq: 6, by: ana.userId, what: 'banned', user: bia.userId, until: Number, reason: 'mais spam' },
    { room, seq: 7, by: ana.userId, what: 'slow-mode-changed', seconds: 30 },
  ]);
  for (const { at } of entries) t.ok(Math.abs(Date.now() - at) < 600_000, 'at is when it was');

  const all = JSON.parse((await salas(['admin', 'audit', '--data', daemon.data, '--json'])).stdout);
  t.match(all.entries[0], { room: 'sala1', what: 'created', by: 'salas' }, 'of all rooms, in the order of their times');
  const last = await salas(['admin', 'audit', room, '--data', daemon.data, '--limit', '1', '--json']);
  t.match(JSON.parse(last.stdout), { entries: [{ seq: 7 }], more: true });

  const shown = await salas(['admin', 'audit', room, '--data', daemon.data], { LC_ALL: 'pt_BR.UTF-8' });
  t.match(shown.stdout, /20\S+Z\s+auditada\s+6\s+ana#1\s+baniu\s+bia#1\s+até 20\S+Z; mais spam/);
  const unknown = await salas(['admin', 'audit', 'sala9', '--data', daemon.data]);
  t.equal(unknown.code, 1);
  t.match(unknown.stderr, /has no room "sala9"/);
  t.match(await salas(['admin', 'check', '--data', daemon.data]), { code: 0 }, 'and the log is whole');
});

t.test("admin role makes somebody a moderator of a room that is the server's, when no server runs", async (t) => {
  const first = await startDaemon(t, { rooms: ['sala1'] });
  const ana = await enter(t, first, 'ana', 'sala1');
  const bia = await enter(t, first, 'bia', 'sala1');
  const appoint = (user: string, role: string) =>
    salas(['admin', 'role', 'sala1', user, role, '--data', first.data, '--json']);
  const early = await appoint(ana.userId, 'moderator');
  t.equal(early.code, 1);
  t.match(early.stderr, /in use by another salas daemon/);
  await first.stop();
  t.match(await appoint('zoe#1', 'moderator'), { code: 1, stderr: /"zoe#1" is not in "sala1"/ });
  t.match(await appoint(ana.userId, 'king'), { code: 2 });
  const done = await appoint(ana.userId, 'moderator');
  t.strictSame(JSON.parse(done.stdout), { room: 'sala1', user: ana.userId, role: 'moderator' });

  const again = await startDaemon(t, { rooms: ['sala1'], data: first.data });
  const client = await LineClient.connect(t, again);
  await client.call('user.resume', { token: ana.token, rooms: { sala1: { after: 3 } } });
  const change = { seq: 4, by: 'salas', user: ana.userId, role: 'moderator' };
  t.match(await client.nextPush('room.changed'), change, 'members are told');
  await client.call('room.kick', { room: 'sala1', user: bia.userId });
});
