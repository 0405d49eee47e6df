import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { connect } from '../../src/client/connect.js';
import { addressBansFile, loadAddressBans } from '../../src/storage/address-bans-file.js';
import { startDaemon } from '../support/daemon.js';
import { salas } from '../support/salas.js';
import { until } from '../support/until.js';

const portuguese = { LC_ALL: 'pt_BR.UTF-8' };

t.test('a copy made under load has everything that was answered before it, and comes back as a new log', async (t) => {
  const daemon = await startDaemon(t, { rooms: ['sala1', 'sala2'] });
  const folder = t.testdir();
  const copy = join(folder, 'copy');
  const ana = await connect(daemon);
  const { token, userId } = await ana.call('user.register', { name: 'ana' });
  const { epoch } = await ana.call('room.join', { room: 'sala1' });
  await ana.call('room.create', { room: 'clube', topic: 'só nós' });
  let answered = 0;
  let going = true;
  const sending = (async () => {
    while (going) answered = (await ana.call('room.send', { room: 'sala1', text: 'oi' })).seq;
  })();
  await until('something is said', () => answered > 50);
  const before = answered;
  t.equal((await salas(['admin', 'ban-address', '192.0.2.7', '--data', daemon.data])).code, 0);

  const made = await salas(['admin', 'backup', copy, '--data', daemon.data, '--json']);
  t.strictSame({ code: made.code, stderr: made.stderr }, { code: 0, stderr: '' });
  const told = JSON.parse(made.stdout);
  t.match(told, { directory: copy, bytes: Number });
  t.equal(told.files.length, 5, 'three rooms, the supervisor, and the banned addresses');
  await until('it goes on meanwhile', () => answered > before);
  going = false;
  await sending;
  t.equal((await salas(['admin', 'check', '--data', daemon.data])).code, 0, 'the original is whole');
  t.equal((await salas(['admin', 'check', '--data', copy])).code, 0, 'the copy is whole');
  for (const file of told.files) t.equal(statSync(file).mode & 0o077, 0, 'nobody else reads it');
  await ana.close();
  await daemon.stop();

  const data = join(folder, 'again');
  const back = await salas(['restore', copy, '--data', data, '--json']);
  t.strictSame({ code: back.code, stderr: back.stderr }, { code: 0, stderr: '' });
  const restored = JSON.parse(back.stdout).rooms.find(({ room }: { room: string }) => room === 'sala1');
  t.ok(restored.seq >= before, 'nothing answered before is missing');
  t.not(restored.epoch, epoch);

  const again = await startDaemon(t, { data, rooms: ['sala1', 'sala2'] });
  t.match(loadAddressBans(addressBansFile(data)), [{ address: '192.0.2.7' }], 'who was banned still is');
  const client = await connect(again);
  const resumed = await client.call('user.resume', { token, rooms: { sala1: { epoch, after: answered } } });
  t.match(resumed, { userId, rooms: [{ room: 'clube' }, { room: 'sala1', epoch: restored.epoch, status: 'reset' }] });
  const { messages } = await client.call('room.history', { room: 'sala1', after: 0, limit: 500 });
  t.equal(messages[0]?.text, 'oi');
  t.match(await client.call('room.send', { room: 'sala1', text: 'de volta' }), { seq: restored.seq + 1 });
  await client.close();
});

t.test('what cannot be copied, checked or brought back is told in one line, with 1', async (t) => {
  const daemon = await startDaemon(t);
  const folder = t.testdir({ full: { 'a.txt': '' }, empty: {}, closed: {} });
  const fails = async (args: string[], why: RegExp) => {
    const { code, stdout, stderr } = await salas(args);
    t.strictSame({ code, stdout }, { code: 1, stdout: '' }, args.join(' '));
    t.match(stderr, why);
    t.equal(stderr.split('\n').length, 2, 'one line');
  };
  await fails(['admin', 'backup', join(folder, 'full'), '--data', daemon.data], /is not empty; choose another/);
  await fails(['admin', 'backup', join(folder, 'x'), '--data', join(folder, 'empty')], /has no salas data/);
  await fails(['admin', 'check', '--data', join(folder, 'empty')], /has no salas data/);
  await fails(['restore', join(folder, 'empty'), '--data', join(folder, 'y')], /has no salas data/);
  const copy = join(folder, 'copy');
  t.equal((await salas(['admin', 'backup', copy, '--data', daemon.data])).code, 0);
  await fails(['restore', copy, '--data', daemon.data], /has data already/);
  const [log] = readdirSync(join(copy, 'rooms'));
  chmodSync(join(copy, 'rooms', log as string), 0o600);
  writeFileSync(join(copy, 'rooms', log as string), 'no database at all');
  await fails(['restore', copy, '--data', join(folder, 'z')], /is not a database/);
  t.notOk(existsSync(join(folder, 'z', 'supervisor.db')));
  const checked = await salas(['admin', 'check', '--data', copy, '--json']);
  t.equal(checked.code, 1);
  t.match(JSON.parse(checked.stdout), { ok: false });
});

t.test('people are told in their language', async (t) => {
  const daemon = await startDaemon(t);
  const folder = t.testdir();
  const copy = join(folder, 'copy');
  t.match(
    (await salas(['admin', 'backup', copy, '--data', daemon.data], portuguese)).stdout,
    /^4 arquivos, .* copiados para/,
  );
  t.match((await salas(['admin', 'check', '--data', copy], portuguese)).stdout, /^SALA +MENSAGENS +ESTADO +ARQUIVO\n/);
  const data = join(folder, 'data');
  t.match((await salas(['restore', copy, '--data', data], portuguese)).stdout, /^3 salas restauradas em/);
});
