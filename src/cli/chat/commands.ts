import type { MethodName } from '../../protocol/methods.js';
import type { Language, Speech } from '../../protocol/speech.js';
import { commands, parseText, usage } from '../../protocol/text-commands.js';
import { textsIn } from './texts.js';

/** What a line that was entered asks for. */
export type Intent =
  | { readonly type: 'nothing' }
  | { readonly type: 'own'; readonly command: OwnCommand; readonly rest: string }
  | { readonly type: 'call'; readonly method: MethodName; readonly params: Readonly<Record<string, unknown>> }
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'wrong'; readonly why: string };

/** The commands of the chat itself; all others are the text dialect's. */
export type OwnCommand = keyof typeof ownCommands;

interface Described {
  readonly words: Speech;
  readonly args: Speech;
  readonly doc: Speech;
}

const same = (text: string): Speech => ({ en: text, pt: text });

const ownCommands = {
  help: {
    words: { en: '/help', pt: '/ajuda' },
    args: { en: '[COMMAND]', pt: '[COMANDO]' },
    doc: { en: 'Keys and commands.', pt: 'Teclas e comandos.' },
  },
  msg: {
    words: { en: '/msg', pt: '/privada' },
    args: { en: 'USER [TEXT]', pt: 'USUÁRIO [TEXTO]' },
    doc: {
      en: 'A private conversation with somebody of this room.',
      pt: 'Uma conversa privada com alguém desta sala.',
    },
  },
  members: {
    words: { en: '/members', pt: '/membros' },
    args: same(''),
    doc: { en: 'Who is in this room.', pt: 'Quem está nesta sala.' },
  },
  topic: {
    words: { en: '/topic', pt: '/topico' },
    args: { en: '[TEXT]', pt: '[TEXTO]' },
    doc: { en: 'Tells what the room is about, or changes it.', pt: 'Diz de que trata a sala, ou o muda.' },
  },
  search: {
    words: { en: '/search', pt: '/buscar' },
    args: { en: 'WORDS', pt: 'PALAVRAS' },
    doc: { en: 'Looks for words in all that was said here.', pt: 'Procura palavras em tudo o que foi dito aqui.' },
  },
  goto: {
    words: { en: '/goto', pt: '/irpara' },
    args: same('SEQ'),
    doc: { en: 'Shows what was said around a message.', pt: 'Mostra o que foi dito em volta de uma mensagem.' },
  },
  next: {
    words: { en: '/next', pt: '/proxima' },
    args: same(''),
    doc: { en: 'The next conversation with something new.', pt: 'A próxima conversa com algo novo.' },
  },
  leave: {
    words: { en: '/leave', pt: '/sair' },
    args: { en: '[ROOM]', pt: '[SALA]' },
    doc: {
      en: 'Leaves the room, or closes the private conversation.',
      pt: 'Sai da sala, ou fecha a conversa privada.',
    },
  },
  quit: {
    words: { en: '/quit', pt: '/tchau' },
    args: same(''),
    doc: { en: 'Ends the chat.', pt: 'Encerra o chat.' },
  },
} as const satisfies Record<string, Described>;

/** Commands of the dialect that the chat has others for, or that make, bring back or end users. */
const notHere: ReadonlySet<string> = new Set([
  '/register',
  '/resume',
  '/login',
  '/account create',
  '/account password',
  '/account delete',
  '/revoke',
  '/say',
  '/users',
  '/history',
  '/inbox',
]);

export interface Listed {
  readonly word: string;
  readonly usage: string;
  readonly doc: string;
}

/** Every command, with the language's word for it. */
export function listed(language: Language): readonly Listed[] {
  const own = Object.values(ownCommands as Record<string, Described>).map(({ words, args, doc }) => ({
    word: words[language],
    usage: `${words[language]} ${args[language]}`.trimEnd(),
    doc: doc[language],
  }));
  const taken = new Set(own.map(({ word }) => word));
  const dialect = commands
    .filter(({ method, words }) => method !== undefined && !notHere.has(words.en) && !taken.has(words[language]))
    .map((command) => ({
      word: command.words[language],
      usage: usage(command, language),
      doc: command.doc[language],
    }));
  return [...own, ...dialect];
}

/** Reads one line; `room` is where the reader is, if it is one. */
export function intentOf(line: string, room: string | undefined, language: Language): Intent {
  if (line.trim() === '') return { type: 'nothing' };
  if (!/^\s*\//.test(line)) return { type: 'say', text: line };
  const trimmed = line.trimStart();
  if (trimmed.startsWith('//')) return { type: 'say', text: trimmed.slice(1) };
  const [word = '', rest = ''] = /^(\S+)\s*(.*)$/su.exec(trimmed)?.slice(1) ?? [];
  const own = (Object.keys(ownCommands) as OwnCommand[]).find((name) =>
    Object.values(ownCommands[name].words).includes(word.toLowerCase() as never),
  );
  if (own !== undefined) return { type: 'own', command: own, rest };
  const request = parseText(trimmed, room);
  switch (request.type) {
    case 'call':
      return { type: 'call', method: request.method, params: request.params };
    case 'refused':
      return { type: 'wrong', why: request.refusal.message[language] };
    case 'help':
      return { type: 'own', command: 'help', rest: '' };
    case 'nothing':
      return { type: 'nothing' };
    default:
      // What is about a connection's own look is nothing here.
      return { type: 'wrong', why: textsIn(language).unknownCommand(word) };
  }
}

export function isForElsewhere(method: MethodName): boolean {
  return method.startsWith('user.re') || method.startsWith('account.') || method === 'session.revoke';
}

export function usageOf(command: OwnCommand, language: Language): string {
  const { words, args }: Described = ownCommands[command];
  return `${words[language]} ${args[language]}`.trimEnd();
}
