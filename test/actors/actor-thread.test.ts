import assert from 'node:assert/strict';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { ActorRef, remote, withPorts } from '../../src/actors/actor-ref.js';
import { ActorThread } from '../../src/actors/actor-thread.js';
import type { Actor, Batch, Lines, Outcome, RemoteActor } from '../../src/actors/batch.js';
import { defaultLimits } from '../../src/protocol/limits.js';
import { nextTurn, TestThreads } from '../support/test-threads.js';
import { until } from '../support/until.js';

type Reply = { readonly text: string };

/** Repeats what it is told; a frame for every batch, with a line for each command but `nothing`. */
class Echo implements Actor<string, Reply, Lines> {
  head = 0;

  handle({ commands }: Batch<string>): Outcome<Reply, Lines> {
    const told = commands.filter((text) => text !== 'nothing');
    const first = this.head + 1;
    this.head += told.length;
    const json = new TextEncoder().encode(told.map((text) => `${text}\n`).join(''));
    const frames = told.length === 0 ? [] : [{ first, last: this.head, json }];
    return { replies: commands.map((text) => ({ text })), frames };
  }
}

const echo = (frameQueueBytesMax = defaultLimits.frameQueueBytesMax) => new ActorThread(new Echo(), frameQueueBytesMax);
const batchOf = (...commands: string[]): Batch<string> => {
  return { at: 0, commands, firstKey: 0, again: false, dialects: [] };
};
const linesIn = (frames: readonly Lines[]) =>
  frames.flatMap(({ json }) =>
    Buffer.from(json ?? [])
      .toString()
      .split('\n')
      .slice(0, -1),
  );

/** A port whose other end is attached to the actor. */
function attach(t: Test, thread: ActorThread<string, Reply, Lines>, wantsFrames: boolean): MessagePort {
  const { port1, port2 } = new MessageChannel();
  thread.attach(port2, wantsFrames);
  t.teardown(() => port1.close());
  return port1;
}

/** A caller that keeps all it is told. */
function callerOf(t: Test, thread: ActorThread<string, Reply, Lines>) {
  const told: Lines[] = [];
  const ref = new ActorRef<string, Reply, Lines>({
    name: 'echo',
    limits: defaultLimits,
    connect: async () => ({ endpoint: attach(t, thread, true), info: undefined }),
    onFrames: (frames) => told.push(...frames),
  });
  const alive = setInterval(() => undefined, 1000);
  t.teardown(() => {
    clearInterval(alive);
    ref.close();
  });
  return { ref, told };
}

t.test('every caller is told of everything, whoever asked for it', async (t) => {
  const thread = echo();
  const [ana, bia, caio] = [callerOf(t, thread), callerOf(t, thread), callerOf(t, thread)];
  await Promise.all([ana, bia, caio].map(({ ref }) => ref.ask('nothing')));
  await ana.ref.ask('oi');
  await bia.ref.ask('olá');
  thread.handle(batchOf('server'));
  await until('all is told', () => [ana, bia, caio].every(({ told }) => told.length === 3));
  for (const { told } of [ana, bia, caio]) {
    t.strictSame(linesIn(told), ['oi', 'olá', 'server']);
    t.strictSame(
      told.map(({ first, last }) => [first, last]),
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
    );
  }
});

t.test('an answer comes before the news of what it did', async (t) => {
  const { ref, told } = callerOf(t, echo());
  for (const text of ['oi', 'olá']) {
    const before = told.length;
    await new Promise<void>((resolve) => {
      ref.call(text, () => {
        t.equal(told.length, before, text);
        resolve();
      });
    });
    t.equal(told.length, before + 1);
  }
});

t.test('who wants no frames gets none, and holds none up', async (t) => {
  const thread = echo();
  const supervisor = remote<RemoteActor<Lines>>(attach(t, thread, false));
  const { ref, told } = callerOf(t, thread);
  await ref.ask('nothing');
  t.strictSame(await supervisor.submit(batchOf('oi')), { replies: [{ text: 'oi' }], frames: [] });
  await until('the other is told', () => told.length === 1);
});

