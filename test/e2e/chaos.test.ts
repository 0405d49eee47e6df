import { statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { connect } from '../../src/client/connect.js';
import { startDaemon } from '../support/daemon.js';
import { salas } from '../support/salas.js';

t.test('an operator can have faults in a daemon that allows it, and nobody else can', async (t) => {
  const { port, data } = await startDaemon(t, { args: ['--chaos'] });
  t.equal(statSync(data).mode & 0o777, 0o700);
  t.equal(statSync(join(data, 'control.sock')).mode & 0o077, 0);
  const client = await connect({ port });
  t.teardown(() => client.close());
  await client.call('user.register', { name: 'ana' });
  await client.call('room.join', { room: 'sala1' });
  const chaos = (...args: string[]) => salas(['admin', 'chaos', ...args, '--data', data]);
  for (const fault of ['crash-room', 'fail-commit', 'exhaust-room', 'crash-supervisor']) {
    t.match(await chaos(fault, 'sala1'), { code: 0, stdout: `${fault}: done\n`, stderr: '' });
    await t.resolves(client.call('room.send', { room: 'sala1', text: fault }), fault);
  }
  t.match(await chaos('full-disk', 'sala1', '--ms', '60000', '--json'), { code: 0, stdout: '{}\n' });
  await t.rejects(client.call('room.send', { room: 'sala1', text: 'x' }), { code: 'BUSY' });
  t.match(await chaos('full-disk', 'sala1', '--ms', '0'), { code: 0 });
  await t.resolves(client.call('room.send', { room: 'sala1', text: 'x' }));

  t.match(await chaos('crash-room'), { code: 1, stderr: /INVALID_PARAMS "room" is missing/ });
  t.match(await chaos('crash-room', 'outra'), { code: 1, stderr: /ROOM_NOT_FOUND/ });
  t.match(await chaos('melt', 'sala1'), { code: 2, stderr: /crash-room/ });
});

t.test('faults are not to be had where they are not allowed', async (t) => {
  const { data } = await startDaemon(t);
  t.match(await salas(['admin', 'chaos', 'crash-room', 'sala1', '--data', data]), {
    code: 1,
    stderr: /FORBIDDEN .*--chaos/,
  });
});
