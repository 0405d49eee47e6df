import type { Dialect, PrivateMessage, RoomEvent } from './events.js';
import { encodeNotification, encodePrivateMessage, encodeRoomEvent } from './jsonrpc.js';
import type { RoomName, UserId } from './names.js';
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

export function encodeReset(room: RoomName, epoch: string, seq: number, dialect: Dialect): string {
  return dialect === 'json'
    ? `${encodeNotification('room.reset', { room, epoch, seq })}\n`
    : `[${room} #${seq}] * the log of this room was replaced; /history shows it\n`;
}

/** What the reader has not been sent up to `seq` is not kept any more. For programs it is as if the log began there. */
export function encodeGap(room: RoomName, epoch: string, seq: number, dialect: Dialect): string {
  return dialect === 'json'
    ? encodeReset(room, epoch, seq, dialect)
    : `[${room} #${seq}] * what was said up to here is not kept any more\n`;
}

/** Somebody may join a private room. */
export function encodeInvitation(room: RoomName, by: UserId, dialect: Dialect): string {
  return dialect === 'json'
    ? `${encodeNotification('room.invited', { room, by })}\n`
    : `[${room}] * ${by} invites you; /join ${room}\n`;
}

export function encodeDraining(reconnectAfterMs: number, dialect: Dialect): string {
  return dialect === 'json'
    ? `${encodeNotification('server.draining', { reconnectAfterMs })}\n`
    : `# the server is going down; reconnect in ${reconnectAfterMs} ms\n`;
}

/** What whoever runs the server has to say to everybody. */
export function encodeAnnouncement(text: string, at: number, dialect: Dialect): string {
  return dialect === 'json'
    ? `${encodeNotification('server.announcement', { text, at })}\n`
    : `# ${text.replaceAll('\t', ' ')}\n`;
}
