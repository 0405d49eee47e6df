import type { Result } from '../protocol/methods.js';
import { privateMessageLine } from './message-lines.js';
import type { OneShot } from './one-shot.js';
import { type Page, pageNote, pageParams } from './page.js';

/** `known`: the user was there before this command, and so may have messages. */
export function inbox(page: Page, known: boolean): OneShot<Result<'private.history'>> {
  return {
    ask: (user) => user.call('private.history', pageParams(page)),
    show: (result, words) => ({
      text: result.messages.map(privateMessageLine).join('\n'),
      note: known ? pageNote(result, page, words) : words.newInbox,
    }),
  };
}
