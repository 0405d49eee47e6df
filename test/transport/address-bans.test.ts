import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { type AddressBan, addressBansMax, parseAddressRange } from '../../src/protocol/control.js';
import { AddressBans } from '../../src/transport/address-bans.js';

const ban = (address: string, more: Partial<AddressBan> = {}): AddressBan => ({
  ...{ address, reason: '', at: 0, until: null },
  ...more,
});

t.test('a ban keeps out its address or network, and nobody else', async (t) => {
  const bans = new AddressBans([ban('192.0.2.7'), ban('10.0.0.0/8'), ban('2001:db8::/32')]);
  for (const address of ['192.0.2.7', '10.255.0.1', '2001:db8:ffff::1']) t.ok(bans.against(address, 1), address);
  for (const address of ['192.0.2.8', '11.0.0.1', '2001:db9::1', '::1', '']) t.notOk(bans.against(address, 1), address);
});

t.test('a ban ends by itself, and a later one of the same address takes its place', async (t) => {
  const bans = new AddressBans([ban('192.0.2.7', { until: 100 })]);
  t.match(bans.against('192.0.2.7', 99), { until: 100 });
  t.equal(bans.against('192.0.2.7', 100), undefined);
  t.strictSame(bans.list(100), []);
  await bans.add(ban('192.0.2.7', { at: 50, until: 200, reason: 'spam' }));
  t.strictSame(bans.list(150), [ban('192.0.2.7', { at: 50, until: 200, reason: 'spam' })]);
  t.match(await bans.remove('192.0.2.7', 201), { code: 'INVALID_PARAMS', field: 'address' });
});

t.test('two bans that overlap are two: when one ends the other holds', async (t) => {
  const bans = new AddressBans([ban('10.0.0.0/8', { until: 100 }), ban('10.1.0.0/16')]);
  t.match(bans.against('10.1.2.3', 1), { address: '10.0.0.0/8' });
  t.match(bans.against('10.1.2.3', 100), { address: '10.1.0.0/16' });
  t.equal(await bans.remove('10.1.0.0/16', 1), undefined);
  t.match(bans.against('10.1.2.3', 1), { address: '10.0.0.0/8' });
  t.equal(bans.against('10.1.2.3', 100), undefined);
});

t.test('what could not be saved has not happened', async (t) => {
  let full = true;
  const saved: (readonly AddressBan[])[] = [];
  const bans = new AddressBans([], async (list) => {
    if (full) throw new Error('ENOSPC: no space left on device');
    saved.push(list);
  });
  t.match(await bans.add(ban('192.0.2.7')), { code: 'BUSY', message: { en: /ENOSPC/ } });
  t.equal(bans.against('192.0.2.7', 1), undefined);
  full = false;
  t.equal(await bans.add(ban('192.0.2.7')), undefined);
  t.strictSame(saved, [[ban('192.0.2.7')]]);
});

t.test('changes at once are saved one after the other, and none is lost', async (t) => {
  const saved: (readonly AddressBan[])[] = [];
  const bans = new AddressBans([], async (list) => {
    await new Promise(setImmediate);
    saved.push(list);
  });
  await Promise.all([bans.add(ban('10.0.0.1')), bans.add(ban('10.0.0.2')), bans.remove('10.0.0.1', 0)]);
  t.strictSame(
    saved.map((list) => list.map(({ address }) => address)),
    [['10.0.0.1'], ['10.0.0.1', '10.0.0.2'], ['10.0.0.2']],
  );
});

t.test('there are so many and no more', async (t) => {
  const bans = new AddressBans(Array.from({ length: addressBansMax }, (_, i) => ban(`10.0.${i >> 8}.${i & 255}`)));
  t.match(await bans.add(ban('192.0.2.7')), { code: 'FORBIDDEN', message: { en: new RegExp(`${addressBansMax}`) } });
  t.equal(await bans.add(ban('10.0.0.0', { reason: 'again' })), undefined, 'one in the place of another is not more');
  await bans.remove('10.0.0.1', 0);
  t.equal(await bans.add(ban('192.0.2.7')), undefined);
});

t.test('whoever is banned by an address is kept out, however the address was written', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const kept = parseAddressRange(address) as string;
      assert(new AddressBans([ban(kept)]).against(kept, 0) !== undefined);
    }),
  );
});
