import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { enter, enterInText } from '../support/visitors.js';

const daemon = await startDaemon(t);

// The line client throws at any control character that comes in, so here it is enough to have the answers.
const controls = [...Array(0x20).keys(), 0x7f, ...Array.from({ length: 0x20 }, (_, i) => 0x80 + i)].map((code) =>
  String.fromCharCode(code),
);
const harmless = new Set(['\t', '\n']);

t.test('control characters do not come back, whatever they are put in', async (t) => {
  const { client } = await enterInText(t, daemon, 'ana', 'sala1');
  const bia = await enterInText(t, daemon, 'bia', 'sala1');
  await client.next();
  const stranger = await LineClient.connect(t, daemon);
  for (const control of controls.filter((character) => !harmless.has(character))) {
    // A CR would be the end of the line, if LF followed it.
    const x = `${control}[2J`;
    t.match(await client.say(`a${x}`), /^-TEXT_INVALID /);
    t.match(await client.say(`/msg ${bia.userId} a${x}`), /^-TEXT_INVALID /);
    t.match(await client.say(`/msg a${x} oi`), /^-USER_NOT_FOUND /);
    t.match(await client.say(`/${x}`), /^-METHOD_NOT_FOUND /);
    t.match(await client.say(`/help ${x}`), /^-METHOD_NOT_FOUND /);
    t.match(await client.say(`/join ${x}`), /^-ROOM_NAME_INVALID /);
    t.match(await client.say(`/users ${x}`), /^-ROOM_NAME_INVALID /);
    t.match(await client.say(`/mode ${x}`), /^-INVALID_PARAMS /);
    t.match(await client.say(`/create nova a${x}`), /^-TEXT_INVALID /);
    t.match(await stranger.say(`/register ${x}`), /^-NAME_INVALID /);
    t.match(await stranger.say(`/resume ${x}`), /^-TOKEN_INVALID /);
    t.match(await stranger.say(`/resume x ${x}@1`), /^-(TOKEN_INVALID|INVALID_PARAMS) /);
  }
  t.equal(await client.say('a\tb'), '+OK #4', 'TAB may be in a text');
  t.equal(await bia.client.next(), '[sala1 #4] ana#1: a b', 'and is a space to people');
  const { messages } = await bia.client.call('room.history', { room: 'sala1' });
  t.equal(messages[0]?.text, 'a\tb');
});

t.test('control characters do not come back in JSON either', async (t) => {
  const { client } = await enter(t, daemon, 'caio', 'sala2');
  const all = controls.join('');
  t.equal((await client.call('ping', { data: { [all]: all } })).data !== undefined, true);
  for (const [method, params] of [
    [all, []],
    ['user.resume', [all]],
    ['room.join', [all]],
    ['private.send', ['sala2', all, 'oi']],
    ['room.send', { [all]: 1 }],
    ['room.send', ['sala2', all]],
  ] as const) {
    await client.refusal(method, params);
  }
  const sent = await client.call('room.send', { room: 'sala2', text: 'oi', clientMsgId: all.slice(0, 64) });
  t.equal((await client.nextPush('room.message')).clientMsgId, all.slice(0, 64));
  t.match(sent, { duplicate: false });
  client.send(JSON.stringify({ jsonrpc: '2.0', method: 'ping', id: all }));
  t.match(await client.nextReply(all), { result: {} });
});

t.test('characters that look like the protocol are only text', async (t) => {
  const { client, userId } = await enterInText(t, daemon, 'dora', 'sala3');
  const eva = await enterInText(t, daemon, 'eva', 'sala3');
  await client.next();
  for (const text of ['+OK #1', '-NOT_IN_ROOM', '# salas', '[sala3 #1] ana#1: oi', '{}', 'não {} []', '🙂', '\u2028']) {
    const seq = /^\+OK #(\d+)$/.exec(await client.say(`/say sala3 ${text}`))?.[1];
    t.equal(await eva.client.next(), `[sala3 #${seq}] ${userId}: ${text}`);
  }
});

t.test('replies to commands in one breath come in the order of the commands', async (t) => {
  const { client } = await enterInText(t, daemon, 'fabio', 'sala3');
  const rounds = 50;
  const round = [
    'oi',
    '/ping',
    '/nada',
    '/users sala1',
    '/msg fabio#1 nota',
    '/me',
    '/join sala3',
    '/mode',
    '/say x y',
  ];
  for (let i = 0; i < rounds; i++) client.send(...round);
  for (let i = 0; i < rounds; i++) {
    t.match(await client.nextAnswer(), /^\+OK #\d+$/);
    t.equal(await client.nextAnswer(), '+OK pong');
    t.match(await client.nextAnswer(), /^-METHOD_NOT_FOUND /);
    t.equal(await client.nextAnswer(), '+OK 2');
    t.match(await client.nextAnswer(), `+OK #${i + 1}`);
    t.equal(await client.nextAnswer(), '+OK fabio#1 sala3');
    t.match(await client.nextAnswer(), /^\+OK sala3 #\d+$/);
    t.equal(await client.nextAnswer(), '+OK text');
    t.match(await client.nextAnswer(), /^-ROOM_NOT_FOUND /);
  }
});

t.test('a command takes effect before the lines behind it are read', async (t) => {
  const client = await LineClient.connect(t, daemon);
  client.send(
    '/register gil',
    '/create primeira',
    'um',
    '/create segunda',
    'dois',
    '/leave',
    'tres',
    '/join primeira',
    'quatro',
  );
  t.match(await client.nextAnswer(), /^\+OK gil#1 /);
  t.equal(await client.nextAnswer(), '+OK primeira #2');
  t.equal(await client.nextAnswer(), '+OK #3');
  t.equal(await client.nextAnswer(), '+OK segunda #2');
  t.equal(await client.nextAnswer(), '+OK #3');
  t.equal(await client.nextAnswer(), '+OK segunda #4');
  t.match(await client.nextAnswer(), /^-NOT_IN_ROOM /);
  t.match(await client.nextAnswer(), /^\+OK primeira #3$/);
  t.equal(await client.nextAnswer(), '+OK #4');
});
