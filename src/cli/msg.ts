import type { Result } from '../protocol/methods.js';
import { privateMessageLine } from './message-lines.js';
import type { OneShot } from './one-shot.js';

export function msg(room: string, to: string, text: string): OneShot<Result<'private.send'>> {
  return {
    async ask({ client, enter }) {
      await enter(room);
      return client.call('private.send', { room, to, text });
    },
    show: ({ seq, at, online }, words, userId) => ({
      text: privateMessageLine({ seq, room, from: userId, to, at, text }),
      note: online ? undefined : words.receiverOffline(to),
    }),
  };
}
