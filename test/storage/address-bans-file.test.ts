import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { AddressBan } from '../../src/protocol/control.js';
import { addressBansFile, loadAddressBans, saveAddressBans } from '../../src/storage/address-bans-file.js';

const bans: AddressBan[] = [
  { address: '192.0.2.0/24', reason: 'olá "x"\u2028', at: 1, until: 2 },
  { address: '2001:db8::7', reason: '', at: 3, until: null },
];

t.test('what was saved is there again, for its owner only, and nothing else is left', async (t) => {
  const directory = t.testdir();
  const file = addressBansFile(directory);
  t.strictSame(loadAddressBans(file), [], 'without a file nobody is banned');
  await saveAddressBans(file, bans);
  await saveAddressBans(file, bans.slice(1));
  t.strictSame(loadAddressBans(file), bans.slice(1));
  t.equal(statSync(file).mode & 0o077, 0);
  t.strictSame(readdirSync(directory), ['addresses.json']);
});

t.test('a file that is no such list is refused, and left as it is', async (t) => {
  const file = addressBansFile(t.testdir());
  const one = { address: '192.0.2.7', reason: '', at: 1, until: null };
  const wrong = ['', '[', '{}', 'null', '[1]', [{ ...one, address: '192.0.2' }], [{ ...one, until: -1 }]];
  for (const content of [
    ...wrong,
    [{ ...one, more: 1 }],
    [{ ...one, address: '192.0.2.7/0x' }],
    Array(1001).fill(one),
  ]) {
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    t.throws(() => loadAddressBans(file), { name: 'StorageError', message: /addresses\.json is not a list/ });
    t.ok(existsSync(file));
  }
});

t.test('a list that cannot be written leaves the old one', async (t) => {
  const directory = t.testdir();
  const file = addressBansFile(directory);
  await saveAddressBans(file, bans);
  mkdirSync(join(directory, 'addresses.json.new'));
  await t.rejects(saveAddressBans(file, []), { code: 'EISDIR' });
  t.strictSame(loadAddressBans(file), bans);
});
