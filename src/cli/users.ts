import type { Result } from '../protocol/methods.js';
import type { OneShot } from './one-shot.js';
import { table } from './table.js';

export function users(room: string): OneShot<Result<'room.members'>> {
  return {
    ask: (user) => user.call('room.members', { room }),
    show: ({ members }, words) => ({
      text: table(
        [words.columnUser, words.columnRole, words.columnPresence],
        members.map(({ userId, role, online }) => [userId, words[role], online ? words.online : words.offline]),
      ),
    }),
  };
}
