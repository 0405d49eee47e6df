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
