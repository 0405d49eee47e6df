import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import { type Durations, durationBoundsMs } from '../actors/durations.js';
import type { Figures } from '../protocol/control.js';
import type { MethodName } from '../protocol/methods.js';

/** What Prometheus is told: the only place that knows prom-client. */

/** How long calls took, from their start to their answer, by method. */
export type CallTimes = Readonly<Record<MethodName, Durations>>;
/** How long actors' transactions took, from their first decision to the disk. */
export type CommitTimes = Readonly<Record<'room' | 'supervisor', Durations>>;

export interface MetricsOptions {
  readonly figures: () => Promise<Figures>;
  readonly callTimes: CallTimes;
  readonly commitTimes: CommitTimes;
}

export interface Metrics {
  readonly contentType: string;
  /** All metrics as of now, in Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats). */
  text(): Promise<string>;
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly samples: (figures: Figures) => readonly Sample[];
}

const families: readonly Family[] = [
  {
    name: 'salas_build_info',
    help: 'The version that runs; always 1.',
    type: 'gauge',
    samples: ({ version }) => [[{ version }, 1]],
  },
  {
    name: 'salas_connections',
    help: 'Connections now.',
    type: 'gauge',
    samples: ({ connections }) => one(connections),
  },
  {
    name: 'salas_connections_accepted_total',
    help: 'Connections taken since the start.',
    type: 'counter',
    samples: ({ connectionsTotal }) => one(connectionsTotal),
  },
  { name: 'salas_users', help: 'Users with a connection.', type: 'gauge', samples: ({ users }) => one(users) },
  { name: 'salas_rooms', help: 'Rooms.', type: 'gauge', samples: ({ rooms }) => one(rooms.length) },
  {
    name: 'salas_deliveries_total',
    help: 'Events and private messages written to connections; each counts once a connection.',
    type: 'counter',
    samples: ({ deliveries }) => one(deliveries),
  },
  {
    name: 'salas_refusals_total',
    help: 'Calls and lines that were refused, by the code of the error.',
    type: 'counter',
    samples: ({ refusals }) => Object.entries(refusals).map(([code, count]) => [{ code }, count]),
  },
  {
    name: 'salas_mailbox_commands',
    help: 'Commands handed to an actor and not answered yet.',
    type: 'gauge',
    samples: ({ supervisor, rooms }) => [
      [{ actor: 'supervisor' }, supervisor.mailbox],
      ...rooms.map(({ room, mailbox }): Sample => [{ actor: 'room', room }, mailbox]),
    ],
  },
  {
    name: 'salas_restarts_total',
    help: 'Actors whose thread died and was replaced. All rooms die with the supervisor.',
    type: 'counter',
    samples: ({ supervisor, rooms }) => [
      [{ actor: 'supervisor' }, supervisor.restarts],
      [{ actor: 'room' }, rooms.reduce((sum, { restarts }) => sum + restarts, 0)],
    ],
  },
  {
    name: 'salas_cursors_lagging',
    help: 'Cursors of connections that are behind the log they read, because the client does not take what it is sent.',
    type: 'gauge',
    samples: ({ lagging }) => one(lagging),
  },
  {
    name: 'salas_cursor_lag_events',
    help: 'Events that the cursor furthest behind its room has still to pass on.',
    type: 'gauge',
    samples: ({ rooms }) => one(rooms.reduce((most, { lag }) => Math.max(most, lag), 0)),
  },
  {
    name: 'salas_thread_heap_bytes',
    help: 'Heap in use, by kind of thread; what a thread does not tell in time is left out.',
    type: 'gauge',
    samples: ({ threads }) => {
      const bytes = new Map<string, number>();
      for (const { thread, load } of threads) {
        if (load !== null) bytes.set(thread, (bytes.get(thread) ?? 0) + load.heapUsedBytes);
      }
      return [...bytes].map(([thread, used]) => [{ thread }, used]);
    },
  },
];

/** Made by prom-client for every process: counted by other names here, or too dear to count with many connections. */
const leftOut = ['nodejs_active_handles', 'nodejs_active_requests', 'nodejs_active_resources'];

/** Nothing is counted for Prometheus alone: numbers are looked up when it asks for them. */
export function createMetrics({ figures, callTimes, commitTimes }: MetricsOptions): Metrics {
  const registry = new Registry();
  let now: Figures;
  for (const { samples, ...family } of families) {
    register(registry, { ...family, values: () => samples(now).map(([labels, value]) => ({ labels, value })) });
  }
  registerDurations(
    registry,
    'salas_call_duration_seconds',
    'From the start of a call to its answer.',
    'method',
    callTimes,
  );
  registerDurations(
    registry,
    'salas_commit_duration_seconds',
    'One transaction of an actor, from its first decision to the disk.',
    'actor',
    commitTimes,
  );
  collectDefaultMetrics({ register: registry });
  for (const name of leftOut) for (const suffix of ['', '_total']) registry.removeSingleMetric(name + suffix);
  return {
    contentType: registry.contentType,
    text: async () => {
      now = await figures();
      return registry.metrics();
    },
  };
}

/** A metric whose values are looked up when they are asked for. */
interface Lookup {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly values: () => readonly { readonly metricName?: string; readonly labels: object; readonly value: number }[];
}

function register(registry: Registry, { values, ...metric }: Lookup): void {
  // A registry asks no more of a metric than this, but its types do.
  const registered = { ...metric, aggregator: 'sum', get: async () => ({ ...metric, values: values() }) };
  registry.registerMetric(registered as unknown as Metric);
}

function registerDurations(
  registry: Registry,
  name: string,
  help: string,
  label: string,
  durations: Readonly<Record<string, Durations>>,
): void {
  const values = () =>
    Object.entries(durations).flatMap(([which, duration]) => {
      const { counts, sumMs } = duration.read();
      let count = 0;
      const buckets = counts.map((inBucket, i) => {
        count += inBucket;
        const bound = durationBoundsMs[i];
        const le = bound === undefined ? '+Inf' : String(bound / 1000);
        return { metricName: `${name}_bucket`, labels: { [label]: which, le }, value: count };
      });
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels: { [label]: which }, value: sumMs / 1000 },
        { metricName: `${name}_count`, labels: { [label]: which }, value: count },
      ];
    });
  register(registry, { name, help, type: 'histogram', values });
}

function one(value: number): readonly Sample[] {
  return [[{}, value]];
}
