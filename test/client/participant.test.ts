import t, { type Test } from 'tap';
import { CallRefused, ConnectionLost, SendQueueFull, ServerUnreachable } from '../../src/client/errors.js';
import { type ConnectionState, type EnterOptions, enter, type SendOptions } from '../../src/client/participant.js';
import type { Push } from '../../src/client/pushes.js';
import { startCuttingProxy } from '../support/cutting-proxy.js';
import { type Daemon, type DaemonOptions, startDaemon } from '../support/daemon.js';
import { newDirectory } from '../support/new-directory.js';
import { until } from '../support/until.js';

const room = 'sala1';

async function participant(t: Test, port: number, name: string, options: Partial<EnterOptions> = {}) {
  const states: ConnectionState[] = [];
  const user = await enter({
    port,
    as: { name },
    backoff: { firstMs: 20, maxMs: 200 },
    onChange: (state) => states.push(state),
    ...options,
  });
  t.teardown(() => user.close());
  return { user, states };
}

/** A daemon that can be killed and started again on its port. */
async function restartable(t: Test) {
  let daemon = await startDaemon(t);
  const { port, data } = daemon;
  const start = async (options: DaemonOptions = {}): Promise<Daemon> => {
    daemon = await startDaemon(t, { data, args: ['--port', String(port)], ...options });
    return daemon;
  };
  return { port, process: () => daemon.process, kill: () => daemon.kill(), stop: () => daemon.stop(), start };
}

/** Keeps the events of one reader. */
function collect(events: AsyncIterable<Push>): { readonly texts: string[]; readonly done: Promise<unknown> } {
  const texts: string[] = [];
  const done = (async () => {
    for await (const push of events) if (push.method === 'room.message') texts.push(push.params.text);
  })();
  return { texts, done: done.catch((error: unknown) => error) };
}

t.test('what is said while the daemon is killed and started again is said once, and read once, in order', async (t) => {
  const server = await restartable(t);
  const ana = await participant(t, server.port, 'ana');
  const bia = await participant(t, server.port, 'bia');
  await Promise.all([ana.user.join(room), bia.user.join(room)]);
  const heard = collect(bia.user.events());
  const sent: Promise<unknown>[] = [];
  const texts: string[] = [];
  const say = (count: number) => {
    for (let i = 0; i < count; i++) {
      const text = `${texts.length}`;
      texts.push(text);
      sent.push(ana.user.send(room, text));
    }
  };
  for (let kills = 0; kills < 3; kills++) {
    say(100);
    await sent.at(-50);
    await server.kill();
    say(50);
    await server.start();
    await until('both are back', () => [ana, bia].every(({ states }) => states.at(-1)?.type === 'connected'));
  }
  say(10);
  await Promise.all(sent);
  await until('everything is heard', () => heard.texts.length >= texts.length);
  t.strictSame(heard.texts, texts);
  const { messages } = await ana.user.call('room.history', { room, after: 0, limit: 500 });
  t.strictSame(
    messages.map(({ text }) => text),
    texts,
  );
  t.ok(ana.states.some(({ type }) => type === 'away'));
});

t.test('calls wait while there is no connection, and a drain tells when to come back', async (t) => {
  const server = await restartable(t);
  const ana = await participant(t, server.port, 'ana');
  await ana.user.join(room);
  await server.stop();
  await until('it is noticed', () => ana.states.at(-1)?.type === 'away');
  const asked = [ana.user.call('room.members', { room }), ana.user.join('sala2'), ana.user.leave(room)] as const;
  await server.start();
  const [{ members }] = await Promise.all(asked);
  t.match(members, [{ userId: ana.user.userId }]);
  const [away] = ana.states.filter((state) => state.type === 'away');
  t.ok(away?.type === 'away' && away.retryMs >= 500, 'as the server said');
  t.strictSame((await ana.user.call('user.me')).rooms, ['sala2']);
});

t.test('the token brings the user back elsewhere', async (t) => {
  const server = await restartable(t);
  const ana = await participant(t, server.port, 'ana');
  const { token, userId } = ana.user;
  await ana.user.close();
  const again = await participant(t, server.port, '', { as: { token } });
  t.equal(again.user.userId, userId);
});

t.test('the first attempt is not repeated, nor one that the server will always refuse', async (t) => {
  await t.rejects(enter({ port: 1, as: { name: 'ana' } }), ServerUnreachable);
  const server = await restartable(t);
  await t.rejects(enter({ port: server.port, as: { name: 'a b' } }), CallRefused);
  const ana = await participant(t, server.port, 'ana');
  const events = collect(ana.user.events());
  await server.kill();
  await server.start({ data: newDirectory(t) });
  t.match(await events.done, { code: 'TOKEN_INVALID' }, 'a server that does not know the user');
  await t.rejects(ana.user.send(room, 'oi'), { code: 'TOKEN_INVALID' });
});

t.test('a message whose clientMsgId is undefined is said once as well', async (t) => {
  const { port } = await startDaemon(t);
  const proxy = await startCuttingProxy(t, port);
  const ana = await participant(t, proxy.port, 'ana');
  await ana.user.join(room);
  proxy.cutAfter(1, 'client');
  const said: SendOptions = { clientMsgId: undefined } as object;
  t.match(await ana.user.send(room, 'oi', said), { duplicate: true }, 'it was heard before the connection was lost');
  t.equal(ana.states.filter(({ type }) => type === 'away').length, 1);
  t.match((await ana.user.call('room.history', { room })).messages, { length: 1 });
});

