import { type Method, type MethodName, methods } from './methods.js';
import type { ParamTable } from './params.js';
import { type Refusal, refusals } from './refusals.js';
import { type Language, type Speech, skipBlanks } from './speech.js';
import { suggestion } from './suggestion.js';
import { roleMeant } from './text-words.js';

/** The text dialect's way in (PROTOCOL.md, section 4): what a person's line asks for. */
export type TextRequest =
  | { readonly type: 'nothing' }
  | {
      readonly type: 'call';
      readonly method: MethodName;
      readonly params: Record<string, unknown>;
      readonly language?: Language;
    }
  | { readonly type: 'help'; readonly about: string | undefined; readonly language?: Language }
  /** A command about the connection itself; without `value` it asks how that is. */
  | {
      readonly type: 'setting';
      readonly setting: SettingCommand;
      readonly value: string;
      readonly language?: Language;
    }
  | { readonly type: 'refused'; readonly refusal: Refusal; readonly language?: Language };

/** Commands about the connection itself; they are no methods. */
export const connectionCommands = {
  '/help': {
    alias: '/ajuda',
    args: '[…command]',
    doc: {
      en: 'How to begin; or one command, one topic, or all.',
      pt: 'Como começar; ou um comando, um tema ou tudo.',
    },
  },
  '/lang': {
    alias: '/idioma',
    args: '[language]',
    doc: { en: 'Speaks one language to you from now on.', pt: 'Fala com você em um idioma a partir de agora.' },
  },
  '/timezone': {
    alias: '/fuso',
    args: '[…zone]',
    doc: { en: 'Tells the time of everything, by your clock.', pt: 'Diz a hora de tudo, pelo seu relógio.' },
  },
  '/color': {
    alias: '/cor',
    args: '[switch]',
    doc: { en: 'Shows each user in a colour of their own.', pt: 'Mostra cada usuário em uma cor própria.' },
  },
  '/mode': {
    args: '[mode]',
    doc: { en: 'How you are sent news: json or text.', pt: 'Como você recebe novidades: json ou text.' },
  },
} as const satisfies Record<string, { alias?: string; args: string; doc: Speech }>;

export type SettingCommand = Exclude<keyof typeof connectionCommands, '/help'>;

/** Every command by its English name. */
export type CommandName =
  | keyof typeof connectionCommands
  | {
      [M in MethodName]:
        | ((typeof methods)[M] extends { command: { name: infer Name } } ? Name : never)
        | ((typeof methods)[M] extends { otherCommand: { name: infer Name } } ? Name : never);
    }[MethodName];

const placeholders: Record<string, Speech> = {
  room: { en: 'ROOM', pt: 'SALA' },
  name: { en: 'NAME', pt: 'NOME' },
  text: { en: 'TEXT', pt: 'TEXTO' },
  query: { en: 'WORDS', pt: 'PALAVRAS' },
  topic: { en: 'TOPIC', pt: 'TÓPICO' },
  token: { en: 'TOKEN', pt: 'TOKEN' },
  userId: { en: 'USERID', pt: 'USERID' },
  password: { en: 'PASSWORD', pt: 'SENHA' },
  newPassword: { en: 'NEWPASSWORD', pt: 'NOVASENHA' },
  reserve: { en: 'reserve', pt: 'reservar' },
  session: { en: 'SESSION', pt: 'SESSÃO' },
  to: { en: 'USERID', pt: 'USERID' },
  limit: { en: 'N', pt: 'N' },
  rooms: { en: 'ROOM@AFTER …', pt: 'SALA@APÓS …' },
  command: { en: 'COMMAND', pt: 'COMANDO' },
  mode: { en: 'json|text', pt: 'json|text' },
  user: { en: 'USERID', pt: 'USERID' },
  reason: { en: 'REASON', pt: 'MOTIVO' },
  seconds: { en: 'SECONDS', pt: 'SEGUNDOS' },
  role: { en: 'owner|moderator|member', pt: 'dono|moderador|membro' },
  private: { en: '--private', pt: '--privada' },
  seq: { en: 'SEQ', pt: 'SEQ' },
  replyTo: { en: 'SEQ', pt: 'SEQ' },
  reaction: { en: 'EMOJI', pt: 'EMOJI' },
  on: { en: 'off', pt: 'desfazer' },
  language: { en: 'en|pt', pt: 'en|pt' },
  zone: { en: 'ZONE|off', pt: 'FUSO|off' },
  switch: { en: 'on|off', pt: 'on|off' },
};

