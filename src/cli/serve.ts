import { rmSync } from 'node:fs';
import { availableParallelism, constants } from 'node:os';
import { resolve } from 'node:path';
import { type SupervisorHandle, startSupervisor } from '../actors/supervisor/supervisor-handle.js';
import { controlParams, type Fault } from '../protocol/control.js';
import { defaultLimits, type Limits, withinOpenFiles } from '../protocol/limits.js';
import type { RoomName } from '../protocol/names.js';
import { refusals } from '../protocol/refusals.js';
import { controlSocket, lockDirectory } from '../storage/data-directory.js';
import type { ControlServer } from '../transport/control.js';
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
  const onTrouble = async (what: string, details: object) => (await logger()).error(details, what);
  const gateway = await startGateway({ host, port, version, limits, supervisor, tls, onTrouble }).catch(
    (error: unknown) => {
      if (error instanceof StartFailure) return fail(error.message);
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      return fail(`cannot listen on ${host}:${port}: ${listenErrors[code] ?? message}`);
    },
  );

  const control = options.chaos ? await takeControl(directory, supervisor, limits) : undefined;
  let drainingSince: number | undefined;
  // What was answered is on disk already, so the process may end at any moment.
  const drain = async (signal: NodeJS.Signals): Promise<void> => {
    if (drainingSince !== undefined) {
      if (performance.now() - drainingSince > secondSignalMs) process.exit(128 + constants.signals[signal]);
      return;
    }
    drainingSince = performance.now();
    const log = await logger();
    log.info({ signal }, 'draining');
    const deadline = setTimeout(() => {
      log.warn({ seconds: options.drainSeconds }, 'not everything could be finished in time');
      process.exit(exitCodes.done);
    }, options.drainSeconds * 1000);
    control?.close();
    await gateway.drain();
    clearTimeout(deadline);
    lock.release();
    log.info('drained');
    process.exit(exitCodes.done);
  };
  if (files !== undefined) process.on('SIGHUP', () => reload(files, gateway));
  process.on('SIGTERM', drain);
  process.on('SIGINT', drain);
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

/** Takes the operator's calls. What an earlier daemon left there is nobody's: this one holds the directory. */
async function takeControl(directory: string, supervisor: SupervisorHandle, limits: Limits): Promise<ControlServer> {
  const { listenForControl } = await import('../transport/control.js');
  const path = claimed(() => controlSocket(directory));
  rmSync(path, { force: true });
  (await logger()).warn('faults can be injected here (--chaos)');
  const chaos = async ({ fault, room, ms }: { fault: Fault; room?: RoomName; ms?: number }) => {
    if (fault === 'crash-supervisor') await supervisor.crash();
    else if (room === undefined) return refusals.paramMissing('room');
    else if (!(await supervisor.inject(room, fault, ms))) return refusals.roomNotFound(room);
    return {};
  };
  const handlers = { chaos: { params: controlParams.chaos, run: chaos } };
  return listenForControl(path, handlers, limits).catch((error: NodeJS.ErrnoException) =>
    fail(`cannot listen on ${path}: ${error.message}`),
  );
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
