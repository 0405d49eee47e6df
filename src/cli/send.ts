import type { Result } from '../protocol/methods.js';
import { messageLine } from './message-lines.js';
import type { OneShot } from './one-shot.js';

export function send(room: string, text: string): OneShot<Result<'room.send'>> {
  return {
    async ask(user) {
      await user.join(room);
      return user.send(room, text);
    },
    show: ({ room, seq, at }, _words, userId) => ({ text: messageLine(room, { seq, from: userId, at, text }) }),
  };
}
