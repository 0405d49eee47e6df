import type { Language, Speech } from './speech.js';
import { suggestion } from './suggestion.js';
import { type Command, type CommandName, commands, findCommands, usage } from './text-commands.js';

/** What `/help` says: how to begin, one topic, one command, or everything. */

/** A terminal that has been left as it came has 80 columns and 24 lines; the last ones stay free. */
const columnsMax = 79;

const topics = {
  start: { en: 'start', pt: 'início' },
  talk: { en: 'talk', pt: 'conversa' },
  private: { en: 'private', pt: 'privado' },
  accounts: { en: 'accounts', pt: 'contas' },
  moderation: { en: 'moderation', pt: 'moderação' },
  connection: { en: 'connection', pt: 'conexão' },
} as const satisfies Record<string, Speech>;

type Topic = keyof typeof topics;

interface Explained {
  readonly topic: Topic;
  /** A line that may be typed as it stands. */
  readonly example: Speech;
}

/** By their English names; in a topic they are shown in this order. */
const explained: Record<CommandName, Explained> = {
  '/register': { topic: 'start', example: { en: '/register ana', pt: '/ingressar ana' } },
  '/login': {
    topic: 'start',
    example: { en: '/login ana#1 correct-horse-battery', pt: '/autenticar ana#1 cavalo-certo-bateria' },
  },
  '/resume': {
    topic: 'start',
    example: {
      en: '/resume 86f7e437faa5a7fce15d1ddcb9eaeaea sala1@42',
      pt: '/resume 86f7e437faa5a7fce15d1ddcb9eaeaea sala1@42',
    },
  },
  '/me': { topic: 'start', example: { en: '/me', pt: '/eu' } },
  '/help': { topic: 'start', example: { en: '/help join', pt: '/ajuda entrar' } },
  '/quit': { topic: 'start', example: { en: '/quit', pt: '/tchau' } },

  '/rooms': { topic: 'talk', example: { en: '/rooms', pt: '/salas' } },
  '/join': { topic: 'talk', example: { en: '/join sala1', pt: '/entrar sala1' } },
  '/users': { topic: 'talk', example: { en: '/users sala1', pt: '/usuarios sala1' } },
  '/history': { topic: 'talk', example: { en: '/history sala1 20', pt: '/mensagens sala1 20' } },
  '/unread': { topic: 'talk', example: { en: '/unread', pt: '/nao_lidas' } },
  '/read': { topic: 'talk', example: { en: '/read sala1', pt: '/lidas sala1' } },
  '/search': { topic: 'talk', example: { en: '/search good mor*', pt: '/buscar bom di*' } },
  '/say': { topic: 'talk', example: { en: '/say sala2 good morning', pt: '/say sala2 bom dia' } },
  '/reply': { topic: 'talk', example: { en: '/reply 42 me too', pt: '/responder 42 eu também' } },
  '/edit': { topic: 'talk', example: { en: '/edit 42 good morning', pt: '/editar 42 bom dia' } },
  '/delete': { topic: 'talk', example: { en: '/delete 42', pt: '/apagar 42' } },
  '/react': { topic: 'talk', example: { en: '/react 42 👍', pt: '/reagir 42 👍' } },
  '/leave': { topic: 'talk', example: { en: '/leave sala1', pt: '/sair sala1' } },

  '/msg': { topic: 'private', example: { en: '/msg bia#1 psst', pt: '/privada bia#1 psst' } },
  '/inbox': { topic: 'private', example: { en: '/inbox 10', pt: '/privadas 10' } },
  '/block': { topic: 'private', example: { en: '/block caio#1', pt: '/bloquear caio#1' } },
  '/unblock': { topic: 'private', example: { en: '/unblock caio#1', pt: '/desbloquear caio#1' } },
  '/blocks': { topic: 'private', example: { en: '/blocks', pt: '/bloqueados' } },

  '/account create': {
    topic: 'accounts',
    example: {
      en: '/account create correct-horse-battery reserve',
      pt: '/conta criar cavalo-certo-bateria reservar',
    },
  },
  '/account password': {
    topic: 'accounts',
    example: {
      en: '/account password correct-horse-battery staple-battery',
      pt: '/conta senha cavalo-certo-bateria grampo-bateria',
    },
  },
  '/account delete': {
    topic: 'accounts',
    example: { en: '/account delete correct-horse-battery', pt: '/conta apagar cavalo-certo-bateria' },
  },
  '/sessions': { topic: 'accounts', example: { en: '/sessions', pt: '/sessoes' } },
  '/revoke': { topic: 'accounts', example: { en: '/revoke 86f7e437faa5a7fc', pt: '/revogar 86f7e437faa5a7fc' } },

  '/create': {
    topic: 'moderation',
    example: { en: '/create --private tea Every day at five', pt: '/criar --privada chá Todo dia às cinco' },
  },
  '/topic': {
    topic: 'moderation',
    example: { en: '/topic Cakes, and who eats them', pt: '/topico Bolos e quem os come' },
  },
  '/invite': { topic: 'moderation', example: { en: '/invite bia#1', pt: '/convidar bia#1' } },
  '/kick': { topic: 'moderation', example: { en: '/kick caio#1 too loud', pt: '/expulsar caio#1 barulho' } },
  '/ban': { topic: 'moderation', example: { en: '/ban caio#1 3600 spam', pt: '/banir caio#1 3600 spam' } },
  '/unban': { topic: 'moderation', example: { en: '/unban caio#1', pt: '/desbanir caio#1' } },
  '/mute': { topic: 'moderation', example: { en: '/mute caio#1 60', pt: '/silenciar caio#1 60' } },
  '/unmute': { topic: 'moderation', example: { en: '/unmute caio#1', pt: '/dessilenciar caio#1' } },
  '/slow': { topic: 'moderation', example: { en: '/slow 10', pt: '/lento 10' } },
  '/role': { topic: 'moderation', example: { en: '/role bia#1 moderator', pt: '/papel bia#1 moderador' } },
  '/close': { topic: 'moderation', example: { en: '/close see you in sala2', pt: '/fechar até a sala2' } },

  '/lang': { topic: 'connection', example: { en: '/lang pt', pt: '/idioma pt' } },
  '/timezone': { topic: 'connection', example: { en: '/timezone Europe/Lisbon', pt: '/fuso America/Sao_Paulo' } },
  '/color': { topic: 'connection', example: { en: '/color on', pt: '/cor on' } },
  '/mode': { topic: 'connection', example: { en: '/mode json', pt: '/mode json' } },
  '/ping': { topic: 'connection', example: { en: '/ping', pt: '/ping' } },
};

