import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { filesBelow } from '../support/files.js';
import { LineClient } from '../support/line-client.js';
import { newDirectory } from '../support/new-directory.js';
import { salas } from '../support/salas.js';
import { register, registerInText } from '../support/visitors.js';

const refused = [
  '../../etc/passwd',
  '..',
  '.',
  'a/b',
  'a\\b',
  '/etc/passwd',
  'C:',
  '~',
  'sala.db',
  'a b',
  'a\0b',
  'a\u202eb',
  '%2e%2e',
  '',
  'x'.repeat(65),
  '😀',
];
const accepted = [
  'x'.repeat(64),
  'Ж'.repeat(64),
  '部'.repeat(64),
  'م'.repeat(64),
  `${'นี้'.repeat(21)}น`,
  'नि'.repeat(32),
  '𝒜'.repeat(64),
  'geral',
  'Geral',
  'GERAL',
  'İstanbul',
  'istanbul',
  'café',
  'CON',
  'lock',
  'supervisor',
  '-rf',
  '__proto__',
  'constructor',
];

t.test('whatever a room is called, its log is a file of its own inside the rooms of the data directory', async (t) => {
  const around = newDirectory(t);
  const data = join(around, 'data');
  let daemon = await startDaemon(t, { data, rooms: ['sala1'] });
  const { client, token } = await register(t, daemon, 'ana');
  for (const room of refused) {
    for (const method of ['room.create', 'room.join', 'room.history'] as const) {
      const { code } = await client.refusal(method, { room });
      t.equal(code, 'ROOM_NAME_INVALID', `${method} ${JSON.stringify(room)}`);
    }
  }
  for (const room of accepted) {
    await client.call('room.create', { room });
    await client.call('room.send', { room, text: room });
  }
  t.equal((await client.refusal('room.create', { room: 'cafe\u0301' })).code, 'ROOM_EXISTS', 'one name, written twice');

  const inText = await registerInText(t, daemon, 'bia');
  t.match(await inText.client.say('/join ../../etc/passwd'), /^-ROOM_NAME_INVALID/);
  t.match(await inText.client.say('/create ..'), /^-ROOM_NAME_INVALID/);

  t.strictSame(readdirSync(around), ['data'], 'nothing came to be outside of the data directory');
  const own = /^(lock|supervisor\.db)(-\w+)?$|^rooms[/\\][A-Za-z0-9_-]+\.db(-\w+)?$/;
  t.strictSame(
    filesBelow(data).filter((path) => !own.test(path)),
    [],
    'nor anywhere but among the rooms',
  );
  const logs = filesBelow(data).filter((path) => path.startsWith('rooms') && path.endsWith('.db'));
  t.equal(logs.length, accepted.length + 1, 'every room has a file');
  t.equal(new Set(logs.map((path) => path.toLowerCase())).size, logs.length, 'also where capitals are not told apart');

  await daemon.kill();
  daemon = await startDaemon(t, { data, rooms: ['sala1'] });
  const ana = await LineClient.connect(t, daemon);
  await ana.call('user.resume', { token });
  for (const room of accepted) {
    const { messages } = await ana.call('room.history', { room });
    t.strictSame(
      messages.map(({ text }) => text),
      [room.normalize('NFC')],
      'each is found again, with what was said there',
    );
  }
});

t.test('no configured room gets out of the data directory either', async (t) => {
  const around = newDirectory(t);
  for (const rooms of ['../../etc/passwd', 'sala1,..', 'a/b', 'x'.repeat(65)]) {
    const { code, stdout, stderr } = await salas([
      'serve',
      '--port',
      '0',
      '--data',
      join(around, 'd'),
      '--rooms',
      rooms,
    ]);
    t.equal(stdout, '');
    t.match(stderr, /^salas: [^\n]*\n?$/m);
    t.equal(code, 2, `--rooms ${rooms} is no such command line`);
    t.strictSame(readdirSync(around), []);
  }
});
