import t, { type Test } from 'tap';
import { enter, type Participant } from '../../../src/client/participant.js';
import { type Daemon, startDaemon } from '../../support/daemon.js';
import { noTmux, Terminal } from '../../support/tmux.js';
import { until } from '../../support/until.js';

/** `salas chat` in a real terminal, with a real daemon, as people use it. */

const small = { columns: 80, rows: 24 };
const large = { columns: 200, rows: 50 };
const backoff = { firstMs: 20, maxMs: 200 };

async function come(t: Test, { port }: Pick<Daemon, 'port'>, name: string, ...rooms: string[]): Promise<Participant> {
  const user = await enter({ port, as: { name }, backoff });
  t.teardown(() => user.close());
  for (const room of rooms) await user.join(room);
  return user;
}

function chat(
  t: Test,
  { port }: Pick<Daemon, 'port'>,
  size: typeof small,
  args: readonly string[],
  env = {},
): Terminal {
  return new Terminal(t, ['chat', '--port', `${port}`, ...args], { ...size, env });
}

/** The messages on the screen: seq and text, from the top down. */
function messages(terminal: Terminal): [seq: number, text: string][] {
  return terminal.rows().flatMap((row) => {
    const found = /[│┃] (.*?) +#(\d+) ?(?:│.*)?$/.exec(row);
    return found === null ? [] : [[Number(found[2]), found[1] as string] as [number, string]];
  });
}

const options = { skip: noTmux };

