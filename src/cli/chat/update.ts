import { completed } from './completion.js';
import {
  closed,
  loading,
  messageArrived,
  opened,
  pageArrived,
  privately,
  reloaded,
  shown,
  step,
  told,
} from './conversations.js';
import { type Editor, emptyEditor, insert, type Key, pressed } from './editor.js';
import { nextUnread, submitted } from './entering.js';
import { place, withoutPending } from './entries.js';
import { timeOf } from './entry-rows.js';
import type { ChatEvent, Effect, HistoryMessage, Step } from './events.js';
import { pushed, withName } from './pushes.js';
import { layoutOf, scrolled } from './scrolling.js';
import { type ChatState, type Conversation, change, find, privateKey, shownConversation } from './state.js';
import { textsIn } from './texts.js';
import { placesOf } from './view.js';

type EventOf<T extends ChatEvent['type']> = Extract<ChatEvent, { type: T }>;

/** How often the members of the room that is shown are asked for: nobody tells who goes offline. */
const membersMs = 30_000;

/** What an event makes of the chat: pure, the only way in which the state changes. */
export function update(state: ChatState, event: ChatEvent): Step {
  const { state: next, effects } = happened(state, event);
  const seen = withEndSeen(next);
  return step(seen.state, ...effects, ...seen.effects);
}

function happened(state: ChatState, event: ChatEvent): Step {
  const texts = textsIn(state.language);
  switch (event.type) {
    case 'key':
      return keyPressed(state, event.key);
    case 'pasted':
      return edited(state, insert(state.editor, event.text.replace(/\r\n?/g, '\n')));
    case 'resized':
      return withScreenFull({ ...state, size: event.size });
    case 'ticked':
      return ticked({ ...state, now: event.now });
    case 'connection': {
      const { type, room } = shownConversation(state);
      const isBack = event.state.type === 'connected' && type === 'room' && state.me !== '';
      const asks: Effect[] = isBack ? [{ type: 'members', room, show: false }] : [];
      return step({ ...state, connection: { ...event.state, since: state.now } }, ...asks);
    }
    case 'entered': {
      const rooms = [...new Set([...event.rooms, ...event.wanted])];
      const there = rooms.reduce((so, room) => opened(so, room, 'room', room), { ...state, me: event.userId });
      const greeted = told(there, '', texts.welcome(event.userId, state.address));
      const joins = rooms.map((room) => ({ type: 'join', room, show: false }) as const);
      // The first that is wanted is shown before it is joined: what is typed meanwhile is said in it.
      const [first = state.current] = event.wanted;
      const asks = [
        { type: 'rooms', show: event.wanted.length === 0 },
        { type: 'inbox' },
        { type: 'unread', show: false },
      ] as const;
      return step(shown(greeted, first), ...joins, ...asks);
    }
    case 'pushed':
      return pushed(state, event.push);
    case 'joined': {
      const { room, seq, topic, members } = event.joined;
      const there = opened({ ...state, rooms: withName(state.rooms, room) }, room, 'room', room);
      const before = find(there, room) as Conversation;
      const known = change(there, room, { topic, members, membersAt: state.now, head: Math.max(before.head, seq) });
      const now = event.show ? shown(known, room) : known;
      return before.entries.some(({ seq, type }) => type === 'said' && seq !== undefined)
        ? step(now)
        : loading(now, room, { type: 'latest' });
    }
    case 'join-refused': {
      const { room, why } = event;
      const isMember = find(state, room)?.membersAt !== 0;
      return step(told(isMember ? state : closed(state, room), state.current, why, 'error'));
    }
    case 'left':
      // The push may have told it before.
      if (find(state, event.room) === undefined) return step(state);
      return step(told(closed(state, event.room), '', texts.leftRoom(event.room)));
    case 'page': {
      const { state: next, effects } = pageArrived(state, event.key, event.page, event.history);
      const around = event.page.type === 'around' && event.key === state.current ? halfDown(next) : next;
      const full = withScreenFull(around);
      return step(full.state, ...effects, ...full.effects);
    }
    case 'page-failed':
      return step(told(change(state, event.key, { loading: undefined }), event.key, event.why, 'error'));
    case 'members': {
      const { room, members } = event;
      const known = change(state, room, { members, membersAt: state.now });
      const words = { en: { yes: 'online', no: 'offline' }, pt: { yes: 'online', no: 'offline' } }[state.language];
      const lines = members.map((one) => texts.memberLine(one.userId, one.role, one.online ? words.yes : words.no));
      return step(event.show ? told(known, state.current, lines.join('\n')) : known);
    }
    case 'rooms': {
      const known = { ...state, rooms: event.rooms.map(({ room }) => room) };
      const lines = event.rooms.map(({ room, members, topic }) => `  ${texts.roomLine(room, members, topic)}`);
      const list = lines.length === 0 ? [texts.noRooms] : [texts.roomsThere, ...lines, texts.howToJoin];
      return step(event.show ? told(known, state.current, list.join('\n')) : known);
    }
    case 'unread':
      return unreadTold(state, event);
    case 'inbox':
      return step(event.messages.reduce(inboxMessage, state));
    case 'found': {
      const { messages, more } = event.history;
      const lines = messages.map(({ seq, at, from, text }) => `  #${seq} ${stamp(at)} ${from}: ${text}`);
      const first = messages[0]?.seq;
      const rest = more && first !== undefined ? [texts.moreFound(event.query, first)] : [];
      return step(told(state, event.key, [texts.found(messages.length, event.query), ...lines, ...rest].join('\n')));
    }
    case 'sent':
      return step(sent(state, event));
    case 'refused':
      return step(refused(state, event));
    case 'told':
      return step(told(state, event.key, event.text, event.isError ? 'error' : 'answer'));
    default:
      return event satisfies never;
  }
}

