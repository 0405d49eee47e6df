import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** One second of a load test. */
export interface Second {
  answered: number;
  delivered: number;
}

/** What was killed, when, and when it answered again. */
export interface Fault {
  readonly what: 'daemon' | 'room';
  readonly atMs: number;
  readonly backAtMs: number;
}

export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

/** Percentiles of a latency curve: denser towards the end, where it matters. */
const curvePercentiles = [0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100];

/** What a load test counts while it runs; times are milliseconds since its begin. */
export class Measures {
  readonly #answers = createHistogram();
  readonly #deliveries = createHistogram();
  readonly seconds: Second[] = [];
  readonly faults: Fault[] = [];
  errors = 0;
  said = 0;
  answered = 0;
  delivered = 0;
  whispered = 0;
  reconnections = 0;
  #lastAnswerMs: number | undefined;
  #maxPauseMs = 0;

  answer(nowMs: number, tookMs: number): void {
    this.answered++;
    this.#second(nowMs).answered++;
    record(this.#answers, tookMs);
    if (this.#lastAnswerMs !== undefined) this.#maxPauseMs = Math.max(this.#maxPauseMs, nowMs - this.#lastAnswerMs);
    this.#lastAnswerMs = nowMs;
  }

  delivery(nowMs: number, tookMs: number): void {
    this.delivered++;
    this.#second(nowMs).delivered++;
    record(this.#deliveries, tookMs);
  }

  /** The longest time without any answer, while messages were sent all the time. */
  get maxPauseMs(): number {
    return this.#maxPauseMs;
  }

  get answerLatencies(): Latencies {
    return latencies(this.#answers);
  }

  get deliveryLatencies(): Latencies {
    return latencies(this.#deliveries);
  }

  /** Percentiles with their latencies in ms. */
  get curves(): { readonly answers: [number, number][]; readonly deliveries: [number, number][] } {
    return { answers: curve(this.#answers), deliveries: curve(this.#deliveries) };
  }

  #second(nowMs: number): Second {
    const index = Math.max(0, Math.floor(nowMs / 1000));
    while (this.seconds.length <= index) this.seconds.push({ answered: 0, delivered: 0 });
    return this.seconds[index] as Second;
  }
}

// Histograms take whole numbers from 1: these are microseconds.
function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * 1000)));
}

function latencies(histogram: RecordableHistogram): Latencies {
  const at = (percentile: number) => (histogram.count === 0 ? 0 : histogram.percentile(percentile) / 1000);
  return { p50Ms: at(50), p99Ms: at(99), p999Ms: at(99.9), maxMs: histogram.count === 0 ? 0 : histogram.max / 1000 };
}

function curve(histogram: RecordableHistogram): [number, number][] {
  if (histogram.count === 0) return [];
  return curvePercentiles.map((percentile) => [
    percentile,
    (percentile === 0 ? histogram.min : percentile === 100 ? histogram.max : histogram.percentile(percentile)) / 1000,
  ]);
}