t.test('two people talk, on a small screen and on a large one', options, async (t) => {
  const daemon = await startDaemon(t);
  const ana = chat(t, daemon, small, ['sala1', 'sala2', '--name', 'ana']);
  await ana.sees(/^ sala1 .* 1 member, 1 online/);
  const bia = chat(t, daemon, large, ['sala1', '--name', 'bia']);
  await ana.sees('bia#1 joined');
  await bia.sees(/│ ● ana#1/);
  bia.enter('oi, @ana!');
  t.match(await ana.sees('oi, @ana!'), /^ \d\d:\d\d +bia#1 ┃ oi, @ana! +#\d+$/, 'who is called sees it');
  ana.enter('oi, bia');
  t.match(await bia.sees('oi, bia'), /│ \d\d:\d\d +ana#1 │ oi, bia +#\d+ │/);
  t.equal(ana.rows().length, small.rows);
  t.equal(bia.rows().length, large.rows);
  t.match(ana.rows().at(-2), /● connected ana#1 {2}salas {2}sala1 {2}sala2$/);

  bia.enter('/msg ana psst');
  await ana.sees(/@bia#1 1$/);
  ana.press('M-a');
  t.match(await ana.sees('psst'), /bia#1 │ psst/, 'what is for her alone is a conversation of its own');
  ana.enter('quê?');
  await bia.sees(/ana#1 │ quê\?/);
  ana.enter('/leave');
  await ana.seesNo('@bia#1');
});

t.test('what comes elsewhere is counted, and a line says where it began', options, async (t) => {
  const daemon = await startDaemon(t);
  const bia = await come(t, daemon, 'bia', 'sala1', 'sala2');
  await bia.send('sala2', 'antes');
  const ana = chat(t, daemon, small, ['sala1', 'sala2', '--name', 'ana']);
  await ana.sees(/sala1 {2}sala2$/);
  await until('ana is in both', async () => (await bia.call('room.members', { room: 'sala2' })).members.length === 2);
  await bia.send('sala2', 'um');
  await bia.send('sala2', 'dois');
  await ana.sees(/sala2 2$/);
  ana.press('C-n');
  await ana.sees('dois');
  const rows = ana.rows();
  t.match(rows[rows.findIndex((row) => row.includes('│ um ')) - 1], /^─+ new ─+$/);
  t.match(rows.at(-2), /sala2$/);
});

t.test(
  'a daemon that is killed while one types: what is sent waits, nothing is lost or doubled',
  options,
  async (t) => {
    const first = await startDaemon(t);
    const { port, data } = first;
    const bia = await come(t, first, 'bia', 'sala1');
    const ana = chat(t, first, small, ['sala1', '--name', 'ana']);
    await ana.sees('2 members');
    ana.enter('antes');
    await ana.sees(/antes +#\d+$/);
    ana.type('enqua');
    await first.kill();
    await ana.sees('reconnecting');
    ana.type('nto');
    ana.press('Enter');
    ana.enter('e mais');
    t.match(await ana.sees('│ enquanto'), /⋯$/);
    await ana.sees('2 to be sent');
    const said = Array.from({ length: 10 }, (_, i) => bia.send('sala1', `bia diz ${i}`));
    const second = await startDaemon(t, { data, args: ['--port', `${port}`] });
    await ana.sees('● connected');
    await Promise.all(said);
    await ana.sees(/e mais +#\d+$/);
    await ana.sees('bia diz 9');
    ana.enter('depois');
    await ana.sees(/depois +#\d+$/);
    t.notOk(
      ana.rows().some((row) => row.includes('⋯') || row.includes('to be sent')),
      'nothing waits any more',
    );
    const { messages: stored } = await bia.call('room.history', { room: 'sala1' });
    t.strictSame(
      messages(ana),
      stored.map(({ seq, text }) => [seq, text]),
      'the screen shows the log',
    );
    t.equal(new Set(stored.map(({ text }) => text)).size, 14);
    await second.stop();
  },
);

t.test('ten thousand messages: the last are there at once, the others when they are looked for', options, async (t) => {
  const daemon = await startDaemon(t);
  const bia = await come(t, daemon, 'bia', 'sala1');
  const count = 10_000;
  for (let i = 0; i < count; i += 500) {
    await Promise.all(Array.from({ length: 500 }, (_, j) => bia.send('sala1', `mensagem ${i + j}`)));
  }
  const ana = chat(t, daemon, small, ['sala1', '--name', 'ana']);
  await ana.sees('mensagem 9999');
  const first = () => messages(ana)[0]?.[0] as number;
  const ascending = () => {
    const seqs = messages(ana).map(([seq]) => seq);
    t.ok(seqs.length > 15, 'the screen is full');
    t.strictSame(
      seqs,
      seqs.map((_, i) => (seqs[0] as number) + i),
      'without a gap',
    );
  };
  ascending();
  for (let page = 0; page < 20; page++) {
    const before = first();
    ana.press('PPage');
    await until('the page is there', () => first() < before);
  }
  ascending();
  t.ok(first() < count - 300);
  ana.enter('/goto 5002');
  await ana.sees('mensagem 5000');
  ascending();
  for (let page = 0; page < 8; page++) {
    const before = first();
    ana.press('NPage');
    await until('the page is there', () => first() > before);
  }
  ascending();
  ana.press('Escape');
  await ana.sees('mensagem 9999');
  await bia.send('sala1', 'e mais uma');
  await ana.sees('e mais uma');
  t.strictSame(
    messages(ana)
      .slice(-2)
      .map(([, text]) => text),
    ['mensagem 9999', 'e mais uma'],
  );
});

t.test('emoji, Arabic, Chinese, accents and heaps of them leave the screen in order', options, async (t) => {
  const daemon = await startDaemon(t);
  const bia = await come(t, daemon, 'bia', 'sala1');
  const texts = [
    '👨‍👩‍👧‍👦 família 👍🏽 🇧🇷 ❤️',
    'مرحبا بالجميع',
    '你好，世界。'.repeat(20),
    'e\u0301 a\u0303o n\u0303',
    `z${'\u0301'.repeat(200)}algo`,
    '\u202etxt.exe \u2066isolado',
    'a\tb',
    'ไทย हिन्दी 한국어',
    '🎉'.repeat(100),
  ];
  for (const text of texts) await bia.send('sala1', text);
  await bia.send('sala1', 'fim');
  for (const size of [small, large]) {
    const ana = chat(t, daemon, size, ['sala1', '--name', 'ana']);
    await ana.sees(/│ fim/);
    await ana.sees(size === large ? '│ ● bia#1' : 'bia#1');
    const rows = ana.rows();
    t.equal(rows.length, size.rows);
    t.match(rows[0], /^ sala1 /);
    t.match(rows.at(-2), /^ ● connected ana#\d/);
    t.match(rows.at(-1), /^› /);
    t.ok(
      rows.some((row) => row.includes('مرحبا بالجميع')),
      'letters stand in the order in which they are read',
    );
    t.ok(
      rows.some((row) => row.includes('a b')),
      'a TAB moves nothing',
    );
    t.notMatch(rows.join(), /[\u202a-\u202e\u2066-\u2069]/, 'nothing turns the text around');
    t.ok(
      rows.some((row) => row.includes('z\u0301\u0301\u0301\u0301algo')),
      'a heap of accents is cut',
    );
    const beside = rows.slice(1, -2).filter((row) => row.trim() !== '');
    if (size === large)
      t.ok(
        beside.every((row) => row.includes('│')),
        'the lists beside stay where they are',
      );
    ana.press('C-c');
    await ana.sees('ended with 0');
  }
});

t.test('a screen that changes its size is drawn anew', options, async (t) => {
  const daemon = await startDaemon(t);
  const bia = await come(t, daemon, 'bia', 'sala1');
  for (let i = 0; i < 60; i++) await bia.send('sala1', `${i}: ${'palavra '.repeat(20)}`);
  const ana = chat(t, daemon, small, ['sala1', '--name', 'ana']);
  await ana.sees('59: ');
  for (const [columns, rows] of [
    [200, 50],
    [80, 24],
    [33, 9],
    [12, 5],
    [4, 2],
    [120, 40],
  ] as const) {
    ana.resize(columns, rows);
    await until('the screen is drawn', () => {
      const last = ana.rows().at(-1) ?? '';
      return (
        ana.rows().length === rows &&
        last.startsWith('›') &&
        (rows < 4 || (ana.rows()[0] as string).startsWith(' sala1'))
      );
    });
  }
  await ana.sees('│ ● bia#1');
  await ana.sees('59: ');
});

t.test('the line is edited as in a shell, and what was entered comes back', options, async (t) => {
  const daemon = await startDaemon(t);
  const bia = await come(t, daemon, 'joão', 'sala1');
  const ana = chat(t, daemon, small, ['sala1', '--name', 'ana']);
  await ana.sees('joined');
  ana.type('mundo cruel');
  ana.press('C-w', 'C-a');
  ana.type('olá ');
  ana.press('C-e', 'BSpace', 'Left', 'Home', 'Right', 'Right', 'Right', 'C-k', 'C-y', 'End');
  await ana.sees(/^› olá mundo$/);
  ana.press('Enter');
  await ana.sees(/│ olá mundo +#/);
  ana.enter('segunda');
  await ana.sees(/│ segunda +#/);
  ana.press('Up', 'Up');
  await ana.sees(/^› olá mundo$/);
  ana.press('Down', 'Down');
  ana.type('日本');
  ana.press('Left', 'BSpace');
  await ana.sees(/^› 本$/);
  t.equal(ana.tells('#{cursor_x}'), '2');
  ana.press('C-c');

  ana.type('@jo');
  ana.press('Tab');
  await ana.sees('› @joão#1');
  ana.press('C-u');
  ana.type('/top');
  ana.press('Tab');
  await ana.sees('› /topic');
  ana.press('C-u');
  ana.type('/join sala');
  ana.press('Tab', 'Tab');
  await ana.sees('› /join sala2');
  ana.press('Enter');
  await ana.sees(/^ sala2 /);
  ana.press('C-p');
  await ana.sees(/^ sala1 /);

  ana.paste('primeira linha\nsegunda linha\n/terceira');
  await ana.sees('3 lines');
  ana.press('Enter');
  await ana.sees(/│ \/terceira +#/);
  const { messages: stored } = await bia.call('room.history', { room: 'sala1', limit: 3 });
  t.strictSame(
    stored.map(({ text }) => text),
    ['primeira linha', 'segunda linha', '/terceira'],
  );
});

t.test('commands are answered, and errors say what was wrong', options, async (t) => {
  const daemon = await startDaemon(t);
  const ana = chat(t, daemon, small, ['--name', 'ana']);
  await ana.sees('You are ana#1');
  await ana.sees('sala3 (0 members)');
  ana.enter('oi');
  await ana.sees('that needs a room: /join ROOM');
  ana.enter('/join naoha');
  await ana.sees('there is no room "naoha"');
  ana.enter('/create mesa para conversar');
  await ana.sees(/^ mesa {2}para conversar .*1 member, 1 online/);
  ana.enter('/topic outra coisa');
  await ana.sees(/^ mesa {2}outra coisa /);
  ana.enter('/members');
  await ana.sees('ana#1 owner, online');
  ana.enter('/msg ninguem oi');
  await ana.sees('nobody here is called ninguem');
  ana.enter('/kick');
  await ana.sees('usage: /kick USERID [REASON]');
  ana.enter('/dance');
  await ana.sees('/dance');
  ana.enter('//barra');
  await ana.sees(/│ \/barra +#/);
  ana.enter('/help');
  await ana.sees('Keys:');
  t.match(ana.rows().join('\n'), /Commands \(/, 'the help fits a screen');
  ana.enter('/leave');
  await ana.sees('you left mesa');
});

t.test('messages are answered, edited, deleted and reacted to by their seq', options, async (t) => {
  const daemon = await startDaemon(t);
  const bia = await come(t, daemon, 'bia', 'sala1');
  const ana = chat(t, daemon, small, ['sala1', '--name', 'ana']);
  await ana.sees('ana#1 joined');
  const { seq } = await bia.send('sala1', 'quem vem?');
  await ana.sees('quem vem?');
  ana.enter(`/reply ${seq} eu`);
  const own = Number(/#(\d+)$/.exec(await ana.sees(/│ eu +#/))?.[1]);
  t.match(ana.rows()[ana.rows().findIndex((row) => row.includes('│ eu ')) - 1], /ana#1 │ ↳ bia#1: quem vem\?/);
  ana.enter(`/edit ${own} eu vou`);
  await ana.sees(/│ eu vou \(edited\) +#/);
  ana.enter(`/react ${seq} ❤️`);
  await ana.sees(/│ ❤️ 1$/);
  ana.enter(`/delete ${own}`);
  await ana.sees('│ (deleted)');
  t.notOk(ana.rows().some((row) => row.includes('eu vou')));
  ana.enter('/msg bia psst');
  await ana.sees('│ psst');
  ana.enter(`/reply ${seq} segredo`);
  await ana.sees('that is for rooms, not for private conversations');
  const { messages: stored } = await bia.call('room.history', { room: 'sala1' });
  t.notOk(
    stored.some(({ text }) => text === 'segredo'),
    'what is meant for one is not told to all',
  );
});

t.test('the terminal is left as it was, and the exit code tells how it went', options, async (t) => {
  const daemon = await startDaemon(t);
  const ana = chat(t, daemon, small, ['sala1', '--name', 'ana']);
  await ana.sees('● connected');
  t.equal(ana.tells('#{alternate_on}'), '1');
  ana.press('C-z');
  ana.type('ainda aqui');
  await ana.sees('› ainda aqui');
  ana.press('Enter');
  await ana.sees(/│ ainda aqui +#/);
  ana.enter('/quit');
  await ana.sees('ended with 0');
  t.equal(ana.tells('#{alternate_on} #{wrap_flag} #{cursor_flag}'), '0 1 1');
  const nowhere = new Terminal(t, ['chat', '--port', '1'], small);
  await nowhere.sees('ended with 3');
  await nowhere.sees('no server answers at 127.0.0.1:1');
});

t.test('Portuguese people are spoken to in Portuguese; without colours there are none', options, async (t) => {
  const daemon = await startDaemon(t);
  const env = { LC_ALL: 'pt_BR.UTF-8', NO_COLOR: '1' };
  const ana = chat(t, daemon, small, ['--name', 'ana'], env);
  await ana.sees('Você é ana#1');
  ana.enter('/entrar sala1');
  await ana.sees(/1 membro, 1 online/);
  ana.enter('/ajuda');
  await ana.sees('Teclas:');
  ana.enter('/topico novo');
  await ana.sees(/✗ só .*dono/);
  t.notMatch(ana.coloured(), /\[[\d;]*(3[0-8]|4[0-8])[;m]/);
  const colours = chat(t, daemon, small, ['sala1', '--name', 'bia'], { TERM: 'xterm-256color', NO_COLOR: undefined });
  await colours.sees('● connected');
  t.match(colours.coloured(), /\[[\d;]*48;5;/);
});
