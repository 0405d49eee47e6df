import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { faultMsDefault, type RoomFault, type ThreadLoad } from '../../protocol/control.js';
import { serverActor } from '../../protocol/events.js';
import type { Limits } from '../../protocol/limits.js';
import type { RoomName } from '../../protocol/names.js';
import { isRefusal, refusals } from '../../protocol/refusals.js';
import type { Speech } from '../../protocol/speech.js';
import { supervisorFile } from '../../storage/data-directory.js';
import { diskFull, explained, StorageError } from '../../storage/database.js';
import { ActorRef, type Connection, withPorts } from '../actor-ref.js';
import { ActorThread, serve } from '../actor-thread.js';
import type { RemoteActor } from '../batch.js';
import { Durations } from '../durations.js';
import type { RoomCommand, RoomReply } from '../room/decisions.js';
import { notMember } from '../room/moderation.js';
import { roomPacking } from '../room/packing.js';
import type { DiskNotice } from '../room/room-host.js';
import { threadLoad } from '../thread-load.js';
import { type RoomInfo, type RoomThreadFigures, RoomThreads, RoomUnavailable } from './room-threads.js';
import { type InboxFrame, Supervisor } from './supervisor.js';

/** The entry of the supervisor's thread: the actor, the threads of the rooms, and the end of expired identities. */

export interface SupervisorData {
  readonly directory: string;
  /** Rooms that are there from the start, each with a thread of its own. */
  readonly rooms: readonly RoomName[];
  readonly threadsMax: number;
  readonly limits: Limits;
  /** Where it is to be noted how long the actors' transactions take: those of rooms, and the supervisor's. */
  readonly commitTimes?: { readonly room: SharedArrayBuffer; readonly supervisor: SharedArrayBuffer } | undefined;
}

/** What the supervisor's thread tells whoever started it, beside answers. */
export type Notice = RoomsDeath | DiskNotice;

export interface RoomsDeath {
  readonly notice: 'room-died';
  readonly rooms: readonly RoomName[];
  readonly reason: string;
  /** More than 0 if they died too often: their calls are answered `BUSY` for so long, then they are tried again. */
  readonly restartInMs: number;
}

/** What the supervisor's thread tells of itself and of those of the rooms. */
export interface SupervisorFigures {
  readonly load: ThreadLoad;
  readonly commits: number;
  readonly roomThreads: readonly RoomThreadFigures[];
}

/** All that can be called in the supervisor's thread. */
export interface SupervisorApi extends RemoteActor<InboxFrame> {
  /** The rooms of the directory, once that is open; or in one line why it cannot be opened. */
  start(): { readonly rooms: readonly RoomName[]; readonly file: string } | { readonly failed: Speech };
  /**
   * The server is sure to be there: not before that is anybody's time counted who was connected to an earlier one.
   * `again`: it is the same server, and who was connected is still. Answers in one line why it cannot begin, if it cannot.
   */
  begin(again: boolean): { readonly failed?: Speech };
  /** A new connection to a room. `hung`: the room has left its caller without an answer. */
  connect(room: RoomName, hung: boolean): Promise<Connection<RoomInfo> | { readonly failed: Speech }>;
  figures(): Promise<SupervisorFigures>;
  /** Has a fault in a room's thread. False if the room has none. */
  inject(room: RoomName, fault: RoomFault, ms?: number): Promise<boolean>;
  /** Ends everything, after what was handed in is committed. */
  close(): Promise<void>;
}

type RoomRef = ActorRef<RoomCommand, RoomReply, never, RoomInfo>;

const expiryIntervalMs = 1000;
const expiredUsersMax = 100;
const roomUnavailableRetryMs = 5000;
/** How long the threads of rooms have to tell their figures. */
const figuresMsMax = 500;

