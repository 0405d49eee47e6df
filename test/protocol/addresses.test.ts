import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { parseAddressRange } from '../../src/protocol/control.js';

const ranges = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.tuple(fc.ipV4(), fc.nat(32)).map(([address, bits]) => `${address}/${bits}`),
  fc.tuple(fc.ipV6(), fc.nat(128)).map(([address, bits]) => `${address}/${bits}`),
);

t.test('every address and network has one form, which stands for itself', async () => {
  fc.assert(
    fc.property(ranges, (range) => {
      const kept = parseAddressRange(range);
      assert(kept !== undefined);
      assert.equal(parseAddressRange(kept), kept);
      assert.equal(parseAddressRange(range.toUpperCase()), kept);
    }),
  );
});

t.test('however an address is written, it is the same', async (t) => {
  t.equal(parseAddressRange('2001:0DB8:0:0:0:0:0:7'), '2001:db8::7');
  t.equal(parseAddressRange('::ffff:192.0.2.7'), '192.0.2.7');
  t.equal(parseAddressRange('192.0.2.0/024'), '192.0.2.0/24');
});

t.test('what is no address is none', async (t) => {
  const wrong = [
    '',
    'localhost',
    '192.0.2',
    '192.0.2.256',
    '192.0.2.0/33',
    '2001:db8::/129',
    '192.0.2.0/',
    '1.2.3.4/8/8',
  ];
  for (const input of [...wrong, 'fe80::1%eth0', '192.0.2.7 ', '192.0.2.0/-1', '::ffff:1.2.3.4/96/1', '/8']) {
    t.equal(parseAddressRange(input), undefined, input);
  }
});

t.test('nothing that somebody types makes it fail', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'0123456789abcdef:./%') })), (input) => {
      const kept = parseAddressRange(input);
      assert(kept === undefined || parseAddressRange(kept) === kept);
    }),
  );
});
