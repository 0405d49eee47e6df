import type { Language } from '../../protocol/speech.js';
import { type Words, wordsIn } from '../words.js';
import type { ViolationType } from './ledger.js';
import type { Measures } from './measures.js';
import { type LoadSummary, violationWords } from './report.js';

/** A report in one file that needs nothing else: how much over time with the faults marked, and how long it took. */

const width = 920;
const height = 280;
const margin = { left: 64, right: 16, top: 40, bottom: 32 };
const answersColour = '#0f766e';
const deliveriesColour = '#1d4ed8';
const faultColour = '#b91c1c';
const roomFaultColour = '#f59e0b';

export function htmlReport(summary: LoadSummary, measures: Measures, language: Language): string {
  const words = wordsIn(language);
  const list = (...values: number[]) => values.map(ms).join(', ');
  const { roomBackMs, answerMs, deliveryMs } = summary;
  const figures: [string, string][] = [
    [words.loadSaid, `${summary.said + summary.whispered}`],
    [words.loadAnswered, `${summary.answered}`],
    [words.loadDelivered, `${summary.delivered}`],
    [words.loadErrors, `${summary.errors}`],
    [words.loadKills, `${summary.kills}`],
    [words.loadRoomKills, `${summary.roomKills}`],
    [words.loadRoomBack, list(roomBackMs.p50Ms, roomBackMs.maxMs)],
    [words.loadReconnections, `${summary.reconnections}`],
    [words.loadMaxPause, ms(summary.maxPauseMs)],
    [words.loadAnswerLatency, list(answerMs.p50Ms, answerMs.p99Ms, answerMs.maxMs)],
    [words.loadDeliveryLatency, list(deliveryMs.p50Ms, deliveryMs.p99Ms, deliveryMs.maxMs)],
    ...Object.entries(summary.violations).map(([type, count]): [string, string] => [
      violationWords(words)[type as ViolationType],
      `${count}`,
    ]),
  ];
  const { clients, rooms, rate, seconds, payload, target } = summary;
  const problems = [...summary.violationExamples, ...summary.errorExamples];
  return `<!doctype html>
<html lang="${language}"><meta charset="utf-8"><title>${words.loadTitle}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:${width}px;margin:2rem auto;color:#1f2937}
table{border-collapse:collapse}td{padding:.15rem 1.5rem .15rem 0}td+td{text-align:right;font-variant-numeric:tabular-nums}
svg{display:block;margin:1rem 0}.ok{color:${answersColour}}.bad{color:${faultColour}}</style>
<h1>${words.loadTitle}: <span class="${summary.ok ? 'ok' : 'bad'}">${summary.ok ? words.loadOk : words.loadWrong}</span></h1>
<p>${escaped(words.loadPlan(clients, rooms, rate, payload, seconds, target))}</p>
<table>${figures.map(([name, figure]) => `<tr><td>${name}</td><td>${escaped(figure)}</td></tr>`).join('\n')}</table>
${problems.length === 0 ? '' : `<ul class="bad">${problems.map((problem) => `<li>${escaped(problem)}</li>`).join('\n')}</ul>`}
<h2>${words.loadOverTime}</h2>
${overTime(measures, words)}
<h2>${words.loadLatency}</h2>
${distribution(measures, words)}
</html>
`;
}

