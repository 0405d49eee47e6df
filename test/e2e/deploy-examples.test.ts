import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { settingNames, variableOf } from '../../src/cli/settings.js';
import { startDaemon } from '../support/daemon.js';
import { salas } from '../support/salas.js';
import { until } from '../support/until.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const deploy = `${root}examples/deploy/`;
const read = (file: string) => readFileSync(deploy + file, 'utf8');

t.test('the example of settings has no mistake, and a server runs with it', async (t) => {
  const config = ['--config', `${deploy}salas.yaml`];
  t.match(await salas(['config', 'check', ...config]), { code: 0, stderr: '' });
  const daemon = await startDaemon(t, { args: [...config, '--metrics-port', '0'] });
  t.match(await salas(['rooms', '--port', String(daemon.port)]), { code: 0, stdout: /sala3/ });
});

t.test('every metric that the dashboard asks for is told, with the labels that it asks by', async (t) => {
  const daemon = await startDaemon(t, { args: ['--metrics-port', '0'] });
  await until('it tells its port', () => daemon.log().includes('"metricsPort"'));
  const port = /"metricsPort":(\d+)/.exec(daemon.log())?.[1];
  t.match(await salas(['send', 'sala1', 'oi', '--port', String(daemon.port)]), { code: 0 });
  t.match(await salas(['send', 'nenhures', 'oi', '--port', String(daemon.port)]), { code: 1 });
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const dashboard = JSON.parse(read('grafana-dashboard.json'));
  const exprs: string[] = dashboard.panels.flatMap(({ targets }: { targets: { expr: string }[] }) =>
    targets.map(({ expr }) => expr),
  );
  t.ok(exprs.length > 20);
  for (const expr of exprs) {
    const [name = ''] = /\b(?:salas|process|nodejs)_\w+/.exec(expr) ?? [];
    t.match(metrics, new RegExp(`^${name}[{ ]`, 'm'), `${name} of ${expr}`);
    const [, list = ''] = /by \(([\w, ]+)\)/.exec(expr) ?? [];
    for (const label of list.split(', ').filter(Boolean)) {
      t.match(metrics, new RegExp(`^${name}\\{.*${label}="`, 'm'), `${label} of ${name}`);
    }
  }
  t.equal(new Set(dashboard.panels.map(({ id }: { id: number }) => id)).size, dashboard.panels.length);
});

const withoutSystemd = spawnSync('systemd-analyze', ['--version']).error && 'SKIPPED: systemd-analyze is not installed';

t.test('systemd has nothing to say about the unit', { skip: withoutSystemd ?? false }, async (t) => {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', `${deploy}salas.service`], {
    encoding: 'utf8',
  });
  // What it says of other units on this machine is not of this one.
  const lines = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('salas'));
  t.strictSame(lines, []);
  if (lines.length === 0 && status !== 0) t.comment(`systemd-analyze ended with ${status}: ${stderr}`);
});

t.test('unit and container set only variables that there are, and copy only files that there are', async (t) => {
  const known = settingNames.map(variableOf);
  for (const file of ['salas.service', 'Dockerfile']) {
    const set = [...read(file).matchAll(/^(?:Environment=|ENV ).*$/gm)].flatMap(
      ([line]) => line.match(/SALAS_\w+/g) ?? [],
    );
    t.ok(set.length > 0, file);
    for (const variable of set) t.ok(known.includes(variable), `${variable} in ${file}`);
  }
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, list]) =>
    (list as string).split(' '),
  );
  t.ok(copied.length > 3);
  for (const path of copied) t.ok(existsSync(root + path), path);
});
