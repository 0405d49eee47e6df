import type { Push } from '../client/pushes.js';
import type { RoomName, UserId } from '../protocol/names.js';
import { formatPrivateMessage, formatRoomEvent } from '../protocol/text-replies.js';
import { colours } from './colours.js';
import { printable } from './printable.js';
import type { Words } from './words.js';

/** Messages as people see them in the text dialect, a line each. */

export function messageLine(
  room: string,
  message: { readonly seq: number; readonly from: string; readonly at: number; readonly text: string },
): string {
  const { seq, from, at, text } = message;
  return withDimOrigin(formatRoomEvent(room, { type: 'said', seq, at, user: from as UserId, text }));
}

export function privateMessageLine(message: {
  readonly seq: number;
  readonly room: string;
  readonly from: string;
  readonly to: string;
  readonly at: number;
  readonly text: string;
}): string {
  const { seq, room, from, to, at, text } = message;
  return withDimOrigin(
    formatPrivateMessage({ seq, room: room as RoomName, from: from as UserId, to: to as UserId, at, text }),
  );
}

/** What happened in a room, a private message, or what whoever runs the server has to say. */
export function eventLine(event: Exclude<Push, { method: 'server.draining' }>, words: Words): string {
  switch (event.method) {
    case 'room.message':
      return messageLine(event.params.room, event.params);
    case 'private.message':
      return privateMessageLine(event.params);
    case 'room.joined':
      return noticeLine(event.params, words.joined(event.params.user));
    case 'room.left':
      return noticeLine(event.params, words.left(event.params.user, event.params.reason));
    case 'room.changed':
      return noticeLine(event.params, words.changed(event.params.by, event.params.topic));
    case 'room.reset':
      return noticeLine(event.params, words.logReplaced);
    case 'server.announcement':
      return printable(`# ${event.params.text}`);
    default:
      return event satisfies never;
  }
}

function noticeLine({ room, seq }: { readonly room: string; readonly seq: number }, notice: string): string {
  return withDimOrigin(`[${room} #${seq}] * ${notice}`);
}

/** The brackets with the room and the position come first, and a room's name has none. */
function withDimOrigin(line: string): string {
  const shown = printable(line);
  const end = shown.indexOf(']') + 1;
  return colours.dim(shown.slice(0, end)) + shown.slice(end);
}
