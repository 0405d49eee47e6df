import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { salas, startSalas } from '../support/salas.js';
import { until } from '../support/until.js';
import { gather } from '../support/visitors.js';

const portuguese = { LC_ALL: 'pt_BR.UTF-8' };
const daemon = await startDaemon(t);
const to = ['--port', String(daemon.port)];

t.test('listen and history tell what became of messages, in either language', async (t) => {
  const room = 'mudanças';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  const inEnglish = startSalas(t, ['listen', room, ...to]);
  const inPortuguese = startSalas(t, ['listen', room, ...to], { env: portuguese });
  const program = startSalas(t, ['listen', room, ...to, '--json']);
  const listeners = [inEnglish, inPortuguese, program];
  for (const { client } of [ana, bia]) for (const _ of listeners) await client.nextPush('room.joined');

  const { seq } = await ana.client.call('room.send', { room, text: 'io' });
  await bia.client.call('room.send', { room, text: 'oi, ana', replyTo: seq });
  await ana.client.call('room.edit', { room, seq, text: 'oi' });
  await bia.client.call('room.react', { room, seq, reaction: '👍' });
  await bia.client.call('room.react', { room, seq, reaction: '👍', on: false });
  await bia.client.call('room.delete', { room, seq: seq + 1 });
  await bia.client.call('room.react', { room, seq, reaction: '🎉' });

  const lines = (words: readonly string[]) => [
    `[${room} #${seq}] ana#1: io`,
    `[${room} #${seq + 1}] bia#1 (${words[0]} #${seq}): oi, ana`,
    `[${room} #${seq + 2}] * ana#1 ${words[1]} #${seq}: oi`,
    `[${room} #${seq + 3}] * bia#1 ${words[2]} #${seq}: 👍`,
    `[${room} #${seq + 4}] * bia#1 ${words[3]} #${seq}`,
    `[${room} #${seq + 5}] * bia#1 ${words[4]} #${seq + 1}`,
    `[${room} #${seq + 6}] * bia#1 ${words[2]} #${seq}: 🎉`,
  ];
  const told = (listener: typeof program) => listener.lines().slice(-7);
  const last = `#${seq + 6}]`;
  await until('people are told all', () =>
    [inEnglish, inPortuguese].every((one) => one.lines().at(-1)?.includes(last)),
  );
  await until('so is a program', () => program.lines().at(-1)?.includes('🎉') === true);
  t.strictSame(told(inEnglish), lines(['to', 'edited', 'reacted to', 'took 👍 back from', 'deleted']));
  t.strictSame(told(inPortuguese), lines(['para', 'editou', 'reagiu a', 'retirou 👍 de', 'apagou']));
  t.strictSame(
    told(program).map((line) => JSON.parse(line).method),
    ['message', 'message', 'edited', 'reacted', 'reacted', 'deleted', 'reacted'].map((what) => `room.${what}`),
  );

  const history = async (env: NodeJS.ProcessEnv) => (await salas(['history', room, ...to], env)).stdout.split('\n');
  t.strictSame(await history({}), [
    `[${room} #${seq}] ana#1 (edited): oi [🎉 1]`,
    `[${room} #${seq + 1}] * a message of bia#1 that was deleted`,
    '',
  ]);
  t.strictSame(await history(portuguese), [
    `[${room} #${seq}] ana#1 (editada): oi [🎉 1]`,
    `[${room} #${seq + 1}] * uma mensagem de bia#1 que foi apagada`,
    '',
  ]);
});

t.test('send --reply-to answers a message', async (t) => {
  const room = 'respostas';
  const [ana] = await gather(t, daemon, room, 'ana');
  const { seq } = await ana.client.call('room.send', { room, text: 'tudo bem?' });
  const sent = await salas(['send', room, 'tudo', '--reply-to', String(seq), '--name', 'caio', ...to]);
  t.strictSame({ code: sent.code, stderr: sent.stderr }, { code: 0, stderr: '' });
  t.match(sent.stdout, new RegExp(`^\\[respostas #\\d+\\] caio#\\d+ \\(to #${seq}\\): tudo\n$`));
  t.match((await ana.client.call('room.history', { room })).messages.at(-1), { text: 'tudo', replyTo: seq });
  const none = await salas(['send', room, 'oi', '--reply-to', '9999', ...to], portuguese);
  t.match(none, { code: 1, stdout: '', stderr: /#9999 não é uma mensagem de "respostas"/ });
  const wrong = await salas(['send', room, 'oi', '--reply-to', 'ontem', ...to]);
  t.match(wrong, { code: 2, stderr: /reply-to/ });
});

t.test('admin audit shows what moderators deleted, and not what people deleted or edited themselves', async (t) => {
  const room = 'auditoria';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  const { seq } = await bia.client.call('room.send', { room, text: 'spam' });
  await bia.client.call('room.send', { room, text: 'engano' });
  await bia.client.call('room.edit', { room, seq, text: 'spam!' });
  await bia.client.call('room.react', { room, seq, reaction: '👍' });
  await bia.client.call('room.delete', { room, seq: seq + 1 });
  await ana.client.call('room.delete', { room, seq });
  const json = await salas(['admin', 'audit', room, '--data', daemon.data, '--json']);
  const { entries } = JSON.parse(json.stdout) as { entries: object[] };
  t.match(entries, [{ what: 'created' }, { by: ana.userId, what: 'deleted', user: bia.userId, message: seq }]);
  const shown = await salas(['admin', 'audit', room, '--data', daemon.data], portuguese);
  t.match(shown.stdout, new RegExp(`${ana.userId}\\s+apagou uma mensagem de\\s+${bia.userId}\\s+#${seq}`));
  t.match(await salas(['admin', 'check', '--data', daemon.data]), { code: 0 }, 'and the log is whole');
});
