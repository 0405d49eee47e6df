import type { Role } from './events.js';
import type { Language, Speech } from './speech.js';

/** What stands in answers and pushes of the text dialect beside names, numbers and what people wrote. */
export const textWords = {
  owner: { en: 'owner', pt: 'dono' },
  moderator: { en: 'moderator', pt: 'moderador' },
  member: { en: 'member', pt: 'membro' },
  online: { en: 'online', pt: 'online' },
  offline: { en: 'offline', pt: 'offline' },
  resumed: { en: 'resumed', pt: 'retomada' },
  reset: { en: 'reset', pt: 'substituída' },
  token: { en: 'token', pt: 'token' },
  reserved: { en: 'reserved', pt: 'reservado' },
  sessionsEnded: { en: 'sessions ended:', pt: 'sessões encerradas:' },
  made: { en: 'made', pt: 'criada' },
  used: { en: 'used', pt: 'usada' },
  from: { en: 'from', pt: 'de' },
  current: { en: 'current', pt: 'atual' },
  quit: { en: 'quit', pt: 'encerrou' },
  expired: { en: 'expired', pt: 'expirou' },
  banned: { en: 'banned', pt: 'banido' },
  kicked: { en: 'kicked', pt: 'expulso' },
} as const satisfies Record<string, Speech>;

export type TextWord = keyof typeof textWords;

/** A word in this language; what is none of ours stays as it is. */
export function wordIn(language: Language, word: string): string {
  return Object.hasOwn(textWords, word) ? textWords[word as TextWord][language] : word;
}

/** The role that somebody means who says it in either language; else what they said. */
export function roleMeant(said: string): string {
  const roles: readonly Role[] = ['owner', 'moderator', 'member'];
  return roles.find((role) => textWords[role].pt === said) ?? said;
}
