import { ActorRef, type Connection } from '../actors/actor-ref.js';
import type { RoomCommand, RoomReply } from '../actors/room/decisions.js';
import { roomPacking } from '../actors/room/packing.js';
import type { RoomFrame } from '../actors/room/room.js';
import type { RoomInfo } from '../actors/supervisor/room-threads.js';
import type { Dialect } from '../protocol/events.js';
import type { Limits } from '../protocol/limits.js';
import type { RoomName } from '../protocol/names.js';
import { encodeReset } from '../protocol/pushes.js';
import { isRefusal, type Refusal } from '../protocol/refusals.js';
import type { Reads } from '../reads/pool.js';
import { Feed } from './feed.js';

/** A room as the gateway knows it. */
export interface Room {
  readonly name: RoomName;
  readonly file: string;
  readonly ref: ActorRef<RoomCommand, RoomReply, RoomFrame, RoomInfo>;
  readonly feed: Feed;
  /** Whether only members and the invited may know of it. */
  private: boolean;
  epoch: string;
  topic: string;
  /** Of the events up to this one only acts of moderation are kept. */
  floor: number;
  members: number;
  closed: boolean;
  /** How often its thread died and was replaced. */
  restarts: number;
}

export interface RoomsOptions {
  readonly limits: Limits;
  readonly reads: Reads;
  /** A new connection to a room's actor. */
  readonly connect: (room: RoomName, hung: boolean) => Promise<Connection<RoomInfo>>;
  /** Users who left a room, told before the frame that says so is passed on. */
  readonly onParted: (room: RoomName, parted: RoomFrame['parted']) => void;
  /** The dialects in which somebody wants to be told. */
  readonly dialects: () => readonly Dialect[];
}

/** With fewer rooms than this, each room's ring gets this share of the whole. */
const ringSharesMin = 16;
/** Bytes of lines read from a room's store at once. */
const pageBytes = 64 * 1024;

/** The open rooms. */
export class Rooms {
  readonly #options: RoomsOptions;
  readonly #byName = new Map<RoomName, Room>();
  readonly #opening = new Map<RoomName, Promise<Room | Refusal>>();

  constructor(options: RoomsOptions) {
    this.#options = options;
  }

  get(name: RoomName): Room | undefined {
    return this.#byName.get(name);
  }

  all(): Iterable<Room> {
    return this.#byName.values();
  }

  /** Events written to connections. */
  get deliveries(): number {
    let sum = 0;
    for (const { feed } of this.#byName.values()) sum += feed.deliveries;
    return sum;
  }

  /**
   * Connects to a room, and stays connected: when its thread dies, to the next one. Answers the room once it is
   * there, or why it is not there at first; it is still tried then.
   */
  open(name: RoomName): Promise<Room | Refusal> {
    const opening = this.#opening.get(name) ?? this.#connectTo(name);
    this.#opening.set(name, opening);
    return opening;
  }

  #connectTo(name: RoomName): Promise<Room | Refusal> {
    const { limits, reads, connect, onParted, dialects } = this.#options;
    return new Promise((resolve) => {
      let room: Room | undefined;
      const ref: Room['ref'] = new ActorRef({
        name,
        limits,
        packing: roomPacking,
        connect: async (hung) => {
          const connection = await connect(name, hung);
          if (isRefusal(connection)) resolve(connection);
          return connection;
        },
        dialects,
        onConnected: (info) => {
          if (room === undefined) {
            const feed = this.#feed(info, reads, () => room?.epoch ?? info.epoch);
            room = { name, file: info.file, ref, feed, restarts: 0, ...statusOf(info) };
            this.#byName.set(name, room);
            resolve(room);
          } else {
            reconnected(room, info);
          }
        },
        onFrames: (frames) => {
          if (room === undefined) return;
          for (const frame of frames) {
            room.members = frame.members;
            room.topic = frame.topic;
            room.closed = frame.closed;
            if (frame.parted.length > 0) onParted(name, frame.parted);
            room.feed.publish(asBuffers(frame), frame.amended);
          }
        },
      });
    });
  }

  close(): void {
    for (const { ref } of this.#byName.values()) ref.close();
  }

  #feed({ room, file, head }: RoomInfo, reads: Reads, epoch: () => string): Feed {
    const { ringBytesMax } = this.#options.limits;
    return new Feed({
      head,
      ringBytesMax: () => ringBytesMax / Math.max(ringSharesMin, this.#byName.size),
      read: (after, upTo, dialect) => reads.roomEvents({ file, room, dialect, after, upTo, bytesMax: pageBytes }),
      onGap: (reader, seq) => reader.write(Buffer.from(encodeReset(room, epoch(), seq, reader.dialect))),
    });
  }
}

function statusOf(info: RoomInfo): Pick<Room, 'epoch' | 'topic' | 'floor' | 'members' | 'private' | 'closed'> {
  const { epoch, topic, floor, members, private: hidden, closed } = info;
  return { epoch, topic, floor, members, private: hidden, closed };
}

/** The room's thread died and was replaced; events whose frames died with it are read from the store. */
function reconnected(room: Room, info: RoomInfo): void {
  room.restarts++;
  const replaced = info.epoch !== room.epoch;
  Object.assign(room, statusOf(info));
  if (replaced) {
    for (const { reader } of room.feed.cursors) {
      reader.write(Buffer.from(encodeReset(room.name, info.epoch, info.head, reader.dialect)));
    }
    room.feed.restartAt(info.head);
  } else {
    room.feed.advanceTo(info.head);
  }
}

/** Frames as sockets take them, without a copy. */
function asBuffers(frame: RoomFrame): RoomFrame {
  return {
    ...frame,
    ...(frame.json === undefined ? {} : { json: asBuffer(frame.json) }),
    ...(frame.text === undefined ? {} : { text: asBuffer(frame.text) }),
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
