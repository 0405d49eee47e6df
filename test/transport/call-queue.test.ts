import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { Order } from '../../src/protocol/methods.js';
import { type Call, CallQueue } from '../../src/transport/call-queue.js';

/** A connection's calls, answered when the test says so. */
class Conversation {
  readonly queue: CallQueue;
  readonly incoming: Call[] = [];
  readonly started: number[] = [];
  readonly answered: number[] = [];
  readonly answers = new Map<number, () => void>();
  ready = true;

  constructor(inFlightMax: number) {
    this.queue = new CallQueue(this, inFlightMax);
  }

  nextCall(): Call | undefined {
    return this.incoming.shift();
  }

  callsChanged(): void {}

  receive(id: number, order: Order, atOnce = false): void {
    this.incoming.push({
      order,
      run: (reply) => {
        this.started.push(id);
        if (atOnce) reply({});
        else this.answers.set(id, () => reply({}));
      },
      reply: () => this.answered.push(id),
    });
    this.queue.pump();
  }

  answer(id: number): void {
    const answer = this.answers.get(id);
    this.answers.delete(id);
    answer?.();
  }
}

t.test('calls that may start at once do not wait for each other', async (t) => {
  const ana = new Conversation(10);
  for (const id of [1, 2, 3]) ana.receive(id, 'at-once');
  t.same(ana.started, [1, 2, 3]);
  ana.answer(2);
  t.same(ana.answered, [2], 'answers come in any order');
});

t.test('a call that runs alone waits for the earlier ones, and later ones wait for it', async (t) => {
  const ana = new Conversation(10);
  ana.receive(1, 'at-once');
  ana.receive(2, 'alone');
  ana.receive(3, 'at-once');
  t.same(ana.started, [1]);
  ana.answer(1);
  t.same(ana.started, [1, 2]);
  ana.answer(2);
  t.same(ana.started, [1, 2, 3]);
});

t.test('nothing is read from the line behind a call that runs alone until that is answered', async (t) => {
  const ana = new Conversation(10);
  ana.receive(1, 'alone');
  ana.receive(2, 'at-once');
  t.equal(ana.incoming.length, 1, 'its meaning may depend on the answer');
  ana.answer(1);
  t.equal(ana.incoming.length, 0);
});

t.test('beyond the bound a call waits, and none is lost', async (t) => {
  const ana = new Conversation(2);
  for (const id of [1, 2, 3]) ana.receive(id, 'at-once');
  t.same(ana.started, [1, 2]);
  t.ok(ana.queue.waiting);
  ana.answer(1);
  t.same(ana.started, [1, 2, 3]);
});

t.test('nothing starts while more waits to be sent than may', async (t) => {
  const ana = new Conversation(10);
  ana.ready = false;
  ana.receive(1, 'at-once');
  t.same(ana.started, []);
  ana.ready = true;
  ana.queue.pump();
  t.same(ana.started, [1]);
});

t.test('an answer given twice counts once', async (t) => {
  const ana = new Conversation(10);
  let reply: (outcome: object) => void = () => {};
  ana.incoming.push({
    order: 'at-once',
    run: (given) => {
      reply = given;
    },
    reply: () => ana.answered.push(1),
  });
  ana.queue.pump();
  reply({});
  reply({});
  t.same(ana.answered, [1]);
  t.equal(ana.queue.inFlight, 0);
});

t.test(
  'in every schedule calls start in the order they came, within the bound, and alone where they must be',
  async () => {
    const calls = fc.record({ alone: fc.boolean(), atOnce: fc.boolean() });
    const actions = fc.oneof(calls, fc.nat({ max: 20 }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(actions, { maxLength: 60 }), (inFlightMax, schedule) => {
        const ana = new Conversation(inFlightMax);
        const alone = new Set<number>();
        let count = 0;
        const check = () => {
          const open = ana.started.filter((id) => !ana.answered.includes(id));
          assert.equal(open.length, ana.queue.inFlight);
          assert.ok(open.length <= inFlightMax);
          assert.ok(open.length <= 1 || !open.some((id) => alone.has(id)));
          assert.deepEqual(
            ana.started,
            [...ana.started].sort((one, other) => one - other),
          );
        };
        for (const action of schedule) {
          if (typeof action === 'number') {
            const waiting = [...ana.answers.keys()];
            const chosen = waiting[action % Math.max(1, waiting.length)];
            if (chosen !== undefined) ana.answer(chosen);
          } else {
            if (action.alone) alone.add(count);
            ana.receive(count++, action.alone ? 'alone' : 'at-once', action.atOnce);
          }
          check();
        }
        while (ana.answers.size > 0) {
          ana.answer([...ana.answers.keys()][0] as number);
          check();
        }
        assert.equal(ana.answered.length, count, 'every call is answered');
      }),
    );
  },
);

t.test('while there is no room to write nothing starts, and once there is everything does, in order', async () => {
  const steps = fc.oneof(
    fc.record({ type: fc.constant('receive'), alone: fc.boolean(), atOnce: fc.boolean() }),
    fc.record({ type: fc.constant('answer'), which: fc.nat() }),
    fc.record({ type: fc.constant('ready'), ready: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(steps, { maxLength: 60 }), (inFlightMax, schedule) => {
      const ana = new Conversation(inFlightMax);
      let count = 0;
      for (const step of schedule) {
        const { length } = ana.started;
        if (step.type === 'receive') {
          ana.receive(count++, step.alone ? 'alone' : 'at-once', step.atOnce);
        } else if (step.type === 'answer') {
          ana.answer([...ana.answers.keys()][step.which % Math.max(1, ana.answers.size)] ?? -1);
        } else {
          ana.ready = step.ready;
          ana.queue.pump();
        }
        if (!ana.ready) assert.equal(ana.started.length, length);
      }
      ana.ready = true;
      ana.queue.pump();
      while (ana.answers.size > 0) ana.answer([...ana.answers.keys()][0] as number);
      assert.deepEqual(
        ana.started,
        Array.from({ length: count }, (_, id) => id),
      );
      assert.equal(ana.answered.length, count);
    }),
  );
});
