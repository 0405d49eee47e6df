import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { refusals } from '../../src/protocol/refusals.js';
import type { TestCommand } from '../support/test-actor.js';
import { Calls, nextTurn, TestThreads } from '../support/test-threads.js';
import { until } from '../support/until.js';

const dieOnce: TestCommand = { type: 'die', once: true };

t.test('calls in flight when the thread dies are handed in once more, with the same keys', async (t) => {
  const threads = new TestThreads(t);
  const calls = new Calls(threads.ref());
  calls.note('0');
  calls.make(dieOnce);
  calls.note('1');
  t.strictSame(await calls.settled(), [['0'], ['die'], ['1']]);
  calls.note('2');
  await calls.settled();
  const [first, second, third] = threads.journal;
  t.strictSame([first?.again, second?.again, third?.again], [false, true, false]);
  t.equal(second?.firstKey, first?.firstKey);
  t.strictSame(second?.commands, first?.commands);
  t.strictSame(threads.asked, [false, false], 'the thread was not taken for hung');
});

t.test('what waited while the thread died was never handed in, and is no resubmission', async (t) => {
  const threads = new TestThreads(t);
  const calls = new Calls(threads.ref({ limits: { commandBatchMax: 2 } }));
  calls.make(dieOnce);
  calls.note('0', '1', '2', '3', '4');
  t.strictSame((await calls.settled()).flat(), ['die', '0', '1', '2', '3', '4']);
  const batches = threads.journal.map(({ again, commands }) => [again, commands.length]);
  // The second batch was out as well, though the thread never looked at it.
  t.strictSame(batches, [
    [false, 2],
    [true, 2],
    [true, 2],
    [false, 2],
  ]);
});

t.test('a call whose thread died twice is told so; what was behind it goes on', async (t) => {
  const threads = new TestThreads(t);
  const calls = new Calls(threads.ref({ limits: { commandBatchMax: 1 } }));
  calls.make({ type: 'die' });
  calls.note('0', '1', '2');
  const [died, beside, ...others] = await calls.settled();
  t.strictSame(died, ['ACTOR_RESTARTED']);
  t.strictSame(beside, ['ACTOR_RESTARTED'], 'it was out beside it both times');
  t.strictSame(others, [['1'], ['2']]);
  t.strictSame(threads.deaths.length, 2);
  t.strictSame(threads.journal.filter(({ commands }) => commands[0]?.type === 'die').length, 2, 'and not a third time');
});

t.test('an actor that throws ends its thread, and answers nobody with its error', async (t) => {
  const threads = new TestThreads(t);
  const [anas, bias] = [new Calls(threads.ref()), new Calls(threads.ref())];
  bias.make({ type: 'wait' });
  await until('the actor waits', () => threads.journal.length === 1);
  anas.make({ type: 'throw' });
  await nextTurn();
  bias.note('oi');
  await nextTurn();
  threads.open();
  t.strictSame(await anas.settled(), [['ACTOR_RESTARTED']]);
  await until('both threads are gone', () => threads.deaths.length === 2);
  t.match(threads.deaths, ['Error: a bug', 'Error: a bug']);
  t.strictSame(await bias.settled(), [['wait'], ['oi']], 'who had nothing to do with it notices nothing');
});

t.test('an actor that threw is asked nothing more, not even what was on its way already', async (t) => {
  const threads = new TestThreads(t);
  const calls = new Calls(threads.ref({ limits: { commandBatchMax: 1 } }));
  calls.make({ type: 'throw', once: true });
  calls.note('oi');
  t.strictSame(await calls.settled(), [['throw'], ['oi']]);
  t.strictSame(
    threads.journal.map(({ commands, again }) => [commands[0]?.type, again]),
    [
      ['throw', false],
      ['throw', true],
      ['note', true],
    ],
  );
});

t.test(
  'while there is no way to the actor, what waits is refused with the reason, and it is tried again',
  async (t) => {
    const threads = new TestThreads(t);
    threads.refusals.push(refusals.busy('sala1', 50), refusals.busy('sala1', 50));
    const calls = new Calls(threads.ref());
    calls.note('0', '1');
    t.strictSame(await calls.settled(), [['BUSY'], ['BUSY']]);
    t.strictSame(threads.asked, [false]);
    await until('it is asked again', () => threads.asked.length === 3);
    calls.note('2');
    t.strictSame((await calls.settled()).at(-1), ['2']);
    t.strictSame(threads.notes, ['2'], 'what was refused has no effect later');
  },
);

