import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CallRefused, ServerUnreachable, TlsFailed } from '../client/errors.js';
import type { Language } from '../protocol/speech.js';
import { controlSocket } from '../storage/data-directory.js';
import { exitCodes } from './exit-codes.js';
import { tellFailure } from './failure.js';
import { htmlReport } from './load/html.js';
import { violationTypes } from './load/ledger.js';
import { runLoad } from './load/load.js';
import { OwnDaemon } from './load/own-daemon.js';
import { type LoadSummary, summarize, violationWords } from './load/report.js';
import { jsonLine, printable } from './printable.js';
import { table } from './table.js';
import { CaUnusable, type Trust, tlsOf } from './trust.js';
import { type Words, wordsIn } from './words.js';

export interface LoadTestOptions extends Trust {
  readonly host: string;
  readonly port: number;
  readonly clients: number;
  readonly rooms: number;
  readonly rate: number;
  readonly seconds: number;
  readonly payload: number;
  /** Test a daemon of one's own, on a directory that is removed afterwards. */
  readonly serve: boolean;
  /** Kill rooms, and the daemon where it is one's own: so often; 0 is never. */
  readonly chaos: { readonly killEverySeconds: number; readonly killRoomEverySeconds: number } | undefined;
  /** The directory of the daemon whose rooms are to be killed, where it is not one's own. */
  readonly data: string | undefined;
  readonly html: string | undefined;
  readonly json: boolean;
  readonly language: Language;
}

/** Loads a server and checks what it does. Answers the exit code: 1 when anything was wrong. */
export async function loadTest(options: LoadTestOptions): Promise<number> {
  const { host, clients, rate, seconds, payload, chaos, html, json } = options;
  const words = wordsIn(options.language);
  const rooms = Array.from({ length: options.rooms }, (_, i) => `sala${i + 1}`);
  const daemon = options.serve ? new OwnDaemon(rooms) : undefined;
  // Ctrl-C leaves neither a daemon nor its directory.
  const interrupted = () => void daemon?.remove().finally(() => process.exit(128 + 2));
  process.once('SIGINT', interrupted);
  try {
    await daemon?.start();
    const port = daemon?.port ?? options.port;
    const data = daemon?.data ?? options.data;
    const kill = chaos && daemon && often({ daemon }, chaos.killEverySeconds);
    const killRooms =
      chaos && data !== undefined
        ? often({ control: controlSocket(resolve(data)) }, chaos.killRoomEverySeconds)
        : undefined;
    const load = { host, port, tls: tlsOf(options), clients, rooms, rate, seconds, payload, kill, killRooms };
    const result = await runLoad(load, (measures, second) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${words.loadProgress(second, seconds, measures.answered)}`);
    });
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[2K');
    // Programs are told the same in every language.
    const spoken = json ? 'en' : options.language;
    const target = daemon === undefined ? `${host}:${port}` : wordsIn(spoken).loadOwnDaemon;
    const summary = summarize({ clients, rooms: rooms.length, rate, seconds, payload, target }, result, spoken);
    if (html !== undefined) writeFileSync(html, htmlReport(summary, result.measures, options.language));
    process.stdout.write(`${json ? jsonLine(summary) : shown(summary, words)}\n`);
    return summary.ok ? exitCodes.done : exitCodes.refused;
  } catch (error) {
    if ([CallRefused, ServerUnreachable, TlsFailed, CaUnusable].some((told) => error instanceof told)) {
      return tellFailure(error, { host, port: options.port, json }, words);
    }
    throw error;
  } finally {
    process.off('SIGINT', interrupted);
    await daemon?.remove();
  }
}

/** What is to be killed and how often; nothing where that is never. */
function often<What>(what: What, everySeconds: number): (What & { readonly everySeconds: number }) | undefined {
  return everySeconds === 0 ? undefined : { ...what, everySeconds };
}

function shown(summary: LoadSummary, words: Words): string {
  const ms = (...values: number[]) => values.map((value) => `${value.toFixed(1)} ms`).join('  ');
  const { answerMs, deliveryMs } = summary;
  const rows: [string, string][] = [
    [words.loadSaid, `${summary.said + summary.whispered}`],
    [words.loadAnswered, `${summary.answered}`],
    [words.loadDelivered, `${summary.delivered}`],
    [words.loadErrors, `${summary.errors}`],
    [words.loadKills, `${summary.kills}`],
    [words.loadRoomKills, `${summary.roomKills}`],
    [words.loadRoomBack, ms(summary.roomBackMs.p50Ms, summary.roomBackMs.maxMs)],
    [words.loadReconnections, `${summary.reconnections}`],
    [words.loadMaxPause, ms(summary.maxPauseMs)],
    [words.loadAnswerLatency, ms(answerMs.p50Ms, answerMs.p99Ms, answerMs.maxMs)],
    [words.loadDeliveryLatency, ms(deliveryMs.p50Ms, deliveryMs.p99Ms, deliveryMs.maxMs)],
    ...violationTypes.map((type): [string, string] => [violationWords(words)[type], `${summary.violations[type]}`]),
  ];
  const problems = [...summary.violationExamples, ...summary.errorExamples].map((problem) => printable(problem));
  return [
    table([words.loadWhat, words.loadFigure], rows),
    ...problems,
    summary.ok ? words.loadOk : words.loadWrong,
  ].join('\n');
}
