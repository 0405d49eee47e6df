import t from 'tap';
import { defaultLimits } from '../../src/protocol/limits.js';
import { Origins } from '../../src/transport/origins.js';

const limits = { ...defaultLimits, connectionsPerAddressMax: 2 };

t.test('connections are counted by address, in IPv6 by the /64, and forgotten with the last', async (t) => {
  const origins = new Origins(limits, false);
  const first = origins.open('192.0.2.7');
  t.notOk(origins.crowded('192.0.2.7'), 'one is not too many');
  const second = origins.open('192.0.2.7');
  t.equal(first, second, 'the same origin');
  t.ok(origins.crowded('192.0.2.7'), 'as many as may be');
  t.notOk(origins.crowded('192.0.2.8'), 'others are not concerned');
  if (first) origins.close(first);
  t.notOk(origins.crowded('192.0.2.7'), 'there is room again');
  if (first) origins.close(first);
  t.not(origins.open('192.0.2.7'), first, 'it was forgotten');

  origins.open('2001:db8::1');
  origins.open('2001:db8::ffff:2');
  t.ok(origins.crowded('2001:db8:0:0:9::'), 'the same network');
  t.notOk(origins.crowded('2001:db8:0:1::1'), 'another network');
});

t.test('this machine is not limited, unless it is to be', async (t) => {
  for (const address of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1']) {
    t.equal(new Origins(limits, false).open(address), undefined, address);
    t.match(new Origins(limits, true).open(address), { connections: 1 }, address);
  }
});
