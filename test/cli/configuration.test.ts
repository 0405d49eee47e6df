import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { configure, type Source } from '../../src/cli/configuration.js';
import { type SettingName, type Settings, settingNames, settings, variableOf } from '../../src/cli/settings.js';
import { salas } from '../support/salas.js';

/** Another value for each setting and each place, as that place says it, and what it means. */
const said: { readonly [Name in SettingName]: readonly [text: string, value: unknown][] } = {
  host: ['::1', '0.0.0.0', 'localhost'].map((host) => [host, host]),
  port: [0, 5000, 65_535].map((port) => [`${port}`, port]),
  data: ['a', '/b/c', ' d'].map((data) => [data, data]),
  rooms: [
    ['x', ['x']],
    ['x,y', ['x', 'y']],
    ['y, x ,y', ['y', 'x']],
  ],
  'flood-rate': [0, 1, 1_000_000].map((rate) => [`${rate}`, rate]),
  'address-flood-rate': [0, 1, 1_000_000].map((rate) => [`${rate}`, rate]),
  'keep-days': [0, 1, 36_500].map((days) => [`${days}`, days]),
  'keep-messages': [0, 1, 1_000_000_000].map((messages) => [`${messages}`, messages]),
  'limit-loopback': [
    ['true', true],
    ['0', false],
    ['1', true],
  ],
  'room-threads': [1, 2, 1_000_000].map((count) => [`${count}`, count]),
  'drain-seconds': [0, 1, 86_400].map((seconds) => [`${seconds}`, seconds]),
  'log-level': ['trace', 'silent', 'warn'].map((level) => [level, level]),
  'metrics-host': ['::1', '0.0.0.0', 'localhost'].map((host) => [host, host]),
  'metrics-port': [0, 9464, 65_535].map((port) => [`${port}`, port]),
  'tls-cert': ['cert.pem', '/a/b', ' c'].map((file) => [file, file]),
  'tls-key': ['key.pem', '/a/b', ' c'].map((file) => [file, file]),
  'tls-only': [
    ['true', true],
    ['0', false],
    ['1', true],
  ],
  chaos: [
    ['true', true],
    ['0', false],
    ['1', true],
  ],
};

function fileIn(t: Test, content: string, name = 'salas.yaml'): string {
  const file = join(t.testdir(), name);
  writeFileSync(file, content);
  return file;
}

t.test('whatever says what about a setting, flags count most, then variables, then the file', async (t) => {
  const file = fileIn(t, '');
  const choice = fc.constantFrom<(0 | 1 | 2 | undefined)[]>(undefined, 0, 1, 2);
  const places = fc.record({ flag: choice, variable: choice, file: choice });
  const record = Object.fromEntries(settingNames.map((name) => [name, places]));
  await fc.assert(
    fc.asyncProperty(fc.record(record), async (chosen) => {
      const at = (name: SettingName, place: 'flag' | 'variable' | 'file') => {
        const which = chosen[name]?.[place];
        return which === undefined ? undefined : said[name][which];
      };
      const flags: Record<string, unknown> = {};
      const env: NodeJS.ProcessEnv = { HOME: '/root' };
      const lines: string[] = [];
      const wanted = settingNames.map((name): [SettingName, unknown, Source, string | null] => {
        const [flag, variable, inFile] = [at(name, 'flag'), at(name, 'variable'), at(name, 'file')];
        if (flag) flags[name] = flag[1];
        if (variable) env[variableOf(name)] = variable[0];
        if (inFile) lines.push(`${name}: ${JSON.stringify(inFile[1])}`);
        if (flag) return [name, flag[1], 'flag', `--${name}`];
        if (variable) return [name, variable[1], 'variable', variableOf(name)];
        if (inFile) return [name, inFile[1], 'file', `${file}:${lines.length}`];
        return [name, settings[name].byDefault, 'default', null];
      });
      writeFileSync(file, lines.join('\n'));
      const outcome = await configure({ flags: flags as Partial<Settings>, env, file }, 'en');
      // Whether what belongs together was given together is another matter.
      const problems = outcome.problems.filter((problem) => !/^tls-\w+ needs /.test(problem));
      t.strictSame([problems, outcome.warnings], [[], []]);
      t.strictSame(
        outcome.settled.map(({ name, value, from, where }) => [name, value, from, where]),
        wanted,
      );
      t.strictSame(
        outcome.values,
        Object.fromEntries(wanted.map(([name, value]) => [name, value])),
        'and those are the values',
      );
    }),
    { numRuns: 60 },
  );
});

