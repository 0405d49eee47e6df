/** How a figure is read, and how it is written. */
interface MetricKind {
  readonly heading: string;
  readonly format: (value: number) => string;
  /** What the generator calls it. */
  readonly key?: string;
  /** The smaller the better; else the greater. */
  readonly costs?: true;
}

/** Everything that is measured. */
export const metrics = {
  deliveriesPerSecond: { heading: 'deliveries/s', format: whole, key: 'deliv_s' },
  lastP50Us: { heading: 'last delivery p50', format: microseconds, key: 'l50_us' },
  lastP99Us: { heading: 'last delivery p99', format: microseconds, key: 'l99_us', costs: true },
  lastP999Us: { heading: 'last delivery p99.9', format: microseconds, key: 'l999_us' },
  ackP50Us: { heading: 'ack p50', format: microseconds, key: 'a50_us' },
  ackP99Us: { heading: 'ack p99', format: microseconds, key: 'a99_us' },
  worstP99Us: { heading: 'p99 of the others', format: microseconds, costs: true },
  searchP50Us: { heading: 'search p50', format: microseconds, costs: true },
  searchP99Us: { heading: 'search p99', format: microseconds },
  callsPerSecond: { heading: 'calls/s', format: whole, key: 'calls_s' },
  p50Us: { heading: 'p50', format: microseconds, key: 'p50_us' },
  p99Us: { heading: 'p99', format: microseconds, key: 'p99_us' },
  p999Us: { heading: 'p99.9', format: microseconds, key: 'p999_us' },
  rssPerConnectionKiB: { heading: 'RSS a connection', format: unit('KiB', 1), key: 'kb_per_conn', costs: true },
  joinSeconds: { heading: 'time to join', format: unit('s', 2), key: 'setup_s' },
  messagesPerSecond: { heading: 'messages/s', format: whole },
  commandRssMiB: { heading: 'RSS of the command', format: unit('MiB', 0), costs: true },
  rssBeforeMiB: { heading: 'RSS before', format: unit('MiB', 0) },
  rssHighestMiB: { heading: 'highest', format: unit('MiB', 0) },
  rssAfterMiB: { heading: 'after', format: unit('MiB', 0) },
  rssOfBoundPercent: { heading: 'growth, of its bound', format: unit('%', 0), costs: true },
  filesBefore: { heading: 'descriptors before', format: whole },
  filesHighest: { heading: 'highest', format: whole },
  filesAfter: { heading: 'after', format: whole },
  rssMiB: { heading: 'RSS', format: unit('MiB', 0), key: 'rss_mb' },
  backP50Ms: { heading: 'back, p50', format: unit('ms', 1), costs: true },
  backMaxMs: { heading: 'back, longest', format: unit('ms', 1), costs: true },
  readyMs: { heading: 'ready line', format: unit('ms', 0), costs: true },
  firstHistoryMs: { heading: 'first history', format: unit('ms', 0) },
  firstSendMs: { heading: 'first send', format: unit('ms', 0) },
  serverCpuPercent: { heading: 'CPU of server', format: unit('%', 0), key: 'srv_cpu' },
  generatorCpuPercent: { heading: 'of generator', format: unit('%', 0), key: 'gen_cpu' },
  strangersCpuPercent: { heading: 'of strangers', format: unit('%', 0), key: 'other' },
} as const satisfies Record<string, MetricKind>;

export type Metric = keyof typeof metrics;

/** The figures of one run. */
export type Sample = Partial<Record<Metric, number>>;

/** A figure as people read it; a dash where there is none. */
export function formatted(metric: Metric, value: number | undefined): string {
  return value === undefined ? '–' : metrics[metric].format(value);
}

/** Whether a smaller figure is the better one. */
export function costs(metric: Metric): boolean {
  return 'costs' in metrics[metric];
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function microseconds(value: number): string {
  if (value < 1000) return `${value < 100 ? value.toPrecision(2) : value.toFixed(0)} µs`;
  const ms = value / 1000;
  return `${ms < 10 ? ms.toFixed(2) : ms < 100 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
}

function unit(name: string, digits: number): (value: number) => string {
  return (value) => `${value.toFixed(digits)} ${name}`;
}
