import type { Role } from '../protocol/events.js';

/** What the server sends unasked (PROTOCOL.md, section 2). `seq` counts in the room, `at` is Unix time in ms. */
export type Push =
  | { readonly method: 'room.message'; readonly params: RoomMessage }
  /** A message of the room has another text, or none any more, or somebody reacted to it. */
  | { readonly method: 'room.edited'; readonly params: RoomAmendment & { readonly text: string } }
  | { readonly method: 'room.deleted'; readonly params: RoomAmendment }
  | {
      readonly method: 'room.reacted';
      readonly params: RoomAmendment & { readonly reaction: string; readonly on: boolean };
    }
  | { readonly method: 'room.joined'; readonly params: RoomPassage }
  /** `by` and `note` tell who kicked the user, and why. */
  | {
      readonly method: 'room.left';
      readonly params: RoomPassage & { readonly reason?: string; readonly by?: string; readonly note?: string };
    }
  | { readonly method: 'room.changed'; readonly params: RoomChange }
  /** The room's log was replaced: ask `room.history`. */
  | {
      readonly method: 'room.reset';
      readonly params: { readonly room: string; readonly epoch: string; readonly seq: number };
    }
  /** One may join a private room. */
  | { readonly method: 'room.invited'; readonly params: { readonly room: string; readonly by: string } }
  | { readonly method: 'private.message'; readonly params: PrivatePush }
  | { readonly method: 'server.draining'; readonly params: { readonly reconnectAfterMs: number } }
  /** Whoever runs the server says something to everybody. */
  | { readonly method: 'server.announcement'; readonly params: { readonly text: string; readonly at: number } };

interface RoomMessage {
  readonly room: string;
  readonly seq: number;
  readonly from: string;
  readonly at: number;
  /** Empty where it was deleted. */
  readonly text: string;
  readonly clientMsgId?: string;
  /** The `seq` of the message that this one answers. */
  readonly replyTo?: number;
  /** Of a message that was caught up with: what became of it meanwhile. */
  readonly editedAt?: number;
  readonly deleted?: true;
}

/** What `by` did to the message `target`, a `seq`. */
interface RoomAmendment {
  readonly room: string;
  readonly seq: number;
  readonly at: number;
  readonly by: string;
  readonly target: number;
}

interface RoomPassage {
  readonly room: string;
  readonly seq: number;
  readonly user: string;
  readonly at: number;
}

interface RoomChange {
  readonly room: string;
  readonly seq: number;
  readonly by: string;
  readonly at: number;
  readonly topic?: string;
  /** Whom a change of role, a ban, a mute or an invitation is about. */
  readonly user?: string;
  readonly role?: Role;
  readonly banned?: boolean;
  readonly muted?: boolean;
  readonly invited?: boolean;
  /** When a ban or a mute ends; missing where it is for good. */
  readonly until?: number;
  readonly note?: string;
  readonly slowModeSeconds?: number;
  readonly closed?: boolean;
}

/** A private message; `seq` counts in one's own inbox. */
interface PrivatePush {
  readonly seq: number;
  readonly room: string;
  readonly from: string;
  readonly to: string;
  readonly at: number;
  readonly text: string;
}

/** Names of rooms and users, epochs and tokens: far longer than any server has them, and still short. */
const nameCharactersMax = 1000;

type Kind = 'name' | 'text' | 'count' | 'flag';

const kinds: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  name: (value) => typeof value === 'string' && value.length <= nameCharactersMax,
  text: (value) => typeof value === 'string',
  count: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  flag: (value) => typeof value === 'boolean',
};

/** What an object of the server's has to have; whatever is beside it is a newer server's. */
export type Shape = Readonly<Record<string, Kind>>;

export function hasShape(value: unknown, shape: Shape): boolean {
  if (typeof value !== 'object' || value === null) return false;
  for (const field in shape) {
    if (!kinds[shape[field] as Kind]((value as Record<string, unknown>)[field])) return false;
  }
  return true;
}

const amendment: Shape = { room: 'name', seq: 'count', at: 'count', by: 'name', target: 'count' };
const passage: Shape = { room: 'name', seq: 'count', user: 'name', at: 'count' };

/** The pushes that this client knows. */
export const pushShapes: Readonly<Record<Push['method'], Shape>> = {
  'room.message': { room: 'name', seq: 'count', from: 'name', at: 'count', text: 'text' },
  'room.edited': { ...amendment, text: 'text' },
  'room.deleted': amendment,
  'room.reacted': { ...amendment, reaction: 'name', on: 'flag' },
  'room.joined': passage,
  'room.left': passage,
  'room.changed': { room: 'name', seq: 'count', by: 'name', at: 'count' },
  'room.reset': { room: 'name', epoch: 'name', seq: 'count' },
  'room.invited': { room: 'name', by: 'name' },
  'private.message': { seq: 'count', room: 'name', from: 'name', to: 'name', at: 'count', text: 'text' },
  'server.draining': { reconnectAfterMs: 'count' },
  'server.announcement': { text: 'text', at: 'count' },
};
