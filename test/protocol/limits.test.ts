import t from 'tap';
import { defaultLimits } from '../../src/protocol/limits.js';

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
