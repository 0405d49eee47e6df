import { availableParallelism, constants } from 'node:os';
import { resolve } from 'node:path';
import { startSupervisor } from '../actors/supervisor/supervisor-handle.js';
import { defaultLimits, type Limits, withinOpenFiles } from '../protocol/limits.js';
import type { RoomName } from '../protocol/names.js';
import { addressBansFile, loadAddressBans, saveAddressBans } from '../storage/address-bans-file.js';
import { lockDirectory } from '../storage/data-directory.js';
import type { Gateway } from '../transport/gateway.js';
import type { CertificateFiles, UsableCertificate } from './certificate.js';
import { exitCodes } from './exit-codes.js';
import { openFilesMax } from './open-files.js';
import { version } from './version.js';

export interface ServeOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** The data directory; it is made where it is missing. */
  readonly data: string;
  /** Rooms that are there from the start, each in a thread of its own. */
  readonly rooms: readonly RoomName[];
  /** Messages a second and user; 0 is no limit. */
  readonly floodRate: number;
  /** Threads for all rooms together; by default the larger of the number of `rooms` and 2 a core. */
  readonly roomThreads?: number | undefined;
  /** Files of a certificate and its key, to offer TLS; with `only`, plain connections are for this machine alone. */
  readonly tls: (CertificateFiles & { readonly only: boolean }) | undefined;
  /** How long a drain may take. */
  readonly drainSeconds: number;
  /** Whether faults may be injected: see `salas admin chaos`. */
  readonly chaos: boolean;
}

/** A signal that comes sooner after the first is the same: Ctrl-C under npm arrives twice. */
const secondSignalMs = 500;

/** The log is loaded when there is first something to say, so that the daemon is ready sooner. */
const logger = async () => (await import('./log.js')).log;

/** Runs the daemon until a signal ends it; it ends the process itself. */
export async function serve(options: ServeOptions): Promise<void> {
  const { host, port, rooms, floodRate } = options;
  const limits: Limits = withinOpenFiles({ ...defaultLimits, floodRate }, openFilesMax());
  const directory = resolve(options.data);
  // What people say to each other is read by nobody but the daemon's user.
  process.umask(0o077);
  const { tls: files } = options;
  const tls = files && { certificate: await certificateIn(files), only: files.only };
  const lock = claimed(() => lockDirectory(directory));
  const bansFile = addressBansFile(directory);
  const banned = claimed(() => loadAddressBans(bansFile));
  // The actors' threads start while this one is still loading what it needs itself.
  const supervisor = startSupervisor(
    {
      directory,
      rooms,
      threadsMax: options.roomThreads ?? Math.max(rooms.length, 2 * availableParallelism()),
      limits,
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
  const gateway = await startGateway({ host, port, version, limits, supervisor, bans, tls, onTrouble }).catch(
    (error: unknown) => {
      if (error instanceof StartFailure) return fail(error.message);
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      return fail(`cannot listen on ${host}:${port}: ${listenErrors[code] ?? message}`);
    },
  );

  let draining: Promise<boolean> | undefined;
  /** Ends the daemon. Answers whether all was finished in time; what was answered to clients is on disk in any case. */
  const drain = (cause: object): Promise<boolean> => {
    if (draining === undefined) {
      draining = finish(gateway, options.drainSeconds, cause);
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
    ...chaosCalls(supervisor, options.chaos),
  };
  const onBug = (method: string, error: unknown) => onTrouble('a call failed', { method, err: error });
  const control = await openControl(directory, noted(handlers, logger), limits, onBug).catch(async (error: unknown) => {
    if (!(error instanceof NoControl)) throw error;
    if (options.chaos) return fail(error.message);
    const { message: reason } = error;
    (await logger()).warn({ reason }, 'there is no control socket: salas admin cannot reach this server');
    return undefined;
  });
  if (options.chaos) (await logger()).warn('faults can be injected here (--chaos)');

  let signalled: number | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    const now = performance.now();
    if (signalled !== undefined && now - signalled > secondSignalMs) process.exit(128 + constants.signals[signal]);
    signalled ??= now;
    void drain({ signal });
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (files !== undefined) process.on('SIGHUP', () => reload(files, gateway));
  const address = host.includes(':') ? `[${host}]` : host;
  process.stdout.write(`salas listening on ${address}:${gateway.port}\n`);
  (await logger()).info({ host, port: gateway.port, data: directory, version }, 'listening');
  if (files !== undefined && tls !== undefined) await warnOfExpiry(files, tls.certificate);
}

/** Shows new connections the certificate that is in the files now. */
async function reload(files: CertificateFiles, gateway: Gateway): Promise<void> {
  const log = await logger();
  try {
    const certificate = await readFrom(files);
    gateway.replaceCertificate(certificate);
    log.info({ file: files.certFile, validTo: certificate.validTo }, 'the certificate was read again');
    await warnOfExpiry(files, certificate);
  } catch (error) {
    log.error({ reason: (error as Error).message }, 'the certificate could not be read again; the old one stays');
  }
}

/** Drains the gateway, for so long at the most. Answers whether all was finished. */
async function finish(gateway: Gateway, seconds: number, cause: object): Promise<boolean> {
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
const listenErrors: Record<string, string> = {
  EADDRINUSE: 'the port is in use; stop what uses it, or choose another --port',
  EACCES: 'this user may not use that port; choose one above 1023',
  EADDRNOTAVAIL: 'this machine has no such address; choose another --host',
  ENOTFOUND: 'there is no such host; choose another --host',
};

/** A daemon with an old certificate starts all the same: its plain connections do not need one. */
async function warnOfExpiry({ certFile }: CertificateFiles, { validTo }: UsableCertificate): Promise<void> {
  if (Date.parse(validTo) > Date.now()) return;
  (await logger()).warn({ file: certFile, validTo }, 'the certificate has expired; clients will not trust it');
}

/** The module is loaded only where there is a certificate. */
async function readFrom(files: CertificateFiles): Promise<UsableCertificate> {
  return (await import('./certificate.js')).readCertificate(files);
}

function certificateIn(files: CertificateFiles): Promise<UsableCertificate> {
  return readFrom(files).catch((error: Error) => fail(error.message));
}

function claimed<T>(claim: () => T): T {
  try {
    return claim();
  } catch (error) {
    return fail((error as Error).message);
  }
}

function fail(message: string): never {
  process.stderr.write(`salas: ${message}\n`);
  process.exit(exitCodes.refused);
}
