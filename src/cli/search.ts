import type { Result } from '../protocol/methods.js';
import { messageLine, privateMessageLine } from './message-lines.js';
import type { OneShot, Shown } from './one-shot.js';
import type { Words } from './words.js';

/** Which part of what is found to show: the latest, or the latest before `before`. */
export interface SearchPage {
  readonly limit: number | undefined;
  readonly before: number | undefined;
}

export function search(room: string, query: string, page: SearchPage): OneShot<Result<'room.search'>> {
  return {
    async ask(user) {
      await user.join(room);
      return user.call('room.search', { room, query, ...given(page) });
    },
    show: (result, words) => shown(result, (message) => messageLine(result.room, message, words.language), words),
  };
}

export function searchInbox(query: string, page: SearchPage): OneShot<Result<'private.search'>> {
  return {
    ask: (user) => user.call('private.search', { query, ...given(page) }),
    show: (result, words) => shown(result, privateMessageLine, words),
  };
}

function given({ limit, before }: SearchPage): { limit?: number; before?: number } {
  return { ...(limit === undefined ? {} : { limit }), ...(before === undefined ? {} : { before }) };
}

function shown<Message>(
  found: { readonly messages: readonly Message[]; readonly more: boolean; readonly next?: number | undefined },
  line: (message: Message) => string,
  words: Words,
): Shown {
  const nothing = found.messages.length === 0 ? words.nothingFound : undefined;
  return { text: found.messages.map(line).join('\n'), note: found.more ? words.moreFound(found.next ?? 0) : nothing };
}
