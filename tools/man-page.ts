import type { CommandOutline, OptionOutline } from '../src/cli/command-outline.js';
import { languageOf } from '../src/cli/language.js';
import { commandOutline } from '../src/cli/main.js';
import { version } from '../src/cli/version.js';
import type { Language } from '../src/protocol/speech.js';

// Prints the man page in the language of the locale: `node build/tools/man-page.js DATE`. See man(7) for the macros.

interface PageWords {
  readonly manual: string;
  readonly sections: Readonly<
    Record<'name' | 'synopsis' | 'description' | 'commands' | 'exit' | 'environment' | 'files' | 'see', string>
  >;
  readonly command: string;
  readonly options: string;
  readonly description: readonly string[];
  readonly byDefault: (value: string) => string;
  readonly oneOf: (choices: string) => string;
  readonly as: (command: string, options: string) => string;
  readonly examples: string;
  readonly exit: readonly (readonly [code: string, meaning: string])[];
  readonly environment: readonly (readonly [variable: string, meaning: string])[];
  readonly sessions: string;
}

const english: PageWords = {
  manual: 'User Commands',
  sections: {
    name: 'NAME',
    synopsis: 'SYNOPSIS',
    description: 'DESCRIPTION',
    commands: 'COMMANDS',
    exit: 'EXIT STATUS',
    environment: 'ENVIRONMENT',
    files: 'FILES',
    see: 'SEE ALSO',
  },
  command: 'command',
  options: 'options',
  description: [
    'salas serve runs a chat server: rooms, private messages, histories, in SQLite files that outlive it. Anybody with nc or telnet can talk to it; the other commands do so too.',
    'salas COMMAND --help shows what a command takes. An argument behind -- may begin with -.',
  ],
  byDefault: (value) => `By default ${value}.`,
  oneOf: (choices) => `One of ${choices}.`,
  as: (command, options) => `As with ${command}: ${options}.`,
  examples: 'For example:',
  exit: [
    ['0', 'The server said yes; all is well.'],
    ['1', 'The server said no, or cannot start for the reason told, or something is wrong.'],
    ['2', 'The command was not understood.'],
    ['3', 'The server could not be reached or not be trusted, or was lost before it answered.'],
    ['70', 'An error of salas itself.'],
  ],
  environment: [
    [
      'SALAS_...',
      'A setting of the server: SALAS_PORT is the flag --port. The flag counts before it, a settings file behind it.',
    ],
    ['LC_ALL, LC_MESSAGES, LANG', 'The language: Portuguese where the first that is set begins with pt, else English.'],
    ['NO_COLOR', 'No colours, if it is set.'],
    ['XDG_STATE_HOME', 'Where logins are kept.'],
  ],
  sessions: 'The login at a server, which commands use that are given neither --name nor --token.',
};

const portuguese: PageWords = {
  manual: 'Comandos de usuário',
  sections: {
    name: 'NOME',
    synopsis: 'SINOPSE',
    description: 'DESCRIÇÃO',
    commands: 'COMANDOS',
    exit: 'CÓDIGO DE SAÍDA',
    environment: 'AMBIENTE',
    files: 'ARQUIVOS',
    see: 'VEJA TAMBÉM',
  },
  command: 'comando',
  options: 'opções',
  description: [
    'salas serve executa um servidor de chat: salas, mensagens privadas, históricos, em arquivos SQLite que sobrevivem a ele. Qualquer um com nc ou telnet fala com ele; os outros comandos também.',
    'salas COMANDO --help mostra o que um comando aceita. Um argumento depois de -- pode começar com -.',
  ],
  byDefault: (value) => `Por padrão ${value}.`,
  oneOf: (choices) => `Um destes: ${choices}.`,
  as: (command, options) => `Como em ${command}: ${options}.`,
  examples: 'Por exemplo:',
  exit: [
    ['0', 'O servidor disse sim; está tudo bem.'],
    ['1', 'O servidor disse não, ou não pode iniciar pela razão dita, ou há algo errado.'],
    ['2', 'O comando não foi entendido.'],
    ['3', 'O servidor não pôde ser alcançado, não merece confiança, ou foi perdido antes de responder.'],
    ['70', 'Um erro do próprio salas.'],
  ],
  environment: [
    [
      'SALAS_...',
      'Uma configuração do servidor: SALAS_PORT é a opção --port. A opção vale antes dela, um arquivo de configuração depois.',
    ],
    ['LC_ALL, LC_MESSAGES, LANG', 'A língua: português se a primeira definida começa com pt, senão inglês.'],
    ['NO_COLOR', 'Sem cores, se definida.'],
    ['XDG_STATE_HOME', 'Onde ficam as sessões.'],
  ],
  sessions: 'A sessão em um servidor, usada pelos comandos sem --name e sem --token.',
};

