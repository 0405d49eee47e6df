import { type Intent, intentOf, isForElsewhere, listed, type OwnCommand, usageOf } from './commands.js';
import { closed, loading, privately, reloaded, shown, step, told } from './conversations.js';
import { entered as emptied } from './editor.js';
import { isPending, type Said } from './entries.js';
import type { Step } from './events.js';
import { type ChatState, change, find, pendingMax, privateKey, shownConversation } from './state.js';
import { textsIn } from './texts.js';
import { isUrgent } from './view.js';

/** What Enter does: messages are sent, commands carried out. */

export function submitted(state: ChatState): Step {
  const { text } = state.editor;
  const texts = textsIn(state.language);
  const emptyState = { ...state, editor: emptied(state.editor), completion: undefined };
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const waiting = pendingOf(state);
  if (lines.length > 1 && waiting + lines.length > pendingMax) {
    return step(told(state, state.current, texts.queueFull(pendingMax), 'error'));
  }
  // Of a paste that does not begin as a command no line is one.
  const isTalk = lines.length > 1 && !lines[0]?.startsWith('/');
  return lines.reduce<Step>((so, line) => {
    const next = isTalk ? said(so.state, line) : carriedOut(so.state, line);
    return step(next.state, ...so.effects, ...next.effects);
  }, step(emptyState));
}

function carriedOut(state: ChatState, line: string): Step {
  const intent = intentOf(line, roomOf(state), state.language);
  switch (intent.type) {
    case 'nothing':
      return step(state);
    case 'say':
      return said(state, intent.text);
    case 'own':
      return own(state, intent.command, intent.rest.trim());
    case 'call':
      return called(state, intent);
    case 'wrong':
      return step(told(state, state.current, intent.why, 'error'));
    default:
      return intent satisfies never;
  }
}

/** The room that commands without one are about. */
function roomOf(state: ChatState): string | undefined {
  const { room } = shownConversation(state);
  return room === '' ? undefined : room;
}

function said(state: ChatState, text: string, key = state.current, replyTo?: number): Step {
  const texts = textsIn(state.language);
  const where = find(state, key);
  if (where === undefined || where.type === 'console') return step(told(state, state.current, texts.notHere, 'error'));
  if (pendingOf(state) >= pendingMax) return step(told(state, key, texts.queueFull(pendingMax), 'error'));
  const { state: live, effects } = where.isLive ? step(state) : reloaded(state, key);
  const clientMsgId = `${state.session}-${state.counter}`;
  const entry: Said = {
    type: 'said',
    key: state.counter,
    at: state.now,
    from: state.me,
    text,
    mention: false,
    clientMsgId,
    pending: true,
    replyTo,
  };
  const entries = [...(find(live, key)?.entries ?? []), entry];
  const next = change({ ...live, counter: state.counter + 1 }, key, {
    entries,
    anchor: undefined,
    newFrom: undefined,
    unread: 0,
    mentions: 0,
  });
  const to = where.type === 'private' ? where.key.slice(1) : undefined;
  return step(next, ...effects, { type: 'say', key, room: where.room, to, text, clientMsgId, replyTo });
}

/** How many messages wait, in all conversations. */
export function pendingOf({ conversations }: ChatState): number {
  return conversations.reduce((sum, { entries }) => sum + entries.filter(isPending).length, 0);
}

function called(state: ChatState, { method, params }: Extract<Intent, { type: 'call' }>): Step {
  const texts = textsIn(state.language);
  const key = state.current;
  const room = params.room as string;
  if (isForElsewhere(method)) return step(told(state, key, texts.anotherClient, 'error'));
  // What is meant for one user never goes to a room because a command was about the room.
  if (shownConversation(state).type === 'private' && (params.seq !== undefined || params.replyTo !== undefined)) {
    return step(told(state, key, texts.notInPrivate, 'error'));
  }
  if (method === 'room.unread') return step(state, { type: 'unread', show: true });
  if (method === 'room.mark_read') {
    return step(state, { type: 'call', key, method, params }, { type: 'unread', show: false });
  }
  switch (method) {
    case 'room.join':
      return step(state, { type: 'join', room, show: true });
    case 'room.create':
      return step(state, { type: 'create', params, key });
    case 'room.send': {
      if (find(state, room) === undefined) return step(state, { type: 'call', key, method, params });
      return said(state, params.text as string, room, params.replyTo as number | undefined);
    }
    case 'room.list':
      return step(state, { type: 'rooms', show: true });
    case 'room.history':
    case 'private.history':
      return loadingEarlier(state);
    default:
      return step(state, { type: 'call', key, method, params });
  }
}

function loadingEarlier(state: ChatState): Step {
  const { key, entries } = shownConversation(state);
  const first = entries.find(({ seq }) => seq !== undefined)?.seq;
  return loading(state, key, first === undefined ? { type: 'latest' } : { type: 'before', seq: first });
}

