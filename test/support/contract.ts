import * as v from 'valibot';
import { findMethod, methods } from '../../src/protocol/methods.js';

/** The wire contract as clients read it: whatever the server says in JSON is held against this. */

export type Id = string | number | null;

export interface ErrorData {
  readonly code: string;
  readonly temporary: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly field?: string | undefined;
}

export type Reply =
  | { readonly id: Id; readonly result: unknown }
  | { readonly id: Id; readonly error: { readonly code: number; readonly message: string; readonly data: ErrorData } };

/** PROTOCOL.md, section 3. */
const errorNumbers: Record<string, number> = {
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  INTERNAL_ERROR: -32603,
  NOT_REGISTERED: -32001,
  ALREADY_REGISTERED: -32002,
  NAME_INVALID: -32003,
  TOKEN_INVALID: -32004,
  NAME_RESERVED: -32005,
  CREDENTIALS_INVALID: -32006,
  PASSWORD_INVALID: -32007,
  ACCOUNT_EXISTS: -32008,
  ACCOUNT_NOT_FOUND: -32009,
  ROOM_NOT_FOUND: -32010,
  ROOM_EXISTS: -32011,
  ROOM_NAME_INVALID: -32012,
  NOT_IN_ROOM: -32013,
  USER_NOT_FOUND: -32014,
  USER_NOT_IN_ROOM: -32015,
  SESSION_NOT_FOUND: -32016,
  MESSAGE_NOT_FOUND: -32017,
  TEXT_INVALID: -32020,
  TEXT_TOO_LONG: -32021,
  DUPLICATE_CONFLICT: -32022,
  LINE_TOO_LONG: -32030,
  INVALID_UTF8: -32031,
  BATCH_TOO_LARGE: -32032,
  PROTOCOL_UNSUPPORTED: -32033,
  RATE_LIMITED: -32040,
  BUSY: -32041,
  DRAINING: -32042,
  ACTOR_RESTARTED: -32043,
  FORBIDDEN: -32050,
  BANNED: -32051,
  MUTED: -32052,
  SLOW_MODE: -32053,
};
const withRetry = ['RATE_LIMITED', 'BUSY', 'MUTED', 'SLOW_MODE'];
const temporary = [...withRetry, 'DRAINING', 'ACTOR_RESTARTED'];

const seq = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const at = v.pipe(v.number(), v.safeInteger(), v.minValue(Date.UTC(2020)));

/** What every change of a room tells, and what it is. */
function changed<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject({ room: v.string(), seq, by: v.string(), at, ...entries });
}

