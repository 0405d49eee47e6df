import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import t, { type Test } from 'tap';
import { startDaemon } from '../support/daemon.js';
import { salas } from '../support/salas.js';

t.test('what the server refuses ends with 1 and one line on stderr', async (t) => {
  const daemon = await startDaemon(t);
  const run = (args: string[], env?: NodeJS.ProcessEnv) => salas([...args, '--port', String(daemon.port)], env);
  const refused: [args: string[], code: string][] = [
    [['send', 'lugar-nenhum', 'oi'], 'ROOM_NOT_FOUND'],
    [['send', 'a b', 'oi'], 'ROOM_NAME_INVALID'],
    [['send', 'sala1', ''], 'TEXT_INVALID'],
    [['send', 'sala1', '\u001b[2J'], 'TEXT_INVALID'],
    [['send', 'sala1', 'x'.repeat(9000)], 'TEXT_TOO_LONG'],
    [['send', 'sala1', 'x'.repeat(100_000)], 'LINE_TOO_LONG'],
    [['rooms', '--name', 'a b'], 'NAME_INVALID'],
    [['rooms', '--token', 'segredo'], 'TOKEN_INVALID'],
    [['history', 'sala1', '--limit', '501'], 'INVALID_PARAMS'],
    [['users', 'lugar-nenhum'], 'ROOM_NOT_FOUND'],
    [['msg', 'sala1', 'ninguém#1', 'oi'], 'USER_NOT_FOUND'],
  ];
  for (const [args, code] of refused) {
    const outcome = await run(args);
    const what = `${args.join(' ').slice(0, 40)} → ${code}`;
    t.strictSame({ code: outcome.code, stdout: outcome.stdout }, { code: 1, stdout: '' }, what);
    t.match(outcome.stderr, new RegExp(`^salas: ${code} .+\\n$`), what);
    t.notMatch(outcome.stderr, '\u001b');
  }

  await t.test('in Portuguese for who speaks it', async (t) => {
    const { code, stderr } = await run(['send', 'lugar-nenhum', 'oi'], { LANG: 'pt_BR.UTF-8', LC_ALL: '' });
    t.equal(code, 1);
    t.match(stderr, /^salas: ROOM_NOT_FOUND não existe a sala "lugar-nenhum"/);
  });

  await t.test('with --json the error is on stdout as the server sent it, the same in every language', async (t) => {
    const { code, stdout, stderr } = await run(['rooms', '--name', 'a b', '--json'], { LC_ALL: 'pt_BR.UTF-8' });
    t.equal(code, 1);
    t.match(JSON.parse(stdout), {
      code: -32003,
      message: String,
      data: { code: 'NAME_INVALID', temporary: false, field: 'name' },
    });
    t.equal(stdout.indexOf('\n'), stdout.length - 1, 'one line');
    t.match(stderr, /^salas: NAME_INVALID .+\n$/);
  });
});

/** A port on which `answer` is the server. */
async function listen(t: Test, answer: (socket: Socket) => void): Promise<string> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    answer(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return String((server.address() as AddressInfo).port);
}

t.test('where no server answers it ends with 3 and says how to start one', async (t) => {
  const port = await freePort();
  const english = await salas(['rooms', '--port', port]);
  t.strictSame({ code: english.code, stdout: english.stdout }, { code: 3, stdout: '' });
  t.match(english.stderr, new RegExp(`^salas: no server answers at 127.0.0.1:${port} .*salas serve.*\\n$`));
  const portuguese = await salas(['rooms', '--port', port, '--json'], { LC_ALL: 'pt_BR' });
  t.strictSame({ code: portuguese.code, stdout: portuguese.stdout }, { code: 3, stdout: '' });
  t.match(portuguese.stderr, /^salas: nenhum servidor responde/);
});

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}

t.test('a connection that is lost before the answer ends with 3', async (t) => {
  const hangsUp = await listen(t, (socket) => socket.once('data', () => socket.destroy()));
  const lost = await salas(['send', 'sala1', 'oi', '--port', hangsUp]);
  t.strictSame({ code: lost.code, stdout: lost.stdout }, { code: 3, stdout: '' });
  t.match(lost.stderr, /^salas: the connection was lost .*\n$/);
});

t.test('what answers but is no salas server ends with 3', async (t) => {
  const web = await listen(t, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const { code, stderr } = await salas(['rooms', '--port', web]);
  t.equal(code, 3);
  t.match(stderr, /not a salas server/);
});

t.test('an answered send counts, also when the connection is lost before the farewell', async (t) => {
  const port = await listen(t, (socket) => {
    const results: Record<string, object> = {
      'user.register': { userId: 'ana#1', name: 'ana', token: 'x', resumeSeconds: 1 },
      'room.join': { room: 'sala1', epoch: 'e', seq: 1, topic: '', members: [] },
      'room.send': { room: 'sala1', epoch: 'e', seq: 2, at: 3, duplicate: false },
    };
    socket.on('data', (chunk) => {
      const { id, method } = JSON.parse(chunk.toString());
      if (method in results) socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: results[method] })}\n`);
      else socket.destroy();
    });
  });
  t.strictSame(await salas(['send', 'sala1', 'oi', '--port', port]), {
    code: 0,
    stdout: '[sala1 #2] ana#1: oi\n',
    stderr: '',
  });
});

t.test('whatever a server sends, no control character reaches the terminal', async (t) => {
  const evil = '\u001b[2J\u0007\u009b31m\u007f';
  const port = await listen(t, (socket) => {
    const results: Record<string, object> = {
      'user.register': { userId: 'ana#1', name: 'ana', token: 'x', resumeSeconds: 1 },
      'room.list': { rooms: [{ room: 'sala1', topic: evil, members: 1, seq: 1 }] },
      'room.join': { room: 'sala1', epoch: 'e', seq: 1, topic: '', members: [] },
      'room.history': {
        room: 'sala1',
        epoch: 'e',
        seq: 1,
        messages: [{ seq: 1, from: 'bia#1', at: 1, text: evil }],
        more: false,
      },
      'user.quit': {},
    };
    socket.on('data', (chunk) => {
      const { id, method } = JSON.parse(chunk.toString());
      const outcome =
        method in results
          ? { result: results[method] }
          : { error: { code: -1, message: evil, data: { code: 'INTERNAL_ERROR', temporary: false } } };
      socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...outcome })}\n`);
      if (method === 'user.quit') socket.end();
    });
  });
  for (const args of [['rooms'], ['history', 'sala1'], ['users', 'sala1']]) {
    for (const json of [[], ['--json']]) {
      const { stdout, stderr } = await salas([...args, ...json, '--port', port]);
      t.notMatch(stdout + stderr, /[^\P{Cc}\t\n]/u, [...args, ...json].join(' '));
      t.not(stdout + stderr, '');
    }
  }
  const { stdout } = await salas(['history', 'sala1', '--json', '--port', port]);
  t.equal(JSON.parse(stdout).messages[0].text, evil, 'JSON keeps them, escaped');
});
