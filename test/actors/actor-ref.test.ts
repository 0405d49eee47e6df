import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { refusals } from '../../src/protocol/refusals.js';
import type { JournalEntry } from '../support/test-actor.js';
import { Calls, nextTurn, TestThreads } from '../support/test-threads.js';
import { until } from '../support/until.js';

const texts = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `${from + i}`);
const sizes = (journal: readonly JournalEntry[]) => journal.map(({ commands }) => commands.length);

t.test('calls take effect in their order, and each is settled once', async (t) => {
  const threads = new TestThreads(t);
  const calls = new Calls(threads.ref());
  for (let turn = 0; turn < 20; turn++) {
    calls.note(...texts(50, turn * 50));
    if (turn % 3 > 0) await nextTurn();
  }
  t.strictSame(
    await calls.settled(),
    texts(1000).map((text) => [text]),
  );
  t.strictSame(threads.notes, texts(1000));
});

t.test('a call is never settled before it returns, however fast the answer is known', async (t) => {
  const threads = new TestThreads(t);
  const ref = threads.ref({ limits: { mailboxCommandsMax: 0 } });
  const calls = new Calls(ref);
  calls.note('oi');
  t.strictSame(calls.outcomes, [[]], 'not even refused');
  t.strictSame(await calls.settled(), [['BUSY']]);
});

t.test("a refusal of the actor's arrives as it was", async (t) => {
  const ref = new TestThreads(t).ref();
  t.strictSame(await ref.ask({ type: 'refuse' }), refusals.notRegistered());
});

t.test('what is called in one turn goes out as one batch', async (t) => {
  const threads = new TestThreads(t);
  const ref = threads.ref();
  const calls = new Calls(ref);
  await ref.ask({ type: 'note', text: 'first' });
  for (let turn = 0; turn < 3; turn++) {
    calls.note(...texts(10));
    await calls.settled();
  }
  t.strictSame(sizes(threads.journal), [1, 10, 10, 10]);
});

t.test('while two batches are out, what is called waits to go out together', async (t) => {
  const threads = new TestThreads(t);
  const calls = new Calls(threads.ref());
  calls.make({ type: 'wait' });
  await nextTurn();
  await until('the actor waits', () => threads.journal.length === 1);
  for (const text of texts(30)) {
    calls.note(text);
    await nextTurn();
  }
  threads.open();
  await calls.settled();
  t.strictSame(sizes(threads.journal), [1, 1, 29]);
});

t.test('every command has a key of its own, one more than the last, and another caller is far from them', async (t) => {
  const threads = new TestThreads(t);
  const [anas, bias] = [threads.ref(), threads.ref()];
  for (let i = 0; i < 3; i++) await anas.ask({ type: 'note', text: 'ana' });
  await bias.ask({ type: 'note', text: 'bia' });
  const [first, second, third, other] = threads.journal.map(({ firstKey }) => firstKey) as [
    number,
    number,
    number,
    number,
  ];
  t.strictSame([second, third], [first + 1, first + 2]);
  t.ok(Math.abs(other - first) > 1_000_000);
  t.ok(Number.isSafeInteger(first));
});

t.test('a batch holds at most so many commands and bytes, but always one', async (t) => {
  const threads = new TestThreads(t);
  const calls = new Calls(threads.ref({ limits: { commandBatchMax: 4, commandBatchBytesMax: 10 } }));
  for (const bytes of [3, 3, 3, 3, 8, 100, 0, 0, 0, 0, 0, 10]) calls.make({ type: 'note', text: 'oi' }, bytes);
  await calls.settled();
  t.strictSame(sizes(threads.journal), [3, 1, 1, 1, 4, 2]);
});

t.test('a full mailbox refuses the next call, and only that', async (t) => {
  const threads = new TestThreads(t);
  const ref = threads.ref({ limits: { mailboxCommandsMax: 3, commandBatchMax: 1 } });
  const calls = new Calls(ref);
  calls.note('0', '1', '2', '3');
  t.equal(ref.pending, 3, 'what is refused does not wait');
  t.strictSame(await calls.settled(), [['0'], ['1'], ['2'], ['BUSY']]);
  calls.note('4');
  t.strictSame((await calls.settled()).at(-1), ['4'], 'there is room again');
  t.equal(ref.pending, 0);
});

