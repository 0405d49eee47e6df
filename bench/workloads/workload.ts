import { generate, type LoadOptions } from '../generator.js';
import type { Machine } from '../machine.js';
import type { Metric, Sample } from '../metrics.js';
import type { Results } from '../results.js';
import type { Needs, Server } from '../servers/server.js';

/** A kind of load, in several cases. */
export interface Workload {
  readonly id: string;
  readonly title: string;
  /** What a reader must know to read the figures. */
  readonly about: readonly string[];
  /** The metric by which subjects are compared. */
  readonly headline: Metric;
  readonly columns: readonly Metric[];
  readonly cases: (bench: Bench) => readonly Case[];
}

/** The same work for every subject; their runs take turns. */
export interface Case {
  readonly id: string;
  readonly title: string;
  readonly subjects: readonly Subject[];
  /** How long one run takes, about. */
  readonly seconds: number;
  /** Where it is not the number of runs of the whole. */
  readonly runs?: number;
}

/** What is measured. */
export interface Subject {
  readonly name: string;
  readonly title: string;
  readonly measure: () => Promise<Sample>;
}

export interface Settings {
  readonly quick: boolean;
  /** Measured, of each run. */
  readonly seconds: number;
  /** Before that, for a run: compilers and sockets get warm. */
  readonly warmSeconds: number;
  readonly runs: number;
}

/** What the workloads work with. */
export interface Bench {
  readonly settings: Settings;
  readonly machine: Machine;
  /** Those that are installed and wanted. */
  readonly servers: readonly Server[];
  /** What has been measured so far. */
  readonly results: () => Results;
}

/** The servers of these names that are there, or all but those. */
export function only(bench: Bench, ...names: string[]): Server[] {
  return bench.servers.filter(({ name }) => names.includes(name));
}

export function except(bench: Bench, ...names: string[]): Server[] {
  return bench.servers.filter(({ name }) => !names.includes(name));
}

export function serverCore({ machine: { pinning } }: Bench): number | undefined {
  return 'server' in pinning ? pinning.server : undefined;
}

export function generatorCore({ machine: { pinning } }: Bench): number | undefined {
  return 'generator' in pinning ? pinning.generator : undefined;
}

/** Starts the server, has the generator load it, and stops it. Every run has a fresh server. */
export function load(bench: Bench, server: Server, needs: Omit<Needs, 'core'>, options: LoadOptions): Subject {
  return subject(bench, server, needs, (port, pid) => loadOn(bench, server, port, pid, options));
}

/** Has the generator load a server that runs. */
export function loadOn(bench: Bench, server: Server, port: number, pid: number, options: LoadOptions): Promise<Sample> {
  const { seconds, warmSeconds } = bench.settings;
  const setup = server.connectingMax === undefined ? {} : { 'setup-par': server.connectingMax };
  const all = { proto: server.protocol, port, pid, secs: seconds, warm: warmSeconds, ...setup, ...options };
  return generate(all, generatorCore(bench));
}

/** A fresh server a run, measured by `measure`. */
export function subject(
  bench: Bench,
  server: Server,
  needs: Omit<Needs, 'core'>,
  measure: (port: number, pid: number) => Promise<Sample>,
): Subject {
  const { name, title } = server;
  return {
    name,
    title,
    measure: async () => {
      const running = await server.start({ ...needs, core: serverCore(bench) });
      try {
        return await measure(running.port, running.pid);
      } finally {
        await running.stop();
      }
    },
  };
}

/** How long a run with the generator takes: its start, its setup, the time measured. */
export function runSeconds({ settings: { seconds, warmSeconds } }: Bench, setupSeconds: number): number {
  return seconds + warmSeconds + setupSeconds;
}
