import { columns } from './columns.js';
import { toldOf } from './event-pushes.js';
import type { PrivateMessage, RoomEvent } from './events.js';
import { type Look, plainLook, shownUser } from './look.js';
import { formatMessage, shown } from './message-text.js';
import type { MethodName, Result } from './methods.js';
import type { RoomName } from './names.js';
import { formatPrivate, formatPush, shownTime } from './push-lines.js';
import type { Refusal } from './refusals.js';
import type { Language } from './speech.js';
import { type TextWord, textWords } from './text-words.js';

/**
 * The text dialect's way out (PROTOCOL.md, section 4). Nothing here ends in a line feed, and nothing a user
 * wrote brings a control character: texts, topics and names were checked when they came in.
 */

/** A list: `+OK N`, then N lines. */
export function formatList(lines: readonly string[]): string {
  return [`+OK ${lines.length}`, ...lines].join('\n');
}

export function formatRefusal(refusal: Refusal, language: Language): string {
  return `-${refusal.code} ${refusal.message[language]}`;
}

type Session = Result<'session.list'>['sessions'][number];

const formats: { readonly [M in MethodName]: (result: Result<M>, look: Look) => string } = {
  hello: (r) => `+OK ${r.server} ${r.version}`,
  ping: () => '+OK pong',
  'user.register': (r, look) => `+OK ${r.userId} ${say('token', look)} ${r.token}`,
  'user.resume': formatReturn,
  'user.me': (r) => ['+OK', r.userId, ...r.rooms].join(' '),
  'user.quit': () => '+OK',
  'account.create': (r, look) =>
    r.reserved ? `+OK ${r.userId} ${say('reserved', look)} ${r.name}` : `+OK ${r.userId}`,
  'account.login': (r, look) => `${formatReturn(r, look)} ${say('token', look)} ${r.token}`,
  'account.change_password': (r, look) => `+OK ${say('sessionsEnded', look)} ${r.sessionsEnded}`,
  'account.delete': () => '+OK',
  'session.list': (r, look) => formatList(r.sessions.map((session) => formatSession(session, look))),
  'session.revoke': () => '+OK',
  'room.list': (r) =>
    formatList(columns(r.rooms.map(({ room, topic, members, seq }) => [room, `#${seq}`, `${members}`, shown(topic)]))),
  'room.create': (r) => `+OK ${r.room} #${r.seq}`,
  'room.join': (r) => `+OK ${r.room} #${r.seq} ${shown(r.topic)}`.trimEnd(),
  'room.leave': (r) => `+OK ${r.room} #${r.seq}`,
  'room.send': (r) => `+OK #${r.seq}`,
  'room.edit': formatDone,
  'room.delete': formatDone,
  'room.react': formatDone,
  'room.history': (r, look) => formatList(r.messages.map((m) => formatMessage(r.room, m.from, m, look))),
  'room.search': (r, look) => formatList(r.messages.map((m) => formatMessage(r.room, m.from, m, look))),
  'room.mark_read': formatDone,
  'room.unread': (r) =>
    formatList(
      columns(
        r.rooms
          .filter(({ unread }) => unread > 0)
          .map(({ room, seq, unread, mentions }) => [room, `#${seq}`, `${unread}`, mentions > 0 ? `@${mentions}` : '']),
      ),
    ),
  'room.members': (r, look) =>
    formatList(
      columns(
        r.members.map(({ userId, role, online }) => [
          userId,
          say(role, look),
          say(online ? 'online' : 'offline', look),
        ]),
        (cell, column) => (column === 0 ? shownUser(cell, look) : cell),
      ),
    ),
  'room.topic': formatDone,
  'room.kick': formatDone,
  'room.ban': formatDone,
  'room.unban': formatDone,
  'room.mute': formatDone,
  'room.unmute': formatDone,
  'room.slow_mode': formatDone,
  'room.set_role': formatDone,
  'room.invite': formatDone,
  'room.close': formatDone,
  'user.block': () => '+OK',
  'user.unblock': () => '+OK',
  'user.blocks': (r) => formatList(r.users),
  'private.send': (r) => `+OK #${r.seq}`,
  'private.history': (r, look) => formatList(r.messages.map((m) => formatPrivate(m as PrivateMessage, look))),
  'private.search': (r, look) => formatList(r.messages.map((m) => formatPrivate(m as PrivateMessage, look))),
};

function formatDone({ room, seq }: { readonly room: string; readonly seq: number }): string {
  return `+OK ${room} #${seq}`;
}

/** The answer to a text command that was carried out; `result` is the method's, by the method table. */
export function formatResult(method: MethodName, result: object, look = plainLook): string {
  return (formats[method] as (result: object, look: Look) => string)(result, look);
}

export function formatRoomEvent(room: string, event: RoomEvent): string {
  // Nearly all that happens, and for everybody at once.
  if (event.type === 'said') return formatMessage(room, event.user, event);
  return formatPush(toldOf(room as RoomName, event));
}

export function formatPrivateMessage(message: PrivateMessage): string {
  return formatPrivate(message);
}

function formatReturn({ userId, rooms, inboxSeq }: Result<'user.resume'>, look: Look): string {
  const at = rooms.map(({ room, seq, status }) => `${room}@${seq} ${say(status, look)}`);
  return ['+OK', userId, ...at, `inbox@${inboxSeq}`].join(' ');
}

function formatSession({ session, createdAt, lastUsedAt, address, current }: Session, look: Look): string {
  return [
    session,
    ...[say('made', look), shownTime(createdAt, look), say('used', look), shownTime(lastUsedAt, look)],
    ...(address === '' ? [] : [say('from', look), address]),
    ...(current ? [say('current', look)] : []),
  ].join(' ');
}

function say(word: TextWord, { language = 'en' }: Look): string {
  return textWords[word][language];
}