function keyPressed(state: ChatState, key: Key): Step {
  const { name, ctrl = false, meta = false, shift = false } = key;
  const { editor } = state;
  const page = Math.max(1, placesOf(state).height - 2);
  if (name === 'tab') return step(completed(state, shift ? -1 : 1));
  if (name === 'return' && !meta) return submitted(state);
  if (name === 'enter' || (name === 'return' && meta)) return edited(state, insert(editor, '\n'));
  if (name === 'pageup') return moved(state, page);
  if (name === 'pagedown') return moved(state, -page);
  if (name === 'escape') return toTheEnd(state);
  if (name === 'up' && (ctrl || meta || shift)) return moved(state, 1);
  if (name === 'down' && (ctrl || meta || shift)) return moved(state, -1);
  if (meta && name !== undefined && /^\d$/.test(name)) return switched(state, state.conversations[Number(name)]);
  if (meta && name === 'a') return withScreenFull(nextUnread(state));
  if (ctrl) {
    switch (name) {
      case 'n':
        return neighbour(state, 1);
      case 'p':
        return neighbour(state, -1);
      case 'l':
        return step(state, { type: 'redraw' });
      case 'z':
        return step(state, { type: 'suspend' });
      case 'c':
        return editor.text === '' ? step(state, { type: 'quit' }) : edited(state, cleared(editor));
      case 'd':
        if (editor.text === '') return step(state, { type: 'quit' });
    }
  }
  const next = pressed(editor, key);
  return next === undefined ? step(state) : edited(state, next);
}

function edited(state: ChatState, editor: Editor): Step {
  return step({ ...state, editor, completion: undefined });
}

function cleared({ history, killed }: Editor): Editor {
  return { ...emptyEditor, history, killed };
}

function neighbour(state: ChatState, way: 1 | -1): Step {
  const { conversations } = state;
  const index = conversations.findIndex(({ key }) => key === state.current) + way;
  return switched(state, conversations[(index + conversations.length) % conversations.length]);
}

function switched(state: ChatState, to: Conversation | undefined): Step {
  return to === undefined ? step(state) : withScreenFull(shown(state, to.key));
}

/** Scrolls the conversation that is shown, up where `rows` is positive, and asks for more where that is at an end. */
function moved(state: ChatState, rows: number): Step {
  const where = shownConversation(state);
  const { width, height } = placesOf(state);
  const { anchor, above } = scrolled(where, layoutOf(state, where, width), height, rows);
  const next = change(state, where.key, { anchor });
  if (rows > 0 && above <= height) return loadingBefore(next);
  const last = where.entries.findLast(({ seq }) => seq !== undefined)?.seq;
  if (rows < 0 && anchor === undefined && !where.isLive && last !== undefined) {
    return loading(next, where.key, { type: 'after', seq: last });
  }
  return step(next);
}

