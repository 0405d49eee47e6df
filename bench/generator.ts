import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Metric, metrics, type Sample } from './metrics.js';
import { buildFolder, sourceFolder } from './paths.js';
import { lastLines, output, start, stop } from './processes.js';

/** What the generator can speak. */
export type Protocol = 'salas' | 'irc' | 'nats' | 'redis' | 'ws' | 'sio' | 'json';

/** Its options, by the names it has for them; see load/README.md. */
export type LoadOptions = Readonly<Record<string, string | number>>;

export const generatorProgram = join(buildFolder, 'lg');
export const limitProgram = join(buildFolder, 'limit');

/** Compiles the generator and the limit, where they are older than their sources. @throws when there is no compiler */
export function buildGenerator(): void {
  const folder = join(sourceFolder, 'load');
  const sources = readdirSync(folder).map((name) => join(folder, name));
  compile(
    generatorProgram,
    sources.filter((file) => file.endsWith('.c')),
    sources,
  );
  const limit = join(sourceFolder, 'peers', 'limit.c');
  compile(limitProgram, [limit], [limit]);
}

function compile(program: string, sources: readonly string[], inputs: readonly string[]): void {
  const built = statSync(program, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (inputs.every((file) => statSync(file).mtimeMs < built)) return;
  if (output('cc', '--version') === undefined) {
    throw new Error('there is no C compiler; install one: apt-get install gcc libc6-dev');
  }
  if (output('cc', '-std=gnu17', '-O2', '-flto', '-o', program, ...sources, '-lm') === undefined) {
    throw new Error(`cc could not compile ${program}`);
  }
}

/** The server could not keep up with the rate that was asked for. */
export class Overloaded extends Error {
  override readonly name = 'Overloaded';
}

/** What a load takes beyond its own time: connecting thousands, settling, checking. */
const overheadMs = 120_000;

/**
 * Runs the generator to its end.
 *
 * @throws {Overloaded} open loop: too much was left unfinished
 */
export async function generate(options: LoadOptions, core: number | undefined): Promise<Sample> {
  const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  const busyMs = 1000 * (Number(options.secs ?? 0) + Number(options.warm ?? 0) + Number(options.hold ?? 0));
  return runLoad(generatorProgram, args, core, busyMs);
}

/** Runs a program that prints its figures as the generator does. */
export async function runLoad(
  program: string,
  args: readonly string[],
  core: number | undefined,
  busyMs: number,
): Promise<Sample> {
  const started = start(program, args, { core });
  const timer = setTimeout(() => stop(started), busyMs + overheadMs);
  const end = await started.ended;
  clearTimeout(timer);
  if (end !== 0) throw new Error(`the load ended with ${end}: ${lastLines(started.stderr())}`);
  return parseFigures(started.stdout());
}

/**
 * The figures in the generator's line of `key=value`.
 *
 * @throws {Overloaded}
 */
export function parseFigures(line: string): Sample {
  const figures = new Map([...line.matchAll(/(\w+)=(\S*)/g)].map(([, key = '', value]) => [key, Number(value)]));
  if (figures.get('over') === 1) throw new Overloaded('it could not keep up');
  const misdelivered = figures.get('misdelivered') ?? 0;
  if (misdelivered > 0) throw new Error(`${misdelivered} deliveries were doubled or made up`);
  // A quantile of nothing is printed as 0.
  if (figures.get('ack_s') === 0) for (const key of ['a50_us', 'a99_us']) figures.delete(key);
  if (figures.get('comp_s') === 0) for (const key of ['l50_us', 'l99_us', 'l999_us']) figures.delete(key);
  const sample: Sample = {};
  for (const [name, kind] of Object.entries(metrics)) {
    const value = 'key' in kind ? figures.get(kind.key) : undefined;
    if (value !== undefined && Number.isFinite(value)) sample[name as Metric] = value;
  }
  const before = figures.get('rss0_kb');
  const after = figures.get('rss1_kb');
  if (before !== undefined && after !== undefined) {
    sample.rssBeforeMiB = before / 1024;
    sample.rssMiB = after / 1024;
  }
  return sample;
}
