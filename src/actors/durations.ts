/** Upper bounds of the buckets, ms: from a call that waits for nobody to one that is given up. */
export const durationBoundsMs = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

/** A bucket for each bound and one for what is longer, then the sum in µs. */
const cellCount = durationBoundsMs.length + 2;
const sumCell = cellCount - 1;

/** How long things took: how many of them, by bucket, and all together. */
export interface DurationCounts {
  /** Of each bound those that took no longer than it and longer than the bound before; last, those above all bounds. */
  readonly counts: readonly number[];
  readonly sumMs: number;
}

/**
 * A histogram of durations in memory that threads can share: whoever reads it asks no thread, so it waits for none, and
 * a thread's death loses nothing of it.
 */
export class Durations {
  /** What another thread needs to count here as well. */
  readonly memory: SharedArrayBuffer;
  readonly #cells: BigUint64Array;

  constructor(memory = new SharedArrayBuffer(cellCount * BigUint64Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#cells = new BigUint64Array(memory);
  }

  /** Counts something that began at `begunMs` by `performance.now()` and is over now. */
  since(begunMs: number): void {
    this.add(performance.now() - begunMs);
  }

  add(ms: number): void {
    let bucket = 0;
    while (ms > (durationBoundsMs[bucket] ?? Number.POSITIVE_INFINITY)) bucket++;
    Atomics.add(this.#cells, bucket, 1n);
    Atomics.add(this.#cells, sumCell, BigInt(Math.round(ms * 1000)));
  }

  read(): DurationCounts {
    const cells = Array.from({ length: cellCount }, (_, cell) => Number(Atomics.load(this.#cells, cell)));
    return { counts: cells.slice(0, sumCell), sumMs: (cells[sumCell] as number) / 1000 };
  }
}
