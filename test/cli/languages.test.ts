import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { salas } from '../support/salas.js';

t.test('who asks for Portuguese is told why a server does not start in Portuguese', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const port = String((taken.address() as AddressInfo).port);
  const directory = t.testdir({ 'a.pem': 'x', broken: { 'supervisor.db': 'no database at all, but long enough' } });
  const data = join(directory, 'data');
  const pem = join(directory, 'a.pem');
  const failures: [args: string[], said: RegExp][] = [
    [['serve', '--port', port, '--data', data], /^salas: não é possível escutar em 127.0.0.1:\d+: a porta está em uso/],
    [['serve', '--data', pem], /não pode ser usado como diretório de dados/],
    [['serve', '--data', join(directory, 'broken')], /supervisor\.db não é um banco de dados/],
    [['serve', '--data', data, '--tls-cert', pem, '--tls-key', pem], /a\.pem não tem certificado em PEM/],
    [['admin', 'check', '--data', join(directory, 'nowhere')], /não tem dados do salas/],
    [['admin', 'status', '--data', '/nonexistent'], /nenhum servidor roda/],
    [['serve', '--port', 'x'], /--port deve ser um número inteiro/],
    [['rooms', '--prot', '1'], /Argumento desconhecido/i],
  ];
  for (const [args, said] of failures) {
    const { code, stdout, stderr } = await salas([...args, '--lang', 'pt']);
    t.not(code, 0, args.join(' '));
    t.equal(stdout, '');
    t.match(stderr, said, args.join(' '));
  }
});

t.test('--lang outweighs SALAS_LANG, and that the locale', async (t) => {
  const help = async (args: string[], env: NodeJS.ProcessEnv) => (await salas([...args, '--help'], env)).stdout;
  t.match(await help([], { SALAS_LANG: 'pt' }), /Um servidor de chat/);
  t.match(await help([], { SALAS_LANG: 'en', LC_ALL: 'pt_BR.UTF-8' }), /A chat server/);
  t.match(await help(['--lang', 'en'], { SALAS_LANG: 'pt' }), /A chat server/);
});

t.test('a language that there is not is told, and what there is', async (t) => {
  const variable = await salas(['rooms'], { SALAS_LANG: 'fr' });
  t.equal(variable.code, 2);
  t.match(variable.stderr, /SALAS_LANG.*fr.*en.*pt/);
  const flag = await salas(['rooms', '--lang', 'fr']);
  t.equal(flag.code, 2);
  t.match(flag.stderr, /lang.*fr/s);
});
