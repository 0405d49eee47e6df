import type { Result } from '../protocol/methods.js';
import type { OneShot } from './one-shot.js';
import { table } from './table.js';

/** `known`: the user was there before this command, and so may be in rooms. */
export function unread(known: boolean): OneShot<Result<'room.unread'>> {
  return {
    ask: (user) => user.call('room.unread'),
    show: (result, words) => {
      const rows = result.rooms.filter(({ unread }) => unread > 0);
      if (rows.length === 0) return { text: '', note: known ? words.nothingUnread : words.newReader };
      return {
        text: table(
          [words.columnRoom, words.columnUnread, words.columnMentions, words.columnSeq],
          rows.map(({ room, unread, mentions, seq }) => [room, unread, mentions, seq]),
        ),
      };
    },
  };
}