/** The page as roff; `date` as in 2026-11-22. */
function manPage(salas: CommandOutline, language: Language, date: string): string {
  const words = { en: english, pt: portuguese }[language];
  const { sections } = words;
  const described = new Map<string, string>();
  return [
    `.TH SALAS 1 "${date}" "salas ${version}" "${words.manual}"`,
    `.SH ${sections.name}`,
    `salas \\- ${prose(salas.about.replace(/\.$/, ''))}`,
    `.SH ${sections.synopsis}`,
    '.B salas',
    `.I ${words.command}`,
    `.RI [ ${words.options} ]`,
    `.SH ${sections.description}`,
    ...words.description.flatMap((text, i) => [...(i > 0 ? ['.PP'] : []), prose(text)]),
    ...salas.options.flatMap((option) => optionLines(option, words)),
    `.SH ${sections.commands}`,
    ...salas.commands.flatMap((command) => commandLines(command, 'salas', words, described)),
    `.SH ${sections.exit}`,
    ...words.exit.flatMap(([code, meaning]) => tagged(`\\fB${code}\\fR`, meaning)),
    `.SH ${sections.environment}`,
    ...words.environment.flatMap(([variable, meaning]) => tagged(`\\fB${variable}\\fR`, meaning)),
    `.SH ${sections.files}`,
    ...tagged('\\fI~/.local/state/salas/sessions/\\fR', words.sessions),
    `.SH ${sections.see}`,
    '.BR nc (1),',
    '.BR telnet (1)',
    '',
  ].join('\n');
}

/** A command and those inside of it; `described` has the command that each option was described with. */
function commandLines(
  command: CommandOutline,
  within: string,
  words: PageWords,
  described: Map<string, string>,
): string[] {
  const name = `${within} ${command.name}`;
  if (command.commands.length > 0) {
    return command.commands.flatMap((inner) => commandLines(inner, name, words, described));
  }
  const known = command.options.map((option) => [option, described.get(JSON.stringify(option))] as const);
  const fresh = known.flatMap(([option, before]) => (before === undefined ? [option] : []));
  for (const option of fresh) described.set(JSON.stringify(option), name);
  const before = new Map<string, string[]>();
  for (const [{ name }, place] of known) {
    if (place !== undefined) before.set(place, [...(before.get(place) ?? []), bold(`--${name}`)]);
  }
  const positionals = command.positionals.map((positional) => {
    const shown = `\\fI${positional.name}\\fR${positional.many ? '...' : ''}`;
    return positional.optional ? `[${shown}]` : shown;
  });
  return [
    `.SS ${[prose(name), ...positionals].join(' ')}`,
    prose(sentence(command.about)),
    ...command.positionals.flatMap(({ name, about, choices }) =>
      tagged(`\\fI${name}\\fR`, [sentence(about), ...choiceSentence(choices, words)].join(' ')),
    ),
    ...fresh.flatMap((option) => optionLines(option, words)),
    ...[...before].flatMap(([place, options]) => ['.PP', words.as(bold(place), options.join(', '))]),
    ...(command.examples.length === 0 ? [] : ['.PP', words.examples]),
    ...command.examples.flatMap(({ line, about }) => tagged(`\\fB${prose(line.replaceAll('$0', 'salas'))}\\fR`, about)),
  ];
}

function optionLines({ name, about, takesValue, choices, byDefault }: OptionOutline, words: PageWords): string[] {
  const shown = takesValue ? `${bold(`--${name}`)} \\fI${name}\\fR` : bold(`--${name}`);
  const more = [...choiceSentence(choices, words), ...(byDefault === undefined ? [] : [words.byDefault(byDefault)])];
  return tagged(shown, [sentence(about), ...more].join(' '));
}

function choiceSentence(choices: readonly string[], words: PageWords): string[] {
  return choices.length === 0 ? [] : [words.oneOf(choices.join(', '))];
}

function tagged(tag: string, text: string): string[] {
  return ['.TP', tag, prose(text)];
}

function bold(text: string): string {
  return `\\fB${prose(text)}\\fR`;
}

/** The words as a sentence of its own. */
function sentence(words: string): string {
  const first = words.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
  return /[.?!]$/.test(first) ? first : `${first}.`;
}

/** Text as roff takes it: nothing in it is a macro or an escape, and what is typed has ASCII's hyphens. */
function prose(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replace(/(?<![\p{L}\p{N}])-+/gu, (hyphens) => '\\-'.repeat(hyphens.length))
    .replace(/^[.']/, '\\&$&');
}

process.stdout.write(manPage(commandOutline(), languageOf([], process.env), process.argv[2] ?? ''));
