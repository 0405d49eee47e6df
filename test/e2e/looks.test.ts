import { connect } from 'node:net';
import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { enterInText } from '../support/visitors.js';

const daemon = await startDaemon(t);

t.test('who chose a language and a time zone is told by them, and nobody else is', async (t) => {
  const { client: ana } = await enterInText(t, daemon, 'ana', 'sala1');
  t.equal(await ana.say('/lang pt'), '+OK pt');
  t.match(await ana.say('/timezone -03:00'), /^\+OK -03:00 \d{4}-\d\d-\d\d \d\d:\d\d$/);
  const { client: bia } = await enterInText(t, daemon, 'bia', 'sala1');
  t.match(await ana.next(), /^\[sala1 #3 \d\d:\d\d\] \* bia#1 entrou$/);
  t.equal(await bia.say('olá'), '+OK #4');
  t.match(await ana.next(), /^\[sala1 #4 \d\d:\d\d\] bia#1: olá$/);
  t.equal(await ana.say('oi'), '+OK #5', 'whose own message is not sent to her');
  t.equal(await bia.next(), '[sala1 #5] ana#1: oi');
  const times = /^\[sala1 #\d \d\d:\d\d\] (ana|bia)#1: /;
  for (const line of await ana.list('/history')) t.match(line, times);
  t.strictSame(await bia.list('/history'), ['[sala1 #4] bia#1: olá', '[sala1 #5] ana#1: oi']);
  t.strictSame(await ana.list('/users'), ['ana#1 membro online', 'bia#1 membro online']);
  t.equal(await bia.say('/msg ana#1 psst'), '+OK #1');
  t.match(await ana.next(), /^\[sala1 private #1 \d\d:\d\d\] bia#1 -> ana#1: psst$/);

  t.match(await ana.say('/join nenhuma'), /^-ROOM_NOT_FOUND não existe/, 'also by English commands');
  t.equal(await ana.say('/lang'), '+OK pt');
  t.match(await ana.say('/timezone'), /^\+OK -03:00 /);
  t.equal(await ana.say('/fuso off'), '+OK off');
  t.equal(await ana.say('/idioma en'), '+OK en');
  await bia.say('/leave');
  t.equal(await ana.next(), '[sala1 #6] * bia#1 left', 'then as everybody is');
});

t.test('JSON stays as it is, whatever the look', async (t) => {
  const { client: caio } = await enterInText(t, daemon, 'caio', 'sala2');
  t.equal(await caio.say('/lang pt'), '+OK pt');
  t.equal(await caio.say('/mode json'), '+OK json');
  const { client: dora } = await enterInText(t, daemon, 'dora', 'sala2');
  t.match(await caio.nextPush('room.joined'), { user: 'dora#1' });
  t.match(await caio.request('room.jion'), {
    error: { code: -32601, message: 'Method not found; você quis dizer room.join?' },
  });
  t.equal(await caio.say('/mode text'), '+OK text');
  await dora.say('oi');
  t.equal(await caio.next(), '[sala2 #4] dora#1: oi');
});

t.test('names have colours for who wants them', async (t) => {
  const socket = connect(daemon.port, daemon.host).setEncoding('utf8');
  t.teardown(() => socket.destroy());
  socket.write('/register eva\n/join sala3\n/color on\noi\n/history\n/users\n/color off\n/history\n/quit\n');
  let seen = '';
  for await (const chunk of socket) seen += chunk;
  t.match(seen, /\p{Cc}\[2m\[sala3 #3\]\p{Cc}\[22m \p{Cc}\[\d\dmeva#1\p{Cc}\[39m: oi\n/u);
  t.match(seen, /\n\p{Cc}\[\d\dmeva#1\p{Cc}\[39m member online\n/u);
  t.match(seen, /\n\[sala3 #3\] eva#1: oi\n/, 'until they do not');
});

t.test('a mistyped command, room or method is answered with what was probably meant', async (t) => {
  const fabio = await LineClient.connect(t, daemon);
  t.match(await fabio.say('oi'), /^-NOT_IN_ROOM .*\/register NAME, then \/join ROOM/);
  t.match(await fabio.say('/jion sala1'), /^-METHOD_NOT_FOUND .*did you mean \/join\?/);
  t.match(await fabio.say('/help jion'), /^-METHOD_NOT_FOUND .*did you mean \/join\?/);
  await fabio.say('/register fabio');
  t.match(await fabio.say('/join saal1'), /^-ROOM_NOT_FOUND .*did you mean "sala1"\?/);
  t.match(await fabio.say('/entrar xyz'), /^-ROOM_NOT_FOUND não existe a sala "xyz"; listar_salas/);
  t.match(
    await fabio.request('foobar'),
    { error: { message: /^Method not found$/ } },
    'of what is like nothing, nothing',
  );
});

t.test('a private room is suggested to nobody, nor told by what is suggested instead of it', async (t) => {
  const gil = await LineClient.connect(t, daemon);
  await gil.say('/register gil');
  await gil.say('/create --private segredo');
  const hugo = await LineClient.connect(t, daemon);
  await hugo.say('/register hugo');
  t.notMatch(await hugo.say('/join segrdo'), /segredo/);
  const hidden = (await hugo.say('/join segredo')).replaceAll('segredo', 'ROOM');
  t.equal((await hugo.say('/join sogrado')).replaceAll('sogrado', 'ROOM'), hidden);
  await gil.say('/create --private xala1');
  t.equal(
    (await hugo.say('/join xala1')).replaceAll('xala1', 'ROOM'),
    (await hugo.say('/join yala1')).replaceAll('yala1', 'ROOM'),
  );
});
