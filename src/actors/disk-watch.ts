/** So long must nothing have been refused before there is said to be room again: a nearly full disk takes what is small. */
export const quietMs = 5000;

/**
 * Knows by the commits of one database whether its disk is full. `tell` hears it of each batch that is refused, and
 * once when what is written fits again, or fits at all. Reads no clock: `at` is a batch's Unix time in ms.
 */
export class DiskWatch {
  readonly #tell: (full: boolean) => void;
  /** The last refusal; undefined once there was room after it. */
  #refusedAt: number | undefined = 0;

  constructor(tell: (full: boolean) => void) {
    this.#tell = tell;
  }

  /** Nothing of a batch was written: it did not fit. */
  refused(at: number): void {
    this.#refusedAt = at;
    this.#tell(true);
  }

  /** A batch was written. */
  committed(at: number): void {
    // The clock may have jumped back meanwhile.
    if (this.#refusedAt === undefined || Math.abs(at - this.#refusedAt) < quietMs) return;
    this.#refusedAt = undefined;
    this.#tell(false);
  }
}
