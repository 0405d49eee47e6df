import type { Result } from '../protocol/methods.js';
import { messageLine } from './message-lines.js';
import type { OneShot } from './one-shot.js';
import { type Page, pageNote, pageParams } from './page.js';

export function history(room: string, page: Page): OneShot<Result<'room.history'>> {
  return {
    async ask(user) {
      await user.join(room);
      return user.call('room.history', { room, ...pageParams(page) });
    },
    show: (result, words) => ({
      text: result.messages.map((message) => messageLine(result.room, message, words.language)).join('\n'),
      note: pageNote(result, page, words),
    }),
  };
}
