import { toldOf } from './event-pushes.js';
import type { PrivateMessage, RoomEvent } from './events.js';
import type { Limits } from './limits.js';
import type { RoomName } from './names.js';
import { errorNumbers, isTemporary, type Refusal, refusals } from './refusals.js';
import type { Language } from './speech.js';

/** JSON-RPC 2.0 (https://www.jsonrpc.org/specification) on lines: requests in; answers and notifications out. */

export type Id = string | number | null;

/** One call of a line. Without `id` it is a notification: nobody waits for an answer. */
export type Request =
  | { readonly type: 'call'; readonly method: string; readonly params: unknown; readonly id: Id | undefined }
  | { readonly type: 'refused'; readonly refusal: Refusal; readonly id: Id };

export type Parsed =
  | { readonly type: 'one'; readonly request: Request }
  | { readonly type: 'batch'; readonly requests: readonly Request[] };

/** Reads one line that begins with `{` or `[`. */
export function parseRequests(line: string, limits: Limits): Parsed {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { type: 'one', request: { type: 'refused', refusal: refusals.parseError(), id: null } };
  }
  if (!Array.isArray(json)) return { type: 'one', request: parseRequest(json) };
  if (json.length === 0) return { type: 'one', request: refusedRequest(undefined, null) };
  if (json.length > limits.batchMax) {
    return {
      type: 'one',
      request: { type: 'refused', refusal: refusals.batchTooLarge(json.length, limits), id: null },
    };
  }
  return { type: 'batch', requests: json.map(parseRequest) };
}

function parseRequest(json: unknown): Request {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return refusedRequest(undefined, null);
  const { jsonrpc, method, params, id } = json as Record<string, unknown>;
  const hasId = Object.hasOwn(json, 'id');
  if (hasId && id !== null && typeof id !== 'string' && !Number.isFinite(id)) return refusedRequest('id', null);
  const knownId = hasId ? (id as Id) : null;
  if (typeof method !== 'string') return refusedRequest('method', knownId);
  if (jsonrpc !== '2.0') return refusedRequest('jsonrpc', knownId);
  if (params === null || (typeof params !== 'object' && params !== undefined)) return refusedRequest('params', knownId);
  return { type: 'call', method, params, id: hasId ? (id as Id) : undefined };
}

function refusedRequest(field: string | undefined, id: Id): Request {
  return { type: 'refused', refusal: refusals.invalidRequest(field), id };
}

const control = /\p{Cc}/u;

/** JSON without any control character: DEL and C1, which JSON.stringify leaves as they are, move terminals too. */
export function stringify(value: unknown): string {
  const json = JSON.stringify(value);
  if (!control.test(json)) return json;
  return json.replace(/\p{Cc}/gu, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Most ids are numbers, and JSON writes those as JavaScript does. */
function encodeId(id: Id): string {
  return typeof id === 'number' ? String(id) : stringify(id);
}

export function encodeResult(id: Id, result: unknown): string {
  return `{"jsonrpc":"2.0","id":${encodeId(id)},"result":${stringify(result)}}`;
}

/** The same of a result that was written already. */
export function frameResult(id: Id, result: Uint8Array): [string, Uint8Array, string] {
  return [`{"jsonrpc":"2.0","id":${encodeId(id)},"result":`, result, '}'];
}

export function encodeRefusal(id: Id, refusal: Refusal, language: Language): string {
  const { code, message, field, retryAfterMs } = refusal;
  const data = { code, temporary: isTemporary(code), retryAfterMs, field };
  const error = { code: errorNumbers[code], message: message[language], data };
  return `{"jsonrpc":"2.0","id":${encodeId(id)},"error":${stringify(error)}}`;
}

export function encodeNotification(method: string, params: object): string {
  return `{"jsonrpc":"2.0","method":"${method}","params":${JSON.stringify(params)}}`;
}

/** One event of a room as the notification that its members are sent. Names need no escapes: see names.ts. */
export function encodeRoomEvent(room: RoomName, event: RoomEvent): string {
  if (event.type === 'said') {
    const { seq, user, at, text, clientMsgId } = event;
    const repeatable = clientMsgId === undefined ? '' : `,"clientMsgId":${stringify(clientMsgId)}`;
    const further = isPlain(event) ? '' : encodeFurther(event);
    return `{"jsonrpc":"2.0","method":"room.message","params":{"room":"${room}","seq":${seq},"from":"${user}","at":${at},"text":${JSON.stringify(text)}${repeatable}${further}}}`;
  }
  const { method, params } = toldOf(room, event);
  return encodeNotification(method, params);
}

type Said = Extract<RoomEvent, { type: 'said' }>;

/** Whether a message answers none, and is as it was sent: most are, so this is kept out of their way. */
function isPlain({ text, replyTo, editedAt }: Said): boolean {
  return replyTo === undefined && editedAt === undefined && text !== '';
}

function encodeFurther({ text, replyTo, editedAt }: Said): string {
  const reply = replyTo === undefined ? '' : `,"replyTo":${replyTo}`;
  const edited = editedAt === undefined ? '' : `,"editedAt":${editedAt}`;
  return `${reply}${edited}${text === '' ? ',"deleted":true' : ''}`;
}

export function encodePrivateMessage(message: PrivateMessage): string {
  const { seq, room, from, to, at, text } = message;
  return encodeNotification('private.message', { seq, room, from, to, at, text });
}