/** The pushes' params, with nothing missing and nothing beside. */
const pushes = {
  'room.message': v.strictObject({
    room: v.string(),
    seq,
    from: v.string(),
    at,
    text: v.string(),
    clientMsgId: v.optional(v.string()),
    replyTo: v.optional(seq),
    editedAt: v.optional(at),
    deleted: v.optional(v.literal(true)),
  }),
  'room.edited': changed({ target: seq, text: v.string() }),
  'room.deleted': changed({ target: seq }),
  'room.reacted': changed({ target: seq, reaction: v.string(), on: v.boolean() }),
  'room.joined': v.strictObject({ room: v.string(), seq, user: v.string(), at }),
  'room.left': v.strictObject({
    room: v.string(),
    seq,
    user: v.string(),
    at,
    reason: v.optional(v.picklist(['quit', 'expired', 'kicked', 'banned'])),
    by: v.optional(v.string()),
    note: v.optional(v.string()),
  }),
  'room.changed': v.union([
    changed({ topic: v.string() }),
    changed({ user: v.string(), role: v.picklist(['owner', 'moderator', 'member']) }),
    changed({ user: v.string(), banned: v.literal(true), until: v.optional(at), note: v.optional(v.string()) }),
    changed({ user: v.string(), banned: v.literal(false) }),
    changed({ user: v.string(), muted: v.literal(true), until: v.optional(at), note: v.optional(v.string()) }),
    changed({ user: v.string(), muted: v.literal(false) }),
    changed({ user: v.string(), invited: v.literal(true) }),
    changed({ slowModeSeconds: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
    changed({ closed: v.literal(true), note: v.optional(v.string()) }),
  ]),
  'room.invited': v.strictObject({ room: v.string(), by: v.string() }),
  'room.reset': v.strictObject({ room: v.string(), epoch: v.string(), seq }),
  'private.message': v.strictObject({
    seq,
    room: v.string(),
    from: v.string(),
    to: v.string(),
    at,
    text: v.string(),
  }),
  'server.announcement': v.strictObject({ text: v.string(), at }),
  'server.draining': v.strictObject({ reconnectAfterMs: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) }),
} as const;

export type PushName = keyof typeof pushes;
export type PushParams<P extends PushName> = v.InferOutput<(typeof pushes)[P]>;
export type Push = { readonly [P in PushName]: { readonly method: P; readonly params: PushParams<P> } }[PushName];

/** A line as it came in, and what it says where it is JSON. */
export interface Arrival {
  readonly line: string;
  readonly reply?: Reply;
  readonly push?: Push;
  readonly batch?: readonly Reply[];
}

const reply = v.union([
  v.strictObject({
    jsonrpc: v.literal('2.0'),
    id: v.nullable(v.union([v.string(), v.number()])),
    result: v.record(v.string(), v.unknown()),
  }),
  v.strictObject({
    jsonrpc: v.literal('2.0'),
    id: v.nullable(v.union([v.string(), v.number()])),
    error: v.strictObject({
      code: v.number(),
      message: v.pipe(v.string(), v.minLength(1)),
      data: v.strictObject({
        code: v.string(),
        temporary: v.boolean(),
        retryAfterMs: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
        field: v.optional(v.string()),
      }),
    }),
  }),
]);
const notification = v.strictObject({ jsonrpc: v.literal('2.0'), method: v.string(), params: v.unknown() });

/** @throws when `json` is no answer by the contract. */
function asReply(json: unknown): Reply {
  const checked = v.parse(reply, json);
  if ('error' in checked) {
    const { code, data } = checked.error;
    if (errorNumbers[data.code] !== code) throw new Error(`${data.code} came as ${code}`);
    if (data.temporary !== temporary.includes(data.code)) throw new Error(`${data.code} came as ${data.temporary}`);
    if ((data.retryAfterMs !== undefined) !== withRetry.includes(data.code)) {
      throw new Error(`${data.code} came with retryAfterMs ${data.retryAfterMs}`);
    }
  }
  return checked;
}

/** @throws when `json` is no push by the contract. */
function asPush(json: unknown): Push {
  const { method, params } = v.parse(notification, json);
  if (!Object.hasOwn(pushes, method)) throw new Error(`there is no push ${method}`);
  v.parse(pushes[method as PushName], params);
  return { method, params } as Push;
}

/**
 * Reads a line. Pushes in text begin with `[` too, but never with `[{`.
 *
 * @throws when it is JSON and not as the contract says.
 */
export function arrivalOf(line: string): Arrival {
  if (line.startsWith('[{')) return { line, batch: (JSON.parse(line) as unknown[]).map(asReply) };
  if (!line.startsWith('{')) return { line };
  const json = JSON.parse(line) as object;
  return 'method' in json ? { line, push: asPush(json) } : { line, reply: asReply(json) };
}

/** Holds a result against its method's row, nothing missing and nothing beside; `name` may be the alias. */
export function checkResult(name: string, result: unknown): void {
  const method = findMethod(name);
  if (method === undefined) throw new Error(`there is no method ${name}`);
  const checked = v.safeParse(strict(methods[method.name].result), result);
  if (!checked.success) {
    const faults = checked.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`);
    throw new Error(`the result of ${name} is not as the contract says: ${faults.join('; ')}`);
  }
}

interface Parts {
  readonly type: string;
  readonly entries?: Record<string, v.GenericSchema>;
  readonly item?: v.GenericSchema;
  readonly wrapped?: v.GenericSchema;
  readonly key?: v.GenericSchema<string>;
  readonly value?: v.GenericSchema;
}

/** The schema, with every object in it closed to further keys. */
function strict(schema: v.GenericSchema): v.GenericSchema {
  const { type, entries, item, wrapped, key, value } = schema as unknown as Parts;
  if (type === 'object' && entries !== undefined) {
    return v.strictObject(Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, strict(entry)])));
  }
  if (type === 'array' && item !== undefined) return v.array(strict(item));
  if (type === 'optional' && wrapped !== undefined) return v.optional(strict(wrapped));
  if (type === 'record' && key !== undefined && value !== undefined) return v.record(key, strict(value));
  return schema;
}