function loadingBefore(state: ChatState): Step {
  const { key, entries, isWhole } = shownConversation(state);
  const first = entries.find(({ seq }) => seq !== undefined)?.seq;
  if (isWhole) return step(state);
  return loading(state, key, first === undefined ? { type: 'latest' } : { type: 'before', seq: first });
}

function toTheEnd(state: ChatState): Step {
  const { key, isLive } = shownConversation(state);
  const back = { ...change(state, key, { anchor: undefined }), completion: undefined };
  return isLive ? step(back) : reloaded(back, key);
}

/** Asks for more where the screen has room for it. */
function withScreenFull(state: ChatState): Step {
  return shownConversation(state).type === 'console' ? step(state) : moved(state, 0);
}

/** What was asked for stands in the middle of the screen. */
function halfDown(state: ChatState): ChatState {
  const where = shownConversation(state);
  const { width, height } = placesOf(state);
  const { anchor } = scrolled(where, layoutOf(state, where, width), height, -Math.floor(height / 2));
  return change(state, where.key, { anchor });
}

/** The end of a conversation is before its reader's eyes: nothing of it is unread, and the server is told so. */
function withEndSeen(state: ChatState): Step {
  const { key, type, entries, anchor, isLive, unread, mentions, readSeq } = shownConversation(state);
  if (anchor !== undefined || !isLive) return step(state);
  const read = unread > 0 || mentions > 0 ? change(state, key, { unread: 0, mentions: 0 }) : state;
  const last = entries.findLast((entry) => entry.type === 'said' && entry.seq !== undefined)?.seq ?? 0;
  if (type !== 'room' || last <= readSeq || state.connection.type !== 'connected') return step(read);
  return step(change(read, key, { readSeq: last }), { type: 'mark-read', room: key, seq: last });
}

function ticked(state: ChatState): Step {
  const { type, room, membersAt } = shownConversation(state);
  if (type !== 'room' || state.connection.type !== 'connected' || state.now - membersAt < membersMs) return step(state);
  return step(change(state, room, { membersAt: state.now }), { type: 'members', room, show: false });
}

function unreadTold(state: ChatState, { rooms, show }: EventOf<'unread'>): Step {
  const texts = textsIn(state.language);
  const counted = rooms.reduce((so, { room, read, unread, mentions }) => {
    const isShown = room === state.current;
    return change(so, room, { readSeq: read, ...(isShown ? {} : { unread, mentions }) });
  }, state);
  if (!show) return step(counted);
  const lines = rooms
    .filter(({ unread }) => unread > 0)
    .map(({ room, unread, mentions }) => texts.unreadLine(room, unread, mentions));
  return step(told(counted, state.current, lines.length === 0 ? texts.nothingUnread : lines.join('\n')));
}

/** What was said privately before this chat began: read, or it would have to be said where it is not. */
function inboxMessage(state: ChatState, message: HistoryMessage): ChatState {
  const { from, to = '', room = '' } = message;
  const other = from === state.me ? to : from;
  const there = privately(state, other, room);
  const come = messageArrived(there, privateKey(other), message);
  return change(come, privateKey(other), { unread: 0, newFrom: undefined });
}

function sent(state: ChatState, { key, clientMsgId, seq, at }: EventOf<'sent'>): ChatState {
  const entries = find(state, key)?.entries ?? [];
  const waiting = entries.find((entry) => entry.type === 'said' && entry.pending && entry.clientMsgId === clientMsgId);
  if (waiting === undefined) return state;
  const settled = { ...waiting, seq, at, pending: false };
  return change(state, key, { entries: place(withoutPending(entries, clientMsgId), settled) });
}

function refused(state: ChatState, { key, clientMsgId, text, why }: EventOf<'refused'>): ChatState {
  const where = find(state, key);
  // The text is not lost with the room that it was typed in.
  if (where === undefined) return told(state, state.current, `${why}: ${text}`, 'error');
  const entries = where.entries.map((entry) =>
    entry.type === 'said' && entry.pending && entry.clientMsgId === clientMsgId
      ? { ...entry, pending: false, refused: why }
      : entry,
  );
  return change(state, key, { entries });
}

function stamp(at: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${timeOf(at)}`;
}
