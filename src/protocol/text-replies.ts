import type { PrivateMessage, RoomEvent } from './events.js';
import { formatMessage, shown } from './message-text.js';
import type { MethodName, Result } from './methods.js';
import type { Refusal } from './refusals.js';
import type { Language } from './speech.js';

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

const formats: { readonly [M in MethodName]: (result: Result<M>) => string } = {
  hello: (r) => `+OK ${r.server} ${r.version}`,
  ping: () => '+OK pong',
  'user.register': (r) => `+OK ${r.userId} token ${r.token}`,
  'user.resume': formatReturn,
  'user.me': (r) => ['+OK', r.userId, ...r.rooms].join(' '),
  'user.quit': () => '+OK',
  'account.create': (r) => (r.reserved ? `+OK ${r.userId} reserved ${r.name}` : `+OK ${r.userId}`),
  'account.login': (r) => `${formatReturn(r)} token ${r.token}`,
  'account.change_password': (r) => `+OK sessions ended: ${r.sessionsEnded}`,
  'account.delete': () => '+OK',
  'session.list': (r) => formatList(r.sessions.map(formatSession)),
  'session.revoke': () => '+OK',
  'room.list': (r) =>
    formatList(r.rooms.map(({ room, topic, members, seq }) => `${room} #${seq} ${members} ${shown(topic)}`.trimEnd())),
  'room.create': (r) => `+OK ${r.room} #${r.seq}`,
  'room.join': (r) => `+OK ${r.room} #${r.seq} ${shown(r.topic)}`.trimEnd(),
  'room.leave': (r) => `+OK ${r.room} #${r.seq}`,
  'room.send': (r) => `+OK #${r.seq}`,
  'room.edit': formatDone,
  'room.delete': formatDone,
  'room.react': formatDone,
  'room.history': (r) => formatList(r.messages.map((m) => formatMessage(r.room, m.from, m))),
  'room.search': (r) => formatList(r.messages.map((m) => formatMessage(r.room, m.from, m))),
  'room.members': (r) =>
    formatList(r.members.map(({ userId, role, online }) => `${userId} ${role} ${online ? 'online' : 'offline'}`)),
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
  'private.history': (r) => formatList(r.messages.map((m) => formatPrivateMessage(m as PrivateMessage))),
  'private.search': (r) => formatList(r.messages.map((m) => formatPrivateMessage(m as PrivateMessage))),
};

function formatDone({ room, seq }: { readonly room: string; readonly seq: number }): string {
  return `+OK ${room} #${seq}`;
}

/** The answer to a text command that was carried out; `result` is the method's, by the method table. */
export function formatResult(method: MethodName, result: object): string {
  return (formats[method] as (result: object) => string)(result);
}

export function formatRoomEvent(room: string, event: RoomEvent): string {
  switch (event.type) {
    case 'said':
      return formatMessage(room, event.user, event);
    case 'edited':
      return `[${room} #${event.seq}] * ${event.user} edited #${event.target}${noted(event.text || undefined)}`;
    case 'deleted':
      return `[${room} #${event.seq}] * ${event.user} deleted #${event.target}`;
    case 'reacted': {
      const reacted = event.on
        ? `reacted to #${event.target}: ${event.reaction}`
        : `took ${event.reaction} back from #${event.target}`;
      return `[${room} #${event.seq}] * ${event.user} ${reacted}`;
    }
    case 'joined':
      return `[${room} #${event.seq}] * ${event.user} joined`;
    case 'left':
      return `[${room} #${event.seq}] * ${event.user} left${event.reason === undefined ? '' : ` (${event.reason})`}`;
    case 'created':
      return `[${room} #${event.seq}] * ${event.user} created the room`;
    case 'topic-changed':
      return `[${room} #${event.seq}] * ${event.user} changed the topic to: ${shown(event.topic)}`;
    case 'kicked':
      return `[${room} #${event.seq}] * ${event.target} left (kicked by ${event.user}${noted(event.note)})`;
    case 'banned':
    case 'muted': {
      const time = event.until === undefined ? 'for good' : `until ${new Date(event.until).toISOString()}`;
      return `[${room} #${event.seq}] * ${event.user} ${event.type} ${event.target} ${time}${noted(event.note)}`;
    }
    case 'unbanned':
    case 'unmuted':
    case 'invited':
      return `[${room} #${event.seq}] * ${event.user} ${event.type} ${event.target}`;
    case 'role-changed':
      return `[${room} #${event.seq}] * ${event.user} made ${event.target} ${event.role}`;
    case 'slow-mode-changed':
      return `[${room} #${event.seq}] * ${event.user} set slow mode to ${event.seconds} s`;
    case 'closed':
      return `[${room} #${event.seq}] * ${event.user} closed the room${noted(event.note)}`;
    default:
      return event satisfies never;
  }
}

function noted(note: string | undefined): string {
  return note === undefined ? '' : `: ${shown(note)}`;
}

export function formatPrivateMessage({ room, seq, from, to, text }: PrivateMessage): string {
  return `[${room} private #${seq}] ${from} -> ${to}: ${shown(text)}`;
}

function formatReturn({ userId, rooms, inboxSeq }: Result<'user.resume'>): string {
  const at = rooms.map(({ room, seq, status }) => `${room}@${seq} ${status}`);
  return ['+OK', userId, ...at, `inbox@${inboxSeq}`].join(' ');
}

function formatSession({ session, createdAt, lastUsedAt, address, current }: Session): string {
  const times = `made ${shownTime(createdAt)} used ${shownTime(lastUsedAt)}`;
  return [session, times, ...(address === '' ? [] : [`from ${address}`]), ...(current ? ['current'] : [])].join(' ');
}

function shownTime(at: number): string {
  return new Date(at).toISOString();
}
