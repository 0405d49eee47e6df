import t, { type Test } from 'tap';
import { enter } from '../../src/client/participant.js';
import { startCuttingProxy } from '../support/cutting-proxy.js';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { startPeers } from '../support/peer.js';
import { salas, startSalas } from '../support/salas.js';
import { until } from '../support/until.js';

const room = 'sala1';

/** A daemon that can be ended and started again on its port, and ana, who is always there to say something. */
async function restartable(t: Test) {
  let daemon = await startDaemon(t);
  const { data } = daemon;
  const port = String(daemon.port);
  const start = async (): Promise<Daemon> => {
    daemon = await startDaemon(t, { data, args: ['--port', port] });
    return daemon;
  };
  const ana = await enter({ port: daemon.port, as: { name: 'ana' }, backoff: { firstMs: 20, maxMs: 200 } });
  t.teardown(() => ana.close());
  await ana.join(room);
  const members = async () => (await ana.call('room.members', { room })).members.map(({ name }) => name);
  return { port, ana, members, start, kill: () => daemon.kill(), stop: () => daemon.stop() };
}

t.test('listen survives a daemon that is killed and one that drains, without a line lost or doubled', async (t) => {
  const { port, ana, members, start, kill, stop } = await restartable(t);
  const people = startSalas(t, ['listen', room, '--port', port, '--name', 'bia']);
  const program = startSalas(t, ['listen', room, '--port', port, '--name', 'caio', '--json']);
  await until('both are in', async () => (await members()).length === 3);
  const expected: string[] = [];
  const say = async (count: number) => {
    const texts = Array.from({ length: count }, (_, i) => `${expected.length + i}`);
    expected.push(...texts);
    await Promise.all(texts.map((text) => ana.send(room, text)));
  };
  await say(50);
  await kill();
  const meanwhile = say(20);
  await start();
  await meanwhile;
  await say(30);
  t.equal(await stop(), 0);
  await start();
  await say(50);
  const said = (line: string) => /^\[sala1 #\d+\] ana#\d+: (.*)$/.exec(line)?.slice(1) ?? [];
  const pushed = (line: string) => {
    const { method, params } = JSON.parse(line);
    return method === 'room.message' ? [params.text] : [];
  };
  for (const [{ lines }, read] of [
    [people, said],
    [program, pushed],
  ] as const) {
    await until('all is shown', () => lines().flatMap(read).length >= expected.length);
    t.strictSame(lines().flatMap(read), expected);
  }
  t.notOk(
    program.lines().some((line) => line.includes('draining')),
    'what the client library has seen to is not told',
  );
  people.process.kill('SIGINT');
  program.process.kill('SIGTERM');
  t.strictSame(await Promise.all([people.ended, program.ended]), [0, 0]);
  t.strictSame([people.stderr(), program.stderr()], ['', ''], 'nothing is said where there is no terminal');
  t.strictSame(await members(), ['ana'], 'who came for the command is gone with it');
});

t.test('in a terminal it says that it reconnects, and when it is back', async (t) => {
  const { port, members, kill, start } = await restartable(t);
  const inEnglish = startSalas(t, ['listen', room, '--port', port], { terminal: true });
  const inPortuguese = startSalas(t, ['listen', room, '--port', port], {
    terminal: true,
    env: { LC_ALL: 'pt_BR.UTF-8' },
  });
  await until('both are in', async () => (await members()).length === 3);
  await kill();
  const told = ({ lines }: typeof inEnglish) => lines().filter((line) => line.startsWith('salas: '));
  await until('it is told', () => told(inEnglish).length > 0 && told(inPortuguese).length > 0);
  await start();
  await until('they are back', () => told(inEnglish).length > 1 && told(inPortuguese).length > 1);
  t.strictSame(told(inEnglish), ['salas: the connection was lost; reconnecting…', 'salas: connected again']);
  t.strictSame(told(inPortuguese), ['salas: a conexão caiu; reconectando…', 'salas: conectado de novo']);
});

t.test('listen gives up on a server that does not come back, with 3', async (t) => {
  const { port, members, kill } = await restartable(t);
  const bia = startSalas(t, ['listen', room, '--port', port, '--wait', '1']);
  await until('bia is in', async () => (await members()).length === 2);
  await kill();
  t.equal(await bia.ended, 3);
  t.match(bia.stderr(), new RegExp(`^salas: no server answers at 127.0.0.1:${port} .*\\n$`));
});

t.test('listen shows who comes and goes, other changes, and what is said to the user alone', async (t) => {
  const { port, ana, members } = await restartable(t);
  const caio = await enter({ port: Number(port), as: { name: 'caio' } });
  t.teardown(() => caio.close());
  const { token, userId } = await enter({ port: Number(port), as: { name: 'bia' } }).then(async (bia) => {
    await bia.close();
    return bia;
  });
  const bia = startSalas(t, ['listen', `${room},sala2`, '--port', port, '--token', token]);
  await until('bia is in', async () => (await members()).includes('bia'));
  await until('bia is in the other room too', () => bia.lines().some((line) => line.startsWith('[sala2')));
  await caio.join(room);
  await caio.leave(room);
  await ana.whisper(room, userId, 'psiu');
  await until('all is shown', () => bia.lines().some((line) => line.includes('private')));
  const lines = bia.lines().map((line) => line.replace(/#\d+\]/, '#N]'));
  t.match(lines.filter((line) => line.startsWith('[sala1')).slice(0, 1), [`[sala1 #N] * ${userId} joined`]);
  for (const line of [
    `[sala1 #N] * ${caio.userId} joined`,
    `[sala1 #N] * ${caio.userId} left`,
    `[sala1 private #N] ${ana.userId} -> ${userId}: psiu`,
  ]) {
    t.ok(lines.includes(line), line);
  }
  bia.process.kill('SIGINT');
  t.equal(await bia.ended, 0);
  t.ok((await members()).includes('bia'), 'who came with a token stays');
});

t.test('listen is refused a room that is not there, and ends quietly when its reader has seen enough', async (t) => {
  const { port, ana, members } = await restartable(t);
  const nowhere = startSalas(t, ['listen', 'lugar-nenhum', '--port', port]);
  t.equal(await nowhere.ended, 1);
  t.match(nowhere.stderr(), /^salas: ROOM_NOT_FOUND .*\n$/);
  const bia = startSalas(t, ['listen', room, '--port', port]);
  await until('bia is in', () => bia.lines().length > 0);
  bia.process.stdout?.destroy();
  let over = false;
  void bia.ended.then(() => {
    over = true;
  });
  await until('it has noticed', async () => {
    await ana.send(room, 'oi');
    return over;
  });
  t.equal(await bia.ended, 0);
  t.equal(bia.stderr(), '');
  t.strictSame(await members(), ['ana']);
});

t.test('wherever the connection breaks, a text is said once, and the command tells the truth', async (t) => {
  const daemon = await startDaemon(t);
  const proxy = await startCuttingProxy(t, daemon.port);
  const ana = await enter({ port: daemon.port, as: { name: 'ana' } });
  t.teardown(() => ana.close());
  await ana.join(room);
  for (const side of ['client', 'server'] as const) {
    for (let lines = 0; lines < 5; lines++) {
      for (const command of [
        ['send', room],
        ['msg', room, ana.userId],
      ]) {
        const text = `${command[0]} ${side} ${lines}`;
        proxy.cutAfter(lines, side);
        const { code, stderr } = await salas([...command, text, '--port', String(proxy.port)]);
        proxy.cut();
        const history =
          command[0] === 'send' ? ana.call('room.history', { room }) : ana.call('private.history', { room });
        const said = (await history).messages.filter((message) => message.text === text).length;
        t.strictSame({ code, said }, code === 0 ? { code: 0, said: 1 } : { code: 3, said: 0 }, text);
        if (lines > 1) t.strictSame({ code, stderr }, { code: 0, stderr: '' }, `${text}: got over it`);
      }
    }
  }
});

t.test('a command whose answer does not come gives up in time, and says that it does not know', async (t) => {
  const results: Record<string, object> = {
    'user.register': { userId: 'ana#1', name: 'ana', token: 'x', resumeSeconds: 1 },
    'user.resume': { userId: 'ana#1', name: 'ana', rooms: [], inboxSeq: 0 },
    'room.join': { room, epoch: 'e', seq: 1, topic: '', members: [] },
  };
  for (const hangsUp of [true, false]) {
    const port = await startPeers(t, async (peer) => {
      for (;;) {
        const { id, method } = await peer.next();
        if (method in results) peer.answer(id, results[method]);
        else if (hangsUp) peer.socket.destroy();
      }
    });
    const outcome = await salas(['send', room, 'oi', '--port', String(port), '--wait', '1']);
    t.match(outcome, { code: 3, stdout: '', stderr: /^salas: the server did not answer within 1 s; it is unknown/ });
  }
  const silent = String(await startPeers(t, () => undefined));
  t.match(await salas(['rooms', '--port', silent, '--wait', '1']), { code: 3, stderr: /no server answers at/ });
});

t.test('an answer that cannot be shown ends with 3', async (t) => {
  const port = await startPeers(t, async (peer) => {
    for (;;) {
      const { id, method } = await peer.next();
      peer.answer(id, method === 'user.register' ? { userId: 'ana#1', token: 'x' } : {});
    }
  });
  for (const command of [['rooms'], ['users', room]]) {
    const outcome = await salas([...command, '--port', String(port)]);
    t.match(outcome, { code: 3, stdout: '', stderr: /^salas: .*not a salas server.*\n$/ }, command.join(' '));
  }
});
