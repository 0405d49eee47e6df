import { parseArgs } from 'node:util';

/** What the command line asks for. */
export interface Options {
  readonly quick: boolean;
  readonly json: boolean;
  readonly help: boolean;
  /** The ids of workloads; all if undefined. */
  readonly only?: readonly string[];
  /** The ids of cases, in whichever workload; all if undefined. */
  readonly cases?: readonly string[];
  /** The names of servers; all if undefined. */
  readonly peers?: readonly string[];
  readonly seconds: number;
  readonly warmSeconds: number;
  readonly runs: number;
  readonly out?: string;
}

/** A command line that cannot be meant. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const full = { seconds: 2, warmSeconds: 2, runs: 3 };
const quick = { seconds: 1, warmSeconds: 1, runs: 1 };

/** @throws UsageError */
export function parseOptions(
  args: readonly string[],
  workloads: readonly string[],
  servers: readonly string[],
): Options {
  const values = parsed(args);
  const defaults = values.quick ? quick : full;
  const options: { -readonly [K in keyof Options]: Options[K] } = {
    quick: values.quick,
    json: values.json,
    help: values.help,
    seconds: positive('secs', values.secs, defaults.seconds),
    warmSeconds: defaults.warmSeconds,
    runs: positive('runs', values.runs, defaults.runs),
  };
  if (!Number.isInteger(options.runs)) throw new UsageError(`--runs: ${options.runs} is no whole number`);
  if (values.only !== undefined) options.only = listed('only', values.only, workloads);
  if (values.peers !== undefined) options.peers = listed('peers', values.peers, servers);
  if (values.cases !== undefined) options.cases = values.cases.split(',');
  if (values.out !== undefined) options.out = values.out;
  return options;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
        only: { type: 'string' },
        cases: { type: 'string' },
        peers: { type: 'string' },
        secs: { type: 'string' },
        runs: { type: 'string' },
        out: { type: 'string' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new UsageError(`--${name}: ${text} is no number above 0`);
  return value;
}

function listed(name: string, text: string, known: readonly string[]): string[] {
  const words = text.split(',').filter((word) => word !== '');
  const found = words.map((word) => known.find((each) => each.toLowerCase() === word.toLowerCase()));
  const unknown = words.filter((_, i) => found[i] === undefined);
  if (unknown.length > 0) throw new UsageError(`--${name}: no ${unknown.join(', ')}; there are ${known.join(', ')}`);
  return found.filter((word) => word !== undefined);
}

/** How to use it. */
export function usage(workloads: readonly string[], servers: readonly string[]): string {
  return `npm run bench -- [options]

  --quick            a first impression in less than two minutes
  --only W1,W3       these workloads of ${workloads.join(', ')}
  --cases ID,…       these cases of theirs, by their ids in results.json
  --peers salas,…    these servers of ${servers.join(', ')}
  --secs N           seconds measured, each run (${full.seconds}; quick: ${quick.seconds})
  --runs N           runs of each case (${full.runs}; quick: ${quick.runs})
  --out DIR          where results.json, results.md and results.svg go
                     (bench/results; where it is not the full suite, bench/results/partial)
  --json             prints the results as JSON
`;
}
