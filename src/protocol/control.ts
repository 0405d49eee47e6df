import * as v from 'valibot';
import { type Param, type ParamKind, roomName } from './params.js';

/** What whoever runs the daemon calls, over the socket in its data directory. */

/** Faults of a room's thread. */
export const roomFaults = ['crash-room', 'hang-room', 'exhaust-room', 'fail-commit', 'full-disk', 'slow-disk'] as const;
export type RoomFault = (typeof roomFaults)[number];

export const faults = [...roomFaults, 'crash-supervisor'] as const;
export type Fault = (typeof faults)[number];

const faultMsMax = 600_000;
/** How long a fault lasts, or how much longer each commit takes, where nobody says. */
export const faultMsDefault = 1000;

const fault: ParamKind<Fault> = {
  schema: v.picklist(faults),
  wanted: { en: `one of ${faults.join(', ')}`, pt: `um de ${faults.join(', ')}` },
};

const faultMs: ParamKind<number> = {
  schema: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(faultMsMax)),
  wanted: { en: `a whole number from 0 to ${faultMsMax}`, pt: `um número inteiro de 0 a ${faultMsMax}` },
};

function optional<Wire, Value>(kind: ParamKind<Wire, Value>): Param<Wire, Value> {
  return { kind, optional: true };
}

/** The params of each method; all are called with JSON-RPC as the methods of clients are. */
export const controlParams = {
  chaos: { fault: { kind: fault }, room: optional(roomName), ms: optional(faultMs) },
};
export type ControlMethod = keyof typeof controlParams;

/**
 * What a daemon tells of itself. Counters begin at 0 with the daemon, or with the thread they are of, and only grow.
 * `null` is a figure that its thread did not tell in time.
 */
export interface Figures {
  readonly version: string;
  /** Unix time in ms. */
  readonly at: number;
  readonly uptimeMs: number;
  readonly rssBytes: number;
  readonly connections: number;
  /** Connections taken since the start. */
  readonly connectionsTotal: number;
  /** Users with a connection. */
  readonly users: number;
  /** Events and private messages written to connections: each counts once a connection. */
  readonly deliveries: number;
  readonly supervisor: ActorFigures;
  readonly rooms: readonly RoomFigures[];
  readonly threads: readonly ThreadFigures[];
}

export interface ActorFigures {
  /** Commands handed in by clients and not yet answered. */
  readonly mailbox: number;
  /** How often its thread died and was replaced. */
  readonly restarts: number;
  /** Transactions on disk; since its thread began. */
  readonly commits: number | null;
}

export interface RoomFigures extends ActorFigures {
  readonly room: string;
  readonly members: number;
  /** Connections that are sent its events. */
  readonly readers: number;
  readonly seq: number;
  /** How many events the reader that is furthest behind has not been sent. */
  readonly lag: number;
}

export interface ThreadFigures {
  readonly thread: 'main' | 'supervisor' | 'room';
  /** The rooms in it, where it is theirs. */
  readonly rooms: readonly string[];
  readonly load: ThreadLoad | null;
}

/** What a thread knows of itself. */
export interface ThreadLoad {
  /** The heap, and how much of it is in use. */
  readonly heapBytes: number;
  readonly heapUsedBytes: number;
  /** Buffers outside the heap. */
  readonly externalBytes: number;
  /** How long it has not waited for work, since it began. */
  readonly busyMs: number;
}

/** A connection of a client, as the operator sees it. */
export interface SessionFigures {
  /** Names it for as long as the daemon runs. */
  readonly session: number;
  readonly address: string;
  readonly user: string | null;
  /** Unix time in ms. */
  readonly since: number;
  readonly rooms: number;
  readonly dialect: 'json' | 'text';
  /** Calls not answered yet. */
  readonly calls: number;
  /** Bytes that wait to be read by the client. */
  readonly queuedBytes: number;
  /** How many events it has not been sent, of the room where it is furthest behind. */
  readonly lag: number;
}

/** A user with a connection. */
export interface UserFigures {
  readonly user: string;
  readonly sessions: number;
  readonly rooms: number;
  readonly lag: number;
}
