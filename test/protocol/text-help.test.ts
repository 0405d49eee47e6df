import t from 'tap';
import { defaultLimits } from '../../src/protocol/limits.js';
import { methods } from '../../src/protocol/methods.js';
import { readParams } from '../../src/protocol/params.js';
import { commands, parseText } from '../../src/protocol/text-commands.js';
import { help, suggestHelp } from '../../src/protocol/text-help.js';

const languages = ['en', 'pt'] as const;
const wordsOf = (lines: readonly string[] | undefined) =>
  new Set(lines?.map((line) => /^\/[a-z_]+( [a-z]+)?/.exec(line)?.[0]));

t.test(
  'help begins with a page that fits a terminal of 80 columns and 24 lines, and names every command',
  async (t) => {
    for (const language of languages) {
      const page = help(undefined, language) ?? [];
      // Above it stands `+OK N`, below it what is typed next.
      t.ok(page.length <= 22, `${page.length} lines`);
      for (const line of page) t.ok(line.length < 80, line);
      const named = page.join(' ').split(/ +(?=\/)| {2,}/);
      for (const { words } of commands) t.ok(named.includes(words[language]), words[language]);
    }
  },
);

/** The lines of a list, with those in one that go on with what a command does. */
const unwrapped = (lines: readonly string[] | undefined) => (lines ?? []).join('\n').replace(/\n +/g, '  ').split('\n');

t.test('a list is no wider than a terminal, however much a command does', async (t) => {
  for (const language of languages) for (const line of help('all', language) ?? []) t.ok(line.length < 80, line);
});

t.test('help about all lists every command in its language, each with what it does', async (t) => {
  for (const language of languages) {
    const lines = unwrapped(help('all', language));
    t.strictSame(wordsOf(lines), new Set(commands.map(({ words }) => words[language])));
    // Lower case is what is to be typed as it stands.
    const verbatim = /[a-z]+(\|[a-z]+)+|\|off|--private|--privada|\[(reserve|reservar|off|desfazer)\]/;
    for (const line of lines)
      t.match(line.replace(verbatim, ''), /^\/[a-z_]+( [a-z]+)?( [^a-z]+)? {2,}[A-ZÀ-Ú].+\.$/, line);
  }
});

t.test('help about one command is what it does and an example, whichever of its words is asked for', async (t) => {
  const join = [
    '/join ROOM - Enters a room; plain text goes there from now on.',
    '  for example: /join sala1 (or /entrar)',
  ];
  for (const word of ['join', '/join', 'entrar', '/entrar']) t.strictSame(help(word, 'en'), join, word);
  const entrar = [
    '/entrar SALA - Entra em uma sala; texto puro vai para ela a partir de agora.',
    '  por exemplo: /entrar sala1 (ou /join)',
  ];
  for (const word of ['join', '/entrar']) t.strictSame(help(word, 'pt'), entrar, word);
  t.strictSame(help('ping', 'pt')?.[1], '  por exemplo: /ping', 'there is no other word for it');
});

t.test('every example may be typed as it stands', async (t) => {
  for (const { words, method } of commands) {
    for (const language of languages) {
      const example = /: (\/.+?)(?: \((?:or|ou) .+\))?$/.exec(help(words.en, language)?.[1] ?? '')?.[1] ?? '';
      t.ok(example.startsWith(words[language]), example);
      const request = parseText(example, 'sala1');
      if (method === undefined) {
        t.match(request.type, /help|setting/, example);
      } else {
        t.match(request, { type: 'call', method }, example);
        const read = readParams(methods[method].params, (request as { params: object }).params, false, defaultLimits);
        t.notMatch(read, { refusal: {} }, example);
      }
    }
  }
});

t.test('a topic has its commands, in either language and without accents too', async (t) => {
  t.strictSame(wordsOf(unwrapped(help('private', 'en'))), new Set(['/msg', '/inbox', '/block', '/unblock', '/blocks']));
  t.strictSame(help('privado', 'pt'), help('private', 'pt'));
  t.strictSame(help('moderacao', 'pt'), help('Moderação', 'pt'));
  t.notSame(help('moderacao', 'pt'), undefined);
});

t.test('what was mistyped is said right', async (t) => {
  t.equal(suggestHelp('jion', 'en'), '/join');
  t.equal(suggestHelp('mgs', 'en'), '/msg', 'two letters that changed places come before others that are near');
  t.equal(suggestHelp('/entrra', 'pt'), '/entrar');
  t.equal(suggestHelp('xyzzy', 'en'), undefined);
});

t.test('a command of two words is found by both, and all that begin alike by the first', async (t) => {
  t.match(help('account delete', 'en'), [/^\/account delete PASSWORD - /, /example/]);
  const family = ['/account create', '/account password', '/account delete'];
  for (const word of ['account', '/conta']) {
    t.strictSame([...wordsOf(help(word, 'en')?.filter((line) => line.startsWith('/')))], family, word);
  }
});

t.test('the arguments are named in the language of the help', async (t) => {
  t.match(help('resume', 'en'), [/^\/resume TOKEN \[ROOM@AFTER …\] - /]);
  t.match(help('resume', 'pt'), [/^\/resume TOKEN \[SALA@APÓS …\] - /]);
  t.match(help('msg', 'en'), [/^\/msg USERID TEXT - /]);
  t.match(help('privada', 'pt'), [/^\/privada USERID TEXTO - /]);
});

t.test('there is no help about what is no command', async (t) => {
  for (const word of ['', '/', 'foobar', 'JOIN', 'constructor', 'room.join'])
    t.equal(help(word, 'en'), undefined, word);
});