t.test('a mailbox is full of bytes too, and what was refused does not count', async (t) => {
  const threads = new TestThreads(t);
  const calls = new Calls(threads.ref({ limits: { mailboxBytesMax: 10 } }));
  for (const bytes of [6, 5, 4, 1]) calls.make({ type: 'note', text: `${bytes}` }, bytes);
  t.strictSame(await calls.settled(), [['6'], ['BUSY'], ['4'], ['BUSY']]);
  calls.make({ type: 'note', text: '10' }, 10);
  t.strictSame((await calls.settled()).at(-1), ['10']);
});

t.test('a refusal for a full mailbox says who is busy and when to come again', async (t) => {
  const ref = new TestThreads(t).ref({ limits: { mailboxCommandsMax: 0 } });
  t.match(await ref.ask({ type: 'refuse' }), { code: 'BUSY', message: { en: /^the actor / }, retryAfterMs: Number });
});

t.test('each batch asks for the dialects that are wanted at that moment', async (t) => {
  const threads = new TestThreads(t);
  let dialects: readonly ('json' | 'text')[] = ['json'];
  const ref = threads.ref({ dialects: () => dialects });
  await ref.ask({ type: 'refuse' });
  dialects = ['json', 'text'];
  await ref.ask({ type: 'refuse' });
  t.strictSame(
    threads.journal.map((batch) => batch.dialects),
    [['json'], ['json', 'text']],
  );
});

t.test('in whatever turns and sizes calls come, order, count and limits hold', async (t) => {
  const threads = new TestThreads(t);
  const limits = { commandBatchMax: 5, commandBatchBytesMax: 20 };
  const ref = threads.ref({ limits });
  const turns = fc.array(fc.array(fc.nat(12), { maxLength: 12 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(turns, async (schedule) => {
      const before = threads.journal.length;
      const calls = new Calls(ref);
      const expected: string[] = [];
      for (const turn of schedule) {
        for (const bytes of turn) {
          expected.push(`${expected.length} ${bytes}`);
          calls.make({ type: 'note', text: expected.at(-1) ?? '' }, bytes);
        }
        await nextTurn();
      }
      assert.deepEqual(
        await calls.settled(),
        expected.map((text) => [text]),
      );
      const batches = threads.journal
        .slice(before)
        .map(({ commands }) => commands.map((c) => ('text' in c ? c.text : '')));
      assert.deepEqual(batches.flat(), expected);
      for (const batch of batches) {
        const bytes = batch.reduce((sum, text) => sum + Number(text.split(' ')[1]), 0);
        assert.ok(
          batch.length <= limits.commandBatchMax && (batch.length === 1 || bytes <= limits.commandBatchBytesMax),
        );
      }
    }),
    { numRuns: 50 },
  );
});

t.test('closed, it refuses what waits and what comes, each once, whatever the actor still answers', async (t) => {
  const threads = new TestThreads(t);
  const ref = threads.ref({ connect: async () => ({ endpoint: threads.worker, info: 0 }) });
  const calls = new Calls(ref);
  calls.make({ type: 'wait' });
  await until('the actor waits', () => threads.journal.length === 1);
  calls.note('in flight');
  await nextTurn();
  calls.note('waiting');
  await nextTurn();
  ref.close();
  calls.note('too late');
  const refused = [['DRAINING'], ['DRAINING'], ['DRAINING'], ['DRAINING']];
  t.strictSame(await calls.settled(), refused);
  t.equal(ref.pending, 0);

  threads.open();
  await threads.ref().ask({ type: 'note', text: 'bia' });
  t.strictSame(threads.notes, ['in flight', 'bia'], 'what was out already took effect, nothing else');
  t.strictSame(calls.outcomes, refused);
});
