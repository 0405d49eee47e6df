import type { Result } from '../protocol/methods.js';
import type { OneShot } from './one-shot.js';
import { table } from './table.js';

export function rooms(): OneShot<Result<'room.list'>> {
  return {
    ask: (user) => user.call('room.list'),
    show: (result, words) => ({
      text: table(
        [words.columnRoom, words.columnMembers, words.columnSeq, words.columnTopic],
        result.rooms.map(({ room, members, seq, topic }) => [room, members, seq, topic]),
      ),
    }),
  };
}
