import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { lockDirectory } from '../../src/storage/data-directory.js';
import { StorageError } from '../../src/storage/database.js';

/** Another process that claims the directory; it says so, and then does nothing. */
async function claimElsewhere(t: Test, directory: string): Promise<ChildProcess> {
  const module = new URL('../../src/storage/data-directory.js', import.meta.url).href;
  const script = `
    import { lockDirectory } from ${JSON.stringify(module)};
    lockDirectory(${JSON.stringify(directory)});
    console.log('claimed');
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

t.test('a directory that is not there is made, for its owner only', async (t) => {
  const directory = join(t.testdir(), 'a', 'b');
  const lock = lockDirectory(directory);
  t.ok(existsSync(join(directory, 'rooms')));
  t.equal(statSync(directory).mode & 0o777, 0o700);
  lock.release();
});

t.test('one daemon has a directory at a time', async (t) => {
  const directory = t.testdir();
  const lock = lockDirectory(directory);
  const again = () => lockDirectory(directory);
  t.throws(again, {
    name: 'StorageError',
    message: `${directory} is in use by another salas daemon; stop it, or choose another --data`,
  });
  t.throws(again, StorageError, 'however often it is tried');
  lock.release();
  lockDirectory(directory).release();
});

t.test('two directories are two daemons', async (t) => {
  const directory = t.testdir({ a: {}, b: {} });
  const locks = [lockDirectory(join(directory, 'a')), lockDirectory(join(directory, 'b'))];
  for (const lock of locks) lock.release();
});

t.test('the claim of another process holds until that is gone, even if it is killed', async (t) => {
  const directory = t.testdir();
  const child = await claimElsewhere(t, directory);
  t.throws(() => lockDirectory(directory), /is in use by another salas daemon/);
  child.kill('SIGKILL');
  await once(child, 'exit');
  lockDirectory(directory).release();
});

t.test('a directory that cannot be one is refused, with the reason', async (t) => {
  const file = join(t.testdir(), 'file');
  writeFileSync(file, '');
  t.throws(() => lockDirectory(file), { name: 'StorageError', message: /cannot be used as the data directory/ });
  t.throws(() => lockDirectory(join(file, 'below')), { name: 'StorageError' });
  t.throws(() => lockDirectory('/proc/nowhere'), { name: 'StorageError' });
});
