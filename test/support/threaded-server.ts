import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { type SupervisorHandle, startSupervisor } from '../../src/actors/supervisor/supervisor-handle.js';
import type { RoomsDeath } from '../../src/actors/supervisor/supervisor-thread.js';
import { defaultLimits, type Limits } from '../../src/protocol/limits.js';
import type { RoomName } from '../../src/protocol/names.js';
import { startGateway } from '../../src/transport/gateway.js';
import { newDirectory } from './new-directory.js';

/** A server in the test's process, with real threads, in which faults can be had at any moment. */
export interface ThreadedServer {
  readonly port: number;
  readonly supervisor: SupervisorHandle;
  /** What the supervisor told of its rooms' deaths. */
  readonly notices: readonly RoomsDeath[];
  /** What it told of the disk: whether it is full. */
  readonly disk: readonly boolean[];
  /** Why the supervisor itself died, each time. */
  readonly deaths: readonly string[];
}

/** `rooms` have a thread each. */
export async function startThreaded(
  t: Test,
  rooms: readonly string[],
  limits: Partial<Limits> = {},
): Promise<ThreadedServer> {
  const directory = newDirectory(t);
  mkdirSync(join(directory, 'rooms'));
  const notices: RoomsDeath[] = [];
  const disk: boolean[] = [];
  const deaths: string[] = [];
  const all: Limits = { ...defaultLimits, ...limits };
  const supervisor = startSupervisor(
    { directory, rooms: rooms as RoomName[], threadsMax: rooms.length + 1, limits: all },
    (notice) => void (notice.notice === 'disk' ? disk.push(notice.full) : notices.push(notice)),
    (reason) => deaths.push(reason),
  );
  // Also if the gateway does not start; after a drain there is nothing left to close.
  t.teardown(() => supervisor.close());
  const onTrouble = (what: string, details: object) => t.fail(what, details);
  const gateway = await startGateway({
    host: '127.0.0.1',
    port: 0,
    version: 'test',
    limits: all,
    supervisor,
    onTrouble,
  });
  t.teardown(() => gateway.drain());
  return { port: gateway.port, supervisor, notices, disk, deaths };
}
