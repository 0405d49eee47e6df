import type { RoomName, UserId } from '../../protocol/names.js';
import { type MembersLog, readUpTo } from '../../protocol/read-position.js';
import { refusals } from '../../protocol/refusals.js';
import type { Membership } from '../../storage/supervisor-store.js';
import { answer, type Decision } from './decision.js';
import type { SupervisorMemory } from './decisions.js';

/** How far users have read in their rooms. */
export type ReadingCommand =
  /** The user has read up to `seq`; `log` is the room's, as it is to this member. */
  | {
      readonly type: 'mark-read';
      readonly user: UserId;
      readonly room: RoomName;
      readonly seq: number;
      readonly log: MembersLog;
    }
  | { readonly type: 'list-read'; readonly user: UserId };

export type ReadingReply =
  | { readonly type: 'read'; readonly seq: number }
  | {
      readonly type: 'read-list';
      readonly rooms: readonly Membership[];
      /** Whose mentions of the user do not count. */
      readonly blocked: readonly UserId[];
    };

export type ReadingEvent = {
  readonly type: 'read';
  readonly user: UserId;
  readonly room: RoomName;
  readonly epoch: string;
  readonly seq: number;
};

/** What a command about reading leads to; see `decide`. A position only moves up, and no further than its log. */
export function decideReading(command: ReadingCommand, memory: SupervisorMemory): Decision {
  switch (command.type) {
    case 'mark-read': {
      const { user, room, log } = command;
      const membership = memory.membership(user, room);
      // The user may have left after the room was asked.
      if (membership === undefined) return answer(refusals.notInRoom(room));
      const before = readUpTo(membership.read, log);
      const seq = Math.max(before, Math.min(command.seq, log.head));
      if (seq === before) return answer({ type: 'read', seq });
      return { events: [{ type: 'read', user, room, epoch: log.epoch, seq }], outcome: { type: 'read', seq } };
    }
    case 'list-read': {
      const { user } = command;
      return answer({ type: 'read-list', rooms: memory.readPositions(user), blocked: memory.blocks(user) });
    }
    default:
      return command satisfies never;
  }
}