t.test(
  'every setting refuses what it cannot be, by the same rule in each place, and says what it can be',
  async (t) => {
    const wrong: [SettingName, text: string, inFile: string, why: RegExp][] = [
      ['port', '65536', '65536', /must be a whole number from 0 to 65535/],
      ['port', '-1', '-1', /must be a whole number/],
      ['port', '1.5', '"4242"', /must be a whole number/],
      ['port', '0x10', '1e99', /must be a whole number/],
      ['rooms', 'a b', '[a b]', /"a b": .*letters/],
      ['rooms', 'x,\u001b', '[x, "\\e"]', /"\\u001b": .*letters/],
      ['rooms', 'a/b', '[1]', /(.*letters|must be names of rooms)/],
      ['flood-rate', '1000001', '1000001', /.*from 0 to 1000000/],
      ['room-threads', '0', '0', /.*from 1 to/],
      ['drain-seconds', '86401', 'ten', /.*from 0 to 86400/],
      ['log-level', 'loud', 'yes', /must be one of trace, debug, info, warn, error, fatal, silent/],
      ['metrics-port', 'on', 'null', /must be a whole number/],
      ['chaos', 'maybe', 'on', /must be one of true, false/],
    ];
    for (const [name, text, inFile, why] of wrong) {
      const variable = variableOf(name);
      const byVariable = await configure({ flags: {}, env: { [variable]: text }, file: undefined }, 'en');
      t.match(byVariable.problems, [new RegExp(`^${variable} ${why.source}`)]);
      const file = fileIn(t, `# here\n${name}: ${inFile}\n`);
      const byFile = await configure({ flags: {}, env: {}, file }, 'en');
      t.match(byFile.problems, [new RegExp(`salas.yaml:2: ${name} ${why.source}`)]);
      t.strictSame(byFile.values[name], settings[name].byDefault);
    }
    t.match((await configure({ flags: {}, env: { SALAS_PORT: 'x' }, file: undefined }, 'pt')).problems, [/deve ser/]);
  },
);

t.test('an unknown key is a mistake, and an unknown variable may be one; what was meant is guessed', async (t) => {
  const file = fileIn(t, 'floodRate: 1\nprot: 2\nzzzzzz: 3\n[1]: 4\n');
  const env = { SALAS_LOGLEVEL: 'warn', SALAS_ZZZZZZ: '1', SALAS_CONFIG: file, SALAS: 'x', SALAS_PORT: '' };
  const { problems, warnings, values } = await configure({ flags: {}, env, file }, 'en');
  t.match(problems, [
    /:1: there is no setting "floodRate"; did you mean "flood-rate"\?$/,
    /:2: there is no setting "prot"; did you mean "port"\?$/,
    /:3: there is no setting "zzzzzz"; "salas config print" lists them$/,
    /there is no setting "\[1\]"/,
  ]);
  t.match(warnings[0]?.pt, /^SALAS_LOGLEVEL .*você quis dizer SALAS_LOG_LEVEL\?$/);
  t.strictSame(
    warnings.map(({ en }) => en),
    ['SALAS_LOGLEVEL is no variable of salas; did you mean SALAS_LOG_LEVEL?', 'SALAS_ZZZZZZ is no variable of salas'],
  );
  t.equal(values.port, 4242, 'a variable that is empty is not set');
});

