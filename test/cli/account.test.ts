import { spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { salasCommand, startDaemon } from '../support/daemon.js';
import { salas } from '../support/salas.js';

const password = 'uma senha boa';
const daemon = await startDaemon(t);
const port = String(daemon.port);

/** A person at a machine of their own: what `salas` answers them. */
function machine(t: Test, env: NodeJS.ProcessEnv = {}) {
  const state = t.testdir();
  const run = (args: readonly string[], ...lines: string[]) =>
    salas([...args, '--port', port], { XDG_STATE_HOME: state, ...env }, undefined, lines.join('\n'));
  return { run, state, file: join(state, 'salas', 'sessions', `127.0.0.1_${port}.json`) };
}

t.test('who makes an account is logged in: the commands after it are that user’s', async (t) => {
  const { run, file } = machine(t);
  const made = await run(['account', 'create', '--name', 'rita', '--reserve'], password);
  t.match(made, {
    code: 0,
    stdout: 'rita#1 has an account, and the name rita\n',
    stderr: `logged in; kept in ${file}\n`,
  });
  t.match((await run(['send', 'sala1', 'oi'])).stdout, /\] rita#1: oi\n$/);
  t.match((await run(['send', 'sala1', 'oi de novo'])).stdout, /\] rita#1: oi de novo\n$/);
  t.match((await run(['send', 'sala1', 'oi', '--name', 'zeca'])).stdout, /\] zeca#1: oi\n$/, 'a name is another user');
  t.match(await run(['inbox']), { code: 0, stderr: 'no messages\n' });
});

t.test('the token is kept for its owner’s eyes only, and the password is not', async (t) => {
  const { run, state, file } = machine(t);
  await run(['account', 'create', '--name', 'sonia'], password);
  t.match(JSON.parse(readFileSync(file, 'utf8')), { userId: 'sonia#1', token: /^[0-9a-f]{32}$/ });
  for (const path of ['salas', 'salas/sessions']) t.equal(statSync(join(state, path)).mode & 0o777, 0o700, path);
  t.equal(statSync(file).mode & 0o777, 0o600);
  chmodSync(file, 0o644);
  await run(['account', 'login', 'sonia#1'], password);
  t.equal(statSync(file).mode & 0o777, 0o600, 'also where an older file was not');
  t.strictSame(readdirSync(join(state, 'salas', 'sessions')).length, 1, 'nothing else is left there');
  t.notOk(readFileSync(file, 'utf8').includes(password));
});

t.test('login, sessions, password, revoke and delete, one after the other', async (t) => {
  const home = machine(t);
  await home.run(['account', 'create', '--name', 'tom', '--reserve'], password);
  const phone = machine(t);
  t.match(await phone.run(['account', 'login', 'tom'], password), { code: 0, stdout: 'tom#1\n' });
  const listed = (await phone.run(['account', 'sessions'])).stdout.trimEnd().split('\n');
  t.match(listed, [/^SESSION +MADE +LAST USED +FROM +THIS$/, /^[0-9a-f]{16} /, /^[0-9a-f]{16} .* yes$/]);
  const json = JSON.parse((await phone.run(['account', 'sessions', '--json'])).stdout);
  t.match(json, { sessions: [{ current: false }, { current: true, address: '127.0.0.1' }] });

  const change = ['account', 'password'];
  t.match(await phone.run(change, 'errada', 'outra senha'), { code: 1, stderr: /^salas: CREDENTIALS_INVALID / });
  t.match(await phone.run(change, password, 'curta'), { code: 1, stderr: /^salas: PASSWORD_INVALID / });
  const changed = await phone.run(change, password, 'outra senha');
  t.match(changed, { code: 0, stdout: 'the password is changed; other sessions ended: 1\n' });

  t.match(await phone.run(['account', 'revoke', '0123456789abcdef']), { code: 1, stderr: /SESSION_NOT_FOUND/ });
  t.match(await phone.run(['account', 'revoke']), { code: 0, stdout: 'logged out\n' });
  t.match(await phone.run(['account', 'sessions']), { code: 1, stdout: '', stderr: /^salas: nobody is logged in/ });
  await phone.run(['account', 'login', 'tom#1'], 'outra senha');
  t.match(await phone.run(['account', 'delete'], 'outra senha'), { code: 0, stdout: 'tom#1 is no more\n' });
  t.match(await phone.run(['account', 'sessions']), { code: 1, stderr: /nobody is logged in/ });
});

t.test('a login that was ended elsewhere is told once, and then forgotten', async (t) => {
  const { run, file } = machine(t);
  await run(['account', 'create', '--name', 'ugo'], password);
  const { token } = JSON.parse(readFileSync(file, 'utf8'));
  await salas(['account', 'revoke', '--token', token, '--port', port]);
  t.match(await run(['send', 'sala1', 'oi']), { code: 1, stderr: /^salas: TOKEN_INVALID / });
  t.match((await run(['send', 'sala1', 'oi', '--name', 'ugo'])).stdout, /ugo#2: oi/);
  t.match(await run(['account', 'sessions']), { code: 1, stderr: /nobody is logged in/ });
});

t.test('--json is for programs: a result on stdout, a refusal too', async (t) => {
  const { run, file } = machine(t);
  const made = JSON.parse((await run(['account', 'create', '--name', 'vera', '--json'], password)).stdout);
  t.match(made, { userId: 'vera#1', name: 'vera', reserved: false, token: /^[0-9a-f]{32}$/, file });
  const login = JSON.parse((await run(['account', 'login', 'vera#1', '--json'], password)).stdout);
  t.strictSame(Object.keys(login).sort(), ['file', 'token', 'userId']);
  const refused = await run(['account', 'login', 'vera#1', '--json'], 'errada');
  t.match(JSON.parse(refused.stdout), { data: { code: 'CREDENTIALS_INVALID', temporary: false } });
  t.equal(refused.code, 1);
});

t.test('without a password nothing is done, and the usage code says so', async (t) => {
  const { run } = machine(t);
  const missing = { code: 2, stdout: '', stderr: /^salas: no password was given/ };
  t.match(await run(['account', 'create', '--name', 'wanda']), missing);
  t.match(await run(['account', 'password'], 'só uma'), missing);
  t.match(await run(['account', 'login'], password), { code: 2, stderr: /0 of 1 arguments given/ });
  t.match(await run(['account']), { code: 2, stderr: /say what to do/ });
  const guest = await run(['send', 'sala1', 'oi', '--name', 'wanda']);
  t.match(guest.stdout, /wanda#1: oi/, 'nobody was registered before');
});

t.test('a new user whose account is refused does not stay', async (t) => {
  const { run } = machine(t);
  t.match(await run(['account', 'create', '--name', 'xico'], 'curta'), { code: 1, stderr: /PASSWORD_INVALID/ });
  t.match(await run(['account', 'sessions']), { code: 1, stderr: /nobody is logged in/ });
});

t.test('what stands in the way of keeping the login is told', async (t) => {
  const { state, run } = machine(t);
  writeFileSync(join(state, 'salas'), 'a file');
  const { code, stderr } = await run(['account', 'create', '--name', 'yara'], password);
  t.equal(code, 1);
  t.match(stderr, /^salas: it is done, but the login could not be kept in .*\((ENOTDIR|EEXIST)\); log in again/);
  t.match(
    (await run(['send', 'sala1', 'oi', '--name', 'yara'])).stdout,
    /yara#2/,
    'and a file that is none is no login',
  );
});

t.test('people are spoken to in Portuguese too', async (t) => {
  const { run } = machine(t, { LC_ALL: 'pt_BR.UTF-8' });
  t.match((await run(['account', 'create', '--name', 'zuleica'], password)).stdout, 'zuleica#1 tem uma conta\n');
  t.match((await run(['account', 'login', 'zuleica#1'], 'errada')).stderr, /CREDENTIALS_INVALID não existe conta/);
  t.match((await run(['account', 'revoke'])).stdout, 'sessão encerrada\n');
});

/** What happens at a terminal: script(1) makes one; each line is typed when its prompt is seen. */
async function atTerminal(
  t: Test,
  args: readonly string[],
  typed: readonly (readonly [prompt: string, line: string])[],
): Promise<string> {
  const [command, rest] = salasCommand([...args, '--port', port]);
  const quoted = [command, ...rest].map((arg) => `'${arg}'`).join(' ');
  const child = spawn('script', ['-qec', quoted, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'xterm', LC_ALL: 'C', XDG_STATE_HOME: t.testdir() },
  });
  t.teardown(() => child.kill());
  let out = '';
  let seen = 0;
  const left = [...typed];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    const [next] = left;
    const at = next === undefined ? -1 : out.indexOf(next[0], seen);
    if (next === undefined || at === -1) return;
    seen = at + next[0].length;
    left.shift();
    child.stdin.write(next[1]);
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  return `${out}exit ${code}`;
}

t.test('at a terminal the password is asked for and not shown, a new one twice', async (t) => {
  const create = ['account', 'create', '--name', 'alba'];
  const twice = [
    ['New password:', `${password}\r`],
    ['Once more:', `${password}\r`],
  ] as const;
  const made = await atTerminal(t, create, twice);
  t.match(made, /New password: .*\r\n.*Once more: .*\r\nalba#1 has an account/, 'each on a line of its own');
  t.match(made, /exit 0$/);
  t.notOk(made.includes('senha'), 'nothing of it is shown');

  const [first] = twice;
  const differs = await atTerminal(t, create, [first, ['Once more:', 'outra senha\r']]);
  t.match(differs, /the two are not the same; nothing was changed\s+exit 2$/);
  const brokenOff = await atTerminal(t, ['account', 'login', 'alba#1'], [['Password:', 'uma\u0003']]);
  t.match(brokenOff, /no password was given.*\s+exit 2$/);
  const ended = await atTerminal(t, ['account', 'login', 'alba#1'], [['Password:', '\u0004']]);
  t.match(ended, /no password was given.*\s+exit 2$/);
  const login = await atTerminal(t, ['account', 'login', 'alba#1'], [['Password:', `${password}\r`]]);
  t.match(login, /alba#1\s/);
  t.notOk(login.includes('senha'));
});
