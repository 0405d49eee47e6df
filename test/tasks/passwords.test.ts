import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { openFilesMax } from '../../src/cli/open-files.js';
import { createPasswords, type Passwords } from '../../src/tasks/passwords.js';
import { PoolBusy } from '../../src/tasks/task-pool.js';

function openPool(t: Test, queueMax = 100): Passwords {
  const passwords = createPasswords(queueMax);
  t.teardown(() => passwords.close());
  return passwords;
}

t.test('a password is hashed at the cost that OWASP gives, each time with another salt', async (t) => {
  const passwords = openPool(t);
  const [one, other] = await Promise.all([passwords.hash('uma senha boa'), passwords.hash('uma senha boa')]);
  for (const hashed of [one, other]) t.match(hashed, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/);
  t.not(one, other);
  for (const hashed of [one, other]) {
    t.equal(await passwords.verify({ hashed, password: 'uma senha boa' }), true);
    t.equal(await passwords.verify({ hashed, password: 'uma senha Boa' }), false);
  }
});

t.test('whose account is not there has no right password', async (t) => {
  const passwords = openPool(t);
  t.equal(await passwords.verify({ hashed: undefined, password: 'uma senha boa' }), false);
});

t.test('the hash is that of a known example', async (t) => {
  // From test.c of the reference implementation, https://github.com/P-H-C/phc-winner-argon2
  const passwords = openPool(t);
  const hashed = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  t.equal(await passwords.verify({ hashed, password: 'password' }), true);
  t.equal(await passwords.verify({ hashed, password: 'differentpassword' }), false);
});

t.test('more passwords than may wait are refused, and those that wait are checked', async (t) => {
  const passwords = openPool(t, 4);
  await passwords.hash('so that there is a thread');
  const asked = Array.from({ length: 40 }, () => passwords.verify({ hashed: undefined, password: 'x' }));
  const settled = await Promise.allSettled(asked);
  const refused = settled.filter((one) => one.status === 'rejected');
  t.ok(refused.length > 0 && refused.length < 40, 'some are refused, some are not');
  for (const { reason } of refused) {
    t.match(reason, { name: 'PoolBusy', who: String });
    t.ok(reason.retryAfterMs >= 1000 && reason.retryAfterMs < 3000, 'in a while, not all at the same moment');
  }
  t.equal(await passwords.verify({ hashed: undefined, password: 'x' }), false, 'and it goes on');
});

t.test('the threads that hash stand behind all others', { skip: process.platform !== 'linux' }, async (t) => {
  const niceOf = (task: string) => {
    const fields = readFileSync(`/proc/self/task/${task}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return Number(fields[16]);
  };
  const before = niceOf(String(process.pid));
  await openPool(t).hash('so that there is a thread');
  t.equal(niceOf(String(process.pid)), before, 'but not the main thread');
  t.strictSame(new Set(readdirSync('/proc/self/task').map(niceOf)), new Set([before, Math.min(19, before + 5)]));
});

t.test('a closed pool checks nothing', async (t) => {
  const passwords = createPasswords(10);
  await passwords.close();
  await t.rejects(passwords.hash('uma senha boa'), PoolBusy);
});

const skip = openFilesMax() > 100_000 ? 'a process may have too many open files here to use them up' : false;

t.test('where no thread can be started, callers are told to come back, and then find one', { skip }, async (t) => {
  // Nothing can be loaded without files either.
  await import('piscina');
  const passwords = openPool(t);
  const files: number[] = [];
  try {
    for (;;) files.push(openSync('/dev/null', 'r'));
  } catch {
    // As many as a process may have.
  }
  const busy = await Promise.allSettled(Array.from({ length: 8 }, () => passwords.hash('uma senha boa')));
  for (const file of files) closeSync(file);
  for (const each of busy) t.match(each, { status: 'rejected', reason: { name: 'PoolBusy' } });
  t.match(await passwords.hash('uma senha boa'), /^\$argon2id/);
});
