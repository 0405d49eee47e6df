import type { RoomName, UserId } from './names.js';

export type Role = 'owner' | 'member';

/** Who acts where no user does, for instance in the creation of a configured room. Not a user's id: no `#`. */
export const serverActor = 'salas';

/** What happens in a room. Every event has the room's next `seq`; `at` is Unix time in milliseconds. */
export type RoomEvent =
  | {
      readonly type: 'said';
      readonly seq: number;
      readonly at: number;
      readonly user: UserId;
      readonly text: string;
      readonly clientMsgId?: string;
    }
  | { readonly type: 'joined'; readonly seq: number; readonly at: number; readonly user: UserId; readonly role: Role }
  | {
      readonly type: 'left';
      readonly seq: number;
      readonly at: number;
      readonly user: UserId;
      readonly reason?: LeaveReason;
    }
  | {
      readonly type: 'created';
      readonly seq: number;
      readonly at: number;
      readonly user: string;
      readonly topic: string;
    }
  | {
      readonly type: 'topic-changed';
      readonly seq: number;
      readonly at: number;
      readonly user: UserId;
      readonly topic: string;
    };

export type LeaveReason = 'quit' | 'expired';

/** A private message as one of its two people has it: `seq` counts in that person's own inbox. */
export interface PrivateMessage {
  readonly seq: number;
  readonly room: RoomName;
  readonly from: UserId;
  readonly to: UserId;
  readonly at: number;
  readonly text: string;
}

/** The ways a push can be written. */
export type Dialect = 'json' | 'text';
