import { formatted } from './metrics.js';
import { type CaseResult, medianOf, type Results } from './results.js';
import { fanOut, fanOutId } from './workloads/fan-out.js';
import { fixedRate } from './workloads/fixed-rate.js';

/** The results at a glance, as an SVG that needs nothing else: bars on the left, curves on the right. */

const width = 1200;
const height = 600;
const ink = '#1f2937';
const muted = '#6b7280';
const rule = '#e5e7eb';
const colours: Record<string, string> = {
  salas: '#0f766e',
  redis: '#b91c1c',
  nats: '#1d4ed8',
  inspircd: '#7c3aed',
  ngircd: '#a16207',
  limit: '#6b7280',
  ws: '#be185d',
  socketio: '#0e7490',
};

interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Draws W1 with 100 members and 50 × 8 in flight, and W5; what was not measured is said to be missing. */
export function picture(results: Results): string {
  const { machine } = results;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Inter, 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif" font-size="14" fill="${ink}">
<title>Deliveries a second, and latency over load: salas and other servers</title>
<rect width="${width}" height="${height}" fill="#ffffff"/>
${bars(results, { left: 40, top: 40, width: 520, height: 480 })}
${curves(results, { left: 650, top: 40, width: 510, height: 480 })}
${text(40, height - 24, `${machine.cpu}, a core for the server and one for the generator. Node ${machine.node}, Linux ${machine.kernel}, ${machine.date}, commit ${machine.commit}.`, { size: 12, fill: muted })}
</svg>
`;
}

// Bars

const rowHeight = 40;
const labelWidth = 150;
const figureWidth = 90;

function bars(results: Results, area: Area): string {
  const rows = (caseOf(results, fanOut.id, fanOutId(100, 50, 8))?.rows ?? [])
    .map((row) => ({ ...row, value: medianOf(row, 'deliveriesPerSecond') ?? 0 }))
    .filter(({ value }) => value > 0)
    .toSorted((a, b) => b.value - a.value);
  const most = rows[0]?.value ?? 1;
  const full = area.width - labelWidth - figureWidth;
  const top = area.top + 76;
  const drawn = rows.map(({ name, title, value }, i) => {
    const y = top + i * Math.min(rowHeight, (area.height - 76) / rows.length);
    const isOurs = name.startsWith('salas');
    const left = area.left + labelWidth;
    const length = Math.max(1, (full * value) / most);
    const weight = isOurs ? 600 : 400;
    return [
      text(left - 12, y + 16, title, { anchor: 'end', weight }),
      `<rect x="${left}" y="${y}" width="${round(length)}" height="24" rx="2" fill="${barColour(name)}"/>`,
      text(left + length + 8, y + 16, millions(value), { weight }),
    ].join('\n');
  });
  return [
    heading(area, 'Deliveries a second', '100 members in one room, 50 publishers with 8 messages in flight each'),
    ...(rows.length === 0 ? [missing(area)] : drawn),
    text(area.left, area.top + area.height, 'salas delivers what is on disk; the others write nothing to disk.', {
      size: 12,
      fill: muted,
    }),
  ].join('\n');
}

function barColour(name: string): string {
  if (name === 'salas') return '#0f766e';
  if (name === 'salas-tmpfs') return '#5eada5';
  return name.startsWith('limit') ? '#d1d5db' : '#94a3b8';
}

// Curves

interface Curve {
  readonly name: string;
  readonly title: string;
  readonly points: readonly { readonly load: number; readonly us: number }[];
}

const labelHeight = 17;
const curveLabelWidth = 90;

function curves(results: Results, area: Area): string {
  const title = heading(
    area,
    'Latency under load',
    'Publish to last delivery (p99), over deliveries a second; logarithmic',
  );
  const drawn = curvesIn(results);
  const all = drawn.flatMap(({ points }) => points);
  if (all.length === 0) return `${title}\n${missing(area)}`;
  const plot: Area = {
    left: area.left + 56,
    top: area.top + 76,
    width: area.width - 56 - curveLabelWidth,
    height: area.height - 76 - 48,
  };
  const x = logScale(
    all.map(({ load }) => load),
    plot.left,
    plot.left + plot.width,
  );
  const y = logScale(
    all.map(({ us }) => us),
    plot.top + plot.height,
    plot.top,
  );
  const ends = drawn.map(({ points }) => points.at(-1) ?? { load: 1, us: 1 });
  const labels = apart(ends.map(({ load, us }) => [x.at(load), y.at(us)]));
  return [
    title,
    ...y.ticks.map((tick) => {
      const at = round(y.at(tick));
      return `<line x1="${plot.left}" x2="${plot.left + plot.width}" y1="${at}" y2="${at}" stroke="${rule}"/>
${text(plot.left - 10, at + 5, formatted('lastP99Us', tick).replace('.00', '').replace('.0', ''), { anchor: 'end', size: 12, fill: muted })}`;
    }),
    ...x.ticks.map((tick) => {
      const at = round(x.at(tick));
      return `<line x1="${at}" x2="${at}" y1="${plot.top}" y2="${plot.top + plot.height}" stroke="${rule}"/>
${text(at, plot.top + plot.height + 22, `${tick / 1e6} M`, { anchor: 'middle', size: 12, fill: muted })}`;
    }),
    ...drawn.map((curve, i) => {
      const colour = colours[curve.name] ?? muted;
      const stroke = curve.name === 'salas' ? 3 : 1.75;
      const at = curve.points.map(({ load, us }) => [round(x.at(load)), round(y.at(us))] as const);
      const [endX = 0] = at.at(-1) ?? [];
      return [
        `<polyline points="${at.map((point) => point.join(',')).join(' ')}" fill="none" stroke="${colour}" stroke-width="${stroke}" stroke-linejoin="round"/>`,
        ...at.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="${stroke + 1.25}" fill="${colour}"/>`),
        text(endX + 10, (labels[i] ?? 0) + 5, curve.title, {
          fill: colour,
          halo: true,
          weight: curve.name === 'salas' ? 600 : 400,
        }),
      ].join('\n');
    }),
    absent(results, drawn, area),
  ].join('\n');
}

