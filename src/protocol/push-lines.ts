import type { Told } from './event-pushes.js';
import type { PrivateMessage } from './events.js';
import { type Look, plainLook, shownOrigin, shownUser } from './look.js';
import { formatMessage, type ShownMessage, shown, shownPlace } from './message-text.js';
import type { Language, Speech } from './speech.js';
import { wordIn } from './text-words.js';
import { localTime } from './time-zones.js';

/**
 * What the server sends unasked, as a line for people (PROTOCOL.md, section 4). Nothing that a user wrote brings a
 * control character: texts, topics and names were checked when they came in, and TAB is shown as a space.
 */

/** What the params of pushes have of which a line tells; see toldOf() for those of each. */
interface Params extends ShownMessage {
  readonly room: string;
  readonly from: string;
  readonly to: string;
  readonly user: string;
  readonly by: string;
  readonly reason?: string;
  readonly note?: string;
  readonly until?: number;
  readonly topic?: string;
  readonly role?: string;
  readonly banned?: boolean;
  readonly muted?: boolean;
  readonly invited?: boolean;
  readonly slowModeSeconds?: number;
  readonly target: number;
  readonly reaction: string;
  readonly on: boolean;
  readonly reconnectAfterMs: number;
}

/** A notification as a line, without its line feed; `params` are of the push that `method` names. */
export function formatPush({ method, params: told }: Told, look: Look = plainLook): string {
  const params = told as Params;
  const { language = 'en' } = look;
  switch (method) {
    case 'room.message':
      return formatMessage(params.room, params.from, params, look);
    case 'private.message':
      return formatPrivate(params as unknown as PrivateMessage, look);
    case 'room.invited':
      return `${shownOrigin(params.room, look)} * ${invitation(shownUser(params.by, look), params.room)[language]}`;
    case 'server.draining':
      return `# ${draining(params.reconnectAfterMs)[language]}`;
    case 'server.announcement':
      return `# ${shown(params.text)}`;
    default:
      return `${shownPlace(params.room, '', params, look)} * ${happening(method, params, look)[language]}`;
  }
}

export function formatPrivate(message: PrivateMessage, look: Look = plainLook): string {
  const [from, to] = [shownUser(message.from, look), shownUser(message.to, look)];
  return `${shownPlace(message.room, 'private ', message, look)} ${from} -> ${to}: ${shown(message.text)}`;
}

/** A time that stands among words. */
export function shownTime(at: number, { zone }: Look): string {
  return zone === undefined ? new Date(at).toISOString() : localTime(at, zone);
}

/** What happened in a room, but for messages. */
function happening(method: string, params: Params, look: Look): Speech {
  const { reason, target, reaction } = params;
  const [user, by] = [params.user, params.by].map((id) => (id === undefined ? '' : shownUser(id, look)));
  switch (method) {
    case 'room.joined':
      return { en: `${user} joined`, pt: `${user} entrou` };
    case 'room.left': {
      if (reason === 'kicked') {
        const why = noted(params.note);
        return { en: `${user} left (kicked by ${by}${why})`, pt: `${user} saiu (expulso por ${by}${why})` };
      }
      const why = (language: Language) => (reason === undefined ? '' : ` (${wordIn(language, reason)})`);
      return { en: `${user} left${why('en')}`, pt: `${user} saiu${why('pt')}` };
    }
    case 'room.reset':
      return {
        en: 'the log of this room begins here; /history shows what it has',
        pt: 'o registro desta sala começa aqui; /mensagens mostra o que tem',
      };
    case 'room.edited': {
      const text = noted(params.text || undefined);
      return { en: `${by} edited #${target}${text}`, pt: `${by} editou #${target}${text}` };
    }
    case 'room.deleted':
      return { en: `${by} deleted #${target}`, pt: `${by} apagou #${target}` };
    case 'room.reacted':
      return params.on
        ? { en: `${by} reacted to #${target}: ${reaction}`, pt: `${by} reagiu a #${target}: ${reaction}` }
        : { en: `${by} took ${reaction} back from #${target}`, pt: `${by} retirou ${reaction} de #${target}` };
    case 'room.changed':
      return change(params, by as string, user as string, look);
    default:
      return { en: `something happened (${method})`, pt: `algo aconteceu (${method})` };
  }
}

function change(params: Params, by: string, user: string, look: Look): Speech {
  const { seq, topic, role, banned, muted, invited, slowModeSeconds, note } = params;
  // A room's first event is its creation.
  if (topic !== undefined && seq === 1) return { en: `${by} created the room`, pt: `${by} criou a sala` };
  if (topic !== undefined) {
    return { en: `${by} changed the topic to: ${shown(topic)}`, pt: `${by} mudou o tópico para: ${shown(topic)}` };
  }
  if (role !== undefined) {
    return {
      en: `${by} made ${user} ${wordIn('en', role)}`,
      pt: `${by} fez de ${user} ${wordIn('pt', role)}`,
    };
  }
  const end = ending(params, look);
  if (banned === true) return { en: `${by} banned ${user} ${end.en}`, pt: `${by} baniu ${user} ${end.pt}` };
  if (banned === false) return { en: `${by} unbanned ${user}`, pt: `${by} desbaniu ${user}` };
  if (muted === true) return { en: `${by} muted ${user} ${end.en}`, pt: `${by} silenciou ${user} ${end.pt}` };
  if (muted === false) return { en: `${by} unmuted ${user}`, pt: `${by} dessilenciou ${user}` };
  if (invited === true) return { en: `${by} invited ${user}`, pt: `${by} convidou ${user}` };
  if (slowModeSeconds !== undefined) {
    return { en: `${by} set slow mode to ${slowModeSeconds} s`, pt: `${by} pôs o modo lento em ${slowModeSeconds} s` };
  }
  return { en: `${by} closed the room${noted(note)}`, pt: `${by} fechou a sala${noted(note)}` };
}

/** Until when a ban or a mute is, and why. */
function ending({ until, note }: Params, look: Look): Speech {
  const why = noted(note);
  if (until === undefined) return { en: `for good${why}`, pt: `para sempre${why}` };
  const time = shownTime(until, look);
  return { en: `until ${time}${why}`, pt: `até ${time}${why}` };
}

function noted(note: string | undefined): string {
  return note === undefined ? '' : `: ${shown(note)}`;
}

function invitation(by: string, room: string): Speech {
  return { en: `${by} invites you; /join ${room}`, pt: `${by} convida você; /entrar ${room}` };
}

function draining(reconnectAfterMs: number): Speech {
  return {
    en: `the server is going down; reconnect in ${reconnectAfterMs} ms`,
    pt: `o servidor está encerrando; conecte-se de novo em ${reconnectAfterMs} ms`,
  };
}
