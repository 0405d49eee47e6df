import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import { type Shell, shells } from '../../src/cli/shells.js';
import { enter } from '../../src/client/participant.js';
import { salasCommand, startDaemon } from '../support/daemon.js';
import { salas } from '../support/salas.js';
import { until } from '../support/until.js';

/** How each shell is started without anybody's settings, and takes the script. */
const sessions: Readonly<Record<Shell, { readonly command: string; readonly take: string }>> = {
  bash: { command: 'bash --norc --noprofile -i', take: 'source <(salas completion bash)' },
  zsh: { command: 'zsh -f -i', take: 'autoload -Uz compinit; compinit -u -D; source <(salas completion zsh)' },
  fish: { command: 'fish --no-config -i', take: 'salas completion fish | source' },
};

/**
 * A shell in a terminal, where `salas` completes as it does, and else only tells its arguments. Answers what types a line
 * and tells the arguments that came of it.
 */
async function shellIn(t: Test, shell: Shell): Promise<(line: string) => Promise<string>> {
  const real = salasCommand([])[1].filter((word) => word !== 'env' && word !== '--pdeathsig' && word !== 'KILL');
  const directory = mkdtempSync(join(tmpdir(), 'salas-test-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, 'chave.pem'), '');
  const command = join(directory, 'salas');
  const node = real.slice(real.indexOf('NODE_OPTIONS') + 1).map((word) => `'${word}'`);
  writeFileSync(command, `#!/bin/sh\ncase $1 in complet*) exec ${node.join(' ')} "$@" ;; esac\necho "RAN: $*."\n`);
  chmodSync(command, 0o755);
  const terminal = ['script', '-qec', sessions[shell].command, '/dev/null'];
  const child = spawn('env', ['-u', 'NODE_OPTIONS', ...terminal], {
    cwd: directory,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      PATH: `${directory}:${process.env.PATH}`,
      HOME: directory,
      XDG_STATE_HOME: '/nonexistent',
      TERM: 'xterm',
      LC_ALL: 'C.UTF-8',
    },
  });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  child.stdin.write(`${sessions[shell].take}; echo RE""ADY\r`);
  await until(`${shell} is ready`, () => output.includes('READY'));
  t.notMatch(output, /not found/, 'it took the script');
  return async (line) => {
    output = '';
    child.stdin.write(`${line}\r`);
    await until(`${shell} has run ${line}`, () => /RAN: .*\./.test(output)).catch((error) => {
      throw new Error(`${error.message}:\n${output}`);
    });
    return /RAN: (.*)\./.exec(output)?.[1] as string;
  };
}

for (const shell of shells) {
  const missing = spawnSync(shell, ['-c', 'true']).error !== undefined && `SKIPPED: ${shell} is needed`;

  t.test(
    `${shell} completes commands, options, choices, rooms of the server, and files`,
    { skip: missing },
    async (t) => {
      const { port } = await startDaemon(t, { rooms: ['sala1', 'jardim', 'salão'] });
      const becomes = await shellIn(t, shell);
      t.equal(await becomes('salas hist\tsala1'), 'history sala1');
      t.equal(await becomes('salas admin chaos han\tsala1'), 'admin chaos hang-room sala1');
      t.equal(await becomes('salas serve --drain\t5'), 'serve --drain-seconds 5');
      t.equal(await becomes('salas serve --log-level de\t--chaos'), 'serve --log-level debug --chaos');
      t.equal(await becomes(`salas send --port ${port} jar\toi`), `send --port ${port} jardim oi`);
      t.equal(await becomes(`salas users --port ${port} salã\t`), `users --port ${port} salão`);
      t.equal(await becomes('salas serve --tls-key cha\t'), 'serve --tls-key chave.pem');
      t.equal(await becomes('salas send --port 1 sala\t oi'), 'send --port 1 sala oi', 'no server: it stays as typed');
    },
  );
}

t.test('rooms come from the server that is named, and are those that its user may see', async (t) => {
  const { port } = await startDaemon(t, { rooms: ['sala1', 'sala2'] });
  const ana = await enter({ port, as: { name: 'ana' } });
  t.teardown(() => ana.close());
  await ana.call('room.create', { room: 'segredo', private: true });
  const asked = (...words: string[]) => salas(['complete', 'bash', '--', ...words]);
  t.match(await asked('history', '--port', `${port}`, 's'), { code: 0, stdout: 'sala1\nsala2\n', stderr: '' });
  t.match(await asked('listen', `--port=${port}`, 'sala1,s'), { stdout: 'sala1,sala1\nsala1,sala2\n' });
  t.match(await asked('history', '--port', '=', `${port}`, 's'), { stdout: 'sala1\nsala2\n' }, 'as bash cuts it');
  t.match(await asked('admin', 'audit', 's'), { code: 1, stdout: '' }, 'a command that asks no server');
});

t.test('a server that makes names of rooms up, or never answers, does no harm', async (t) => {
  const results: Record<string, object | undefined> = {
    'user.register': { userId: 'ana#1', token: 'x' },
    'room.list': { rooms: ['$(reboot)', 'a b', 'a\nb', '\u001b[2J', 'sala1'].map((room) => ({ room })) },
  };
  const server = createServer((socket) => {
    createInterface({ input: socket }).on('line', (line) => {
      const { id, method } = JSON.parse(line) as { id: number; method: string };
      const result = results[method];
      if (result !== undefined) socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);
    });
  });
  t.teardown(() => server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const asked = () => salas(['complete', 'zsh', '--', 'history', '--port', `${port}`, '']);
  const { code, stdout, stderr } = await asked();
  t.strictSame({ code, stdout, stderr }, { code: 0, stdout: 'sala1\n', stderr: '' });
  results['room.list'] = undefined;
  t.match(await asked(), { code: 0, stdout: '', stderr: '' });
});

t.test('a shell that is not known is refused, and the scripts are printed as they are', async (t) => {
  t.match(await salas(['completion', 'tcsh']), { code: 2, stderr: /bash.*zsh.*fish/s });
  t.match(await salas(['completion', 'fish']), { code: 0, stdout: /^# .*\nfunction / });
});
