import type { Result } from '../protocol/methods.js';
import { messageLine } from './message-lines.js';
import type { OneShot } from './one-shot.js';

export function send(room: string, text: string, replyTo: number | undefined): OneShot<Result<'room.send'>> {
  const reply = replyTo === undefined ? {} : { replyTo };
  return {
    async ask(user) {
      await user.join(room);
      return user.send(room, text, reply);
    },
    show: ({ room, seq, at }, { language }, userId) => ({
      text: messageLine(room, { seq, at, from: userId, text, ...reply }, language),
    }),
  };
}
