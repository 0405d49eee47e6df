import type { Piscina } from 'piscina';

/** A task that was not done because too many wait already, or because the pool is closed. */
export class PoolBusy extends Error {
  override readonly name = 'PoolBusy';
  /** What cannot take more, as people are told. */
  readonly who: string;
  readonly retryAfterMs: number;

  constructor(who: string, retryAfterMs: number) {
    super(`${who} cannot take more`);
    this.who = who;
    this.retryAfterMs = retryAfterMs;
  }
}

export interface TaskPoolOptions {
  /** What the pool is for, as people are told. */
  readonly name: string;
  readonly threadsMin: number;
  readonly threadsMax: number;
  /** Tasks in the threads, and results that one turn of the event loop is given. */
  readonly underWayMax: number;
  /** Tasks that wait to be under way. */
  readonly queueMax: number;
  /** When to come back who is told that the pool is busy; asked for each. */
  readonly retryAfterMs: () => number;
  /** How far the threads stand behind the others of this machine: see nice(1). */
  readonly niceness?: number;
}

const idleTimeoutMs = 30_000;

/** Threads for what would hold up those of gateway and actors. Library and threads are loaded with the first task. */
export class TaskPool {
  readonly #options: TaskPoolOptions;
  #pool: Promise<Piscina> | undefined;
  readonly #failed = new WeakSet<Piscina>();
  #closed = false;
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(options: TaskPoolOptions) {
    this.#options = options;
  }

  /**
   * The function that runs the one called `name` of `module` in a thread; its query and result are cloned.
   *
   * Every call rejects with PoolBusy when `queueMax` tasks wait, and with the task's own error when it fails.
   */
  task<Query, Result>(module: URL, name = 'default'): (query: Query) => Promise<Result> {
    const filename = module.href;
    const { name: who, queueMax, retryAfterMs } = this.#options;
    return async (query) => {
      // A closed pool would start threads again.
      if (this.#closed || this.#waiting.length >= queueMax) throw new PoolBusy(who, retryAfterMs());
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        this.#begin();
      });
      let pool: Piscina | undefined;
      try {
        if (!this.#closed) pool = await this.#current();
        if (this.#closed || pool === undefined) throw new PoolBusy(who, retryAfterMs());
        return (await pool.run(query, { filename, name })) as Result;
      } catch (error) {
        throw pool !== undefined && this.#failed.has(pool) ? new PoolBusy(who, retryAfterMs()) : error;
      } finally {
        setImmediate(this.#ended);
      }
    };
  }

  /** Starts the first thread, which the first task would otherwise wait for. */
  warm(): void {
    if (!this.#closed) void this.#current();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#pool)?.close({ force: true });
  }

  #begin(): void {
    while (this.#underWay < this.#options.underWayMax && this.#waiting.length > 0) {
      this.#underWay++;
      this.#waiting.shift()?.();
    }
  }

  /** The turn in which a result came is over. */
  readonly #ended = (): void => {
    this.#underWay--;
    this.#begin();
  };

  #current(): Promise<Piscina> {
    this.#pool ??= this.#start();
    return this.#pool;
  }

  async #start(): Promise<Piscina> {
    const { Piscina } = await import('piscina');
    const { threadsMin, threadsMax, niceness = 0 } = this.#options;
    const pool = new Piscina({
      minThreads: threadsMin,
      maxThreads: threadsMax,
      idleTimeout: idleTimeoutMs,
      niceIncrement: niceness,
      execArgv: [],
    });
    // A thread could not be started, for want of files for instance, and what waits for it would do so for ever.
    pool.on('error', () => {
      this.#failed.add(pool);
      this.#pool = undefined;
      void pool.destroy();
    });
    return pool;
  }
}
