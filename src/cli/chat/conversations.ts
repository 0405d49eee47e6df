import { mentionOf } from '../../protocol/mentions.js';
import type { UserId } from '../../protocol/names.js';
import { changeSaid, type Entry, isPending, merge, type Notice, place, type Said, withoutPending } from './entries.js';
import type { Effect, History, HistoryMessage, Step } from './events.js';
import {
  type ChatState,
  type Conversation,
  change,
  conversation,
  entriesMax,
  find,
  type Page,
  privateConversationsMax,
  privateKey,
  shownConversation,
} from './state.js';

/** What becomes of conversations: pure steps from state to state. */

export function step(state: ChatState, ...effects: Effect[]): Step {
  return { state, effects };
}

/** The conversation is there afterwards. */
export function opened(state: ChatState, key: string, type: Conversation['type'], room: string): ChatState {
  if (find(state, key) !== undefined) return state;
  const conversations = [...state.conversations, conversation(key, type, room)];
  const surplus = conversations.filter((one) => one.type === 'private' && one.key !== state.current);
  if (type !== 'private' || surplus.length <= privateConversationsMax) return { ...state, conversations };
  return { ...state, conversations: conversations.filter((one) => one !== surplus[0]) };
}

/** The conversation is gone; who was in it sees the one before it. */
export function closed(state: ChatState, key: string): ChatState {
  const index = state.conversations.findIndex((one) => one.key === key);
  if (index < 1) return state;
  const conversations = state.conversations.toSpliced(index, 1);
  const current = state.current === key ? (conversations[index - 1] as Conversation).key : state.current;
  return { ...state, conversations, current };
}

/** Shows a conversation: what was new in the one before is not any more. */
export function shown(state: ChatState, key: string): ChatState {
  if (key === state.current || find(state, key) === undefined) return state;
  const before = shownConversation(state);
  const left = before.unread === 0 ? change(state, before.key, { newFrom: undefined }) : state;
  return { ...left, current: key, completion: undefined };
}

/** Says something in a conversation that is no message. Who asked for it sees it, wherever they had scrolled. */
export function told(state: ChatState, key: string, text: string, tone: Notice['tone'] = 'answer'): ChatState {
  const where = find(state, key) === undefined ? state.current : key;
  const there = tone === 'event' ? state : change(state, where, { anchor: undefined });
  return arrived(there, where, (entryKey) => ({ type: 'notice', key: entryKey, at: state.now, text, tone }));
}

/** An entry comes to the live end; nothing changes where that is not loaded, or the entry is there already. */
export function arrived(state: ChatState, key: string, make: (entryKey: number) => Entry): ChatState {
  const where = find(state, key);
  if (where === undefined) return state;
  const entry = make(state.counter);
  const counted = { ...state, counter: state.counter + 1 };
  const head = Math.max(where.head, entry.seq ?? 0);
  if (!where.isLive && entry.seq !== undefined) return change(counted, key, { head });
  const entries = place(where.entries, entry);
  return change(counted, key, { head, ...bounded(where, entries, where.anchor === undefined ? 'oldest' : 'newest') });
}

/** A message comes. It is unread unless its reader looks at the end of the conversation, or wrote it. */
export function messageArrived(
  state: ChatState,
  key: string,
  message: HistoryMessage,
  clientMsgId?: string,
): ChatState {
  const isOwn = message.from === state.me;
  const where = find(state, key);
  if (where === undefined) return state;
  const settled = isOwn ? change(state, key, { entries: withoutOwn(where, message, clientMsgId) }) : state;
  const isNew = message.seq > where.head && !isOwn;
  const after = arrived(settled, key, (entryKey) => saidOf(message, entryKey, state.me, message.seq));
  const isSeen = key === state.current && where.anchor === undefined && where.isLive;
  if (!isNew || isSeen) return after;
  return change(after, key, {
    unread: where.unread + 1,
    mentions: where.mentions + (isMentioned(state.me, message.text) ? 1 : 0),
    newFrom: where.unread === 0 ? state.counter : where.newFrom,
  });
}

/** A message that was said before, `seq`, is changed by an event of the room, which has a seq of its own. */
export function amended(
  state: ChatState,
  room: string,
  seq: number,
  target: number,
  amend: (said: Said) => Said,
): ChatState {
  const where = find(state, room);
  if (where === undefined) return state;
  const entries = changeSaid(where.entries, target, (said) =>
    seq <= (said.asOf ?? 0) ? said : { ...amend(said), asOf: seq },
  );
  return change(state, room, { entries, head: Math.max(where.head, seq) });
}