t.test('what waits is bounded, and rejects at the end', async (t) => {
  const server = await restartable(t);
  const ana = await participant(t, server.port, 'ana', { queueMax: 3 });
  await ana.user.join(room);
  const events = collect(ana.user.events());
  await server.kill();
  await until('it is noticed', () => ana.states.at(-1)?.type === 'away');
  const waiting = ['1', '2', '3'].map((text) => ana.user.send(room, text).catch((error: unknown) => error));
  await t.rejects(ana.user.send(room, '4'), SendQueueFull);
  const asked = ana.user.call('room.list').catch((error: unknown) => error);
  await ana.user.close();
  for (const outcome of await Promise.all([...waiting, asked])) t.type(outcome, ConnectionLost);
  t.equal(await events.done, undefined, 'the reader just ends');
  await t.rejects(ana.user.send(room, '5'), ConnectionLost);
});

t.test('who quits is gone, and cannot come back', async (t) => {
  const server = await restartable(t);
  const ana = await participant(t, server.port, 'ana');
  const { token } = ana.user;
  await ana.user.quit();
  await t.rejects(enter({ port: server.port, as: { token } }), CallRefused);
});

t.test('a refusal is told to who asked, and the others go on', async (t) => {
  const server = await restartable(t);
  const ana = await participant(t, server.port, 'ana');
  await t.rejects(ana.user.send(room, 'oi'), { code: 'NOT_IN_ROOM' });
  await ana.user.join(room);
  t.match(await ana.user.send(room, 'oi'), { room, duplicate: false });
  await t.rejects(ana.user.whisper(room, 'bia#9', 'psiu'), CallRefused);
});

t.test('who comes back is told how much was missed, and when it is read', async (t) => {
  const server = await restartable(t);
  const proxy = await startCuttingProxy(t, server.port);
  const ana = await participant(t, proxy.port, 'ana');
  const bia = await participant(t, server.port, 'bia');
  t.strictSame([ana.user.state, ana.user.rooms], [{ type: 'connected' }, []]);
  // What a reader has not taken is not told yet, so it is missed when the connection is cut.
  const events = ana.user.events();
  const heard: string[] = [];
  await ana.user.room(room).join();
  await bia.user.room(room).join();
  for (const text of ['1', '2', '3']) await bia.user.room(room).say(text);
  proxy.cut();
  await until('ana is back', () => ana.user.state.type === 'replaying');
  const replaying = ana.states.at(-1);
  t.match(replaying, { type: 'replaying' });
  t.ok(replaying?.type === 'replaying' && replaying.events >= 3);
  for await (const push of events) {
    if (push.method === 'room.message' && heard.push(push.params.text) === 3) break;
  }
  await until('all is read', () => ana.user.state.type === 'connected');
  t.strictSame(heard, ['1', '2', '3']);
  t.strictSame(ana.user.rooms, [room]);
  t.match(await ana.user.room(room).history({ limit: 1 }), { messages: [{ text: '3' }], more: true });
  t.match(await ana.user.room(room).members(), [{ userId: ana.user.userId }, { userId: bia.user.userId }]);
});

t.test('a signal takes back what waits, and nothing else', async (t) => {
  const server = await restartable(t);
  const ana = await participant(t, server.port, 'ana', { queueMax: 2 });
  await ana.user.join(room);
  await server.kill();
  await until('it is noticed', () => ana.user.state.type === 'away');
  const changed = new AbortController();
  const { signal } = changed;
  const asked: Promise<unknown>[] = [
    ana.user.send(room, 'never', { signal }),
    ana.user.call('room.create', { room: 'never' }, { signal }),
    ana.user.call('room.list', {}, { signal }),
  ];
  const kept = ana.user.send(room, 'oi');
  changed.abort(new Error('never mind'));
  for (const call of asked) await t.rejects(call, { message: 'never mind' });
  await t.rejects(ana.user.send(room, 'too late', { signal }), { message: 'never mind' });
  const next = ana.user.send(room, 'there is room again');
  await server.start();
  await Promise.all([kept, next]);
  const { messages } = await ana.user.call('room.history', { room });
  t.strictSame(
    messages.map(({ text }) => text),
    ['oi', 'there is room again'],
  );
  t.notOk((await ana.user.call('room.list')).rooms.some(({ room }) => room === 'never'));
});

t.test('every method can be called; a call that may not be repeated tells when its fate is unknown', async (t) => {
  const server = await restartable(t);
  const ana = await participant(t, server.port, 'ana');
  const { room: made } = await ana.user.call('room.create', { room: 'jardim' });
  await ana.user.call('room.topic', { room: made, topic: 'flores' });
  t.match(await ana.user.call('room.send', { room: made, text: 'oi' }), { room: made, duplicate: false });
  t.strictSame(ana.user.rooms, [made]);
  t.match(await ana.user.call('room.leave', { room: made }), { room: made });
  t.strictSame(ana.user.rooms, []);
  // The server is stopped, not ended: it takes the call and never answers.
  server.process().kill('SIGSTOP');
  const asked = t.rejects(ana.user.call('room.create', { room: 'horta' }), ConnectionLost);
  await server.kill();
  await asked;
  await server.start();
  t.match(await ana.user.call('room.create', { room: 'pomar' }), { room: 'pomar' });
});

t.test('an account comes by its password, and stays when the connection is lost', async (t) => {
  const server = await restartable(t);
  const ana = await participant(t, server.port, 'ana');
  const password = 'a long enough password';
  await ana.user.call('account.create', { password });
  const { userId } = ana.user;
  await ana.user.close();
  await t.rejects(enter({ port: server.port, as: { userId, password: 'another long password' } }), CallRefused);
  const again = await participant(t, server.port, '', { as: { userId, password } });
  await again.user.join(room);
  await server.kill();
  await server.start();
  t.match(await again.user.send(room, 'oi'), { duplicate: false });
  await again.user.call('account.delete', { password });
  await t.rejects(again.user.send(room, 'oi'), ConnectionLost);
});
