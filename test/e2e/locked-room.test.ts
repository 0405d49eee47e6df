import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import { roomFile } from '../../src/storage/data-directory.js';
import { Bystander } from '../support/bystander.js';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { until } from '../support/until.js';
import { enter } from '../support/visitors.js';

t.test('a room whose database another program keeps locked comes back, and the others notice nothing', async (t) => {
  const rooms = ['sala1', 'sala2', 'sala3'] as const;
  const daemon = await startDaemon(t, { rooms });
  const { client } = await enter(t, daemon, 'ana', ...rooms);
  const bia = await enter(t, daemon, 'bia', 'sala1', 'sala2');
  const unlock1 = lock(t, daemon, 'sala1');
  const unlock2 = lock(t, daemon, 'sala2');
  const say = (room: string, text: string) => client.request('room.send', { room, text, clientMsgId: text });
  const texts = ['um', 'dois', 'três'];
  const inSala1 = Promise.all(texts.map((text) => say('sala1', text)));
  const inSala2 = Promise.all(texts.map((text) => say('sala2', text)));

  const late = await LineClient.connect(t, daemon);
  const back = late.call('user.resume', { token: bia.token });
  const beside = new Bystander(client, 'sala3');

  // SQLite waits some seconds for a lock; then the room's thread gives up, and the next one is handed the calls again.
  await until('the thread of sala1 has died', () => deaths(daemon, 'sala1').length > 0);
  unlock1();
  const first = await inSala1;
  t.ok(
    first.every((reply) => 'result' in reply && (reply.result as { duplicate: boolean }).duplicate === false),
    'the calls that saw their thread die once are answered as if nothing had been',
  );
  const second = await inSala2;
  t.strictSame(
    (await back).rooms.map(({ room }) => room),
    ['sala1', 'sala2'],
    'who comes back meanwhile is in the locked rooms as before',
  );
  t.strictSame(
    second.map((reply) => ('error' in reply ? reply.error.data.code : 'an answer')),
    texts.map(() => 'ACTOR_RESTARTED'),
    'those that saw it die twice are told that their fate is unknown',
  );
  unlock2();
  await until('sala2 is there again', async () => 'result' in (await say('sala2', 'um')));
  for (const text of texts) t.ok('result' in (await say('sala2', text)), 'said again, they are answered');
  await beside.leave(t);

  for (const room of ['sala1', 'sala2']) {
    const { messages } = await client.call('room.history', { room });
    t.strictSame(
      messages.map(({ text }) => text),
      texts,
      `${room} has each message once, in the order in which they were said`,
    );
    for (const text of texts) t.equal((await bia.client.nextPush('room.message')).text, text, 'and bia was told once');
    t.match(deaths(daemon, room)[0], /database is locked/, 'the log says what the room died of');
  }
  for (const text of texts) {
    t.match(
      await late.nextPush('room.message'),
      { room: 'sala2', text },
      'and is told what comes when they are unlocked',
    );
  }
  t.strictSame(await bia.client.soFar(), [], 'nobody was told anything else');
  t.strictSame(deaths(daemon, 'sala3'), [], 'and the thread of sala3 has lived through it');
});

/** Does to a room's database what a program does that holds on to it too long. Answers what lets it go. */
function lock(t: Test, { data }: Daemon, room: string): () => void {
  const db = new Database(roomFile(data, room));
  t.teardown(() => void db.close());
  db.exec('BEGIN IMMEDIATE');
  return () => void db.exec('ROLLBACK');
}

/** What the log says of the deaths of a room's threads. */
function deaths(daemon: Daemon, room: string): string[] {
  return daemon
    .log()
    .split('\n')
    .filter((line) => line.includes('room thread died') && line.includes(`"${room}"`));
}
