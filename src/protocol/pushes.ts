import type { Told } from './event-pushes.js';
import type { Dialect, PrivateMessage, RoomEvent } from './events.js';
import { encodeNotification, encodePrivateMessage, encodeRoomEvent } from './jsonrpc.js';
import type { Look } from './look.js';
import type { RoomName, UserId } from './names.js';
import { formatPush } from './push-lines.js';
import { formatPrivateMessage, formatRoomEvent } from './text-replies.js';

/** What the server sends unasked, in either dialect. Every push is one line, with its line feed. */

const encoder = new TextEncoder();

/** Events of a room as one run of lines: a line an event, in order. The array is exactly as long as its bytes. */
export function encodeRoomEvents(room: RoomName, events: readonly RoomEvent[], dialect: Dialect): Uint8Array {
  const encode = dialect === 'json' ? encodeRoomEvent : formatRoomEvent;
  let lines = '';
  for (const event of events) lines += `${encode(room, event)}\n`;
  return encoder.encode(lines);
}

export function encodePrivateMessages(messages: readonly PrivateMessage[], dialect: Dialect): Uint8Array {
  const encode = dialect === 'json' ? encodePrivateMessage : formatPrivateMessage;
  let lines = '';
  for (const message of messages) lines += `${encode(message)}\n`;
  return encoder.encode(lines);
}

/** The log of a room begins behind `seq`: it was replaced, or what was before is not kept any more. */
export function encodeReset(room: RoomName, epoch: string, seq: number, dialect: Dialect): string {
  return encodeTold({ method: 'room.reset', params: { room, epoch, seq } }, dialect);
}

/** Somebody may join a private room. */
export function encodeInvitation(room: RoomName, by: UserId, dialect: Dialect): string {
  return encodeTold({ method: 'room.invited', params: { room, by } }, dialect);
}

export function encodeDraining(reconnectAfterMs: number, dialect: Dialect): string {
  return encodeTold({ method: 'server.draining', params: { reconnectAfterMs } }, dialect);
}

/** What whoever runs the server has to say to everybody. */
export function encodeAnnouncement(text: string, at: number, dialect: Dialect): string {
  return encodeTold({ method: 'server.announcement', params: { text, at } }, dialect);
}

function encodeTold(told: Told, dialect: Dialect): string {
  return `${dialect === 'json' ? encodeNotification(told.method, told.params) : formatPush(told)}\n`;
}

/** Pushes in JSON, as whoever has this look is told them: a line a push. Comments stay as they are. */
export function dress(lines: string | Uint8Array, look: Look): string {
  const json = typeof lines === 'string' ? lines : Buffer.from(lines.buffer, lines.byteOffset, lines.length).toString();
  let dressed = '';
  for (const line of json.split('\n')) {
    if (line === '') continue;
    dressed += `${line.startsWith('{') ? formatPush(JSON.parse(line) as Told, look) : line}\n`;
  }
  return dressed;
}