t.test('a caller whose port closed is forgotten; the others go on', async (t) => {
  const thread = echo();
  const port = attach(t, thread, true);
  const gone = remote<RemoteActor<Lines>>(port);
  const { ref, told } = callerOf(t, thread);
  await ref.ask('oi');
  t.strictSame(linesIn((await gone.submit(batchOf('olá'))).frames), ['oi', 'olá'], 'what came before comes along');
  port.close();
  await ref.ask('tchau');
  t.strictSame(linesIn(told), ['oi', 'olá', 'tchau']);
});

t.test('what waits for a caller that does not ask is bounded; it sees the gap, and the others have none', async (t) => {
  const thread = echo(100);
  const idle = remote<RemoteActor<Lines>>(attach(t, thread, true));
  const { ref, told } = callerOf(t, thread);
  await ref.ask('nothing');
  const text = 'x'.repeat(39);
  for (let head = 1; head <= 12; head++) {
    thread.handle(batchOf(text));
    await until('the other is told', () => told.at(-1)?.last === head);
  }
  t.strictSame(
    told.map(({ first }) => first),
    Array.from({ length: 12 }, (_, i) => i + 1),
  );
  const late = await idle.poll();
  t.ok(linesIn(late).length * 40 <= 100);
  t.equal(late.at(-1)?.last, 12, 'the newest is among them');
  t.not(late[0]?.first, 1, 'the oldest is not');
});

t.test('an actor that throws ends its thread: nobody is answered, nobody is told the error as an answer', async (t) => {
  const threads = new TestThreads(t);
  const worker = threads.worker;
  const { port1, port2 } = new MessageChannel();
  const closed = new Promise<string>((resolve) => port1.once('close', () => resolve('closed')));
  const host = remote<{ connect(wantsFrames: boolean, port: MessagePort): void }>(worker);
  await host.connect(true, withPorts(port2, [port2]));
  const actor = remote<RemoteActor<Lines>>(port1);
  const answer = actor.submit({ ...batchOf(), commands: [{ type: 'note', text: 'oi' }, { type: 'throw' }] });
  const poll = actor.poll();
  t.equal(await Promise.race([answer, poll, closed]), 'closed');
  await until('the thread is gone', () => threads.deaths.length === 1);
  t.match(threads.deaths, ['Error: a bug']);
});

t.test('from how many sides ever it is asked, all are told the same, once and in order', async (t) => {
  const steps = fc.record({ by: fc.nat(3), texts: fc.integer({ min: 0, max: 4 }), turns: fc.nat(2) });
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 40 }), async (schedule) => {
      const thread = echo();
      const callers = [callerOf(t, thread), callerOf(t, thread), callerOf(t, thread)];
      await Promise.all(callers.map(({ ref }) => ref.ask('nothing')));
      const answered: string[] = [];
      const asked: string[] = [];
      for (const [i, { by, texts, turns }] of schedule.entries()) {
        const told = Array.from({ length: texts }, (_, n) => `${by} ${i} ${n}`);
        asked.push(...told);
        const caller = callers[by];
        if (caller === undefined) {
          answered.push(...told);
          thread.handle(batchOf(...told));
        } else {
          for (const text of told) caller.ref.call(text, (reply) => answered.push('text' in reply ? reply.text : ''));
        }
        for (let turn = 0; turn < turns; turn++) await nextTurn();
      }
      const complete = () => callers.every(({ told }) => (told.at(-1)?.last ?? 0) === asked.length);
      await until('all is told', () => answered.length === asked.length && complete());
      const [first] = callers;
      const lines = linesIn(first?.told ?? []);
      assert.deepEqual([...lines].sort(), [...asked].sort(), 'all of it, once');
      for (const by of ['0', '1', '2', '3']) {
        const own = (texts: readonly string[]) => texts.filter((text) => text.startsWith(by));
        assert.deepEqual(own(lines), own(asked), 'in the order of each caller');
      }
      for (const { ref, told } of callers) {
        assert.deepEqual(linesIn(told), lines, 'the same to all');
        let head = 0;
        for (const frame of told) {
          assert.equal(frame.first, head + 1, 'without a gap');
          head = frame.last;
        }
        ref.close();
      }
    }),
    { numRuns: 50 },
  );
});
