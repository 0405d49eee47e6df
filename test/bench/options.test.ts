import t from 'tap';
import { parseOptions, UsageError } from '../../bench/options.js';

const parse = (...args: string[]) => parseOptions(args, ['W1', 'W2'], ['salas', 'redis']);

t.test('without options everything runs, three times', async (t) => {
  const options = parse();
  t.match(options, { quick: false, runs: 3, seconds: 2 });
  t.notOk('only' in options);
  t.notOk('peers' in options);
});

t.test('a quick run is short, unless asked otherwise', async (t) => {
  t.match(parse('--quick'), { quick: true, runs: 1, seconds: 1 });
  t.match(parse('--quick', '--runs', '2', '--secs=0.5'), { runs: 2, seconds: 0.5 });
});

t.test('workloads and servers are chosen by name', async (t) => {
  t.match(parse('--only', 'w2', '--peers', 'salas,redis'), { only: ['W2'], peers: ['salas', 'redis'] });
});

t.test('what cannot be meant is refused', async (t) => {
  t.throws(() => parse('--only', 'W9'), /no W9; there are W1, W2/);
  t.throws(() => parse('--peers', 'mysql'), UsageError);
  t.throws(() => parse('--runs', '1.5'), UsageError);
  t.throws(() => parse('--runs', '0'), UsageError);
  t.throws(() => parse('--secs', 'x'), UsageError);
  t.throws(() => parse('--fast'), UsageError);
});
