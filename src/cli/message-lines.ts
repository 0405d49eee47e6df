import type { Push } from '../client/pushes.js';
import { plainLook } from '../protocol/look.js';
import { formatMessage, type ShownMessage } from '../protocol/message-text.js';
import type { RoomName, UserId } from '../protocol/names.js';
import type { Language } from '../protocol/speech.js';
import { formatPrivateMessage } from '../protocol/text-replies.js';
import { colours } from './colours.js';
import { printable } from './printable.js';
import type { Words } from './words.js';

/** Messages as people see them in the text dialect, a line each. */

export function messageLine(
  room: string,
  message: ShownMessage & { readonly from: string },
  language: Language,
): string {
  return withDimOrigin(formatMessage(room, message.from, message, { ...plainLook, language }));
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
      return messageLine(event.params.room, event.params, words.language);
    case 'room.edited':
      return noticeLine(event.params, words.edited(event.params.by, event.params.target, event.params.text));
    case 'room.deleted':
      return noticeLine(event.params, words.deleted(event.params.by, event.params.target));
    case 'room.reacted': {
      const { by, target, reaction, on } = event.params;
      return noticeLine(event.params, (on ? words.reacted : words.tookBack)(by, target, reaction));
    }
    case 'private.message':
      return privateMessageLine(event.params);
    case 'room.joined':
      return noticeLine(event.params, words.joined(event.params.user));
    case 'room.left':
      return noticeLine(event.params, words.left(event.params.user, event.params.reason));
    case 'room.changed':
      return noticeLine(event.params, changeNotice(event.params, words));
    case 'room.invited':
      return withDimOrigin(`[${event.params.room}] * ${words.invited(event.params.by, event.params.room)}`);
    case 'room.reset':
      return noticeLine(event.params, words.logReplaced);
    case 'server.announcement':
      return printable(`# ${event.params.text}`);
    default:
      return event satisfies never;
  }
}

type Change = Extract<Push, { method: 'room.changed' }>['params'];

/** What changed in a room, in words. */
export function changeNotice(change: Change, words: Words): string {
  return actOf(change, words) ?? words.changed(change.by, change.topic);
}

/** What a moderator did; undefined where the change is another. */
function actOf({ by, user, until, note, ...change }: Change, words: Words): string | undefined {
  const act = actName(change);
  if (act === undefined) return undefined;
  const details = [
    change.role === undefined ? undefined : words[change.role],
    change.slowModeSeconds === undefined ? undefined : `${change.slowModeSeconds} s`,
    until === undefined ? undefined : words.until(new Date(until).toISOString()),
    note,
  ].filter((detail) => detail !== undefined);
  const done = [by, words.acts[act], user].filter((word) => word !== undefined).join(' ');
  return details.length === 0 ? done : `${done} (${details.join('; ')})`;
}

function actName({ role, banned, muted, invited, slowModeSeconds, closed }: Partial<Change>) {
  if (role !== undefined) return 'role-changed';
  if (banned !== undefined) return banned ? 'banned' : 'unbanned';
  if (muted !== undefined) return muted ? 'muted' : 'unmuted';
  if (invited === true) return 'invited';
  if (slowModeSeconds !== undefined) return 'slow-mode-changed';
  return closed === true ? 'closed' : undefined;
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