const names = Object.keys(explained) as CommandName[];

const firstSteps: Record<Language, readonly (readonly [example: string, what: string])[]> = {
  en: [
    ['/register ana', 'say who you are'],
    ['/rooms', 'see which rooms there are'],
    ['/join sala1', 'go into one; whatever you type then is said there'],
    ['/history', 'read what was said before'],
    ['/msg bia#1 psst', 'a word to one of those whom /users shows'],
    ['/quit', 'go'],
  ],
  pt: [
    ['/ingressar ana', 'diga quem você é'],
    ['/salas', 'veja que salas existem'],
    ['/entrar sala1', 'entre em uma; o que você digitar é dito nela'],
    ['/mensagens', 'leia o que foi dito antes'],
    ['/privada bia#1 psst', 'uma palavra a alguém que /usuarios mostra'],
    ['/tchau', 'vá embora'],
  ],
};

const firstWords = {
  begin: { en: 'To begin:', pt: 'Para começar:' },
  commands: { en: 'All commands:', pt: 'Todos os comandos:' },
  more: {
    en: '/help join explains a command, /help talk a topic, /help all everything.',
    pt: '/ajuda entrar explica um comando, /ajuda conversa um tema, /ajuda tudo o resto.',
  },
  otherLanguage: { en: 'Em português: /idioma pt', pt: 'In English: /lang en' },
  example: { en: 'for example:', pt: 'por exemplo:' },
  alsoCalled: { en: 'or', pt: 'ou' },
} as const satisfies Record<string, Speech>;

