import type { ConnectionState } from '../../client/participant.js';
import type { Push } from '../../client/pushes.js';
import type { MethodName } from '../../protocol/methods.js';
import type { Key } from './editor.js';
import type { Reaction } from './entries.js';
import type { ChatState, Member, Page, Size } from './state.js';

/** What happens to the chat: from the terminal, from the server, from the clock. */
export type ChatEvent =
  | { readonly type: 'key'; readonly key: Key }
  | { readonly type: 'pasted'; readonly text: string }
  | { readonly type: 'resized'; readonly size: Size }
  | { readonly type: 'ticked'; readonly now: number }
  | { readonly type: 'connection'; readonly state: ConnectionState }
  /** The server knows the user, who is in these rooms already, and wants to be in those. */
  | {
      readonly type: 'entered';
      readonly userId: string;
      readonly rooms: readonly string[];
      readonly wanted: readonly string[];
    }
  | { readonly type: 'pushed'; readonly push: Push }
  | { readonly type: 'joined'; readonly joined: Joined; readonly show: boolean }
  | { readonly type: 'join-refused'; readonly room: string; readonly why: string }
  | { readonly type: 'left'; readonly room: string }
  | { readonly type: 'page'; readonly key: string; readonly page: Page; readonly history: History }
  | { readonly type: 'page-failed'; readonly key: string; readonly why: string }
  | { readonly type: 'members'; readonly room: string; readonly members: readonly Member[]; readonly show: boolean }
  | { readonly type: 'rooms'; readonly rooms: readonly RoomListed[]; readonly show: boolean }
  | { readonly type: 'unread'; readonly rooms: readonly UnreadRoom[]; readonly show: boolean }
  | { readonly type: 'inbox'; readonly messages: readonly HistoryMessage[] }
  | { readonly type: 'found'; readonly key: string; readonly query: string; readonly history: History }
  | {
      readonly type: 'sent';
      readonly key: string;
      readonly clientMsgId: string;
      readonly seq: number;
      readonly at: number;
    }
  | {
      readonly type: 'refused';
      readonly key: string;
      readonly clientMsgId: string;
      readonly text: string;
      readonly why: string;
    }
  /** The answer to a command, or what went wrong with it. */
  | { readonly type: 'told'; readonly key: string; readonly text: string; readonly isError: boolean };

export interface Joined {
  readonly room: string;
  readonly seq: number;
  readonly topic: string;
  readonly members: readonly Member[];
}

export interface RoomListed {
  readonly room: string;
  readonly topic: string;
  readonly members: number;
}

export interface UnreadRoom {
  readonly room: string;
  readonly read: number;
  readonly unread: number;
  readonly mentions: number;
}

export interface History {
  readonly seq: number;
  readonly messages: readonly HistoryMessage[];
  readonly more: boolean;
}

/** A message as histories have it; `room` and `to` only in those of private messages. */
export interface HistoryMessage {
  readonly seq: number;
  readonly from: string;
  readonly at: number;
  readonly text: string;
  readonly room?: string;
  readonly to?: string;
  readonly replyTo?: number | undefined;
  readonly editedAt?: number | undefined;
  readonly deleted?: boolean | undefined;
  readonly reactions?: readonly Reaction[] | undefined;
}

/** What is to be done outside: by the server, the terminal or the program. */
export type Effect =
  | { readonly type: 'join'; readonly room: string; readonly show: boolean }
  | { readonly type: 'create'; readonly params: Readonly<Record<string, unknown>>; readonly key: string }
  | { readonly type: 'leave'; readonly room: string; readonly key: string }
  | {
      readonly type: 'say';
      readonly key: string;
      readonly room: string;
      /** One user, else everybody in the room. */
      readonly to: string | undefined;
      readonly text: string;
      readonly clientMsgId: string;
      readonly replyTo: number | undefined;
    }
  | {
      readonly type: 'load';
      readonly key: string;
      readonly room: string;
      readonly with: string | undefined;
      readonly page: Page;
    }
  | {
      readonly type: 'search';
      readonly key: string;
      readonly room: string;
      readonly query: string;
      /** Only what was said before this seq. */
      readonly before: number | undefined;
    }
  | { readonly type: 'members'; readonly room: string; readonly show: boolean }
  | { readonly type: 'rooms'; readonly show: boolean }
  | { readonly type: 'unread'; readonly show: boolean }
  | { readonly type: 'inbox' }
  | { readonly type: 'mark-read'; readonly room: string; readonly seq: number }
  | {
      readonly type: 'call';
      readonly key: string;
      readonly method: MethodName;
      readonly params: Readonly<Record<string, unknown>>;
    }
  | { readonly type: 'redraw' }
  | { readonly type: 'suspend' }
  | { readonly type: 'quit' };

/** A state, and what it makes necessary. */
export interface Step {
  readonly state: ChatState;
  readonly effects: readonly Effect[];
}
