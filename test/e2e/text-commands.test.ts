import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { enter, enterInText, registerInText } from '../support/visitors.js';

const daemon = await startDaemon(t);

t.test('a visit in English', async (t) => {
  const client = await LineClient.connect(t, daemon);
  t.match(await client.say('/register ana'), /^\+OK ana#1 token [0-9a-f]{32}$/);
  t.strictSame(await client.list('/rooms'), ['sala1 #1 0', 'sala2 #1 0', 'sala3 #1 0']);
  t.equal(await client.say('/join sala1'), '+OK sala1 #2');
  t.equal(await client.next(), '[sala1 #2] * ana#1 joined');
  t.equal(await client.say('oi'), '+OK #3');
  t.equal(await client.say('/say sala1 olá,  mundo '), '+OK #4');
  t.equal(await client.say('//join é um comando'), '+OK #5');
  t.equal(await client.say('///'), '+OK #6');
  t.equal(await client.say('  com espaços  '), '+OK #7');
  const said = [
    '[sala1 #3] ana#1: oi',
    '[sala1 #4] ana#1: olá,  mundo ',
    '[sala1 #5] ana#1: /join é um comando',
    '[sala1 #6] ana#1: //',
    '[sala1 #7] ana#1:   com espaços  ',
  ];
  t.strictSame(await client.list('/history'), said);
  t.strictSame(await client.list('/history sala1'), said);
  t.strictSame(await client.list('/history 2'), said.slice(-2));
  t.strictSame(await client.list('/history sala1 1'), said.slice(-1));
  t.strictSame(await client.list('/users'), ['ana#1 member online']);
  t.strictSame(await client.list('/users sala2'), []);
  t.equal(await client.say('/msg ana#1 uma  nota '), '+OK #1');
  t.equal(await client.say('/msg ana#1 outra'), '+OK #2');
  t.strictSame(await client.list('/inbox'), [
    '[sala1 private #1] ana#1 -> ana#1: uma  nota ',
    '[sala1 private #2] ana#1 -> ana#1: outra',
  ]);
  t.strictSame(await client.list('/inbox 1'), ['[sala1 private #2] ana#1 -> ana#1: outra']);
  t.equal(await client.say('/me'), '+OK ana#1 sala1');
  t.equal(await client.say('/ping'), '+OK pong');
  t.equal(await client.say('/mode'), '+OK text');
  t.equal(await client.say('/create nova o que  quiser'), '+OK nova #2');
  t.equal(await client.next(), '[nova #2] * ana#1 joined');
  t.equal((await client.list('/rooms'))[0], 'nova  #2 1 o que  quiser');
  t.equal(await client.say('na nova'), '+OK #3', 'the new room is the current one');
  t.equal(await client.say('/leave sala1'), '+OK sala1 #8');
  t.equal(await client.say('/me'), '+OK ana#1 nova');
  t.equal(await client.say('ainda aqui'), '+OK #4', 'another room was left');
  t.equal(await client.say('/leave'), '+OK nova #5');
  t.match(await client.say('onde?'), /^-NOT_IN_ROOM join a room first: \/join ROOM/);
  t.equal(await client.say('/quit'), '+OK');
  const rest = await client.rest();
  t.strictSame(rest, ['[sala1 #8] * ana#1 left', '[nova #5] * ana#1 left']);
});

t.test('uma visita em português', async (t) => {
  const client = await LineClient.connect(t, daemon);
  t.match(await client.say('/ingressar bia'), /^\+OK bia#1 token [0-9a-f]{32}$/);
  t.equal((await client.list('/salas')).length, 4);
  t.equal(await client.say('/entrar sala2'), '+OK sala2 #2');
  t.equal(await client.next(), '[sala2 #2] * bia#1 joined');
  t.equal(await client.say('oi'), '+OK #3');
  t.strictSame(await client.list('/mensagens 5'), ['[sala2 #3] bia#1: oi']);
  t.strictSame(await client.list('/usuarios'), ['bia#1 member online']);
  t.equal(await client.say('/privada bia#1 psst'), '+OK #1');
  t.strictSame(await client.list('/privadas'), ['[sala2 private #1] bia#1 -> bia#1: psst']);
  t.equal(await client.say('/eu'), '+OK bia#1 sala2');
  t.equal(await client.say('/criar chá de tarde'), '+OK chá #2');
  t.match(await client.say('/entrar nenhuma'), /^-ROOM_NOT_FOUND não existe a sala "nenhuma"/);
  t.match(await client.say('/say nenhuma oi'), /^-ROOM_NOT_FOUND não existe a sala/, 'the language stays');
  t.equal(await client.say('/entrar'), '-INVALID_PARAMS uso: /entrar SALA');
  t.match(await client.say('/nada'), /^-METHOD_NOT_FOUND não existe o comando "\/nada"/);
  t.equal(await client.say('/sair'), '+OK chá #3');
  t.match(await client.say('onde?'), /^-NOT_IN_ROOM entre antes em uma sala/);
  t.match(await client.say('/join nenhuma'), /^-ROOM_NOT_FOUND there is no room/, 'and changes with the commands');
  t.equal(await client.say('/tchau'), '+OK');
  await client.rest();
});

t.test('/help names every command, /help all lists them, and each is told of', async (t) => {
  const client = await LineClient.connect(t, daemon);
  const lines = await client.list('/help all');
  const wordsOf = (lines: string[]) => lines.flatMap((line) => /^\/[a-z_]+( [a-z]+)?/.exec(line)?.[0] ?? []);
  const words = wordsOf(lines);
  const named = '/register /resume /join /leave /say /msg /history /inbox /users /rooms /me /help /ping /mode /quit';
  for (const word of named.split(' ')) t.ok(words.includes(word), word);
  const page = (await client.list('/help')).join('\n');
  for (const word of words) t.ok(page.includes(word), word);
  for (const word of words) {
    const told = await client.list(`/help ${word}`);
    t.match(told, [new RegExp(`^${word}( |$)`), new RegExp(`^  for example: ${word}( |$)`)]);
    t.strictSame(await client.list(`/help ${word.slice(1)}`), told, 'with the slash or without');
  }
  const ajuda = await client.list('/ajuda tudo');
  const aliases = '/ingressar /entrar /sair /privada /mensagens /privadas /usuarios /salas /eu /ajuda /tchau';
  const palavras = wordsOf(ajuda);
  for (const word of aliases.split(' ')) t.ok(palavras.includes(word), word);
  t.equal(palavras.length, words.length);
  t.match(await client.say('/help nada'), /^-METHOD_NOT_FOUND /);
  t.match(await client.say('/ajuda nada'), /^-METHOD_NOT_FOUND não existe/);
});

t.test('refusals name their code and say what to do', async (t) => {
  const client = await LineClient.connect(t, daemon);
  t.match(await client.say('/join sala1'), /^-NOT_REGISTERED say who you are first: \/register NAME/);
  t.equal(await client.say('/register'), '-INVALID_PARAMS usage: /register NAME');
  t.equal(await client.say('/register ana maria'), '-INVALID_PARAMS usage: /register NAME');
  t.match(await client.say('/register a.b'), /^-NAME_INVALID a name has 1 to 32 letters/);
  t.match(await client.say('/resume x'), /^-TOKEN_INVALID /);
  t.match(await client.say('/resume x sala1'), /^-INVALID_PARAMS usage: \/resume TOKEN/);
  t.match(await client.say('/register caio'), /^\+OK caio#1 /);
  t.match(await client.say('/register caio'), /^-ALREADY_REGISTERED this connection is already caio#1/);
  t.match(await client.say('/join a/b'), /^-ROOM_NAME_INVALID /);
  t.match(await client.say('/users'), /^-NOT_IN_ROOM join a room first/);
  t.match(await client.say('/msg caio#1 oi'), /^-NOT_IN_ROOM join a room first/);
  t.match(await client.say('/history sala1'), /^-NOT_IN_ROOM you are not in "sala1"/);
  t.match(await client.say('/create sala1'), /^-ROOM_EXISTS /);
  t.equal(await client.say('/join sala3'), '+OK sala3 #2');
  await client.next();
  t.match(await client.say('/msg ninguem#1 oi'), /^-USER_NOT_FOUND there is no user "ninguem#1"/);
  t.match(await client.say('/msg ana oi'), /^-USER_NOT_FOUND there is no user "ana"; ids look like ana#1/);
  t.match(await client.say('/say sala3'), /^-TEXT_INVALID the text is empty/);
  t.match(await client.say('x'.repeat(8193)), /^-TEXT_TOO_LONG the text has 8193 bytes; at most 8192 are allowed/);
  t.equal(await client.say('/history um'), '-ROOM_NOT_FOUND there is no room "um"; room.list or /rooms shows them');
  t.match(await client.say('/history sala3 0'), /^-INVALID_PARAMS /);
  t.match(await client.say('/history sala3 um'), /^-INVALID_PARAMS usage: \/history \[ROOM\] \[N\]/);
  t.match(await client.say('/mode xml'), /^-INVALID_PARAMS usage: \/mode json\|text/);
  t.match(await client.say('/JOINED sala3'), /^-METHOD_NOT_FOUND there is no command "\/JOINED"/);
  t.match(await client.say('/'), /^-METHOD_NOT_FOUND /);
});

t.test('commands may be shouted, and their words parted by TABs', async (t) => {
  const client = await LineClient.connect(t, daemon);
  t.match(await client.say('\t/REGISTER\tlia'), /^\+OK lia#1 /);
  t.equal(await client.say('/Join  sala3'), '+OK sala3 #3');
  t.match((await client.list('/USUARIOS sala3')).at(-1), /^lia#1 +member online$/);
});

t.test('lines with nothing in them are not answered', async (t) => {
  const { client } = await registerInText(t, daemon, 'ana');
  client.send('', '   ', '\t', '');
  t.strictSame(await client.soFarInText(), []);
});

t.test('who has not said a name may leave as well', async (t) => {
  for (const word of ['/quit', '/tchau']) {
    const client = await LineClient.connect(t, daemon);
    client.send(word, '/register ninguem', 'oi');
    t.strictSame(await client.rest(), ['+OK']);
  }
});

t.test('each line is answered in its own format', async (t) => {
  const { client, userId } = await enterInText(t, daemon, 'mista', 'sala2');
  t.match(await client.call('user.me'), { userId, rooms: ['sala2'] });
  t.match(await client.say('/me'), `+OK ${userId} sala2`);
  client.send('  {"jsonrpc":"2.0","method":"ping","id":1}', ' /ping', '[{"jsonrpc":"2.0","method":"ping","id":2}]');
  t.match(await client.nextReply(1), { result: {} });
  t.equal(await client.nextAnswer(), '+OK pong');
  t.match(await client.nextBatch(), [{ id: 2 }]);
});

t.test('where one stands after a plain join in JSON is where plain text goes', async (t) => {
  const { client } = await enter(t, daemon, 'duas', 'sala1', 'sala2');
  t.match(await client.say('oi'), /^\+OK #\d+$/);
  t.match(await client.nextPush('room.message'), { room: 'sala2', text: 'oi' });
});
