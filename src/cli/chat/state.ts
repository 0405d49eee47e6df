import type { ConnectionState } from '../../client/participant.js';
import type { Language } from '../../protocol/speech.js';
import { type Editor, emptyEditor } from './editor.js';
import type { Entry } from './entries.js';

/** All that `salas chat` knows: plain data, changed by update.ts, drawn by view.ts. */
export interface ChatState {
  /** The user's id; empty until the server has told it. */
  readonly me: string;
  readonly address: string;
  readonly language: Language;
  readonly size: Size;
  /** Unix time in ms of the last tick. */
  readonly now: number;
  readonly connection: Connection;
  /** In the order in which they came; the console is the first. */
  readonly conversations: readonly Conversation[];
  /** The key of the one that is shown. */
  readonly current: string;
  readonly editor: Editor;
  readonly completion: Completion | undefined;
  /** The rooms that there are, as far as they were told. */
  readonly rooms: readonly string[];
  /** What every `clientMsgId` of this chat begins with. */
  readonly session: string;
  /** For keys and ids: counts up. */
  readonly counter: number;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export type Connection =
  | { readonly type: 'connecting' }
  /** Connected; the events that were missed are being told. */
  | { readonly type: 'replaying'; readonly events: number }
  | (ConnectionState & { readonly since: number });

export interface Conversation {
  /** A room's name, `@` and a user's id, or empty for the console; no two have the same. */
  readonly key: string;
  readonly type: 'console' | 'room' | 'private';
  /** Of a private conversation: the room by which it goes. */
  readonly room: string;
  readonly topic: string;
  readonly members: readonly Member[];
  readonly membersAt: number;
  readonly entries: readonly Entry[];
  /** Whether nothing was said before the first entry, and whether the last one is the newest there is. */
  readonly isWhole: boolean;
  readonly isLive: boolean;
  /** The page that was asked for. */
  readonly loading: Page | undefined;
  /** The highest seq heard of. */
  readonly head: number;
  readonly unread: number;
  readonly mentions: number;
  /** The key of the first entry that is new since the conversation was last looked at. */
  readonly newFrom: number | undefined;
  /** What the server was last told to be read. */
  readonly readSeq: number;
  /** The lowest entry shown, and how many of its rows are below the screen; at the end of all where there is none. */
  readonly anchor: Anchor | undefined;
}

export interface Anchor {
  readonly key: number;
  readonly hidden: number;
}

export type Page =
  | { readonly type: 'latest' }
  | { readonly type: 'before'; readonly seq: number }
  | { readonly type: 'after'; readonly seq: number }
  | { readonly type: 'around'; readonly seq: number };

export interface Member {
  readonly userId: string;
  readonly role: string;
  readonly online: boolean;
}

/** What Tab goes through. */
export interface Completion {
  /** Where the word begins in the editor's text. */
  readonly start: number;
  readonly candidates: readonly string[];
  readonly index: number;
}

/** Entries kept of one conversation; beyond it those farthest from what is shown go, and are loaded again when wanted. */
export const entriesMax = 3000;
/** Messages that wait to be sent or answered. */
export const pendingMax = 500;
/** Conversations with users; beyond it the one that was opened first goes. */
export const privateConversationsMax = 100;
/** Messages asked for at a time. */
export const pageMessages = 100;

const consoleKey = '';

export function conversation(key: string, type: Conversation['type'], room: string): Conversation {
  return {
    key,
    type,
    room,
    topic: '',
    members: [],
    membersAt: 0,
    entries: [],
    isWhole: type === 'console',
    isLive: true,
    loading: undefined,
    head: 0,
    unread: 0,
    mentions: 0,
    newFrom: undefined,
    readSeq: 0,
    anchor: undefined,
  };
}

export function initialState({
  address,
  language,
  size,
  now,
  session,
}: Pick<ChatState, 'address' | 'language' | 'size' | 'now' | 'session'>): ChatState {
  return {
    me: '',
    address,
    language,
    size,
    now,
    session,
    connection: { type: 'connecting' },
    conversations: [conversation(consoleKey, 'console', '')],
    current: consoleKey,
    editor: emptyEditor,
    completion: undefined,
    rooms: [],
    counter: 0,
  };
}

export function shownConversation(state: ChatState): Conversation {
  return (state.conversations.find(({ key }) => key === state.current) ?? state.conversations[0]) as Conversation;
}

export function find(state: ChatState, key: string): Conversation | undefined {
  return state.conversations.find((one) => one.key === key);
}

export function change(state: ChatState, key: string, changes: Partial<Conversation>): ChatState {
  const conversations = state.conversations.map((one) => (one.key === key ? { ...one, ...changes } : one));
  return { ...state, conversations };
}

export function privateKey(userId: string): string {
  return `@${userId}`;
}
