import t from 'tap';
import { enter } from '../../../src/client/participant.js';
import { startDaemon } from '../../support/daemon.js';
import { salas, startSalas } from '../../support/salas.js';
import { until } from '../../support/until.js';

/** `salas chat` where there is no terminal. */

t.test('each line of a file is said, in order, and shown; then it ends with 0', async (t) => {
  const { port } = await startDaemon(t);
  const bia = await enter({ port, as: { name: 'bia' } });
  t.teardown(() => bia.close());
  await bia.join('sala1');
  const lines = Array.from({ length: 200 }, (_, i) => `linha ${i}`);
  const input = `${lines.join('\n')}\n\n//barra\n/msg bia#1 psst\nsem fim de linha`;
  const { code, stdout, stderr } = await salas(
    ['chat', 'sala1', '--port', `${port}`, '--name', 'ana'],
    {},
    undefined,
    input,
  );
  t.strictSame({ code, stderr }, { code: 0, stderr: '' });
  const shown = [...stdout.matchAll(/^\[sala1 #\d+\] ana#1: (.*)$/gm)].map(([, text]) => text);
  t.strictSame(shown, [...lines, '/barra', 'sem fim de linha']);
  t.match(stdout, /^\[sala1 private #1\] ana#1 -> bia#1: psst$/m);
  const { messages } = await bia.call('room.history', { room: 'sala1', limit: 500 });
  t.strictSame(
    messages.map(({ text }) => text),
    shown,
  );
});

t.test('commands are those of the text dialect; what is refused is told, and the end is 1', async (t) => {
  const { port } = await startDaemon(t);
  const input = 'ninguém ouve\n/join sala2\noi\n/users\n/dance\n/quit\nnão mais\n';
  const run = (...args: string[]) =>
    salas(['chat', '--port', `${port}`, '--name', 'ana', ...args], {}, undefined, input);
  const { code, stdout, stderr } = await run();
  t.equal(code, 1);
  t.match(stdout, /ana#1: oi/);
  t.match(stdout, /^\+OK 1\nana#1 member online$/m);
  t.notMatch(stdout, 'não mais');
  t.match(stderr, /^salas: .*\/join.*\nsalas: there is no command "\/dance"/);
  const json = await run('--json');
  for (const line of json.stdout.trimEnd().split('\n')) t.doesNotThrow(() => JSON.parse(line), line);
});

t.test('bytes that are no text, and lines that are too long, are refused one by one', async (t) => {
  const { port } = await startDaemon(t);
  const input = `${'x'.repeat(20_000)}\num\u0000dois\nfim\n`;
  const { code, stdout, stderr } = await salas(['chat', 'sala1', '--port', `${port}`], {}, undefined, input);
  t.equal(code, 1);
  t.match(stderr, /16384|16,384/);
  t.match(stdout, /: fim$/m);
});

t.test('without input of its own it shows what others say, until it is stopped', async (t) => {
  const { port } = await startDaemon(t);
  const bia = await enter({ port, as: { name: 'bia' } });
  t.teardown(() => bia.close());
  await bia.join('sala1');
  const ana = startSalas(t, ['chat', 'sala1', '--port', `${port}`, '--name', 'ana'], { input: 'open' });
  await until('ana is there', async () => (await bia.call('room.members', { room: 'sala1' })).members.length === 2);
  await bia.send('sala1', 'oi');
  await until('it is shown', () => ana.lines().some((line) => line.endsWith('bia#1: oi')));
  ana.process.kill('SIGINT');
  t.equal(await ana.ended, 0);
});
