import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { Client } from '../client/client.js';
import { connect } from '../client/connect.js';
import { CallRefused } from '../client/errors.js';
import type { Language } from '../protocol/speech.js';
import { clockDifference, type Ping, roundTrip } from './clock.js';
import { colours } from './colours.js';
import { type DoctorWords, doctorWordsIn } from './doctor-words.js';
import { exitCodes } from './exit-codes.js';
import { failureText } from './failure.js';
import { jsonLine, printable } from './printable.js';
import { savedSession } from './saved-session.js';
import { type Trust, tlsOf } from './trust.js';
import { packageFile, version } from './version.js';
import { wordsIn } from './words.js';

/** What was looked at: it is good, it is bad and something should be done, or it is just so. */
export interface Finding {
  readonly check: string;
  readonly status: 'good' | 'bad' | 'so';
  readonly text: string;
  /** What to do. */
  readonly advice?: string | undefined;
  /** More for programs. */
  readonly details?: object;
}

export interface DoctorOptions extends Trust {
  readonly host: string;
  readonly port: number;
  /** Seconds that each step may take. */
  readonly wait: number;
  readonly json: boolean;
  readonly language: Language;
}

/** Looks at all that lies between a person and a server, and tells what is wrong with it. Answers the exit code. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const language = options.json ? 'en' : options.language;
  const words = doctorWordsIn(language);
  const findings: Finding[] = [];
  for await (const finding of examine({ ...options, language }, words)) {
    findings.push(finding);
    if (!options.json) process.stdout.write(`${shown(finding)}\n`);
  }
  const bad = findings.filter(({ status }) => status === 'bad');
  const { host, port } = options;
  if (options.json) process.stdout.write(`${jsonLine({ ok: bad.length === 0, host, port, findings })}\n`);
  else
    process.stdout.write(`${bad.length === 0 ? colours.green(words.well) : colours.red(words.unwell(bad.length))}\n`);
  if (bad.length === 0) return exitCodes.done;
  return bad.some(({ check }) => check === 'name' || check === 'server') ? exitCodes.unreachable : exitCodes.refused;
}

function shown({ status, text, advice }: Finding): string {
  const mark = { good: colours.green('✓'), bad: colours.red('✗'), so: '·' }[status];
  return [`${mark} ${printable(text)}`, ...(advice === undefined ? [] : [`  → ${printable(advice)}`])].join('\n');
}

async function* examine(options: DoctorOptions, words: DoctorWords): AsyncGenerator<Finding> {
  yield nodeFinding(process.versions.node, words);
  yield terminalFinding(words);
  yield localeFinding(process.env, process.stdout.isTTY === true, words);
  const { host, port, wait, language } = options;
  const waitMs = wait * 1000;
  const hint = setTimeout(() => {
    if (process.stderr.isTTY) process.stderr.write(`salas: ${words.waiting(printable(`${host}:${port}`))}\n`);
  }, 1000);
  try {
    const name = isIP(host) === 0 ? await nameFinding(host, waitMs, words) : undefined;
    if (name !== undefined) yield name;
    if (name?.status === 'bad') return;
    const { tls, ca } = options;
    const limits = { connectDeadlineMs: waitMs, deadlineMs: waitMs, closeDeadlineMs: 1000 };
    const client = await connect({ host, port, language, ...limits, tls: tlsOf({ tls, ca }) });
    try {
      yield* serverFindings(client, options, words);
    } finally {
      await client.close();
    }
  } catch (error) {
    const text =
      error instanceof CallRefused ? words.refused(error.message) : failureText(error, options, wordsIn(language));
    if (text === undefined) throw error;
    yield { check: 'server', status: 'bad', text };
  } finally {
    clearTimeout(hint);
  }
}

export function nodeFinding(running: string, words: DoctorWords): Finding {
  const { engines } = JSON.parse(readFileSync(packageFile, 'utf8')) as { engines: { node: string } };
  const needed = engines.node.replace('>=', '');
  const [[major = 0, minor = 0], [majorNeeded = 0, minorNeeded = 0]] = [running, needed].map((version) =>
    version.split('.').map(Number),
  ) as [number[], number[]];
  const isOld = major < majorNeeded || (major === majorNeeded && minor < minorNeeded);
  const details = { version: running, needed };
  if (!isOld) return { check: 'node', status: 'good', text: words.node(running), details };
  return {
    check: 'node',
    status: 'bad',
    text: words.nodeOld(running, needed),
    advice: words.nodeAdvice(needed),
    details,
  };
}

function terminalFinding(words: DoctorWords): Finding {
  const { isTTY, columns, rows } = process.stdout;
  if (!isTTY) return { check: 'terminal', status: 'so', text: words.noTerminal };
  const text = words.terminal(process.env.TERM ?? '?', columns, rows, colours.isColorSupported);
  return { check: 'terminal', status: 'good', text };
}

export function localeFinding(env: NodeJS.ProcessEnv, isTerminal: boolean, words: DoctorWords): Finding {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || 'C';
  if (/utf-?8/i.test(locale)) return { check: 'locale', status: 'good', text: words.locale(locale) };
  const status = isTerminal ? 'bad' : 'so';
  return { check: 'locale', status, text: words.localePlain(locale), advice: words.localeAdvice };
}

async function nameFinding(host: string, waitMs: number, words: DoctorWords): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(), { code: 'ETIMEDOUT' })), waitMs);
  });
  try {
    const found = await Promise.race([lookup(host, { all: true }), late]);
    const addresses = found.map(({ address }) => address);
    return { check: 'name', status: 'good', text: words.name(host, addresses.join(', ')), details: { addresses } };
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return { check: 'name', status: 'bad', text: words.nameUnknown(host, code), advice: words.nameAdvice };
  } finally {
    clearTimeout(timer);
  }
}

async function* serverFindings(client: Client, options: DoctorOptions, words: DoctorWords): AsyncGenerator<Finding> {
  const hello = await client.call('hello', { protocol: 1, client: `salas doctor ${version}` });
  const { features, limits, encrypted } = hello;
  const { lineBytesMax = 0, textBytesMax = 0 } = limits;
  yield { check: 'server', status: 'good', text: words.server(hello.version, features), details: hello };
  yield { check: 'bounds', status: 'good', text: words.bounds(lineBytesMax, textBytesMax, Object.keys(limits).length) };
  if (encrypted) yield { check: 'encryption', status: 'good', text: words.encrypted };
  else {
    const advice = features.includes('tls') ? words.plainAdvice : undefined;
    yield { check: 'encryption', status: 'so', text: words.plain, advice };
  }
  const isSame = hello.version === version;
  const told = isSame ? words.sameVersion(version) : words.otherVersion(version);
  yield { check: 'version', status: isSame ? 'good' : 'so', text: told, details: { version } };

  const pings = await ping(client);
  yield roundTripFinding(pings, words);
  yield clockFinding(pings, words);
  yield await sessionFinding(client, options, words);
}

const pingCount = 9;
/** Clocks that differ by more are not set by any network. */
const clockDifferenceMsMax = 2000;

