import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { until } from '../support/until.js';

const daemon = await startDaemon(t);

const [IAC, DONT, DO, WONT, WILL, SB, SE, NOP, AYT, IP, TM] = [
  0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa, 0xf0, 0xf1, 0xf6, 0xf4, 0x06,
];
const ping = [...Buffer.from('/ping\n')];

interface Exchange {
  readonly what: string;
  readonly sent: readonly number[];
  readonly answered?: readonly number[];
  /** The line that comes back; `+OK pong` if nothing is said. */
  readonly line?: string | RegExp;
}

const exchanges: readonly Exchange[] = [
  { what: 'an offer is declined', sent: [IAC, WILL, 1, ...ping], answered: [IAC, DONT, 1] },
  { what: 'a wish is declined', sent: [IAC, DO, 1, ...ping], answered: [IAC, WONT, 1] },
  {
    what: 'an offer and a wish for one option are declined each',
    sent: [IAC, WILL, 3, IAC, DO, 3, ...ping],
    answered: [IAC, DONT, 3, IAC, WONT, 3],
  },
  {
    what: 'what is asked again is not declined again',
    sent: [IAC, DO, 24, IAC, DO, 24, IAC, WILL, 24, IAC, WILL, 24, IAC, DO, 24, ...ping],
    answered: [IAC, WONT, 24, IAC, DONT, 24],
  },
  { what: 'what is not wanted is taken silently', sent: [IAC, WONT, 1, IAC, DONT, 1, ...ping] },
  { what: 'a subnegotiation is left out', sent: [IAC, SB, 24, 0, 0x78, 0x79, IAC, IAC, 1, IAC, SE, ...ping] },
  { what: 'commands without options are left out', sent: [IAC, NOP, IAC, AYT, IAC, 0xf9, ...ping] },
  {
    what: 'a command in the middle of a line is left out',
    sent: [...Buffer.from('/pi'), IAC, NOP, ...Buffer.from('ng\n')],
  },
  { what: 'Ctrl-C is answered', sent: [IAC, IP, IAC, DO, TM, ...ping], answered: [IAC, WONT, TM] },
  {
    what: 'Ctrl-C is answered each time',
    sent: [IAC, IP, IAC, DO, TM, IAC, IP, IAC, DO, TM, ...ping],
    answered: [IAC, WONT, TM, IAC, WONT, TM],
  },
  { what: 'CR NUL ends a line', sent: [IAC, DO, 3, ...Buffer.from('/ping\r\0')], answered: [IAC, WONT, 3] },
  { what: 'a doubled 0xFF is one, and no UTF-8', sent: [0x61, IAC, IAC, 0x0a], line: /^-INVALID_UTF8 / },
  { what: 'a lone 0xFF is no UTF-8', sent: [0x61, IAC, 0x62, 0x0a], line: /^-INVALID_UTF8 / },
  { what: 'JSON may stand behind a command', sent: [IAC, NOP, ...Buffer.from('[]\n')], line: /^\{.*"INVALID_REQUEST"/ },
  {
    what: 'a line end breaks off a command that never ends',
    sent: [IAC, SB, 24, 0x78, 0x0a, ...ping],
  },
  {
    what: 'the greeting of a client that offers much',
    sent: [
      IAC,
      DO,
      3,
      IAC,
      WILL,
      24,
      IAC,
      WILL,
      31,
      IAC,
      WILL,
      32,
      IAC,
      WILL,
      33,
      IAC,
      WILL,
      34,
      IAC,
      WILL,
      39,
      IAC,
      DO,
      5,
      ...ping,
    ],
    answered: [
      IAC,
      WONT,
      3,
      IAC,
      DONT,
      24,
      IAC,
      DONT,
      31,
      IAC,
      DONT,
      32,
      IAC,
      DONT,
      33,
      IAC,
      DONT,
      34,
      IAC,
      DONT,
      39,
      IAC,
      WONT,
      5,
    ],
  },
];

async function exchange(
  t: Test,
  { sent, answered = [], line = '+OK pong' }: Exchange,
  inBytes: boolean,
): Promise<void> {
  const client = await LineClient.connect(t, daemon, { telnet: true });
  const chunks = inBytes ? sent.map((byte) => [byte]) : [sent];
  for (const chunk of chunks) {
    await new Promise<void>((resolve) => client.socket.write(Buffer.from(chunk), () => setImmediate(resolve)));
  }
  t.match(await client.next(), line);
  t.equal(await client.say('/ping'), '+OK pong', 'the connection lives');
  t.same([...client.telnet], answered);
}

for (const one of exchanges) {
  t.test(`${one.what}, in one piece`, (t) => exchange(t, one, false));
  t.test(`${one.what}, a byte at a time`, (t) => exchange(t, one, true));
}

t.test('every option there is is declined once', async (t) => {
  const client = await LineClient.connect(t, daemon, { telnet: true });
  // A line end is no option: garbage must not swallow lines.
  const options = Array.from({ length: 256 }, (_, option) => option).filter((option) => option !== 0x0a);
  const wishes = options.flatMap((option) => [IAC, DO, option, IAC, WILL, option]);
  client.sendBytes(Buffer.from([...wishes, ...wishes, ...ping]));
  t.equal(await client.nextAnswer(), '+OK pong');
  const once = options.flatMap((option) => [IAC, WONT, option, IAC, DONT, option]);
  await client.untilTelnet(once.length + 3);
  // The timing mark is declined each time.
  t.same([...client.telnet].slice(0, once.length), once);
  t.same([...client.telnet].slice(once.length), [IAC, WONT, TM]);
});

const programs = spawnSync('sh', ['-c', 'command -v telnet && command -v script']);
const skip = programs.status === 0 ? false : 'there is no telnet, or no script to run it in: it is not tried';

t.test('telnet itself is served, and Ctrl-C does not silence it', { skip }, async (t) => {
  // In a terminal of its own, where Ctrl-C is what it is for people: telnet shows nothing more until it is answered.
  const telnet = spawn('script', ['-qec', `telnet ${daemon.host} ${daemon.port}`, '/dev/null'], { stdio: 'pipe' });
  t.teardown(() => void telnet.kill('SIGKILL'));
  telnet.stdin.on('error', () => undefined);
  let output = '';
  telnet.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const ended = once(telnet, 'close');
  const shows = (what: string) => until(`telnet shows ${what}`, () => output.includes(what));
  await shows('Escape character is');
  telnet.stdin.write('/register tina\n');
  await shows('+OK tina#1 token ');
  telnet.stdin.write('/join sala1\n');
  await shows('[sala1 #2] * tina#1 joined');
  telnet.stdin.write('olá\n');
  await shows('+OK #3');
  for (let i = 0; i < 3; i++) {
    telnet.stdin.write('\u0003');
    await until('telnet has sent Ctrl-C', () => output.split('^C').length === i + 2);
    telnet.stdin.write(`volta ${i}\n`);
    await shows(`+OK #${4 + i}`);
  }
  telnet.stdin.write('/history\n');
  await shows('[sala1 #3] tina#1: olá');
  await shows('[sala1 #6] tina#1: volta 2');
  telnet.stdin.write('/quit\n');
  await ended;
  t.notOk(/^-/m.test(output), 'nothing was refused');
});
