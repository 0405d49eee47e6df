import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { Test } from 'tap';
import { ActorRef, type ActorRefOptions, type Connection, remote, withPorts } from '../../src/actors/actor-ref.js';
import type { Lines } from '../../src/actors/batch.js';
import { defaultLimits, type Limits } from '../../src/protocol/limits.js';
import type { Refusal } from '../../src/protocol/refusals.js';
import { newDirectory } from './new-directory.js';
import type { JournalEntry, TestCommand, TestReply, TestThread, TestThreadData } from './test-actor.js';

export type TestRef = ActorRef<TestCommand, TestReply, Lines, number>;
type Options = Partial<Omit<ActorRefOptions<TestCommand, TestReply, Lines, number>, 'limits'>> & {
  limits?: Partial<Limits>;
};

/** Looks after a test actor, as the supervisor looks after a room. All of it is gone when the test ends. */
export class TestThreads {
  /** What was asked for when a way to the actor was: whether it hung. */
  readonly asked: boolean[] = [];
  /** What is answered instead of a connection, while there is something in it. */
  readonly refusals: Refusal[] = [];
  /** The threads that came to their end, each with its reason. */
  readonly deaths: string[] = [];
  readonly #journal: string;
  readonly #gate = new Int32Array(new SharedArrayBuffer(4));
  readonly #refs: TestRef[] = [];
  #worker: Worker | undefined;
  #spare: Worker | undefined;
  #over = false;

  constructor(t: Test) {
    this.#journal = join(newDirectory(t), 'journal');
    // What waits for an actor keeps no process alive; a test does, until it ends.
    const alive = setInterval(() => undefined, 1000);
    t.teardown(async () => {
      clearInterval(alive);
      this.#over = true;
      for (const ref of this.#refs) ref.close();
      this.open();
      await Promise.all([this.#worker?.terminate(), this.#spare?.terminate()]);
    });
  }

  /** Every batch that came in, of all threads there were. */
  get journal(): JournalEntry[] {
    if (!existsSync(this.#journal)) return [];
    const lines = readFileSync(this.#journal, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as JournalEntry);
  }

  /** Texts noted, in the order in which the threads were told. */
  get notes(): string[] {
    return this.journal.flatMap(({ commands }) => commands.flatMap((c) => (c.type === 'note' ? [c.text] : [])));
  }

  /** Lets everything go on that waits. */
  open(): void {
    Atomics.store(this.#gate, 0, 1);
    Atomics.notify(this.#gate, 0);
  }

  get worker(): Worker {
    if (this.#over) throw new Error('the test is over');
    if (this.#worker === undefined) {
      this.#worker = this.#spare ?? this.#start();
      this.#spare = undefined;
    }
    return this.#worker;
  }

  /** Ends the present thread, where there is one. */
  kill(): void {
    void this.#worker?.terminate();
  }

  /** Starts the thread that takes the place of the present one, so that this does not take long when it comes to it. */
  async prepare(): Promise<void> {
    this.#spare = this.#start();
    await remote<TestThread>(this.#spare).handle([]);
  }

  #start(): Worker {
    const workerData: TestThreadData = { journal: this.#journal, gate: this.#gate };
    const worker = new Worker(new URL('./test-actor.js', import.meta.url), { execArgv: [], workerData });
    let reason = 'ended';
    worker.on('error', (error) => {
      reason = String(error);
    });
    worker.once('exit', () => {
      this.deaths.push(reason);
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }

  /** A connection to the actor, whose thread is started where there is none. */
  readonly connect = async (hung: boolean, wantsFrames = true): Promise<Connection<number>> => {
    this.asked.push(hung);
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return refusal;
    if (hung) await this.#worker?.terminate();
    for (;;) {
      const { worker } = this;
      const { port1, port2 } = new MessageChannel();
      // A thread that is about to end answers no more.
      const ended = once(worker, 'exit').then(() => 'ended');
      const connected = remote<TestThread>(worker).connect(wantsFrames, withPorts(port2, [port2]));
      if ((await Promise.race([connected, ended])) !== 'ended') return { endpoint: port1, info: this.asked.length };
    }
  };

  /** Hands in commands from inside the thread. */
  async handle(commands: readonly TestCommand[]): Promise<void> {
    await remote<TestThread>(this.worker).handle(commands);
  }

  ref({ limits, ...options }: Options = {}): TestRef {
    const wantsFrames = options.onFrames !== undefined;
    const ref: TestRef = new ActorRef({
      name: 'the actor',
      connect: (hung) => this.connect(hung, wantsFrames),
      limits: { ...defaultLimits, ...limits },
      ...options,
    });
    this.#refs.push(ref);
    return ref;
  }
}

/** Calls that were made, and how often each was settled with what. */
export class Calls {
  readonly outcomes: string[][] = [];
  readonly #ref: TestRef;
  #settled: (() => void) | undefined;

  constructor(ref: TestRef) {
    this.#ref = ref;
  }

  make(command: TestCommand, bytes = 0): void {
    const outcomes: string[] = [];
    this.outcomes.push(outcomes);
    const settle = (outcome: TestReply | Refusal) => {
      outcomes.push('code' in outcome ? outcome.code : outcome.text);
      if (this.outcomes.every((settled) => settled.length > 0)) this.#settled?.();
    };
    this.#ref.call(command, settle, bytes);
  }

  note(...texts: string[]): void {
    for (const text of texts) this.make({ type: 'note', text });
  }

  /** What each call was settled with, once all are. */
  async settled(): Promise<string[][]> {
    if (this.outcomes.some((settled) => settled.length === 0)) {
      await new Promise<void>((resolve) => {
        this.#settled = resolve;
      });
    }
    return this.outcomes;
  }
}

/** The end of the present turn of the event loop, and of the one after. */
export async function nextTurn(): Promise<void> {
  for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
}
