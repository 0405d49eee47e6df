import { type Look, plainLook, shownOrigin, shownUser } from './look.js';
import type { Language, Speech } from './speech.js';
import { clockTime } from './time-zones.js';

/** A message of a room as people see it, a line. */

export interface ShownMessage {
  readonly seq: number;
  readonly at: number;
  /** Empty where it was deleted. */
  readonly text: string;
  readonly replyTo?: number | undefined;
  readonly editedAt?: number | undefined;
  readonly reactions?: readonly { readonly reaction: string; readonly users: number }[] | undefined;
}

const words = {
  to: { en: 'to', pt: 'para' },
  edited: { en: 'edited', pt: 'editada' },
} as const satisfies Record<string, Speech>;

/** `[sala1 #42] ana#1 (to #40, edited): oi [👍 2]` */
export function formatMessage(room: string, from: string, message: ShownMessage, look = plainLook): string {
  const { text, reactions } = message;
  const { language = 'en' } = look;
  const [place, user] = [shownPlace(room, '', message, look), shownUser(from, look)];
  if (text === '') return `${place} * ${deletedMessage(user)[language]}`;
  const reacted =
    reactions === undefined ? '' : reactions.map(({ reaction, users }) => ` [${reaction} ${users}]`).join('');
  return `${place} ${user}${marks(message, language)}: ${shown(text)}${reacted}`;
}

/** Where something stands, and when it was for who wants to know, where it has a time: `[sala1 #42 14:03]`. */
export function shownPlace(
  room: string,
  kind: string,
  { seq, at }: { readonly seq: number; readonly at?: number },
  look: Look,
): string {
  const time = look.zone === undefined || at === undefined ? '' : ` ${clockTime(at, look.zone)}`;
  return shownOrigin(`${room} ${kind}#${seq}${time}`, look);
}

function deletedMessage(from: string): Speech {
  return { en: `a message of ${from} that was deleted`, pt: `uma mensagem de ${from} que foi apagada` };
}

/** Before the colon, where nothing stands that a user wrote. */
function marks({ replyTo, editedAt }: ShownMessage, language: Language): string {
  if (replyTo === undefined && editedAt === undefined) return '';
  const reply = replyTo === undefined ? [] : [`${words.to[language]} #${replyTo}`];
  const edited = editedAt === undefined ? [] : [words.edited[language]];
  return ` (${[...reply, ...edited].join(', ')})`;
}

/** A text as a terminal may have it: TAB, the one control character that texts may have, moves the cursor too. */
export function shown(text: string): string {
  return text.replaceAll('\t', ' ');
}
