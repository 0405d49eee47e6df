import fc from 'fast-check';
import t from 'tap';
import { clockDifference, type Ping } from '../../src/cli/clock.js';

t.test("the server's clock is within the uncertainty told, however long question and answer take", async (t) => {
  const way = fc.double({ min: 0, max: 5000, noNaN: true });
  const ways = fc.array(fc.tuple(way, way), { minLength: 1, maxLength: 9 });
  const ahead = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(ways, ahead, (ways, aheadMs) => {
      const pings = ways.map(([there, back], i) => {
        const sentAt = 1e9 + i * 1e4;
        return { sentAt, at: Math.floor(sentAt + there + aheadMs), receivedAt: sentAt + there + back };
      });
      const told = clockDifference(pings as [Ping, ...Ping[]]);
      const least = Math.min(...ways.map(([there, back]) => there + back));
      // A microsecond for the arithmetic.
      return (
        Math.abs(told.aheadMs - aheadMs) <= told.uncertaintyMs + 1e-3 && told.uncertaintyMs <= least / 2 + 0.5 + 1e-3
      );
    }),
  );
  t.pass('for every difference and delay that was tried');
});
