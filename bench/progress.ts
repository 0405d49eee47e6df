/** Tells on stderr what runs, how much is to come, and for about how long. */
export class Progress {
  readonly #runs: number;
  readonly #began = performance.now();
  /** Estimates, in seconds. */
  #toCome: number;
  #done = 0;
  #count = 0;

  constructor(runs: number, seconds: number) {
    this.#runs = runs;
    this.#toCome = seconds;
  }

  /** A run begins. */
  begin(what: string): void {
    this.#count++;
    const count = String(this.#count).padStart(String(this.#runs).length);
    process.stderr.write(`[${count}/${this.#runs}, ${minutes(this.#secondsLeft())} to go] ${what}`);
  }

  /** The run is over, and was expected to take so many seconds. */
  end(seconds: number, outcome: string): void {
    this.#done += seconds;
    this.#toCome -= seconds;
    process.stderr.write(`: ${outcome}\n`);
  }

  /** By how wrong the estimates have been so far, once there is enough to tell. */
  #secondsLeft(): number {
    const elapsed = (performance.now() - this.#began) / 1000;
    const error = this.#count > trustedAfterRuns ? elapsed / this.#done : 1;
    return this.#toCome * error;
  }
}

const trustedAfterRuns = 10;

/** A time as people say it. */
export function minutes(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}
