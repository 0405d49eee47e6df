import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { until } from '../support/until.js';
import { enter } from '../support/visitors.js';

const entries = ({ log }: Daemon) =>
  log()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { msg: string; setting?: string; problems?: string[] });

t.test('a SIGHUP changes what can be changed, says what cannot, and drops nobody', async (t) => {
  const file = join(t.testdir(), 'salas.yaml');
  writeFileSync(file, 'flood-rate: 0\nlog-level: info\n');
  const daemon = await startDaemon(t, { args: ['--config', file], env: { SALAS_PROT: '1' } });
  await until('it listens', () => daemon.log().includes('listening'));
  t.match(entries(daemon), [
    { msg: 'SALAS_PROT is no variable of salas; did you mean SALAS_PORT?' },
    { msg: 'listening' },
  ]);
  const { client } = await enter(t, daemon, 'ana', 'sala1');
  const reload = async (content: string, ends: string) => {
    const before = entries(daemon).length;
    writeFileSync(file, content);
    daemon.process.kill('SIGHUP');
    await until(ends, () =>
      entries(daemon)
        .slice(before)
        .some(({ msg }) => msg.startsWith(ends)),
    );
    return entries(daemon).slice(before);
  };
  const read = 'the settings were read again';
  const floodRate = async () => (await client.call('hello')).limits.floodRate;

  t.match(
    await reload('flood-rate: 3\nport: 1\nrooms: [outra]\nlog-level: info\n', read),
    [
      {
        setting: 'rooms',
        from: ['sala1', 'sala2', 'sala3'],
        to: ['outra'],
        msg: /cannot be changed while the server runs/,
      },
      { setting: 'flood-rate', from: 0, to: 3, msg: 'a setting is changed' },
      { msg: read },
    ],
    'the port was given by a flag, which counts more than the file',
  );
  t.equal(await floodRate(), 3, 'hello tells it');
  for (let i = 0; i < 3; i++) await client.call('room.send', { room: 'sala1', text: 'oi' });
  t.match(await client.refusal('room.send', { room: 'sala1', text: 'oi' }), { code: 'RATE_LIMITED' });

  t.match(
    await reload('flood-rate: 9\nfloodrate: 1\n', 'the settings could not be read again'),
    [{ problems: [/did you mean "flood-rate"/] }],
    'what is wrong in part changes nothing',
  );
  t.equal(await floodRate(), 3);

  t.match(await reload('flood-rate: 0\nlog-level: info\n', read), [{ setting: 'flood-rate', to: 0 }, { msg: read }]);
  for (let i = 0; i < 20; i++) await client.call('room.send', { room: 'sala1', text: 'oi' });

  for (let i = 0; i < 50; i++) daemon.process.kill('SIGHUP');
  await (await LineClient.connect(t, daemon)).call('hello');
  writeFileSync(file, 'log-level: silent\n');
  daemon.process.kill('SIGHUP');
  await until('it is silent', () => entries(daemon).at(-1)?.setting === 'log-level');
  const told = daemon.log();
  t.equal(await daemon.stop(), 0);
  t.equal(daemon.log(), told, 'a log that is silent says nothing, not even at the end');
});

t.test('the log level is that of the settings from the start', async (t) => {
  const quiet = await startDaemon(t, { args: ['--log-level', 'error'] });
  t.equal(await quiet.stop(), 0);
  t.equal(quiet.log(), '');
});
