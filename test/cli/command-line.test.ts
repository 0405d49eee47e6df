import t from 'tap';
import { version } from '../../src/cli/version.js';
import { salas } from '../support/salas.js';

const commands = [
  'serve',
  'config',
  'admin',
  'restore',
  'load-test',
  'chat',
  'listen',
  'send',
  'history',
  'users',
  'rooms',
  'msg',
  'inbox',
];
const portuguese = { LC_ALL: 'pt_BR.UTF-8' };

t.test('every help is on stdout and shows an example, in both languages', async (t) => {
  const check = async (command: string[], env: NodeJS.ProcessEnv, examples: string) => {
    const { code, stdout, stderr } = await salas([...command, '--help'], env);
    t.strictSame({ code, stderr }, { code: 0, stderr: '' }, command.join());
    t.match(stdout.slice(stdout.indexOf(examples)), /^\S+\n {2}salas /, `${command} ${examples}`);
  };
  for (const command of [[], ...commands.map((name) => [name])]) {
    await Promise.all([check(command, {}, 'Examples:'), check(command, portuguese, 'Exemplos:')]);
  }
});

t.test('the help names every command', async (t) => {
  const { stdout } = await salas(['--help']);
  for (const command of commands) t.match(stdout, `salas ${command}`);
});

t.test('people are spoken to in the language of their environment', async (t) => {
  t.match((await salas(['send', '--help'], portuguese)).stdout, /Diz um texto em uma sala/);
  t.match((await salas(['send', '--help'])).stdout, /Says a text in a room/);
  t.match((await salas(['send'], portuguese)).stderr, /^salas: 0 de 2 argumentos dados$/m);
  t.match((await salas(['rooms', '--port', '0'], portuguese)).stderr, /deve ser um número inteiro de 1 a 65535/);
});

t.test('--version tells the version', async (t) => {
  t.strictSame(await salas(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
});

t.test('what is not understood ends with 2, the usage and the reason on stderr, and nothing on stdout', async (t) => {
  const wrong: [args: string[], why: RegExp][] = [
    [[], /say what to do/],
    [['dance'], /dance/],
    [['sned', 'sala1', 'oi'], /send/],
    [['send'], /0 of 2 arguments/],
    [['send', 'sala1'], /1 of 2 arguments/],
    [['send', 'sala1', 'oi', 'gente'], /gente/],
    [['send', 'sala1', '-oi'], /1 of 2 arguments|oi/],
    [['rooms', '--colour'], /colour/],
    [['rooms', '--port'], /port/],
    [['rooms', '--port', 'abc'], /--port must be a whole number from 1 to 65535/],
    [['rooms', '--port', '0x10'], /--port must be a whole number from 1 to 65535/],
    [['rooms', '--port='], /--port must be a whole number from 1 to 65535/],
    [['rooms', '--port', '65536'], /--port must be a whole number from 1 to 65535/],
    [['rooms', '--token'], /token/],
    [['history', 'sala1', '--limit', '0'], /--limit must be a whole number from 1$/m],
    [['history', 'sala1', '--limit', '1.5'], /--limit must be a whole number from 1$/m],
    [['history', 'sala1', '--before', '-1'], /--before must be a whole number from 0$/m],
    [['history', 'sala1', '--before', '1', '--after', '1'], /before and after are mutually exclusive/],
    [['serve', '--flood-rate', '-1'], /--flood-rate must be/],
    [['serve', '--room-threads', '0'], /--room-threads must be/],
    [['serve', '--rooms', 'sala1,a b'], /--rooms "a b": .*letters/],
    [['serve', 'agora'], /agora/],
  ];
  for (const [args, why] of wrong) {
    const { code, stdout, stderr } = await salas(args);
    t.strictSame({ code, stdout }, { code: 2, stdout: '' }, args.join(' '));
    t.match(stderr, /^salas .*[\s\S]*Examples:/, `${args.join(' ')}: usage`);
    t.match(stderr.trimEnd().split('\n').at(-1), /^salas: /, `${args.join(' ')}: reason`);
    t.match(stderr, why);
    t.notMatch(stderr, '\0');
  }
});

t.test('an option given twice counts as given last', async (t) => {
  t.match((await salas(['rooms', '--port', '2', '--port', '1'])).stderr, /127\.0\.0\.1:1 /);
  t.match((await salas(['rooms', '--port', 'abc', '--port', '1'])).stderr, /127\.0\.0\.1:1 /);
});
