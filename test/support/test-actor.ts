import { appendFileSync } from 'node:fs';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { ActorThread, serve } from '../../src/actors/actor-thread.js';
import type { Actor, Batch, Lines, Outcome } from '../../src/actors/batch.js';
import { defaultLimits } from '../../src/protocol/limits.js';
import { type Refusal, refusals } from '../../src/protocol/refusals.js';

/** The entry of a thread for tests: an actor that notes what it is told, and dies or hangs when it is told to. */

export type TestCommand =
  /** Answered with the text, and passed on as a line of a frame. */
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'refuse' }
  /** Holds the thread up until the gate is open. */
  | { readonly type: 'wait' }
  /** Ends the thread, or throws in it; `once`: only when it is handed in for the first time. */
  | { readonly type: 'die' | 'throw'; readonly once?: boolean }
  | { readonly type: 'hang'; readonly once?: boolean };

export type TestReply = { readonly text: string };

export interface TestThreadData {
  /** A file with a line for each batch that came in, from all threads there were. */
  readonly journal: string;
  /** Another value than 0 opens it. */
  readonly gate: Int32Array;
}

/** What a thread noted of a batch before it did anything. */
export type JournalEntry = Omit<Batch<TestCommand>, 'at'>;

const { journal, gate } = workerData as TestThreadData;

class TestActor implements Actor<TestCommand, TestReply, Lines> {
  #head = 0;

  handle({ commands, firstKey, again, dialects }: Batch<TestCommand>): Outcome<TestReply, Lines> {
    const entry: JournalEntry = { commands, firstKey, again, dialects };
    if (commands.length > 0) appendFileSync(journal, `${JSON.stringify(entry)}\n`);
    const first = this.#head + 1;
    let lines = '';
    const replies = commands.map((command): TestReply | Refusal => {
      const harmless = 'once' in command && command.once === true && again;
      switch (command.type) {
        case 'note':
          this.#head++;
          lines += `${command.text}\n`;
          return { text: command.text };
        case 'refuse':
          return refusals.notRegistered();
        case 'wait':
          Atomics.wait(gate, 0, 0);
          break;
        case 'die':
          if (!harmless) process.exit();
          break;
        case 'throw':
          if (!harmless) throw new Error('a bug');
          break;
        case 'hang':
          while (!harmless);
          break;
        default:
          command satisfies never;
      }
      return { text: command.type };
    });
    const frames = lines === '' ? [] : [{ first, last: this.#head, json: new TextEncoder().encode(lines) }];
    return { replies, frames };
  }
}

const actor = new ActorThread(new TestActor(), defaultLimits.frameQueueBytesMax);

export const testThread = {
  connect(wantsFrames: boolean, port: MessagePort): void {
    actor.attach(port, wantsFrames);
  },

  /** Hands in a batch from inside the thread. */
  handle(commands: readonly TestCommand[]): void {
    actor.handle({ at: 0, commands, firstKey: 0, again: false, dialects: [] });
  },
};

export type TestThread = typeof testThread;

if (parentPort !== null) serve(parentPort, { ...testThread, ...actor.caller(parentPort, false) });
