import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Ping } from '../../src/cli/clock.js';
import { clockFinding, type Finding, localeFinding, nodeFinding } from '../../src/cli/doctor.js';
import { doctorWordsIn } from '../../src/cli/doctor-words.js';
import { version } from '../../src/cli/version.js';
import { enter } from '../../src/client/participant.js';
import { makeCertificate, noOpenssl } from '../support/certificates.js';
import { startDaemon } from '../support/daemon.js';
import { salas } from '../support/salas.js';

const words = doctorWordsIn('en');

/** The findings of `salas doctor --json`, by what was looked at. */
function findingsOf(stdout: string): { ok: boolean; [check: string]: unknown } {
  const { ok, findings } = JSON.parse(stdout) as { ok: boolean; findings: Finding[] };
  return { ok, ...Object.fromEntries(findings.map((finding) => [finding.check, finding])) };
}

t.test('where all is well it says so, in both languages, and exits with 0', async (t) => {
  const { port } = await startDaemon(t);
  const english = await salas(['doctor', '--port', `${port}`]);
  t.match(english, { code: 0, stderr: '' });
  t.match(english.stdout, /^✓ Node /);
  t.match(english.stdout, /^✓ a salas .* answers, protocol 1; it offers .*moderation/m);
  t.match(english.stdout, /^✓ an answer takes \d+\.\d ms \(median of 9; /m);
  t.match(english.stdout, /\nall is well\n$/);
  t.match(await salas(['doctor', '--port', `${port}`], { LC_ALL: 'pt_BR.UTF-8' }), { code: 0, stdout: /tudo bem\n$/ });
  const { stdout } = await salas(['doctor', '--host', 'localhost', '--port', `${port}`, '--json'], { LC_ALL: 'pt_BR' });
  t.match(findingsOf(stdout), {
    ok: true,
    name: { status: 'good' },
    server: { status: 'good', text: /answers/, details: { version, protocol: 1, limits: { textBytesMax: 8192 } } },
    version: { status: 'good' },
    encryption: { status: 'so' },
    'round-trip': { details: { medianMs: Number, pings: 9 } },
    clock: { status: 'good', details: { aheadMs: Number, uncertaintyMs: Number } },
    session: { status: 'so' },
  });
});

t.test('no server, no such host and no TLS are told, with what to do, and exit with 3', async (t) => {
  const { port } = await startDaemon(t);
  t.match(await salas(['doctor', '--port', '1']), { code: 3, stdout: /✗ no server answers .* is it running\?/ });
  const nowhere = await salas(['doctor', '--host', 'nowhere.invalid', '--json', '--wait', '5']);
  t.match(nowhere.code, 3);
  t.match(findingsOf(nowhere.stdout), { ok: false, name: { status: 'bad', advice: String } });
  t.match(await salas(['doctor', '--port', `${port}`, '--tls']), { code: 3, stdout: /✗ .* leave out --tls/ });
});

t.test('TLS is told of where it is offered, and where it is used', { skip: noOpenssl }, async (t) => {
  const certificate = makeCertificate(t);
  const { port } = await startDaemon(t, { certificate });
  const plain = findingsOf((await salas(['doctor', '--port', `${port}`, '--json'])).stdout);
  t.match(plain, { ok: true, encryption: { status: 'so', advice: /--tls/ } });
  const trusted = await salas(['doctor', '--port', `${port}`, '--ca', certificate.certFile, '--json']);
  t.match(findingsOf(trusted.stdout), { ok: true, encryption: { status: 'good' } });
  t.match(await salas(['doctor', '--port', `${port}`, '--tls']), { code: 3, stdout: /✗ .*self-signed/ });
});

t.test('a saved login is tried: one that is over is told, and exits with 1', async (t) => {
  const { host, port } = await startDaemon(t);
  const state = t.testdir();
  const save = (token: string) => {
    const directory = join(state, 'salas', 'sessions');
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `${host}_${port}.json`), JSON.stringify({ userId: 'ana#1', token }));
  };
  const ana = await enter({ port, as: { name: 'ana' } });
  save(ana.token);
  const doctor = () => salas(['doctor', '--port', `${port}`], { XDG_STATE_HOME: state });
  t.match(await doctor(), { code: 0, stdout: /✓ logged in as ana#1/ });
  t.match((await ana.call('user.me')).userId, 'ana#1', 'who is connected stays so');
  await ana.quit();
  t.match(await doctor(), { code: 1, stdout: /✗ the login as ana#1 is over\n {2}→ "salas account login ana#1"/ });
});

t.test('a clock that is off by more than the answers took is told, and in which direction', async (t) => {
  const ping = (aheadMs: number, tookMs: number): [Ping] => [
    { sentAt: 1e6, at: 1e6 + tookMs / 2 + aheadMs, receivedAt: 1e6 + tookMs },
  ];
  t.match(clockFinding(ping(0, 10), words), { status: 'good' });
  t.match(clockFinding(ping(5000, 10), words), { status: 'bad', text: /5\.\d+ s behind/, advice: /ntp/ });
  t.match(clockFinding(ping(-5000, 10), words), { status: 'bad', text: /(4|5)\.\d+ s ahead of/ });
  t.match(clockFinding(ping(5000, 9000), words), { status: 'good' }, 'it may be the way of the answer');
});

t.test('an old Node and a locale without UTF-8 are told, the locale only on a terminal as wrong', async (t) => {
  t.match(nodeFinding('20.18.1', words), { status: 'bad', advice: /20\.19/ });
  t.match(nodeFinding('18.20.0', words), { status: 'bad' });
  for (const running of ['20.19.0', '20.20.2', '22.0.0']) t.match(nodeFinding(running, words), { status: 'good' });
  t.match(localeFinding({ LANG: 'pt_BR.UTF-8' }, true, words), { status: 'good' });
  t.match(localeFinding({ LANG: 'pt_BR.UTF-8', LC_ALL: 'C' }, true, words), { status: 'bad', advice: /UTF-8/ });
  t.match(localeFinding({}, false, words), { status: 'so' });
});

t.test('whatever the doctor says is there in both languages, with the same things put in', async (t) => {
  const [english, portuguese] = [words, doctorWordsIn('pt')];
  for (const key of Object.keys(english) as (keyof typeof english)[]) {
    const said = [english[key], portuguese[key]].map((text) =>
      typeof text === 'function' ? (text as (...of: unknown[]) => string)('7', ['8'], '9', true) : text,
    );
    const putIn = said.map((text) => (text.match(/\b[789]\b/g) ?? []).sort());
    t.strictSame(putIn[0], putIn[1], key);
    t.ok(
      said.every((text) => text !== ''),
      key,
    );
  }
});
