import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { type CertificateOptions, makeCertificate, noOpenssl } from '../support/certificates.js';
import { startDaemon } from '../support/daemon.js';
import { salas } from '../support/salas.js';

const skip = noOpenssl;
const portuguese = { LC_ALL: 'pt_BR.UTF-8' };

interface Distrusted {
  readonly options?: CertificateOptions;
  /** Whether the command is given the certificate to trust. */
  readonly trusted: boolean;
  readonly says: RegExp;
  readonly diz: RegExp;
}

const distrusted: Record<string, Distrusted> = {
  'one that has expired': {
    options: { validTo: '20200101000000Z' },
    trusted: true,
    says: /has expired; .*renew/,
    diz: /expirou; .*renová-lo/,
  },
  'one that is not valid yet': {
    options: { validFrom: '20900101000000Z' },
    trusted: true,
    says: /is not valid yet; .*clock/,
    diz: /ainda não é válido; .*relógio/,
  },
  'one that is self-signed': { trusted: false, says: /is self-signed.*--ca FILE/, diz: /é autoassinado.*--ca ARQUIVO/ },
  "another host's": {
    options: { names: 'DNS:chat.example,DNS:bate-papo.example' },
    trusted: true,
    says: /is for chat\.example, bate-papo\.example; .*--host NAME/,
    diz: /é de chat\.example, bate-papo\.example; .*--host NOME/,
  },
};

for (const [what, { options, trusted, says, diz }] of Object.entries(distrusted)) {
  t.test(`a certificate that is not to be trusted, ${what}: it says so and ends with 3`, { skip }, async (t) => {
    const certificate = makeCertificate(t, options);
    const { port } = await startDaemon(t, { certificate });
    const trust = trusted ? ['--ca', certificate.certFile] : ['--tls'];
    for (const [env, words] of [
      [{}, says],
      [portuguese, diz],
    ] as const) {
      const { code, stdout, stderr } = await salas(['rooms', '--port', `${port}`, ...trust], env);
      t.strictSame({ code, stdout }, { code: 3, stdout: '' });
      t.match(stderr, /^salas: .+\n$/);
      t.match(stderr, words);
    }
  });
}

t.test('so it does of one that an unknown authority signed', { skip }, async (t) => {
  const authority = makeCertificate(t);
  const { port } = await startDaemon(t, { certificate: makeCertificate(t, { issuer: authority }) });
  for (const trust of [['--tls'], ['--ca', makeCertificate(t).certFile]]) {
    const english = await salas(['send', 'sala1', 'oi', '--port', `${port}`, ...trust]);
    t.match(english, { code: 3, stdout: '', stderr: /an authority that is not trusted here.*--ca FILE/ });
    const inPortuguese = await salas(['send', 'sala1', 'oi', '--port', `${port}`, ...trust], portuguese);
    t.match(inPortuguese, { code: 3, stdout: '', stderr: /uma autoridade em que aqui não se confia.*--ca ARQUIVO/ });
  }
  const load = await salas(['load-test', '--port', `${port}`, '--tls']);
  t.match(load, { code: 3, stdout: '', stderr: /an authority that is not trusted here/ });
});

t.test('a server that does not speak TLS is told from one that is not there', async (t) => {
  const { port } = await startDaemon(t);
  const plain = await salas(['rooms', '--port', `${port}`, '--tls']);
  t.match(plain, { code: 3, stdout: '', stderr: /does not speak TLS; leave out --tls/ });
  const inPortuguese = await salas(['rooms', '--port', `${port}`, '--tls'], portuguese);
  t.match(inPortuguese, { code: 3, stdout: '', stderr: /não fala TLS/ });

  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hangsUp = `${(server.address() as AddressInfo).port}`;
  t.match(await salas(['rooms', '--port', hangsUp, '--tls']), { code: 3, stderr: /^salas: no server answers at/ });
  server.close();
  await once(server, 'close');
  t.match(await salas(['rooms', '--port', hangsUp, '--tls']), { code: 3, stderr: /^salas: no server answers at/ });
});

t.test('a file of trusted certificates that cannot be used ends with 1 and says why', async (t) => {
  const directory = t.testdir({ 'ca.pem': 'olá' });
  const wrong: [file: string, says: RegExp][] = [
    [join(directory, 'ca.pem'), /--ca \S+ca\.pem cannot be used .*certificates in PEM/],
    [join(directory, 'none.pem'), /--ca \S+none\.pem cannot be used \(ENOENT/],
  ];
  for (const [file, says] of wrong) {
    t.match(await salas(['rooms', '--ca', file]), { code: 1, stdout: '', stderr: says });
    t.match(await salas(['load-test', '--ca', file]), { code: 1, stdout: '', stderr: says });
  }
});

t.test('a load test of a server of its own is not given to trust it', async (t) => {
  for (const trust of [['--tls'], ['--ca', 'cert.pem']]) {
    t.match(await salas(['load-test', '--serve', ...trust]), { code: 2, stdout: '' }, trust.join(' '));
  }
});
