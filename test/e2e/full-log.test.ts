import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import t from 'tap';
import { connect } from '../../src/client/connect.js';
import { salasCommand } from '../support/daemon.js';

const skip = existsSync('/dev/full') ? false : 'this system has no /dev/full';

t.test('a daemon whose log cannot be written goes on, and stops as ever', { skip }, async (t) => {
  const full = openSync('/dev/full', 'w');
  t.teardown(() => closeSync(full));
  const args = ['serve', '--port', '0', '--data', join(t.testdir(), 'data'), '--log-level', 'trace'];
  const daemon = spawn(...salasCommand(args), { stdio: ['ignore', 'pipe', full] });
  t.teardown(() => daemon.kill('SIGKILL'));
  const ended = once(daemon, 'exit');
  const [line] = await once(createInterface(daemon.stdout as Readable), 'line');
  const client = await connect({ port: Number(/:(\d+)$/.exec(line as string)?.[1]) });
  await client.call('user.register', { name: 'ana' });
  await client.call('room.join', { room: 'sala1' });
  t.match(await client.call('room.send', { room: 'sala1', text: 'oi' }), { duplicate: false });
  await client.close();
  daemon.kill('SIGTERM');
  t.strictSame(await ended, [0, null]);
});
