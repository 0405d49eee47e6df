import { setTimeout as sleep } from 'node:timers/promises';
import type { Coverage } from '../storage/search-index.js';
import { PoolBusy } from '../tasks/task-pool.js';
import type { BiteQuery } from './bite.js';

/** A log that can be searched, as it is just now. */
export interface SearchableLog {
  readonly file: string;
  readonly epoch: string;
  readonly head: number;
}

export interface IndexerOptions {
  readonly logs: () => Iterable<SearchableLog>;
  readonly bite: (query: BiteQuery) => Promise<Coverage>;
  readonly onTrouble: (what: string, details: Record<string, unknown>) => void;
}

/** Events that a log is ahead of its index before that follows: so many a search reads through in no time. */
const behindMin = 4096;
const lookEveryMs = 1000;
/** A bite is followed by a rest so many times as long: whoever talks should not notice. */
const restTimes = 3;
const troubleRetryMs = 30_000;

/** Has the indexes follow their logs, a bite at a time, each log in its turn. */
export class Indexer {
  readonly #options: IndexerOptions;
  /** What is indexed of the logs, by their files, as far as it is known. */
  readonly #covered = new Map<string, Coverage>();
  readonly #damaged = new Set<string>();
  /** When a log that could not be indexed is tried again. */
  readonly #retryAt = new Map<string, number>();
  readonly #end = new AbortController();

  constructor(options: IndexerOptions) {
    this.#options = options;
  }

  begin(): void {
    void this.#run();
  }

  /** Learns what a search met. */
  met(file: string, index: Coverage | undefined | 'damaged'): void {
    if (index === 'damaged') this.#damaged.add(file);
    else if (index === undefined) this.#covered.delete(file);
    else this.#covered.set(file, index);
  }

  close(): void {
    this.#end.abort();
  }

  async #run(): Promise<void> {
    while (await this.#rest(lookEveryMs)) while (await this.#round());
  }

  /** A bite of every log that is in need of one. Answers whether there was any, and it goes on. */
  async #round(): Promise<boolean> {
    let bites = 0;
    for (const log of this.#options.logs()) {
      if (this.#isLevel(log)) continue;
      const began = performance.now();
      await this.#bite(log);
      bites++;
      if (!(await this.#rest((performance.now() - began) * restTimes))) return false;
    }
    return bites > 0;
  }

  #isLevel({ file, epoch, head }: SearchableLog): boolean {
    if ((this.#retryAt.get(file) ?? 0) > performance.now()) return true;
    if (this.#damaged.has(file)) return false;
    const covered = this.#covered.get(file);
    if (covered === undefined) return head < behindMin;
    return covered.epoch === epoch && covered.first === 1 && head - covered.last < behindMin;
  }

  async #bite({ file, head }: SearchableLog): Promise<void> {
    try {
      const renew = this.#damaged.delete(file);
      this.#covered.set(file, await this.#options.bite({ file, head, renew }));
      this.#retryAt.delete(file);
    } catch (error) {
      // The pool was closed.
      if (error instanceof PoolBusy) return;
      this.#retryAt.set(file, performance.now() + troubleRetryMs);
      this.#options.onTrouble('a room cannot be indexed for searches', { file, err: error });
    }
  }

  /** Answers whether it goes on. */
  #rest(ms: number): Promise<boolean> {
    return sleep(ms, true, { ref: false, signal: this.#end.signal }).catch(() => false);
  }
}
