import Anser from 'anser';
import stringWidth from 'string-width';

/** What a terminal showed, and when: screens with SGR sequences, a line a row. */
export interface Film {
  readonly title: string;
  readonly columns: number;
  readonly rows: number;
  readonly frames: readonly { readonly atMs: number; readonly screen: readonly string[] }[];
}

const cell = { width: 8.4, height: 18 };
const fontSize = 14;
const bar = 28;
const margin = 12;
const gap = 16;
const ink = '#e5e7eb';
const paper = '#111827';
/** How long the last picture stays before it begins again. */
const lastMs = 4000;

/**
 * Terminals side by side as an SVG that plays what they showed, over and over, without script. Where nothing moves (a
 * printer, a reader who asked for less motion), the last picture is seen.
 */
export function drawFilms(films: readonly Film[]): string {
  const endMs = Math.max(...films.flatMap(({ frames }) => frames.map(({ atMs }) => atMs))) + lastMs;
  const keyframes = new Map<string, string>();
  let left = margin;
  let height = 0;
  const windows = films.map((film) => {
    const width = film.columns * cell.width + 2 * margin;
    const window = `<g transform="translate(${left},${margin})">${drawWindow(film, width, endMs, keyframes)}</g>`;
    left += width + gap;
    height = Math.max(height, bar + film.rows * cell.height + margin);
    return window;
  });
  const size = { width: Math.ceil(left - gap + margin), height: Math.ceil(height + 2 * margin) };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" width="${size.width}" height="${size.height}" font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${fontSize}" fill="${ink}">
<title>A session, as it was recorded</title>
<style>
text { white-space: pre; }
.s { visibility: hidden; animation: ${endMs}ms step-end infinite; }
.s.last { visibility: visible; }
${[...keyframes].map(([times, name]) => `@keyframes ${name} {${times}}\n.${name} { animation-name: ${name}; }`).join('\n')}
@media (prefers-reduced-motion: reduce) { .s { animation: none; } }
</style>
${windows.join('\n')}
</svg>
`;
}

function drawWindow(film: Film, width: number, endMs: number, keyframes: Map<string, string>): string {
  const height = bar + film.rows * cell.height + margin;
  const dots = ['#f87171', '#fbbf24', '#34d399'].map(
    (fill, i) => `<circle cx="${18 + 18 * i}" cy="14" r="5" fill="${fill}"/>`,
  );
  const title = `<text x="${width / 2}" y="19" text-anchor="middle" fill="#9ca3af">${escaped(film.title)}</text>`;
  const lines = Array.from({ length: film.rows }, (_, row) =>
    stays(film, row, endMs).map(({ line, fromMs, toMs }) => {
      const times = visibility(fromMs, toMs, endMs);
      let name = keyframes.get(times);
      if (name === undefined) {
        name = `k${keyframes.size}`;
        keyframes.set(times, name);
      }
      const kept = toMs === endMs ? ' last' : '';
      const y = bar + (row + 1) * cell.height - 4;
      return `<g class="s ${name}${kept}">${drawLine(line, y)}</g>`;
    }),
  );
  return `<rect width="${width}" height="${height}" rx="8" fill="${paper}"/>${dots.join('')}${title}\n${lines.flat().join('\n')}`;
}

/** How long a row showed which line: nothing where it was empty. */
function stays({ frames }: Film, row: number, endMs: number) {
  const spans: { readonly line: string; readonly fromMs: number; toMs: number }[] = [];
  for (const [i, { atMs, screen }] of frames.entries()) {
    const line = (screen[row] ?? '').trimEnd();
    const toMs = frames[i + 1]?.atMs ?? endMs;
    const last = spans.at(-1);
    if (last?.line === line) last.toMs = toMs;
    else spans.push({ line, fromMs: atMs, toMs });
  }
  return spans.filter(({ line }) => line !== '');
}

function visibility(fromMs: number, toMs: number, endMs: number): string {
  const percent = (ms: number) => `${((100 * ms) / endMs).toFixed(2)}%`;
  const before = fromMs > 0 ? '0%{visibility:hidden}' : '';
  const after = toMs < endMs ? `${percent(toMs)}{visibility:hidden}` : '';
  return `${before}${percent(fromMs)}{visibility:visible}${after}`;
}

function drawLine(line: string, y: number): string {
  let column = 0;
  let behind = '';
  let text = '';
  for (const { content, fg, bg, decorations } of Anser.ansiToJson(line, { json: true, remove_empty: true })) {
    const columns = stringWidth(content);
    const turned = decorations.includes('reverse');
    const [front, back] = turned ? [bg ?? paper, fg ?? ink] : [fg, bg];
    const x = (margin + column * cell.width).toFixed(1);
    const length = (columns * cell.width).toFixed(1);
    if (back)
      behind += `<rect x="${x}" y="${y - cell.height + 4}" width="${length}" height="${cell.height}" fill="${rgb(back)}"/>`;
    const style = [
      front ? ` fill="${rgb(front)}"` : '',
      decorations.includes('bold') ? ' font-weight="bold"' : '',
      decorations.includes('dim') ? ' opacity="0.6"' : '',
      decorations.includes('italic') ? ' font-style="italic"' : '',
      decorations.includes('underline') ? ' text-decoration="underline"' : '',
    ].join('');
    if (content.trim() !== '')
      text += `<text x="${x}" y="${y}" textLength="${length}"${style}>${escaped(content)}</text>`;
    column += columns;
  }
  return behind + text;
}

function rgb(colour: string): string {
  return colour.startsWith('#') ? colour : `rgb(${colour})`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
