import type { RoomName, UserId } from './names.js';

/** What a member may do, the most first: see src/actors/room/moderation.ts. */
export const roles = ['owner', 'moderator', 'member'] as const;
export type Role = (typeof roles)[number];

/** Who acts where no user does, for instance in the creation of a configured room. Not a user's id: no `#`. */
export const serverActor = 'salas';

/** What happens in a room. Every event has the room's next `seq`; `at` is Unix time in milliseconds. */
export type RoomEvent =
  | {
      readonly type: 'said';
      readonly seq: number;
      readonly at: number;
      readonly user: UserId;
      /** Empty where the message was deleted since. */
      readonly text: string;
      readonly clientMsgId?: string;
      /** The `seq` of the message that this one answers. */
      readonly replyTo?: number;
      /** When the text became what it is, where it was another at first. */
      readonly editedAt?: number;
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
      /** Whether the room is only for members and the invited; told to nobody. */
      readonly private?: boolean;
    }
  | {
      readonly type: 'topic-changed';
      readonly seq: number;
      readonly at: number;
      readonly user: UserId;
      readonly topic: string;
    }
  | MessageEvent
  | ModerationEvent;

/** What `user` did to the message `target`, a `seq`. Read again later, an edit has the text that the message has then. */
export type MessageEvent = {
  readonly seq: number;
  readonly at: number;
  readonly user: UserId;
  readonly target: number;
} & (
  | { readonly type: 'edited'; readonly text: string }
  /** `author`: whose message it was, where a moderator deleted it. */
  | { readonly type: 'deleted'; readonly author?: UserId }
  | { readonly type: 'reacted'; readonly reaction: string; readonly on: boolean }
);

/** `banned`: what comes right behind the ban of a member. */
export type LeaveReason = 'quit' | 'expired' | 'banned';

/** What `user`, a moderator or the server itself, did to `target` or to the room. `note` is the reason in their words. */
export type ModerationEvent = { readonly seq: number; readonly at: number; readonly user: string } & (
  | { readonly type: 'kicked'; readonly target: UserId; readonly note?: string }
  /** Until a time in Unix ms, or for good. */
  | { readonly type: 'banned' | 'muted'; readonly target: UserId; readonly until?: number; readonly note?: string }
  | { readonly type: 'unbanned' | 'unmuted' | 'invited'; readonly target: UserId }
  | { readonly type: 'role-changed'; readonly target: UserId; readonly role: Role }
  /** A member says one thing in so many seconds; 0 ends it. */
  | { readonly type: 'slow-mode-changed'; readonly seconds: number }
  /** Nobody is in the room any more, nor will be. */
  | { readonly type: 'closed'; readonly note?: string }
);

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
