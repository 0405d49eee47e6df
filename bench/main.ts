import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildGenerator } from './generator.js';
import { describeMachine } from './machine.js';
import { type Options, parseOptions, UsageError, usage } from './options.js';
import { sourceFolder } from './paths.js';
import { picture } from './picture.js';
import { cleanUp } from './processes.js';
import { minutes } from './progress.js';
import { barTable, judged, report } from './report.js';
import type { Results, ServerFound, WorkloadResult } from './results.js';
import { estimate, type Planned, run } from './runner.js';
import { servers } from './servers/all.js';
import { diskFolder } from './servers/salas.js';
import type { Server } from './servers/server.js';
import { workloads } from './workloads/all.js';
import type { Bench } from './workloads/workload.js';

/** `npm run bench`: see README.md beside the source. */

const exitCodeUsage = 2;
const exitCodeInterrupted = 130;

const serverNames = servers.map(({ name }) => name);
const workloadIds = workloads.map(({ id }) => id);

async function main(options: Options): Promise<void> {
  buildGenerator();
  const began = performance.now();
  const wanted = servers.filter(({ name }) => options.peers?.includes(name) ?? true);
  const found = wanted.map((server) => ({ server, version: server.version() }));
  const done: WorkloadResult[] = [];
  const { quick, seconds, warmSeconds, runs } = options;
  const settings = { quick, seconds, warmSeconds, runs };
  const machine = describeMachine(diskFolder);
  const results = (): Results => ({
    machine,
    settings,
    minutes: (performance.now() - began) / 60_000,
    servers: found.map(({ server, version }) => serverFound(server, version)),
    workloads: done,
  });
  const bench: Bench = {
    settings,
    machine,
    servers: found.flatMap(({ server, version }) => (version === undefined ? [] : [server])),
    results,
  };
  const plan: Planned[] = workloads
    .filter(({ id }) => options.only?.includes(id) ?? true)
    .map((workload) => ({ workload, cases: workload.cases(bench) }))
    .map(({ workload, cases }) => ({ workload, cases: cases.filter(({ id }) => options.cases?.includes(id) ?? true) }))
    .filter(({ cases }) => options.cases === undefined || cases.length > 0);
  if (plan.length === 0) throw new UsageError(`--cases: no ${options.cases?.join(', ')}`);

  for (const { server, version } of found) {
    if (version === undefined) tell(`skipped: ${server.title}, not installed (${server.package})`);
  }
  if ('unpinned' in machine.pinning) tell(`not pinned to cores: ${machine.pinning.unpinned}`);
  tell(`this takes about ${minutes(estimate(plan, bench))}`);

  const isWhole = !quick && options.only === undefined && options.cases === undefined && options.peers === undefined;
  const partial = join(sourceFolder, 'results', 'partial');
  let finished = false;
  // What is measured is not lost when the rest is not waited for.
  process.on('exit', () => {
    if (!finished && done.length > 0) write(options.out ?? partial, results());
  });
  await run(plan, bench, (result) => done.push(result));
  finished = true;

  const all = results();
  write(options.out ?? (isWhole ? join(sourceFolder, 'results') : partial), all);
  process.stdout.write(`${options.json ? asJson(all) : barTable(all, judged(all))}\n`);
}

function serverFound({ name, title, package: from }: Server, version: string | undefined): ServerFound {
  return { name, title, package: from, ...(version === undefined ? {} : { version }) };
}

function write(folder: string, results: Results): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'results.json'), `${asJson(results)}\n`);
  writeFileSync(join(folder, 'results.md'), report(results, judged(results)));
  writeFileSync(join(folder, 'results.svg'), picture(results));
  tell(`the results are in ${folder}`);
}

function asJson(results: Results): string {
  return JSON.stringify({ ...results, bars: judged(results) }, null, 2);
}

function tell(what: string): void {
  process.stderr.write(`bench: ${what}\n`);
}

process.on('exit', cleanUp);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.stderr.write('\n');
    tell(`ended by ${signal}`);
    process.exit(exitCodeInterrupted);
  });
}

try {
  const options = parseOptions(process.argv.slice(2), workloadIds, serverNames);
  if (options.help) process.stdout.write(usage(workloadIds, serverNames));
  else await main(options);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  tell(
    error instanceof UsageError
      ? `${error.message}\n\n${usage(workloadIds, serverNames)}`
      : (error.stack ?? error.message),
  );
  process.exitCode = error instanceof UsageError ? exitCodeUsage : 1;
}