function own(state: ChatState, command: OwnCommand, rest: string): Step {
  const texts = textsIn(state.language);
  const { key, type, room, topic } = shownConversation(state);
  const wrong = (why: string) => step(told(state, key, why, 'error'));
  switch (command) {
    case 'help':
      return step(told(state, key, helpOn(rest, state)));
    case 'quit':
      return step(state, { type: 'quit' });
    case 'next':
      return step(nextUnread(state));
    case 'msg':
      return whispered(state, rest);
    case 'goto': {
      const seq = /^#?(\d{1,15})$/.exec(rest)?.[1];
      if (seq === undefined) return wrong(texts.usage(usageOf('goto', state.language)));
      return type === 'console' ? wrong(texts.notHere) : loading(state, key, { type: 'around', seq: Number(seq) });
    }
    case 'leave':
      if (type === 'private' && rest === '') return step(closed(state, key));
      if (rest === '' && type !== 'room') return wrong(texts.notHere);
      return step(state, { type: 'leave', room: rest || room, key });
  }
  if (room === '') return wrong(texts.notHere);
  switch (command) {
    case 'members':
      return step(state, { type: 'members', room, show: true });
    case 'topic':
      if (type === 'private') return wrong(texts.notInPrivate);
      if (rest === '') return step(told(state, key, texts.topicIs(topic)));
      return step(state, { type: 'call', key, method: 'room.topic', params: { room, topic: rest } });
    case 'search':
      return searched(state, rest);
    default:
      return command satisfies never;
  }
}

/** Words, and before which seq: as the answer that has more of them tells. */
function searched(state: ChatState, rest: string): Step {
  const { key, room } = shownConversation(state);
  const [, query = '', seq] = /^(.*?)(?:\s*\bbefore:(\d{1,15}))?$/su.exec(rest) ?? [];
  if (query === '')
    return step(told(state, key, textsIn(state.language).usage(usageOf('search', state.language)), 'error'));
  return step(state, { type: 'search', key, room, query, before: seq === undefined ? undefined : Number(seq) });
}

/** Opens the private conversation with a user of the room, by id or by name, and says the text if there is one. */
function whispered(state: ChatState, rest: string): Step {
  const texts = textsIn(state.language);
  const { key, room, members } = shownConversation(state);
  const wrong = (why: string) => step(told(state, key, why, 'error'));
  const [user = '', text = ''] = /^@?(\S+)\s*(.*)$/su.exec(rest)?.slice(1) ?? [];
  if (user === '') return wrong(texts.usage(usageOf('msg', state.language)));
  if (room === '') return wrong(texts.notHere);
  const named = user.includes('#')
    ? [user]
    : members.map(({ userId }) => userId).filter((id) => id.slice(0, id.lastIndexOf('#')) === user);
  const [userId] = named;
  if (userId === undefined) return wrong(texts.noSuchUser(user));
  if (named.length > 1) return wrong(texts.severalUsers(named.join(', ')));
  const there = shown(privately(state, userId, room), privateKey(userId));
  return text === '' ? step(there) : said(there, text, privateKey(userId));
}

/** The next conversation with something unread, first where somebody waits for this reader. */
export function nextUnread(state: ChatState): ChatState {
  const index = state.conversations.findIndex(({ key }) => key === state.current);
  const others = [...state.conversations.slice(index + 1), ...state.conversations.slice(0, index)];
  const next = others.find(isUrgent) ?? others.find(({ unread }) => unread > 0);
  return next === undefined ? state : shown(state, next.key);
}

const keysHelp = {
  en: [
    ['Enter', 'send; Alt-Enter makes a new line'],
    ['Tab', 'complete a command, a room, a user; again: the next'],
    ['Up, Down', 'what was entered before'],
    ['PageUp, PageDown', 'read what was said before; Esc goes back to the end'],
    ['Ctrl-N, Ctrl-P', 'next, previous conversation; Alt-0 to 9: by number'],
    ['Alt-A', 'next conversation with something new'],
    ['Ctrl-A E K U W Y', 'edit as in a shell; Alt-B, Alt-F move by words'],
    ['Ctrl-L', 'draw the screen again'],
    ['Ctrl-C', 'clear the line; on an empty one, quit'],
  ],
  pt: [
    ['Enter', 'envia; Alt-Enter começa outra linha'],
    ['Tab', 'completa comando, sala, usuário; de novo: o próximo'],
    ['Cima, Baixo', 'o que foi escrito antes'],
    ['PageUp, PageDown', 'o que foi dito antes; Esc volta ao fim'],
    ['Ctrl-N, Ctrl-P', 'conversa seguinte, anterior; Alt-0 a 9: por número'],
    ['Alt-A', 'próxima conversa com algo novo'],
    ['Ctrl-A E K U W Y', 'edita como em um shell; Alt-B, Alt-F movem por palavras'],
    ['Ctrl-L', 'desenha a tela de novo'],
    ['Ctrl-C', 'limpa a linha; em uma vazia, encerra'],
  ],
} as const;

/** All of the help, or what it says about one command. */
function helpOn(about: string, { language }: ChatState): string {
  const texts = textsIn(language);
  const commands = listed(language);
  if (about !== '') {
    const word = about.startsWith('/') ? about : `/${about}`;
    const found = commands.filter((command) => command.word === word || command.word.startsWith(`${word} `));
    if (found.length === 0) return texts.unknownCommand(word);
    return found.map(({ usage, doc }) => `${usage}\n  ${doc}`).join('\n');
  }
  const wide = Math.max(...keysHelp[language].map(([key]) => key.length));
  const keys = keysHelp[language].map(([key, does]) => `  ${key.padEnd(wide)}  ${does}`);
  const words = commands.map(({ word }) => word.replaceAll(' ', '\u{a0}')).join('  ');
  return [texts.keysTitle, ...keys, texts.commandsTitle, `  ${words}`].join('\n');
}
