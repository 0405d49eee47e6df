import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { RoomFault, ThreadLoad } from '../../protocol/control.js';
import type { Limits } from '../../protocol/limits.js';
import type { RoomName } from '../../protocol/names.js';
import type { Speech } from '../../protocol/speech.js';
import { explained, StorageError } from '../../storage/database.js';
import { block, DiskFaults } from '../../storage/disk-faults.js';
import { ActorThread, serve } from '../actor-thread.js';
import { Durations } from '../durations.js';
import { threadLoad } from '../thread-load.js';
import type { RoomCommand, RoomReply } from './decisions.js';
import { roomPacking } from './packing.js';
import { type Creation, Room, type RoomFrame, type RoomStatus } from './room.js';

/** The entry of a room thread: it holds one room, or several that share it. */

export interface RoomHostData {
  readonly limits: Limits;
  /** Where it is to be noted how long transactions take. */
  readonly commitTimes: SharedArrayBuffer | undefined;
}

export interface RoomOpening {
  readonly room: RoomName;
  readonly file: string;
  /** How the log begins if it is empty. */
  readonly creation: Creation;
  readonly wantsFrames: boolean;
}

/** Where the room stands, or in one line why it cannot be opened. */
export type RoomOpened = RoomStatus | { readonly failed: Speech };

/** What the thread takes, and what its rooms did. */
export interface RoomHostFigures {
  readonly load: ThreadLoad;
  readonly commits: ReadonlyMap<RoomName, number>;
}

const { limits, commitTimes: memory } = workerData as RoomHostData;
const commitTimes = memory && new Durations(memory);
const rooms = new Map<
  RoomName,
  {
    readonly room: Room;
    readonly actor: ActorThread<RoomCommand, RoomReply, RoomFrame>;
    readonly disk: DiskFaults;
  }
>();

/** What a room's thread tells the supervisor's, beside answers: whether something could be written. */
export interface DiskNotice {
  readonly notice: 'disk';
  readonly full: boolean;
}

const onDisk = (full: boolean) => parentPort?.postMessage({ notice: 'disk', full } satisfies DiskNotice);

export const roomHost = {
  /** Connects a caller to a room, which is opened if it is not open. */
  connect({ room: name, file, creation, wantsFrames }: RoomOpening, port: MessagePort): RoomOpened {
    let open = rooms.get(name);
    if (open === undefined) {
      try {
        const disk = new DiskFaults();
        const room = explained(file, () => new Room(file, name, creation, limits, disk.onCommit, onDisk, commitTimes));
        open = { room, actor: new ActorThread(room, limits.frameQueueBytesMax, roomPacking), disk };
      } catch (error) {
        if (error instanceof StorageError) return { failed: error.said };
        throw error;
      }
      rooms.set(name, open);
    }
    open.actor.attach(port, wantsFrames);
    return open.room.status();
  },

  figures(): RoomHostFigures {
    return { load: threadLoad(), commits: new Map([...rooms].map(([name, { room }]) => [name, room.commits])) };
  },

  /** Has the fault, of which some leave the call without an answer. `ms` is how long, or how much slower. */
  inject(name: RoomName, fault: Exclude<RoomFault, 'crash-room'>, ms: number): void {
    const disk = rooms.get(name)?.disk;
    switch (fault) {
      case 'hang-room':
        block();
        break;
      case 'exhaust-room':
        exhaust();
        break;
      case 'fail-commit':
        disk?.failNext();
        break;
      case 'full-disk':
        disk?.full(ms);
        break;
      case 'slow-disk':
        disk?.slow(ms);
        break;
      default:
        fault satisfies never;
    }
  },

  /** Closes every room, after what was handed in is committed. */
  close(): void {
    for (const { room } of rooms.values()) room.close();
    rooms.clear();
  },
};

export type RoomHost = typeof roomHost;

/** Keeps more than the thread's heap may hold. */
function exhaust(): never {
  const hoard: number[][] = [];
  for (;;) hoard.push(Array.from({ length: 10_000 }, (_, i) => i));
}

if (parentPort !== null) serve(parentPort, roomHost);
