import type { Result } from '../protocol/methods.js';
import { privateMessageLine } from './message-lines.js';
import type { OneShot } from './one-shot.js';

export function msg(room: string, to: string, text: string): OneShot<Result<'private.send'>> {
  return {
    async ask(user) {
      await user.join(room);
      return user.whisper(room, to, text);
    },
    show: ({ seq, at, online }, words, userId) => ({
      text: privateMessageLine({ seq, room, from: userId, to, at, text }),
      note: online ? undefined : words.receiverOffline(to),
    }),
  };
}