/** Of a list, what the usages take at the most; what is said of a longer one stands below it. */
const usageColumns = 30;

/** The word for everything. */
const everything = ['all', 'tudo'];

/** The lines of `/help`, or those about a command, a topic or all; undefined if there is nothing of that name. */
export function help(about: string | undefined, language: Language): readonly string[] | undefined {
  if (about === undefined) return firstPage(language);
  if (everything.includes(about)) return list(names.map(commandOf), language);
  const found = findCommands(about);
  if (found !== undefined) return found.flatMap((command) => explain(command, language));
  const topic = topicOf(about);
  return topic && list(ofTopic(topic).map(commandOf), language);
}

/** What was probably meant by a word of which there is no help. */
export function suggestHelp(about: string, language: Language): string | undefined {
  const word = about.startsWith('/') ? about : `/${about}`;
  return suggestion(
    word,
    [...commands.map(({ words }) => words[language]), ...commands.map(({ words }) => words.en)],
    '/',
  );
}

function firstPage(language: Language): string[] {
  const steps = firstSteps[language];
  const stepWidth = Math.max(...steps.map(([example]) => example.length));
  const titles = (Object.keys(topics) as Topic[]).map((topic) => [topics[topic][language], topic] as const);
  const titleWidth = Math.max(...titles.map(([title]) => title.length));
  return [
    firstWords.begin[language],
    ...steps.map(([example, what]) => `  ${example.padEnd(stepWidth)}  ${what}`),
    firstWords.commands[language],
    ...titles.flatMap(([title, topic]) =>
      wrapped(
        ofTopic(topic).map((name) => commandOf(name).words[language]),
        columnsMax - titleWidth - 4,
      ).map((line, i) => `  ${(i === 0 ? title : '').padEnd(titleWidth)}  ${line}`),
    ),
    firstWords.more[language],
    firstWords.otherLanguage[language],
  ];
}

function explain(command: Command, language: Language): string[] {
  const other = command.words[language === 'en' ? 'pt' : 'en'];
  const alias = other === command.words[language] ? '' : ` (${firstWords.alsoCalled[language]} ${other})`;
  return [
    `${usage(command, language)} - ${command.doc[language]}`,
    `  ${firstWords.example[language]} ${explained[command.words.en as CommandName].example[language]}${alias}`,
  ];
}

/** A command a line, or two, where what it does goes on in a column of its own. */
function list(listed: readonly Command[], language: Language): string[] {
  const usages = listed.map((command) => usage(command, language));
  const width = Math.min(usageColumns, Math.max(...usages.map((text) => text.length)));
  return listed.flatMap((command, i) => {
    const called = usages[i] as string;
    const does = wrapped(command.doc[language].split(' '), columnsMax - width - 2);
    const first = called.length > width ? [called] : [`${called.padEnd(width)}  ${does.shift()}`];
    return [...first, ...does.map((line) => `${' '.repeat(width)}  ${line}`)];
  });
}

function ofTopic(topic: Topic): CommandName[] {
  return names.filter((name) => explained[name].topic === topic);
}

function topicOf(said: string): Topic | undefined {
  const plain = (word: string) => word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  return (Object.keys(topics) as Topic[]).find((topic) =>
    Object.values(topics[topic]).some((title) => plain(title) === plain(said)),
  );
}

const byName = new Map(commands.map((command) => [command.words.en, command]));

function commandOf(name: CommandName): Command {
  return byName.get(name) as Command;
}

/** Words in lines that are no wider than so. */
function wrapped(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
