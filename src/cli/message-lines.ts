import type { RoomName, UserId } from '../protocol/names.js';
import { formatPrivateMessage, formatRoomEvent } from '../protocol/text-replies.js';
import { colours } from './colours.js';
import { printable } from './printable.js';

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

/** The brackets with the room and the position come first, and a room's name has none. */
function withDimOrigin(line: string): string {
  const shown = printable(line);
  const end = shown.indexOf(']') + 1;
  return colours.dim(shown.slice(0, end)) + shown.slice(end);
}