/** Answers and deliveries in each second; a fault is a stripe from the kill until the daemon was back. */
function overTime({ seconds, faults }: Measures, words: Words): string {
  const count = Math.max(1, seconds.length);
  const most = Math.max(1, ...seconds.map(({ answered, delivered }) => Math.max(answered, delivered)));
  const x = (second: number) => margin.left + (second / count) * (width - margin.left - margin.right);
  const y = (value: number) => height - margin.bottom - (value / most) * (height - margin.top - margin.bottom);
  const line = (values: readonly number[], colour: string) =>
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${values.map((value, i) => `${x(i + 0.5).toFixed(1)},${y(value).toFixed(1)}`).join(' ')}"/>`;
  const stripes = faults.map(
    ({ what, atMs, backAtMs }) =>
      `<rect x="${x(atMs / 1000).toFixed(1)}" y="${margin.top}" width="${Math.max(2, x(backAtMs / 1000) - x(atMs / 1000)).toFixed(1)}" height="${height - margin.top - margin.bottom}" fill="${what === 'daemon' ? faultColour : roomFaultColour}" opacity="${what === 'daemon' ? 0.2 : 0.5}"/>`,
  );
  return svg(
    [
      ...grid(
        most,
        (value) => y(value),
        (value) => `${Math.round(value)}`,
      ),
      ...stripes,
      line(
        seconds.map(({ delivered }) => delivered),
        deliveriesColour,
      ),
      line(
        seconds.map(({ answered }) => answered),
        answersColour,
      ),
      label(width - margin.right, height - 8, `${count} s`, 'end'),
      legend([
        [words.loadDeliveriesPerSecond, deliveriesColour],
        [words.loadAnswersPerSecond, answersColour],
        [words.loadKills, faultColour],
        [words.loadRoomKilled, roomFaultColour],
      ]),
    ].join('\n'),
  );
}

/** Latency by percentile; each step to the right is ten times rarer. */
function distribution({ curves: { answers, deliveries } }: Measures, words: Words): string {
  const points = [...answers, ...deliveries].map(([, latency]) => Math.max(latency, 0.001));
  if (points.length === 0) return `<p>${words.loadNothing}</p>`;
  const low = Math.log10(Math.min(...points));
  const high = Math.max(low + 0.1, Math.log10(Math.max(...points)));
  // 0 to 99.99 %: four nines; the maximum stands at the fifth.
  const rarity = (percentile: number) => (percentile >= 100 ? 5 : -Math.log10(1 - percentile / 100));
  const x = (percentile: number) => margin.left + (rarity(percentile) / 5) * (width - margin.left - margin.right);
  const y = (latency: number) =>
    height -
    margin.bottom -
    ((Math.log10(Math.max(latency, 0.001)) - low) / (high - low)) * (height - margin.top - margin.bottom);
  const line = (curve: readonly [number, number][], colour: string) =>
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${curve.map(([percentile, latency]) => `${x(percentile).toFixed(1)},${y(latency).toFixed(1)}`).join(' ')}"/>`;
  const decades = Array.from({ length: Math.floor(high) - Math.ceil(low) + 1 }, (_, i) => 10 ** (Math.ceil(low) + i));
  return svg(
    [
      ...decades.map((latency) => rule(y(latency), ms(latency))),
      ...[0, 50, 90, 99, 99.9, 99.99, 100].map((percentile) =>
        label(x(percentile), height - 8, percentile === 100 ? words.loadMax : `${percentile} %`, 'middle'),
      ),
      line(deliveries, deliveriesColour),
      line(answers, answersColour),
      legend([
        [words.loadDelivery, deliveriesColour],
        [words.loadAnswer, answersColour],
      ]),
    ].join('\n'),
  );
}

function grid(most: number, y: (value: number) => number, name: (value: number) => string): string[] {
  return [0, 0.25, 0.5, 0.75, 1].map((share) => rule(y(most * share), name(most * share)));
}

function rule(y: number, name: string): string {
  return `<line x1="${margin.left}" x2="${width - margin.right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="#e5e7eb"/>${label(margin.left - 8, y + 4, name, 'end')}`;
}

function label(x: number, y: number, text: string, anchor: 'start' | 'middle' | 'end'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="#6b7280">${escaped(text)}</text>`;
}

function legend(entries: readonly [name: string, colour: string][]): string {
  return entries
    .map(([name, colour], i) => {
      const left = margin.left + 12 + i * 170;
      return `<rect x="${left}" y="12" width="10" height="10" fill="${colour}"/>${label(left + 16, 22, name, 'start')}`;
    })
    .join('\n');
}

function svg(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-size="12" font-family="system-ui, sans-serif">\n${content}\n</svg>`;
}

function ms(value: number): string {
  return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
