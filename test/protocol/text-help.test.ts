import t from 'tap';
import { help } from '../../src/protocol/text-commands.js';

/** The words of the contract's text commands. */
const english = [
  '/register',
  '/resume',
  '/join',
  '/leave',
  '/say',
  '/msg',
  '/history',
  '/inbox',
  '/users',
  '/rooms',
  '/me',
  '/help',
  '/ping',
  '/mode',
  '/quit',
];
const portuguese = [
  '/ingressar',
  '/resume',
  '/entrar',
  '/sair',
  '/say',
  '/privada',
  '/mensagens',
  '/privadas',
  '/usuarios',
  '/salas',
  '/eu',
  '/ajuda',
  '/ping',
  '/mode',
  '/tchau',
];
/** What this server has beyond version 1 of the contract. */
const beyond = {
  en: ['/create', '/kick', '/ban', '/unban', '/mute', '/unmute', '/slow', '/role', '/invite', '/close'].concat([
    ...['/edit', '/delete', '/react', '/reply'],
    ...['/block', '/unblock', '/blocks', '/search'],
    ...['/account create', '/login', '/account password', '/account delete', '/sessions', '/revoke'],
  ]),
  pt: ['/criar', '/expulsar', '/banir', '/desbanir', '/silenciar', '/dessilenciar', '/lento', '/papel'].concat([
    ...['/editar', '/apagar', '/reagir', '/responder'],
    ...['/convidar', '/fechar', '/bloquear', '/desbloquear', '/bloqueados', '/buscar'],
    ...['/conta criar', '/autenticar', '/conta senha', '/conta apagar', '/sessoes', '/revogar'],
  ]),
};

t.test('help lists every command in its language, each with what it does', async (t) => {
  const wordsOf = (lines: string[] | undefined) => new Set(lines?.map((line) => /^\/[a-z]+( [a-z]+)?/.exec(line)?.[0]));
  t.strictSame(wordsOf(help(undefined, 'en')), new Set([...english, ...beyond.en]));
  t.strictSame(wordsOf(help(undefined, 'pt')), new Set([...portuguese, ...beyond.pt]));
  // Lower case is what is to be typed as it stands.
  const verbatim = /json\|text|owner\|moderator\|member|--private|--privada|reserve|reservar|\[off\]|\[desfazer\]/;
  for (const language of ['en', 'pt'] as const) {
    for (const line of help(undefined, language) ?? [])
      t.match(line.replace(verbatim, ''), /^\/[a-z]+( [a-z]+)?( [^a-z]+)? {2,}[A-ZÀ-Ú].+\.$/, line);
  }
});

t.test('help about one command is one line, whichever of its words is asked for', async (t) => {
  const join = ['/join ROOM - Enters a room; plain text goes there from now on.'];
  for (const word of ['join', '/join', 'entrar', '/entrar']) t.strictSame(help(word, 'en'), join, word);
  const entrar = ['/entrar SALA - Entra em uma sala; texto puro vai para ela a partir de agora.'];
  for (const word of ['join', '/entrar']) t.strictSame(help(word, 'pt'), entrar, word);
  for (const word of [...english, ...portuguese]) t.equal(help(word, 'en')?.length, 1, word);
});

t.test('a command of two words is found by both, and all that begin alike by the first', async (t) => {
  t.strictSame(help('account delete', 'en')?.length, 1);
  const family = ['/account create', '/account password', '/account delete'];
  for (const word of ['account', '/conta']) {
    t.strictSame(
      help(word, 'en')?.map((line) => line.split(' ').slice(0, 2).join(' ')),
      family,
      word,
    );
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