async function ping(client: Client): Promise<readonly [Ping, ...Ping[]]> {
  const now = () => performance.timeOrigin + performance.now();
  const pings: Ping[] = [];
  while (pings.length < pingCount) {
    const sentAt = now();
    const { at } = await client.call('ping');
    pings.push({ sentAt, at, receivedAt: now() });
  }
  return pings as [Ping, ...Ping[]];
}

function roundTripFinding(pings: readonly Ping[], words: DoctorWords): Finding {
  const times = pings.map(roundTrip).sort((a, b) => a - b);
  const [medianMs, leastMs, mostMs] = [times[times.length >> 1], times[0], times.at(-1)] as [number, number, number];
  const [median, least, most] = [medianMs, leastMs, mostMs].map((ms) => ms.toFixed(1)) as [string, string, string];
  const text = words.roundTrip(median, least, most, times.length);
  return { check: 'round-trip', status: 'good', text, details: { medianMs, leastMs, mostMs, pings: times.length } };
}

export function clockFinding(pings: readonly [Ping, ...Ping[]], words: DoctorWords): Finding {
  const details = clockDifference(pings);
  const { aheadMs, uncertaintyMs } = details;
  const [seconds, uncertainty] = [Math.abs(aheadMs), uncertaintyMs].map((ms) => (ms / 1000).toFixed(3)) as [
    string,
    string,
  ];
  if (Math.abs(aheadMs) - uncertaintyMs <= clockDifferenceMsMax) {
    return { check: 'clock', status: 'good', text: words.clock(seconds, uncertainty), details };
  }
  const text = words.clockWrong(seconds, uncertainty, aheadMs < 0);
  return { check: 'clock', status: 'bad', text, advice: words.clockAdvice, details };
}

async function sessionFinding(client: Client, options: DoctorOptions, words: DoctorWords): Promise<Finding> {
  const saved = await savedSession(options);
  if (saved === undefined) return { check: 'session', status: 'so', text: words.noSession };
  const { userId, token } = saved;
  try {
    await client.call('user.resume', { token });
    return { check: 'session', status: 'good', text: words.session(userId), details: { userId } };
  } catch (error) {
    if (!(error instanceof CallRefused) || error.code !== 'TOKEN_INVALID') throw error;
    const advice = words.sessionAdvice(userId);
    return { check: 'session', status: 'bad', text: words.sessionOver(userId), advice, details: { userId } };
  }
}