export interface Command {
  readonly args: string;
  readonly doc: Speech;
  /** The command's word in each language; the same where it has no alias. */
  readonly words: Speech;
  readonly method?: MethodName;
}

export const commands: readonly Command[] = [
  ...(Object.keys(methods) as MethodName[]).flatMap((method): Command[] => {
    const { command, otherCommand, doc } = methods[method] as Method;
    const both = [...(command === undefined ? [] : [{ ...command, doc }]), ...(otherCommand ? [otherCommand] : [])];
    return both.map(({ name, alias = name, args, doc }) => ({ args, doc, words: { en: name, pt: alias }, method }));
  }),
  ...Object.entries(connectionCommands).map(([name, command]): Command => {
    const alias = 'alias' in command ? command.alias : name;
    return { args: command.args, doc: command.doc, words: { en: name, pt: alias } };
  }),
];

const byWord: ReadonlyMap<string, Command> = new Map(
  commands.flatMap((command) => [[command.words.pt, command] as const, [command.words.en, command] as const]),
);

/** Arguments that may be left out although others follow: a word is one of them if it looks like it. */
const recognizable: Record<string, RegExp> = { seconds: /^\d+$/, private: /^--priva(te|da)$/i };

/** The first words of commands that have two, each with those commands, as in `/account create`. */
const families: ReadonlyMap<string, readonly Command[]> = new Map(
  [...byWord.keys()]
    .filter((word) => word.includes(' '))
    .map((word) => word.split(' ', 1)[0] as string)
    .map((first) => [
      first,
      commands.filter(({ words }) => words.en.startsWith(`${first} `) || words.pt.startsWith(`${first} `)),
    ]),
);

/**
 * Reads one text line. Plain text goes to `currentRoom`; a leading `//` stands for a text that begins with `/`.
 * `language` is that of the command's word, where it tells: who says `/entrar` is answered in Portuguese.
 */
export function parseText(line: string, currentRoom: string | undefined): TextRequest {
  const trimmed = skipBlanks(line);
  if (trimmed === '') return { type: 'nothing' };
  if (!trimmed.startsWith('/') || trimmed.startsWith('//')) {
    if (currentRoom === undefined) return { type: 'refused', refusal: refusals.noCurrentRoom() };
    const text = trimmed.startsWith('//') ? trimmed.slice(1) : line;
    return { type: 'call', method: 'room.send', params: { room: currentRoom, text } };
  }
  const { given, word, rest } = splitCommand(trimmed);
  const command = byWord.get(word);
  if (command === undefined) return unknownCommand(given, word);
  const language = languageOf(word, command);
  const spoken: { language?: Language } = language === undefined ? {} : { language };
  const args = readArgs(command.args, rest);
  if (args === undefined) return { type: 'refused', refusal: misused(command), ...spoken };
  const { method } = command;
  if (method === undefined) {
    const value = Object.values(args)[0]?.trim() ?? '';
    if (command.words.en === '/help') return { type: 'help', about: value || undefined, ...spoken };
    return { type: 'setting', setting: command.words.en as SettingCommand, value, ...spoken };
  }
  const filled = fillParams(command, method, args, currentRoom);
  if ('refusal' in filled) return { type: 'refused', refusal: filled.refusal, ...spoken };
  return { type: 'call', method, params: filled.params, ...spoken };
}

/** The command with this word, or those whose first word it is; undefined if there is none. `/` may be left out. */
export function findCommands(said: string): readonly Command[] | undefined {
  const word = said.startsWith('/') ? said : `/${said}`;
  const command = byWord.get(word);
  return command === undefined ? families.get(word) : [command];
}

/** The language a command's word belongs to; undefined where both have the same. */
function languageOf(word: string, { words }: Command): Language | undefined {
  if (words.pt === words.en) return undefined;
  return word === words.pt ? 'pt' : 'en';
}

/** What is to be typed, with names for what to put in. */
export function usage(command: Command, language: Language): string {
  const args = command.args.replace(/[a-z]+/gi, (name) => placeholders[name]?.[language] ?? name).replace('…', '');
  return args === '' ? command.words[language] : `${command.words[language]} ${args}`;
}

