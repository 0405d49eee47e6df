import { Durations } from '../actors/durations.js';
import { type MethodName, methods } from '../protocol/methods.js';
import type { Gateway } from '../transport/gateway.js';
import type { CallTimes, CommitTimes } from '../transport/metrics.js';
import type { Settings } from './settings.js';

/** What `serve --metrics-port` puts together. All of it is loaded only where it is wanted. */

export interface Monitoring {
  readonly host: string;
  readonly port: number;
  readonly callTimes: CallTimes;
  readonly commitTimes: CommitTimes;
}

/** Where to answer, and where calls and commits are to note how long they take; nothing where nobody is to ask. */
export function monitoringBy({ 'metrics-host': host, 'metrics-port': port }: Settings): Monitoring | undefined {
  if (port === undefined) return undefined;
  const names = Object.keys(methods) as MethodName[];
  const callTimes = Object.fromEntries(names.map((name) => [name, new Durations()])) as Record<MethodName, Durations>;
  return { host, port, callTimes, commitTimes: { room: new Durations(), supervisor: new Durations() } };
}

/**
 * Answers Prometheus, and whoever watches whether the daemon lives. Resolves with the port.
 *
 * @throws the system's error where the port cannot be had
 */
export async function startMonitoring(
  { host, port, callTimes, commitTimes }: Monitoring,
  { figures, unready }: Gateway,
  onTrouble: (what: string, details: object) => void,
): Promise<number> {
  const { createMetrics } = await import('../transport/metrics.js');
  const { listenForMonitoring } = await import('../transport/monitoring.js');
  return listenForMonitoring({
    host,
    port,
    metrics: createMetrics({ figures, callTimes, commitTimes }),
    unready,
    onTrouble,
  });
}
