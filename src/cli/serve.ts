import { availableParallelism, constants } from 'node:os';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { startSupervisor } from '../actors/supervisor/supervisor-handle.js';
import type { LogLevel } from '../protocol/control.js';
import { defaultLimits, type Limits, withinOpenFiles } from '../protocol/limits.js';
import type { Language } from '../protocol/speech.js';
import { addressBansFile, loadAddressBans, saveAddressBans } from '../storage/address-bans-file.js';
import { lockDirectory } from '../storage/data-directory.js';
import { StorageError } from '../storage/database.js';
import type { Gateway } from '../transport/gateway.js';
import type { UsableCertificate } from './certificate.js';
import { type CertificateFiles, certificateFilesBy, certificateReloader, warnOfExpiry } from './certificate-files.js';
import { configure, type Given } from './configuration.js';
import { exitCodes } from './exit-codes.js';
import { monitoringBy, startMonitoring } from './monitoring.js';
import { openFilesMax } from './open-files.js';
import { type Appliers, inTurn, settingsReloader } from './reload.js';
import { version } from './version.js';
import { type Words, wordsIn } from './words.js';

/** A signal that comes sooner after the first is the same: Ctrl-C under npm arrives twice. */
const secondSignalMs = 500;

/** Runs the daemon with these settings until a signal ends it; it ends the process itself. */
export async function serve(given: Given, language: Language): Promise<void> {
  const { values: settings, problems, warnings } = await configure(given, language);
  if (problems.length > 0) return fail(problems.join('\nsalas: '));
  const { host, port, rooms, chaos } = settings;
  const words = wordsIn(language);
  let drainSeconds = settings['drain-seconds'];
  // Only this thread goes by the settings among the limits; the others' copies of the limits need not follow.
  const limits: MutableLimits = withinOpenFiles(
    {
      ...defaultLimits,
      floodRate: settings['flood-rate'],
      addressFloodRate: settings['address-flood-rate'],
      keepDays: settings['keep-days'],
      keepMessages: settings['keep-messages'],
    },
    openFilesMax(),
  );
  let log: Promise<Logger> | undefined;
  /** The log is loaded when there is first something to say, so that the daemon is ready sooner. */
  const logger = () => {
    log ??= loadLog(settings['log-level']);
    return log;
  };
  const directory = resolve(settings.data);
  // What people say to each other is read by nobody but the daemon's user.
  process.umask(0o077);
  const files = certificateFilesBy(settings);
  const certificate = files && (await certificateIn(files, language));
  const lock = claimed(() => lockDirectory(directory), language);
  const monitoring = monitoringBy(settings);
  const bansFile = addressBansFile(directory);
  const banned = claimed(() => loadAddressBans(bansFile), language);
  // The actors' threads start while this one is still loading what it needs itself.
  const supervisor = startSupervisor(
    {
      directory,
      rooms,
      threadsMax: settings['room-threads'] ?? Math.max(rooms.length, 2 * availableParallelism()),
      limits,
      commitTimes: monitoring && {
        room: monitoring.commitTimes.room.memory,
        supervisor: monitoring.commitTimes.supervisor.memory,
      },
    },
    async (notice) => {
      if (notice.notice === 'disk') {
        if (notice.full) (await logger()).error({ data: directory }, 'the disk is full; nothing new is stored');
        else (await logger()).info({ data: directory }, 'there is room on the disk again');
        return;
      }
      const what = notice.restartInMs > 0 ? 'failed: they are tried again later' : 'are opened again';
      (await logger()).error(notice, `a room thread died; its rooms ${what}`);
    },
    async (reason) => {
      (await logger()).error({ reason }, 'the supervisor died; it is started again with all rooms');
    },
  );
  const { startGateway, StartFailure } = await import('../transport/gateway.js');
  const { AddressBans } = await import('../transport/address-bans.js');
  const { NoControl, openControl } = await import('./control-socket.js');
  const { chaosCalls, daemonCalls, noted } = await import('./control-calls.js');
  const bans = new AddressBans(banned, (list) => saveAddressBans(bansFile, list));
  const onTrouble = async (what: string, details: object) => (await logger()).error(details, what);
  const gateway = await startGateway({
    host,
    port,
    version,
    limits,
    supervisor,
    bans,
    limitLoopback: settings['limit-loopback'],
    tls: certificate && { certificate, only: settings['tls-only'] },
    callTimes: monitoring?.callTimes,
    onTrouble,
  }).catch((error: unknown) => {
    if (error instanceof StartFailure) return fail(error.said[language]);
    return failToListen(`${host}:${port}`, error, '--host', '--port', words);
  });
  const metricsPort =
    monitoring &&
    (await startMonitoring(monitoring, gateway, onTrouble).catch((error: unknown) =>
      failToListen(`${monitoring.host}:${monitoring.port}`, error, '--metrics-host', '--metrics-port', words),
    ));

  let draining: Promise<boolean> | undefined;
  /** Ends the daemon. Answers whether all was finished in time; what was answered to clients is on disk in any case. */
  const drain = (cause: object): Promise<boolean> => {
    if (draining === undefined) {
      draining = finish(gateway, drainSeconds, cause, logger);
      void draining.then(end);
    }
    return draining;
  };
  const end = async (): Promise<void> => {
    // Whoever had it drain is told; and the name of the socket is gone before another daemon may take it.
    await control?.close();
    lock.release();
    process.exit(exitCodes.done);
  };
  const handlers = {
    ...gateway.operator,
    ...daemonCalls(logger, drain),
    ...chaosCalls(supervisor, chaos),
  };
  const onBug = (method: string, error: unknown) => onTrouble('a call failed', { method, err: error });
  const control = await openControl(directory, noted(handlers, logger), limits, onBug).catch(async (error: unknown) => {
    if (!(error instanceof NoControl)) throw error;
    if (chaos) return fail(error.said[language]);
    const { message: reason } = error;
    (await logger()).warn({ reason }, 'there is no control socket: salas admin cannot reach this server');
    return undefined;
  });
  if (chaos) (await logger()).warn('faults can be injected here (--chaos)');

  let signalled: number | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (signalled !== undefined && now - signalled > secondSignalMs) process.exit(128 + constants.signals[signal]);
    signalled ??= now;
    void drain({ signal });
  };
  const apply: Appliers = {
    'flood-rate': (rate) => {
      limits.floodRate = rate;
    },
    'address-flood-rate': (rate) => {
      limits.addressFloodRate = rate;
    },
    'keep-days': (days) => {
      limits.keepDays = days;
    },
    'keep-messages': (messages) => {
      limits.keepMessages = messages;
    },
    'drain-seconds': (seconds) => {
      drainSeconds = seconds;
    },
    'log-level': async (level) => {
      (await logger()).level = level;
    },
  };
  /** What a SIGHUP has read again. Each tells the log what became of it, and fails at nothing. */
  const reloaders: readonly (() => Promise<void>)[] = [
    settingsReloader(given, settings, apply, logger),
    ...(files === undefined ? [] : [certificateReloader(files, gateway, logger)]),
  ];
  const reload = inTurn(async () => {
    for (const reloadOne of reloaders) await reloadOne();
  });
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', reload);
  const address = host.includes(':') ? `[${host}]` : host;
  process.stdout.write(`salas listening on ${address}:${gateway.port}\n`);
  for (const warning of warnings) (await logger()).warn(warning.en);
  (await logger()).info({ host, port: gateway.port, metricsPort, data: directory, version }, 'listening');
  if (files !== undefined && certificate !== undefined) await warnOfExpiry(files, certificate, logger);
}