function misused(command: Command): Refusal {
  return refusals.usage({ en: usage(command, 'en'), pt: usage(command, 'pt') });
}

/** The command's words, of which some have two, and what comes behind them. */
function splitCommand(text: string): { readonly given: string; readonly word: string; readonly rest: string } {
  const [given, rest] = splitWord(text);
  const first = given.toLowerCase();
  if (!families.has(first)) return { given, word: first, rest };
  const [second, after] = splitWord(skipBlanks(rest));
  return { given, word: `${first} ${second.toLowerCase()}`, rest: after };
}

/** Of what was said only the first word is repeated: the next may be a password. */
function unknownCommand(given: string, word: string): TextRequest {
  const family = families.get(word.split(' ', 1)[0] as string);
  if (family === undefined) {
    return { type: 'refused', refusal: refusals.commandNotFound(given, suggestion(word, [...byWord.keys()], '/')) };
  }
  const usages = (language: Language) => family.map((command) => usage(command, language)).join(', ');
  return { type: 'refused', refusal: refusals.usage({ en: usages('en'), pt: usages('pt') }) };
}

function splitWord(text: string): [word: string, rest: string] {
  const end = text.search(/[ \t]/);
  return end === -1 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)];
}

/** Arguments by name; undefined if one is missing or there are too many. */
function readArgs(args: string, line: string): Record<string, string> | undefined {
  const values: Record<string, string> = {};
  let rest = line;
  const wanted = args === '' ? [] : args.split(' ');
  // `/history 20`: a lone number where a room may stand is no room.
  if (/^\[room\] \[(limit|seq)\]$/.test(args) && /^\s*#?\d+\s*$/.test(rest)) wanted.shift();
  for (const spec of wanted) {
    const name = spec.replace(/[[\]…]/g, '');
    if (spec.includes('…')) {
      if (rest === '' && spec.startsWith('[')) return values;
      values[name] = rest;
      return values;
    }
    const [word, after] = splitWord(skipBlanks(rest));
    if (word === '') {
      if (!spec.startsWith('[')) return undefined;
      continue;
    }
    if (spec.startsWith('[') && recognizable[name]?.test(word) === false) continue;
    values[name] = word;
    rest = after;
  }
  return skipBlanks(rest) === '' ? values : undefined;
}

/** The method's params: its arguments, and the current room where it wants a room and none was named. */
function fillParams(
  command: Command,
  method: MethodName,
  args: Record<string, string>,
  currentRoom: string | undefined,
): { readonly params: Record<string, unknown> } | { readonly refusal: Refusal } {
  const params: Record<string, unknown> = { ...args };
  const table: ParamTable = methods[method].params;
  if (table.room?.optional === false && args.room === undefined) {
    if (currentRoom === undefined) return { refusal: refusals.noCurrentRoom() };
    params.room = currentRoom;
  }
  for (const name of ['limit', 'seconds']) {
    const given = args[name];
    if (given === undefined) continue;
    if (!/^\d{1,9}$/.test(given)) return { refusal: misused(command) };
    params[name] = Number(given);
  }
  for (const name of ['seq', 'replyTo']) {
    const given = args[name];
    if (given === undefined) continue;
    // As people see it, or bare.
    const [, digits] = /^#?(\d{1,15})$/.exec(given) ?? [];
    if (digits === undefined) return { refusal: misused(command) };
    params[name] = Number(digits);
  }
  if (args.on !== undefined) {
    if (!['off', 'desfazer'].includes(args.on.toLowerCase())) return { refusal: misused(command) };
    params.on = false;
  }
  // `/read` is to the end.
  if (method === 'room.mark_read') params.seq ??= Number.MAX_SAFE_INTEGER;
  if (args.private !== undefined) params.private = true;
  if (args.role !== undefined) params.role = roleMeant(args.role);
  if (args.reserve !== undefined) {
    if (!['reserve', 'reservar'].includes(args.reserve)) return { refusal: misused(command) };
    params.reserve = true;
  }
  if (args.rooms !== undefined) {
    const rooms = args.rooms.split(' ').filter((word) => word !== '');
    const positions = rooms.map((word) => /^(.+)@(\d{1,15})$/.exec(word));
    if (positions.includes(null)) return { refusal: misused(command) };
    params.rooms = Object.fromEntries(positions.map((found) => [found?.[1], { after: Number(found?.[2]) }]));
  }
  return { params };
}