t.test('a file is YAML or JSON with settings in it, and small; anything else is told in a line', async (t) => {
  const problemsOf = async (file: string) => (await configure({ flags: {}, env: {}, file }, 'en')).problems;
  const good = ['', '# nothing\n', '---\nport: 1', '{"port": 1, "rooms": "a,b"}', 'port: &p 1\nmetrics-port: *p\n'];
  for (const content of good) t.strictSame(await problemsOf(fileIn(t, content)), [], content);
  const bombs = Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
  const bad: [string, RegExp][] = [
    ['- port', /must have a setting and its value in each line/],
    ['4242', /must have a setting and its value in each line/],
    ['port: 1\nport: 2', /salas.yaml:2: /],
    ['{"port": 1', /salas.yaml:1: /],
    ['port: 1\n\tx: 2', /salas.yaml:2: /],
    ['port: *p', /p/],
    [`a0: &a0 [x,x]\n${bombs.join('\n')}`, /cannot be read: Excessive alias count/],
    [`#${' '.repeat(1024 * 1024)}`, /more than 1048576 bytes/],
  ];
  for (const [content, why] of bad)
    t.match((await problemsOf(fileIn(t, content))).join('\n'), why, content.slice(0, 20));
  const directory = join(t.testdir(), 'd');
  mkdirSync(directory);
  t.match(await problemsOf(directory), [/cannot be read: EISDIR/]);
  t.match(await problemsOf(join(directory, 'none')), [/cannot be read: ENOENT/]);
});

t.test('config print shows every setting with its source, as a table and as JSON, in both languages', async (t) => {
  const file = fileIn(t, 'port: 5000\nrooms: [geral, avisos]\n');
  const args = ['config', 'print', '--config', file, '--flood-rate', '7'];
  const env = { SALAS_PORT: '5001', SALAS_METRICS_HOST: '' };
  const { code, stdout, stderr } = await salas(args, env);
  t.strictSame({ code, stderr }, { code: 0, stderr: '' });
  t.match(stdout, /^SETTING +VALUE +FROM\n/);
  t.match(stdout, /^port +5001 +SALAS_PORT$/m);
  t.match(stdout, new RegExp(`^rooms +geral,avisos +${file}:2$`, 'm'));
  t.match(stdout, /^flood-rate +7 +--flood-rate$/m);
  t.match(stdout, /^metrics-port +off +default$/m);
  t.match((await salas(['config', 'print'], { LC_ALL: 'pt_BR' })).stdout, /^metrics-port +desligado +padrão$/m);

  const printed = JSON.parse((await salas([...args, '--json'], env)).stdout);
  t.match(printed, { ok: true, problems: [], warnings: [] });
  t.strictSame(
    printed.settings.map(({ name }: { name: string }) => name),
    settingNames,
  );
  t.strictSame(printed.settings[1], {
    name: 'port',
    value: 5001,
    from: 'variable',
    where: 'SALAS_PORT',
    reloadable: false,
  });
  const viaVariable = JSON.parse((await salas(['config', 'print', '--json'], { SALAS_CONFIG: file })).stdout);
  t.match(viaVariable.settings[1], { value: 5000, from: 'file' });
});

t.test('config check says what is wrong, and serve does not start with it', async (t) => {
  const file = fileIn(t, 'prot: 1\nchaos: 2\n');
  const wrong = { code: 1, stdout: '', stderr: /^salas: .*:1: .*did you mean "port"\?\nsalas: .*:2: chaos must be/ };
  t.match(await salas(['config', 'check', '--config', file]), wrong);
  t.match(await salas(['serve', '--config', file]), wrong);
  const { code, stdout } = await salas(['config', 'check', '--config', file, '--json'], { LC_ALL: 'pt_BR' });
  t.equal(code, 1);
  t.match(JSON.parse(stdout), { ok: false, problems: [/did you mean "port"/, /chaos must be/], warnings: [] });
  t.match(await salas(['config', 'check']), { code: 0, stdout: 'the settings are good\n', stderr: '' });
  t.match(await salas(['config', 'check'], { SALAS_PROT: '1' }), {
    code: 0,
    stdout: 'the settings are good\n',
    stderr: /did you mean SALAS_PORT/,
  });
  t.match(await salas(['config', 'check', '--port', 'x']), { code: 2, stderr: /--port must be a whole number/ });
});
