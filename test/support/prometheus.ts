/** A scrape, by the name of the series with its labels: `salas_rooms`, `salas_refusals_total{code="BUSY"}`. */
export type Scrape = ReadonlyMap<string, number>;

const name = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const label = `[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"`;
const sampleLine = new RegExp(`^(${name})(\\{${label}(?:,${label})*\\})? ([+-]?Inf|[-+.\\deE]+|NaN)$`, 'i');
const helpLine = new RegExp(`^# HELP (${name}) (.+)$`);
const typeLine = new RegExp(`^# TYPE (${name}) (counter|gauge|histogram|summary|untyped)$`);

/**
 * Reads Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats), and the rules of
 * its names that `promtool check metrics` goes by.
 *
 * @throws {Error} at the first line that breaks them
 */
export function parseMetrics(text: string): Scrape {
  const scrape = new Map<string, number>();
  const types = new Map<string, string>();
  const helped = new Set<string>();
  let family = '';
  if (!text.endsWith('\n')) throw new Error('the last line must end with a line feed');
  for (const line of text.split('\n')) {
    const fail = (why: string) => new Error(`${why}: ${line}`);
    const [, help] = helpLine.exec(line) ?? [];
    const [, typed, type] = typeLine.exec(line) ?? [];
    if (line === '') continue;
    if (help !== undefined) {
      if (helped.has(help)) throw fail('a second HELP, or one of a family in parts');
      helped.add(help);
      family = help;
    } else if (typed !== undefined && type !== undefined) {
      if (typed !== family) throw fail('TYPE without HELP');
      if ((type === 'counter') !== typed.endsWith('_total')) throw fail('counters, and only they, end in _total');
      types.set(typed, type);
    } else {
      const [, series, labels = '', value] = sampleLine.exec(line) ?? [];
      if (series === undefined) throw fail('no line of the format');
      const histogram = types.get(family) === 'histogram';
      const suffix = series.slice(family.length);
      const known = histogram ? ['_bucket', '_sum', '_count'].includes(suffix) : suffix === '';
      const summary = types.get(family) === 'summary' && ['', '_sum', '_count'].includes(suffix);
      if (!series.startsWith(family) || !(known || summary)) throw fail('a sample outside its family');
      if (scrape.has(series + labels)) throw fail('a series told twice');
      scrape.set(series + labels, Number((value as string).replace('Inf', 'Infinity')));
    }
  }
  checkHistograms(scrape);
  return scrape;
}

/** Buckets must not shrink, and the last must hold all. */
function checkHistograms(scrape: Scrape): void {
  const last = new Map<string, { le: number; count: number }>();
  for (const [series, count] of scrape) {
    const le = /_bucket\{.*le="([^"]+)"/.exec(series)?.[1];
    if (le === undefined) continue;
    const base = series.replace(/_bucket\{(.*?),?le="[^"]+",?(.*)\}$/, (_all, one, other) => `{${one}${other}}`);
    const bound = Number(le.replace('Inf', 'Infinity'));
    const before = last.get(base);
    if (before !== undefined && (bound <= before.le || count < before.count)) throw new Error(`shrinks: ${series}`);
    last.set(base, { le: bound, count });
  }
}
