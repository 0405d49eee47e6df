import type { Test } from 'tap';
import type { LineClient } from './line-client.js';

/** How long an answer may take on a busy machine, when nothing holds the server up. */
const answerMsMax = 3000;

/** Somebody who goes on talking while something happens beside. */
export class Bystander {
  readonly #over: Promise<void>;
  #leaving = false;
  #said = 0;
  #slowestMs = 0;

  constructor(client: LineClient, room: string) {
    this.#over = this.#talk(client, room);
  }

  /** Stops, and tells the test whether every message was answered soon. */
  async leave(t: Test): Promise<void> {
    this.#leaving = true;
    await this.#over;
    const slowest = this.#slowestMs.toFixed(0);
    t.comment(`${this.#said} messages were sent beside, the slowest of them answered after ${slowest} ms`);
    t.ok(this.#slowestMs < answerMsMax, 'who talks beside is answered all the while');
  }

  async #talk(client: LineClient, room: string): Promise<void> {
    while (!this.#leaving) {
      const before = performance.now();
      await client.call('room.send', { room, text: `olá ${this.#said++}` });
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - before);
    }
  }
}
