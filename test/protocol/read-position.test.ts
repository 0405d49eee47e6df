import t from 'tap';
import { readUpTo } from '../../src/protocol/read-position.js';

const log = { epoch: 'e2', head: 40, since: 10 };

t.test('who never said so has read up to where they joined', async (t) => {
  t.equal(readUpTo(undefined, log), 10);
});

t.test('what was noted counts, in the log of which it was noted, since its reader joined', async (t) => {
  t.equal(readUpTo({ epoch: 'e2', seq: 30 }, log), 30);
  t.equal(readUpTo({ epoch: 'e2', seq: 40 }, log), 40);
  t.equal(readUpTo({ epoch: 'e2', seq: 9 }, log), 10, 'they left, and joined again');
});

t.test('what was noted of another log does not count', async (t) => {
  t.equal(readUpTo({ epoch: 'e1', seq: 30 }, log), 10);
  t.equal(readUpTo({ epoch: 'e2', seq: 41 }, log), 10, 'a log that was put back from a copy');
});