/** Each server's way through the rates that it kept up with. */
function curvesIn(results: Results): Curve[] {
  const cases = results.workloads.find(({ id }) => id === fixedRate.id)?.cases ?? [];
  const byName = new Map<string, Curve>();
  for (const { rows } of cases) {
    for (const row of rows) {
      const load = medianOf(row, 'deliveriesPerSecond');
      const us = medianOf(row, 'lastP99Us');
      // Neither can be 0 on a logarithmic axis.
      if (!load || !us) continue;
      const { name, title } = row;
      const points = [...(byName.get(name)?.points ?? []), { load, us }];
      byName.set(name, { name, title, points });
    }
  }
  return [...byName.values()];
}

/** Says who was overloaded from the first rate on. */
function absent(results: Results, drawn: readonly Curve[], area: Area): string {
  const [first] = results.workloads.find(({ id }) => id === fixedRate.id)?.cases ?? [];
  const names = (first?.rows ?? [])
    .filter(({ name }) => !drawn.some((curve) => curve.name === name))
    .map(({ title }) => title);
  if (names.length === 0) return '';
  return text(area.left, area.top + area.height, `Overloaded at the lowest rate already: ${names.join(', ')}`, {
    size: 12,
    fill: muted,
  });
}

/** A logarithmic axis that shows all values, with a tick at 1, 2 and 5 of a power of ten, or at the powers only. */
function logScale(values: readonly number[], from: number, to: number) {
  const low = Math.log10(Math.min(...values)) - 0.05;
  const high = Math.log10(Math.max(...values)) + 0.05;
  const at = (value: number): number => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  const powers = Array.from({ length: 20 }, (_, i) => 10 ** (i - 3));
  const fine = powers.flatMap((power) => [power, 2 * power, 5 * power]);
  const within = (ticks: number[]) => ticks.filter((tick) => Math.log10(tick) >= low && Math.log10(tick) <= high);
  const ticks = within(fine).length > 7 ? within(powers) : within(fine);
  return { at, ticks };
}

/** Heights for labels at these points: as little below them as keeps labels that are side by side apart. */
function apart(points: readonly (readonly [x: number, y: number])[]): number[] {
  const placed: { readonly i: number; readonly x: number; readonly y: number }[] = [];
  const fromTop = points.map(([x, y], i) => ({ i, x, y })).toSorted((a, b) => a.y - b.y);
  for (const { i, x, y } of fromTop) {
    const beside = placed.filter((other) => Math.abs(other.x - x) < curveLabelWidth);
    placed.push({ i, x, y: Math.max(y, ...beside.map((other) => other.y + labelHeight)) });
  }
  return placed.toSorted((a, b) => a.i - b.i).map(({ y }) => y);
}

// Pieces

function caseOf(results: Results, workload: string, id: string): CaseResult | undefined {
  return results.workloads.find((each) => each.id === workload)?.cases.find((each) => each.id === id);
}

function heading({ left, top }: Area, title: string, subtitle: string): string {
  return `${text(left, top + 14, title, { size: 22, weight: 600 })}\n${text(left, top + 38, subtitle, { size: 13, fill: muted })}`;
}

function missing({ left, top }: Area): string {
  return text(left, top + 90, 'not measured', { fill: muted });
}

function millions(value: number): string {
  const inMillions = value / 1e6;
  return `${inMillions >= 10 ? inMillions.toFixed(1) : inMillions.toPrecision(2)} M`;
}

interface TextStyle {
  readonly anchor?: 'end' | 'middle';
  readonly size?: number;
  readonly weight?: number;
  readonly fill?: string;
  /** Legible above lines. */
  readonly halo?: boolean;
}

function text(x: number, y: number, words: string, { anchor, size, weight, fill, halo }: TextStyle = {}): string {
  const attributes = [
    anchor && `text-anchor="${anchor}"`,
    size && `font-size="${size}"`,
    weight && `font-weight="${weight}"`,
    fill && `fill="${fill}"`,
    halo && 'paint-order="stroke" stroke="#ffffff" stroke-width="4" stroke-linejoin="round"',
  ].filter(Boolean);
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${round(x)}" y="${round(y)}" ${attributes.join(' ')}>${escaped}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