t.test('who was in flight, and finds nobody to be handed in to again, learns that the fate is unknown', async (t) => {
  const threads = new TestThreads(t);
  const calls = new Calls(threads.ref({ limits: { commandBatchMax: 1 } }));
  calls.make({ type: 'wait' });
  await until('the actor waits', () => threads.journal.length === 1);
  calls.note('in flight');
  await nextTurn();
  calls.note('waiting');
  threads.refusals.push(refusals.busy('sala1', 10));
  threads.kill();
  t.strictSame(await calls.settled(), [['ACTOR_RESTARTED'], ['ACTOR_RESTARTED'], ['BUSY']]);
});

t.test('who looks after the actor may fail: calls are refused, and it is tried again', async (t) => {
  const threads = new TestThreads(t);
  let fails = true;
  const connect = async (hung: boolean) => {
    if (fails) throw new Error('gone');
    return threads.connect(hung);
  };
  const calls = new Calls(threads.ref({ connect }));
  calls.note('0');
  t.strictSame(await calls.settled(), [['BUSY']]);
  fails = false;
  await until('the actor can be had', async () => {
    calls.note('1');
    return (await calls.settled()).at(-1)?.[0] === '1';
  });
});

t.test('a connection that comes after the end is let go', async (t) => {
  const threads = new TestThreads(t);
  let ended = false;
  const ref = threads.ref({
    connect: async (hung) => {
      const connection = await threads.connect(hung);
      if ('endpoint' in connection) {
        connection.endpoint.once('close', () => {
          ended = true;
        });
      }
      return connection;
    },
  });
  ref.close();
  await until('it is closed', () => ended);
});

t.test(
  'whenever the thread dies, every call is settled once, in order, and takes effect once where it is answered',
  async (t) => {
    const threads = new TestThreads(t);
    const steps = fc.oneof(
      { weight: 8, arbitrary: fc.constant('note' as const) },
      { weight: 1, arbitrary: fc.constantFrom('die-once' as const, 'turn' as const) },
      { weight: 2, arbitrary: fc.constant('kill' as const) },
    );
    const schedules = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.array(steps, { minLength: 1, maxLength: 40 }));
    await fc.assert(
      fc.asyncProperty(schedules, async ([commandBatchMax, schedule]) => {
        const before = threads.journal.length;
        const ref = threads.ref({ limits: { commandBatchMax } });
        const calls = new Calls(ref);
        const asked: string[] = [];
        for (const step of schedule) {
          if (step === 'turn') await nextTurn();
          else if (step === 'kill') threads.kill();
          else {
            asked.push(step === 'note' ? `${asked.length}` : 'die');
            calls.make(step === 'note' ? { type: 'note', text: asked.at(-1) ?? '' } : dieOnce);
          }
        }
        const outcomes = await calls.settled();
        ref.close();
        const journal = threads.journal.slice(before);
        for (const [i, settled] of outcomes.entries()) {
          assert.equal(settled.length, 1, 'settled once');
          const times = journal.flatMap(({ commands, again, firstKey }) =>
            commands.flatMap((command, at) =>
              'text' in command && command.text === asked[i] ? [[firstKey + at, again]] : [],
            ),
          );
          assert.ok(times.length <= 2, 'handed in twice at the most');
          assert.equal(new Set(times.map(([key]) => key)).size <= 1, true, 'with one key');
          assert.ok(
            times.slice(1).every(([, again]) => again),
            'the second time as such',
          );
          if (settled[0] !== 'ACTOR_RESTARTED') assert.equal(settled[0], asked[i]);
        }
        const keys = journal.map(({ firstKey, commands }) => firstKey + commands.length - 1);
        for (const [i, key] of keys.entries()) {
          const entry = journal[i + 1];
          if (entry !== undefined && !entry.again) assert.ok(entry.firstKey > key, 'nothing overtakes');
        }
      }),
      { numRuns: 15 },
    );
  },
);
