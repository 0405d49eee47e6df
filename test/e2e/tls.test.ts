import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { connect } from '../../src/client/connect.js';
import { makeCertificate, noOpenssl, type TestCertificate } from '../support/certificates.js';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { salas } from '../support/salas.js';
import { until } from '../support/until.js';
import { enter, gather } from '../support/visitors.js';

if (noOpenssl) {
  t.plan(0, noOpenssl);
  process.exit();
}

t.test('openssl s_client talks to it, and believes its certificate', async (t) => {
  const certificate = makeCertificate(t);
  const daemon = await startDaemon(t, { certificate });
  const bia = await enter(t, daemon, 'bia', 'sala1');
  const trust = ['-CAfile', certificate.certFile, '-verify_return_error', '-verify_ip', '127.0.0.1'];
  const client = spawn('openssl', ['s_client', '-quiet', '-connect', `127.0.0.1:${daemon.port}`, ...trust]);
  t.teardown(() => client.kill());
  const said = text(client.stdout);
  client.stdin.write('/ingressar ana\n/entrar sala1\noi, bia\n');
  t.match(await bia.client.nextPush('room.joined'), { user: 'ana#1' });
  t.match(await bia.client.nextPush('room.message'), { from: 'ana#1', text: 'oi, bia' });
  client.stdin.write('/tchau\n');
  await once(client, 'exit');
  const lines = (await said).split('\n');
  t.match(lines[0], /^\+OK ana#1 token /);
  t.match(lines.slice(1, 4), ['+OK sala1 #3', '[sala1 #3] * ana#1 joined', '+OK #4']);
});

t.test('the commands talk to it, by a file of trusted certificates, beside plain ones', async (t) => {
  const authority = makeCertificate(t);
  const certificate = makeCertificate(t, { issuer: authority });
  const { port } = await startDaemon(t, { certificate });
  const trust = ['--port', `${port}`, '--ca', authority.certFile];
  t.strictSame(await salas(['send', 'sala1', 'oi', '--name', 'ana', '--tls', ...trust]), {
    code: 0,
    stdout: '[sala1 #3] ana#1: oi\n',
    stderr: '',
  });
  t.match(await salas(['rooms', '--host', 'localhost', ...trust]), { code: 0, stdout: /^sala1 +0 +4$/m, stderr: '' });
  t.match(await salas(['rooms', '--port', `${port}`]), { code: 0, stdout: /^sala1 +0 +4$/m });
  const args = ['--clients', '4', '--seconds', '1', '--rate', '50', ...trust];
  t.match(await salas(['load-test', ...args]), { code: 0, stdout: /nothing was wrong/ });
});

/** A daemon whose certificate can be swapped. */
async function startSwappable(t: Test, first: TestCertificate) {
  const directory = t.testdir();
  const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  const put = (certificate: TestCertificate) => {
    copyFileSync(certificate.certFile, certFile);
    copyFileSync(certificate.keyFile, keyFile);
  };
  put(first);
  const daemon = await startDaemon(t, { certificate: { ...first, certFile, keyFile } });
  const reload = async (told: string) => {
    const before = timesIn(daemon, told);
    daemon.process.kill('SIGHUP');
    await until(`the log says: ${told}`, () => timesIn(daemon, told) > before);
  };
  return { daemon, certFile, put, reload };
}

const timesIn = (daemon: Daemon, told: string) => daemon.log().split(told).length - 1;
const readAgain = '"the certificate was read again"';
const staysOld = '"the certificate could not be read again; the old one stays"';

t.test('a certificate swapped under load drops nobody', async (t) => {
  const certificates = Array.from({ length: 4 }, () => makeCertificate(t));
  const { daemon, put, reload } = await startSwappable(t, certificates[0] as TestCertificate);
  const room = 'troca';
  const [ana, bia, caio] = await gather(t, daemon, room, 'ana', 'bia', 'caio');
  const plain = await enter(t, { ...daemon, tls: undefined }, 'davi', room);
  for (const { client } of [ana, bia, caio]) await client.nextPush('room.joined');

  let said = 0;
  let swapped = false;
  const writing = [ana, plain].map(async ({ client }) => {
    while (!swapped) {
      await client.call('room.send', { room, text: 'x'.repeat(500) });
      said++;
    }
  });
  for (const certificate of [...certificates.slice(1), ...certificates]) {
    put(certificate);
    await reload(readAgain);
    const newcomer = await LineClient.connect(t, { ...daemon, tls: { ca: certificate.cert } });
    t.equal(await newcomer.say('/ping'), '+OK pong', 'who comes is shown the new one');
    newcomer.destroy();
    const before = said;
    await until('they go on', () => said > before + 20);
  }
  const others = certificates.slice(0, -1).map(({ cert }) => connect({ ...daemon, tls: { ca: cert } }));
  for (const attempt of others) await t.rejects(attempt, { name: 'TlsFailed' }, 'and the old one to nobody');
  swapped = true;
  await Promise.all(writing);
  for (const { client } of [ana, bia, caio, plain]) {
    const seqs: number[] = [];
    for (let i = 0; i < said; i++) seqs.push((await client.nextPush('room.message')).seq);
    t.ok(
      seqs.every((seq, i) => seq === (seqs[0] as number) + i),
      'everybody was told everything',
    );
    t.notOk(client.ended);
  }
  t.equal(timesIn(daemon, readAgain), 7);
});

t.test('a broken certificate is one line in the log, and the old one stays', async (t) => {
  const first = makeCertificate(t);
  const { daemon, certFile, put, reload } = await startSwappable(t, first);
  const stranger = makeCertificate(t);
  for (const [pem, reason] of [
    ['olá', /cert\.pem has no certificate in PEM/],
    [stranger.cert, /the key in \S+key\.pem is not that of the certificate in \S+cert\.pem/],
    ['', /has no certificate/],
  ] as const) {
    writeFileSync(certFile, pem);
    await reload(staysOld);
    const line = daemon.log().trimEnd().split('\n').at(-1) as string;
    t.match(JSON.parse(line), { level: 50, reason });
    const { features } = await (await LineClient.connect(t, daemon)).call('hello');
    t.ok(features.includes('tls'));
  }
  put(stranger);
  await reload(readAgain);
  t.equal(await (await LineClient.connect(t, { ...daemon, tls: { ca: stranger.cert } })).say('/ping'), '+OK pong');
});

t.test('a certificate that cannot be used ends the start with one line', async (t) => {
  const [one, other] = [makeCertificate(t), makeCertificate(t)];
  const directory = t.testdir({ 'garbage.pem': 'olá\n' });
  const garbage = join(directory, 'garbage.pem');
  const none = join(directory, 'none.pem');
  for (const [cert, key, says] of [
    [none, one.keyFile, /none\.pem cannot be read: ENOENT/],
    [one.certFile, none, /none\.pem cannot be read: ENOENT/],
    [garbage, one.keyFile, /garbage\.pem has no certificate in PEM/],
    [one.certFile, garbage, /garbage\.pem has no private key in PEM/],
    [
      one.certFile,
      other.keyFile,
      /the key in .* is not that of the certificate in .*; give the two that belong together/,
    ],
  ] as const) {
    const data = join(directory, 'data');
    const { code, stdout, stderr } = await salas([
      'serve',
      '--port',
      '0',
      '--data',
      data,
      '--tls-cert',
      cert,
      '--tls-key',
      key,
    ]);
    t.strictSame({ code, stdout }, { code: 1, stdout: '' });
    t.match(stderr, /^salas: .+\n$/);
    t.match(stderr, says);
  }
  for (const flags of [['--tls-cert', one.certFile], ['--tls-key', one.keyFile], ['--tls-only']]) {
    t.match(
      await salas(['serve', '--port', '0', ...flags]),
      { code: 1, stdout: '', stderr: / needs / },
      flags.join(' '),
    );
  }
});

t.test('a server with an expired certificate starts, and warns', async (t) => {
  const daemon = await startDaemon(t, { certificate: makeCertificate(t, { validTo: '20200101000000Z' }) });
  await until('it warns', () => daemon.log().includes('the certificate has expired; clients will not trust it'));
  t.match(await salas(['rooms', '--port', `${daemon.port}`]), { code: 0 }, 'plain connections are served');
});
