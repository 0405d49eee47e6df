import t from 'tap';
import { defaultLimits, withinOpenFiles } from '../../src/protocol/limits.js';

t.test('the defaults are those of the contract', async (t) => {
  t.match(defaultLimits, {
    lineBytesMax: 16_384,
    textBytesMax: 8192,
    nameCharactersMax: 32,
    roomNameCharactersMax: 64,
    clientMsgIdCharactersMax: 64,
    batchMax: 64,
    inFlightMax: 256,
    historyLimitDefault: 50,
    historyLimitMax: 500,
    resumeSeconds: 300,
    floodRate: 0,
  });
});

t.test('every bound is a whole number, as hello tells it', async (t) => {
  for (const [name, bound] of Object.entries(defaultLimits)) t.ok(Number.isSafeInteger(bound) && bound >= 0, name);
});

t.test('the bounds fit into one another', async (t) => {
  const { textBytesMax, lineBytesMax, historyLimitDefault, historyLimitMax } = defaultLimits;
  t.ok(lineBytesMax > textBytesMax, 'the longest text fits into a line');
  t.ok(historyLimitDefault <= historyLimitMax);
});

t.test('connections and rooms fit into the open files of a process, with some left for readers', async (t) => {
  for (const files of [1024, 2048, 4096, 8192, 20_000]) {
    const { connectionsMax, roomsMax } = withinOpenFiles(defaultLimits, files);
    t.ok(connectionsMax + 3 * roomsMax < files, `${files}: ${connectionsMax} connections, ${roomsMax} rooms`);
  }
  t.strictSame(withinOpenFiles(defaultLimits, 65_536), defaultLimits);
  t.equal(withinOpenFiles(defaultLimits, 100).roomsMax, 64, 'never fewer than a small server needs');
});