type MutableLimits = { -readonly [Name in keyof Limits]: Limits[Name] };

async function loadLog(level: LogLevel): Promise<Logger> {
  const { log } = await import('./log.js');
  log.level = level;
  return log;
}

/** Drains the gateway, for so long at the most. Answers whether all was finished. */
async function finish(
  gateway: Gateway,
  seconds: number,
  cause: object,
  logger: () => Promise<Logger>,
): Promise<boolean> {
  const log = await logger();
  log.info(cause, 'draining');
  let deadline: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    deadline = setTimeout(() => resolve(false), seconds * 1000);
  });
  const finished = await Promise.race([gateway.drain().then(() => true as const), late]);
  clearTimeout(deadline);
  if (finished) log.info('drained');
  else log.warn({ seconds }, 'not everything could be finished in time');
  return finished;
}

/** What the system's errors at listening mean to people. */
function failToListen(address: string, error: unknown, hostFlag: string, portFlag: string, words: Words): never {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) throw error;
  const reasons: Record<string, string> = {
    EADDRINUSE: words.portInUse(portFlag),
    EACCES: words.portForbidden,
    EADDRNOTAVAIL: words.addressForeign(hostFlag),
    ENOTFOUND: words.hostUnknown(hostFlag),
  };
  return fail(words.cannotListen(address, reasons[code] ?? message));
}

async function certificateIn(files: CertificateFiles, language: Language): Promise<UsableCertificate> {
  const { CertificateUnusable, readCertificate } = await import('./certificate.js');
  try {
    return readCertificate(files);
  } catch (error) {
    if (error instanceof CertificateUnusable) return fail(error.said[language]);
    throw error;
  }
}

function claimed<T>(claim: () => T, language: Language): T {
  try {
    return claim();
  } catch (error) {
    if (error instanceof StorageError) return fail(error.said[language]);
    throw error;
  }
}

/** Ends the process; `message` is in the language of who started it. */
function fail(message: string): never {
  process.stderr.write(`salas: ${message}\n`);
  process.exit(exitCodes.refused);
}
