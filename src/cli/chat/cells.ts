import stringWidth from 'string-width';
import { printable } from '../printable.js';

/**
 * Text in the cells of a terminal. Whatever is drawn goes through {@link displayed}, here and nowhere else, and what is
 * measured is what is drawn.
 */

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const ellipsis = '…';
/** What needs no more than its length to be measured. */
const plain = /^[ -~]*$/;
/** Embeddings, overrides and isolates (UAX #9): they would turn around what stands behind the text, too. */
const directions = /[\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu;
/** Marks beyond those that any script piles up (see protocol/names.ts): they smear the lines above and below. */
const heapedMarks = /(\p{M}{4})\p{M}+/gu;

/** A text that moves no cursor, stays on its line and leaves its surroundings alone. */
export function displayed(text: string): string {
  if (plain.test(text)) return text;
  return printable(text.toWellFormed().replace(/[\t\u{2028}\u{2029}]/gu, ' '))
    .replace(directions, '')
    .replace(/\u{ad}/gu, '')
    .replace(heapedMarks, '$1');
}

/** How many cells a text takes that is {@link displayed}. */
export function cellsOf(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

interface Cluster {
  readonly text: string;
  readonly cells: number;
}

/** What a reader takes for one character, and is never cut. */
export function clusters(text: string): Cluster[] {
  return Array.from(segmenter.segment(text), ({ segment }) => ({ text: segment, cells: cellsOf(segment) }));
}

/** The text in lines of at most `width` cells: broken between words, beside wide characters, and where nothing else helps. */
export function wrap(text: string, width: number): string[] {
  const whole = displayed(text);
  if (width < 1) return [''];
  if (cellsOf(whole) <= width) return [whole];
  const lines: string[] = [];
  let line: Cluster[] = [];
  let cells = 0;
  // How many clusters of the line stand before the last place where it may be broken.
  let breakAt = 0;
  const end = (count: number) => {
    lines.push(textOf(line.slice(0, count)).trimEnd());
    line = line.slice(count);
    while (line[0]?.text === ' ') line.shift();
    cells = line.reduce((sum, cluster) => sum + cluster.cells, 0);
    breakAt = 0;
  };
  for (const cluster of clusters(whole)) {
    const fits = cluster.cells <= width ? cluster : { text: '?', cells: 1 };
    if (line.length === 0 && lines.length > 0 && fits.text === ' ') continue;
    if (cluster.cells === 2) breakAt = line.length;
    if (cells + fits.cells > width && fits.text !== ' ') end(breakAt > 0 ? breakAt : line.length);
    // A space at the end of a full line is the break itself.
    if (cells + fits.cells > width) {
      end(line.length);
      continue;
    }
    line.push(fits);
    cells += fits.cells;
    if (fits.text === ' ' || fits.cells === 2) breakAt = line.length;
  }
  lines.push(textOf(line).trimEnd());
  return lines;
}

/** The text cut to `width` cells; what is left out is told by `…`. */
export function cut(text: string, width: number): string {
  const whole = displayed(text);
  if (cellsOf(whole) <= width) return whole;
  if (width < 1) return '';
  return `${textOf(within(clusters(whole), width - 1))}${ellipsis}`;
}

/** The text in exactly `width` cells. */
export function fit(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const shown = cut(text, width);
  const blanks = ' '.repeat(Math.max(0, width - cellsOf(shown)));
  return side === 'left' ? shown + blanks : blanks + shown;
}

/** A text of one style, in a row. */
export interface Span<Style> {
  readonly text: string;
  readonly style: Style;
}

/** The first `width` cells of a row, cut without a sign of it. */
export function clip<Style>(spans: readonly Span<Style>[], width: number): Span<Style>[] {
  const clipped: Span<Style>[] = [];
  let left = width;
  for (const { text, style } of spans) {
    if (left <= 0) break;
    const shown = displayed(text);
    const cells = cellsOf(shown);
    const fitting = cells <= left ? shown : textOf(within(clusters(shown), left));
    if (fitting !== '') clipped.push({ text: fitting, style });
    left -= Math.min(cells, left);
  }
  return clipped;
}

export function cellsOfRow(spans: readonly Span<unknown>[]): number {
  return spans.reduce((sum, { text }) => sum + cellsOf(displayed(text)), 0);
}

function within(all: readonly Cluster[], width: number): Cluster[] {
  let cells = 0;
  const end = all.findIndex((cluster) => {
    cells += cluster.cells;
    return cells > width;
  });
  return end === -1 ? [...all] : all.slice(0, end);
}

function textOf(line: readonly Cluster[]): string {
  return line.map(({ text }) => text).join('');
}
