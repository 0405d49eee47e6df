import { type Bar, best, judge, type Lookup, type Verdict } from './bars.js';
import { bars } from './goals.js';
import { costs, formatted, type Metric, metrics } from './metrics.js';
import { type CaseResult, find, medianOf, type Results, type Row, type WorkloadResult } from './results.js';
import { peers } from './servers/all.js';

/** The bars, judged by these results. */
export function judged(results: Results): Verdict[] {
  const lookup: Lookup = (workload, id, name, metric) => medianOf(find(results, workload, id, name), metric);
  return bars.map((bar) => judge(bar, lookup, peers));
}

/** The results as a page of Markdown, beside which lies the picture. */
export function report(results: Results, verdicts: readonly Verdict[]): string {
  return [
    '# Benchmark results',
    ...(results.settings.quick ? ['**A quick run: an impression, not a measurement.**'] : []),
    '![Deliveries a second, and latency over load](results.svg)',
    machineSection(results),
    '## The bars',
    barTable(results, verdicts),
    ...results.workloads.flatMap((workload) => workloadSection(workload, results)),
  ]
    .map((block) => `${block}\n`)
    .join('\n');
}

/** The bars alone, for the terminal too. */
export function barTable(results: Results, verdicts: readonly Verdict[]): string {
  const marks = new Map([
    [true, 'met'],
    [false, '**not met**'],
  ]);
  const rows = verdicts.map((verdict) => {
    const { bar, measured, against, ratio, met } = verdict;
    const other = against?.name === undefined ? '' : ` (${titleOf(results, against.name)})`;
    return [
      `${bar.title}: ${metrics[bar.metric].heading}`,
      goalText(bar, results),
      formatted(bar.metric, measured),
      against === undefined ? '–' : `${formatted(bar.metric, against.value)}${other}`,
      ratio === undefined ? '–' : `${ratio.toFixed(2)} ×`,
      met === undefined ? 'not measured' : (marks.get(met) ?? ''),
    ];
  });
  return table(['what', 'goal', 'salas', 'against', 'ratio', ''], rows);
}

function goalText({ goal, metric }: Bar, results: Results): string {
  switch (goal.type) {
    case 'times':
      return `≥ ${goal.factor} × ${titleOf(results, goal.of)}`;
    case 'at-least':
      return `≥ ${formatted(metric, goal.value)}${goal.possible === undefined ? '' : ', or what the disk can'}`;
    case 'below':
      return `< ${formatted(metric, goal.value)}`;
    case 'at-most-times':
      return `≤ ${goal.factor} × ${titleOf(results, goal.of)}`;
    default:
      return goal satisfies never;
  }
}

function titleOf({ servers }: Results, name: string): string {
  return servers.find((server) => server.name === name)?.title ?? name;
}

function machineSection({ machine, settings, servers, minutes }: Results): string {
  const { pinning } = machine;
  const cores =
    'unpinned' in pinning
      ? `server and generator are not pinned: ${pinning.unpinned}`
      : `server on core ${pinning.server}, generator on core ${pinning.generator}`;
  const installed = servers.filter(({ version }) => version !== undefined);
  const skipped = servers.filter(({ version }) => version === undefined);
  return [
    `- ${machine.date}, commit ${machine.commit}, Node ${machine.node}`,
    `- ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Linux ${machine.kernel}; data on ${machine.disk}`,
    `- ${cores}; ${plural(settings.runs, 'run')} of ${settings.seconds} s after ${settings.warmSeconds} s of warming up, ` +
      `each with a fresh server; medians, and in brackets the lowest and the highest run; ${minutes.toFixed(0)} minutes in all`,
    `- ${installed.map(({ title, version }) => `${title} ${version}`).join('; ')}`,
    ...skipped.map((server) => `- skipped: ${server.title}, not installed (\`${server.package}\`)`),
    '- A run is disturbed where other programs used more than 10 % of a core (“strangers”), or the generator more than ' +
      '95 % of its own: then the server may be able to do more than it was asked (“generator”).',
  ].join('\n');
}

function workloadSection(workload: WorkloadResult, results: Results): string[] {
  const overview = overviewTable(workload, results);
  return [
    `## ${workload.id}. ${workload.title}`,
    workload.about.map((line) => `- ${line}`).join('\n'),
    ...(overview === undefined ? [] : [overview]),
    ...workload.cases.flatMap((each) => [`### ${each.title}`, caseTable(workload, each)]),
  ];
}

/** A line a case: salas, and the best of the peers. */
function overviewTable({ cases, headline }: WorkloadResult, results: Results): string | undefined {
  const rows = cases.flatMap(({ title, rows }) => {
    const figure = (name: string) =>
      medianOf(
        rows.find((row) => row.name === name),
        headline,
      );
    const salas = figure('salas');
    const peer = best(peers, figure, costs(headline));
    if (salas === undefined || peer === undefined) return [];
    const limit = figure('limit');
    return [
      [
        title,
        formatted(headline, salas),
        `${formatted(headline, peer.value)} (${titleOf(results, peer.name)})`,
        `${(salas / peer.value).toFixed(2)} ×`,
        limit === undefined ? '–' : `${(salas / limit).toFixed(2)} ×`,
      ],
    ];
  });
  if (rows.length === 0) return undefined;
  return table([metrics[headline].heading, 'salas', 'best peer', 'salas / best peer', 'salas / C, batched'], rows);
}

function caseTable({ headline, columns }: WorkloadResult, { rows }: CaseResult): string {
  const measured = columns.filter((metric) => rows.some(({ summary }) => summary[metric] !== undefined));
  const main = measured.includes(headline) ? headline : measured[0];
  const salas = main === undefined ? undefined : rows.find(({ name }) => name === 'salas')?.summary[main]?.median;
  const lines = rows.map((row) => [
    row.title,
    ...measured.flatMap((metric) => cells(row, metric, metric === main, salas)),
    notes(row),
  ]);
  const headings = measured.flatMap((metric) =>
    metric === main ? [metrics[metric].heading, 'of salas'] : [metrics[metric].heading],
  );
  return table(['', ...headings, ''], lines);
}

/** The main figure with its spread and what part it is of that of salas; of the others the median. */
function cells({ summary }: Row, metric: Metric, isMain: boolean, salas: number | undefined): string[] {
  const figure = summary[metric];
  if (!isMain) return [formatted(metric, figure?.median)];
  if (figure === undefined) return ['–', '–'];
  const spread =
    figure.min === figure.max ? '' : ` (${formatted(metric, figure.min)} to ${formatted(metric, figure.max)})`;
  return [
    `${formatted(metric, figure.median)}${spread}`,
    salas === undefined ? '–' : `${(figure.median / salas).toFixed(2)} ×`,
  ];
}

function notes({ runs }: Row): string {
  const found = new Map<string, number>();
  for (const run of runs) {
    const words =
      'sample' in run
        ? run.disturbed.map((disturbance) => `disturbed: ${disturbance}`)
        : ['overloaded' in run ? 'overloaded' : `failed: ${run.failed}`];
    for (const word of words) found.set(word, (found.get(word) ?? 0) + 1);
  }
  return [...found]
    .map(([word, count]) => `${word}${count === runs.length ? '' : ` (${count} of ${runs.length})`}`)
    .join('; ');
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** The first column is text, the others are figures. */
function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const alignment = headings.map((heading, i) => (i === 0 || heading === '' ? '---' : '---:'));
  return [line(headings), `| ${alignment.join(' | ')} |`, ...rows.map(line)].join('\n');
}
