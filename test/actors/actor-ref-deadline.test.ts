import t from 'tap';
import { Calls, nextTurn, TestThreads } from '../support/test-threads.js';
import { until } from '../support/until.js';

t.test('a thread that leaves a batch unanswered is taken for hung, and the batch resubmitted', async (t) => {
  const threads = new TestThreads(t);
  await threads.handle([]);
  await threads.prepare();
  const calls = new Calls(threads.ref({ limits: { callDeadlineMs: 1000 } }));
  calls.make({ type: 'hang', once: true });
  calls.note('0');
  t.strictSame(await calls.settled(), [['hang'], ['0']]);
  t.strictSame(threads.asked, [false, true]);
  t.strictSame(
    threads.journal.map(({ again }) => again),
    [false, true],
  );
});

t.test('a thread that is slow, but answers in time, is left alone', async (t) => {
  const threads = new TestThreads(t);
  const deadlineMs = 1000;
  const calls = new Calls(threads.ref({ limits: { callDeadlineMs: deadlineMs } }));
  // Somebody always waits for an answer, for longer than one may be waited for.
  const end = Date.now() + 1.5 * deadlineMs;
  for (calls.make({ type: 'wait' }); Date.now() < end; calls.note('oi')) {
    if (threads.journal.length > 0) threads.open();
    await nextTurn();
  }
  await calls.settled();
  t.strictSame(threads.asked, [false]);
});

t.test('the time of a thread that died is not counted against the next one', async (t) => {
  const threads = new TestThreads(t);
  const deadlineMs = 1000;
  await threads.handle([]);
  await threads.prepare();
  const calls = new Calls(threads.ref({ limits: { callDeadlineMs: deadlineMs } }));
  calls.make({ type: 'wait' });
  await until('the actor waits', () => threads.journal.length === 1);
  setTimeout(() => threads.kill(), 0.7 * deadlineMs);
  await until('it is handed in again', () => threads.journal.length === 2);
  setTimeout(() => threads.open(), 0.6 * deadlineMs);
  t.strictSame(await calls.settled(), [['wait']]);
  t.strictSame(threads.asked, [false, false], 'nobody was taken for hung');
});

t.test('a call that waits too long for a connection is refused, and takes no effect later', async (t) => {
  const threads = new TestThreads(t);
  let connectNow: () => void = () => t.fail('nobody asked');
  const held = new Promise<void>((resolve) => {
    connectNow = resolve;
  });
  const connect = async (hung: boolean) => {
    await held;
    return threads.connect(hung);
  };
  await threads.handle([]);
  const calls = new Calls(threads.ref({ connect, limits: { callDeadlineMs: 300 } }));
  calls.note('0');
  t.strictSame(await calls.settled(), [['BUSY']]);
  connectNow();
  calls.note('1');
  await calls.settled();
  t.strictSame(threads.notes, ['1']);
});
