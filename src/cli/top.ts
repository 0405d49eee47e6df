import { setTimeout as sleep } from 'node:timers/promises';
import type { Figures } from '../protocol/control.js';
import type { AdminOptions } from './admin.js';
import { asking } from './daemon-call.js';
import { roomTable, statusTable, threadTable } from './figures-shown.js';
import { jsonLine } from './printable.js';
import { type Rates, ratesBetween } from './rates.js';
import { type Words, wordsIn } from './words.js';

const refreshMs = 1000;
/** Who wants to quit should not wait longer for a daemon that hangs. */
const answerMsMax = 5000;

/**
 * Shows the figures of the daemon again each second: on a terminal in one place, until q or Ctrl-C, else one after the
 * other, until nobody reads them. Answers the exit code.
 */
export async function top(options: AdminOptions): Promise<number> {
  const over = new AbortController();
  const words = wordsIn(options.language);
  const screen = process.stdout.isTTY === true && !options.json ? new Screen(() => over.abort()) : undefined;
  process.stdout.once('error', () => over.abort());
  try {
    return await asking(options, async (ask) => {
      let earlier = await ask<Figures>('status', {}, answerMsMax);
      while (!over.signal.aborted) {
        await sleep(refreshMs, undefined, { signal: over.signal }).catch(() => {});
        if (over.signal.aborted) return;
        const figures = await ask<Figures>('status', {}, answerMsMax);
        const rates = ratesBetween(earlier, figures);
        earlier = figures;
        if (over.signal.aborted) return;
        if (screen !== undefined) screen.show(page(figures, rates, words));
        else if (options.json) process.stdout.write(`${jsonLine({ ...figures, rates })}\n`);
        else process.stdout.write(`${page(figures, rates, words)}\n\n`);
      }
    });
  } finally {
    screen?.close();
  }
}

/** The busiest room first: a screen may have no place for all. */
function page(figures: Figures, rates: Rates, words: Words): string {
  const order = figures.rooms
    .map((_, i) => i)
    .sort((one, other) => activity(figures, rates, other) - activity(figures, rates, one));
  const rooms = order.map((i) => figures.rooms[i] as Figures['rooms'][number]);
  const ofRooms = order.map((i) => rates.rooms[i] as Rates['rooms'][number]);
  return [
    statusTable(figures, rates, words),
    threadTable(figures, rates, words),
    roomTable({ ...figures, rooms }, { ...rates, rooms: ofRooms }, words),
  ].join('\n\n');
}

function activity({ rooms }: Figures, rates: Rates, i: number): number {
  return (rates.rooms[i]?.eventsPerSecond ?? 0) + (rooms[i]?.mailbox ?? 0);
}

/** ECMA-48 and xterm's private modes: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html */
const enter = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const leave = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const home = '\u001b[H';
const eraseToLineEnd = '\u001b[K';
const eraseBelow = '\u001b[J';

/** The last is Ctrl-C, in raw mode a byte like any other. */
const quitKeys = ['q', 'Q', '\u0003'];

/** The terminal while it shows pages in one place. Each is written over the last, so that nothing flickers. */
class Screen {
  readonly #onQuit: () => void;
  readonly #input = process.stdin.isTTY === true ? process.stdin : undefined;
  #page = '';

  constructor(onQuit: () => void) {
    this.#onQuit = onQuit;
    this.#input?.setRawMode(true);
    this.#input?.on('data', this.#typed);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, onQuit);
    process.stdout.on('resize', this.#draw);
    process.stdout.write(enter);
  }

  show(page: string): void {
    this.#page = page;
    this.#draw();
  }

  /** Leaves the terminal as it was. */
  close(): void {
    process.stdout.off('resize', this.#draw);
    process.stdout.write(leave);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, this.#onQuit);
    this.#input?.off('data', this.#typed);
    this.#input?.setRawMode(false);
    this.#input?.pause();
  }

  readonly #typed = (keys: Buffer): void => {
    if (quitKeys.some((key) => keys.includes(key))) this.#onQuit();
  };

  readonly #draw = (): void => {
    // A terminal that was never told its size says 0.
    const lines = this.#page.split('\n').slice(0, process.stdout.rows || undefined);
    process.stdout.write(`${home}${lines.join(`${eraseToLineEnd}\r\n`)}${eraseToLineEnd}${eraseBelow}`);
  };
}
