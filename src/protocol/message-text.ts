import type { Language, Speech } from './speech.js';

/** A message of a room as people see it, a line. */

export interface ShownMessage {
  readonly seq: number;
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
export function formatMessage(room: string, from: string, message: ShownMessage, language: Language = 'en'): string {
  const { seq, text, reactions } = message;
  if (text === '') return `[${room} #${seq}] * ${deletedMessage(from)[language]}`;
  const reacted =
    reactions === undefined ? '' : reactions.map(({ reaction, users }) => ` [${reaction} ${users}]`).join('');
  return `[${room} #${seq}] ${from}${marks(message, language)}: ${shown(text)}${reacted}`;
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