function startSupervisor(port: MessagePort, data: SupervisorData): SupervisorApi {
  const { directory, rooms, threadsMax, limits, commitTimes } = data;
  const onDisk = (full: boolean): void => port.postMessage({ notice: 'disk', full } satisfies Notice);
  const threads = new RoomThreads({
    directory,
    limits,
    dedicated: rooms,
    threadsMax,
    commitTimes: commitTimes?.room,
    onDeath: (dead, reason, restartInMs) =>
      port.postMessage({ notice: 'room-died', rooms: dead, reason, restartInMs } satisfies Notice),
    onDisk,
  });
  const file = supervisorFile(directory);
  const supervisor = explained(
    file,
    () => new Supervisor(file, limits, onDisk, commitTimes && new Durations(commitTimes.supervisor)),
  );
  const actor = new ActorThread(supervisor, limits.frameQueueBytesMax);
  const create = rooms
    .filter((room) => supervisor.room(room) === undefined)
    .map((room) => ({ type: 'create-room', room, topic: '', by: serverActor }) as const);
  for (const outcome of actor.handle({ at: Date.now(), commands: create, firstKey: 0, again: false, dialects: [] })) {
    if (isRefusal(outcome)) throw outcome.code === 'BUSY' ? diskFull(file) : new StorageError(outcome.message);
  }

  const refs = new Map<RoomName, RoomRef>();
  /** The supervisor's own way to a room. */
  const refTo = (room: RoomName): RoomRef => {
    let ref = refs.get(room);
    if (ref === undefined) {
      const connect = (hung: boolean) =>
        connectTo(room, false, hung).catch(() => refusals.busy(room, roomUnavailableRetryMs));
      ref = new ActorRef({ name: room, limits, packing: roomPacking, connect });
      refs.set(room, ref);
    }
    return ref;
  };
  const connectTo = async (room: RoomName, wantsFrames: boolean, hung: boolean): Promise<Connection<RoomInfo>> => {
    const entry = supervisor.room(room);
    if (entry === undefined) return refusals.roomNotFound(room);
    return threads.connect(room, entry, wantsFrames, hung);
  };

  /** Takes expired users out of their rooms, then ends their identities; what fails is tried again next time. */
  const endExpired = async (): Promise<void> => {
    for (const { user, rooms: left } of supervisor.expired(Date.now(), expiredUsersMax)) {
      const leave: RoomCommand = { type: 'leave', user, reason: 'expired' };
      const outcomes = await Promise.all(left.map((room) => refTo(room).ask(leave)));
      const gone = outcomes.every((outcome) => !('code' in outcome) || notMember.has(outcome.code));
      if (gone)
        actor.handle({ at: Date.now(), commands: [{ type: 'end', user }], firstKey: 0, again: false, dialects: [] });
    }
  };
  let expiry: NodeJS.Timeout | undefined;
  const scheduleExpiry = (): void => {
    expiry = setTimeout(() => void endExpired().then(scheduleExpiry), expiryIntervalMs);
  };

  return {
    ...actor.caller(port, true),
    start: () => ({ rooms: supervisor.rooms(), file }),
    begin: (again) => {
      try {
        if (!again) explained(file, () => supervisor.begin(Date.now()));
      } catch (error) {
        if (error instanceof StorageError) return { failed: error.said };
        throw error;
      }
      scheduleExpiry();
      threads.keepSpare();
      return {};
    },
    connect: async (room, hung) => {
      try {
        const connection = await connectTo(room, true, hung);
        return 'endpoint' in connection ? withPorts(connection, [connection.endpoint as MessagePort]) : connection;
      } catch (error) {
        if (error instanceof RoomUnavailable) return { failed: error.said };
        throw error;
      }
    },
    figures: async () => {
      const roomThreads = await threads.figures(figuresMsMax);
      return { load: threadLoad(), commits: supervisor.commits, roomThreads };
    },
    inject: (room, fault, ms = faultMsDefault) => threads.inject(room, fault, ms),
    close: async () => {
      clearTimeout(expiry);
      for (const ref of refs.values()) ref.close();
      await threads.close();
      supervisor.close();
    },
  };
}

if (parentPort !== null) {
  const data = workerData as SupervisorData;
  try {
    serve(parentPort, startSupervisor(parentPort, data));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    const failed = error.said;
    serve(parentPort, { start: () => ({ failed }) });
  }
}