/** Without the message that waited, if this is it: private messages do not tell their `clientMsgId`. */
function withoutOwn({ entries }: Conversation, { text }: HistoryMessage, clientMsgId?: string): readonly Entry[] {
  if (clientMsgId !== undefined) return withoutPending(entries, clientMsgId);
  const waiting = entries.find((entry): entry is Said => isPending(entry) && entry.text === text);
  return waiting?.clientMsgId === undefined ? entries : withoutPending(entries, waiting.clientMsgId);
}

/** A message as an entry; `asOf` is the room's seq when it was as it is told. */
export function saidOf(message: HistoryMessage, key: number, me: string, asOf: number): Said {
  const { seq, from, at, text, replyTo, editedAt, deleted, reactions } = message;
  const mention = from !== me && isMentioned(me, text);
  return { type: 'said', key, seq, from, at, text, mention, replyTo, editedAt, deleted, reactions, asOf };
}

export function isMentioned(me: string, text: string): boolean {
  return me !== '' && mentionOf(me as UserId)(text);
}

/** Asks for a page, unless one is being loaded. */
export function loading(state: ChatState, key: string, page: Page): Step {
  const where = find(state, key);
  if (where === undefined || where.type === 'console' || where.loading !== undefined) return step(state);
  const other = where.type === 'private' ? where.key.slice(1) : undefined;
  const effect: Effect = { type: 'load', key, room: where.room, with: other, page };
  return step(change(state, key, { loading: page }), effect);
}

/** A page that was asked for is there. */
export function pageArrived(state: ChatState, key: string, page: Page, { messages, more, seq }: History): Step {
  const where = find(state, key);
  if (where === undefined) return step(state);
  const came = messages.map((message, index) => saidOf(message, state.counter + index, state.me, seq));
  const counted = change({ ...state, counter: state.counter + came.length }, key, { loading: undefined });
  const head = Math.max(where.head, page.type === 'latest' || page.type === 'after' ? seq : 0);
  const waiting = where.entries.filter(isPending);
  switch (page.type) {
    case 'latest': {
      const entries = merge(where.entries, came);
      const newFrom = where.newFrom ?? firstUnread(entries, where, state.me);
      return step(change(counted, key, { entries, isWhole: !more, isLive: true, head, newFrom }));
    }
    case 'before':
      return step(change(counted, key, bounded({ ...where, isWhole: !more }, merge(where.entries, came), 'newest')));
    case 'after': {
      const entries = merge(where.entries, came);
      const isLive = !more && seq >= where.head;
      const after = change(counted, key, { head, ...bounded({ ...where, isLive }, entries, 'oldest') });
      const last = came.at(-1)?.seq;
      return isLive || more || last === undefined ? step(after) : loading(after, key, { type: 'after', seq: last });
    }
    case 'around': {
      const target = came.find((entry) => (entry.seq as number) >= page.seq) ?? came.at(-1);
      const anchor = target === undefined ? undefined : { key: target.key, hidden: 0 };
      return step(change(counted, key, { entries: [...came, ...waiting], isWhole: false, isLive: false, anchor }));
    }
    default:
      return page satisfies never;
  }
}

function firstUnread(entries: readonly Entry[], { unread, readSeq }: Conversation, me: string): number | undefined {
  if (unread === 0 || readSeq === 0) return undefined;
  return entries.find((entry) => entry.type === 'said' && entry.from !== me && (entry.seq ?? 0) > readSeq)?.key;
}

/** Whatever is there is thrown away, but for what waits to be sent, and the latest is loaded. */
export function reloaded(state: ChatState, key: string): Step {
  const where = find(state, key);
  if (where === undefined) return step(state);
  const entries = where.entries.filter(isPending);
  const empty = { entries, isLive: true, isWhole: false, loading: undefined, anchor: undefined };
  return loading(change(state, key, empty), key, { type: 'latest' });
}

/** No more entries than are kept; what goes can be loaded again. */
function bounded(
  { isWhole, isLive }: Pick<Conversation, 'isWhole' | 'isLive'>,
  entries: readonly Entry[],
  surplus: 'oldest' | 'newest',
): Pick<Conversation, 'entries' | 'isWhole' | 'isLive'> {
  if (entries.length <= entriesMax) return { entries, isWhole, isLive };
  // A tenth at a time, so that not each message moves all of them.
  const kept = Math.floor(entriesMax * 0.9);
  if (surplus === 'oldest') {
    const rest = entries.slice(-kept);
    const waiting = entries.slice(0, -kept).filter(isPending);
    return { entries: [...waiting, ...rest], isWhole: false, isLive };
  }
  return { entries: [...entries.slice(0, kept), ...entries.slice(kept).filter(isPending)], isWhole, isLive: false };
}

/** The conversation with a user, for messages that go by `room`. */
export function privately(state: ChatState, userId: string, room: string): ChatState {
  const key = privateKey(userId);
  return change(opened(state, key, 'private', room), key, { room });
}
