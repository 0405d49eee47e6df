import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { connect } from '../../src/client/connect.js';
import { CallRefused, ConnectionLost } from '../../src/client/errors.js';
import { type ConnectionState, type EnterOptions, enter } from '../../src/client/participant.js';
import { Positions } from '../../src/client/positions.js';
import { connectToPeer, messageLine, type Peer, pushLine, startPeers } from '../support/peer.js';
import { until } from '../support/until.js';

/** What a server may do to its clients: by mistake, by malice, or because it is another program. */

const backoff = { firstMs: 1, maxMs: 4 };
const ana = { userId: 'ana#1', name: 'ana', token: 'segredo', resumeSeconds: 300 };
const back = { userId: 'ana#1', name: 'ana', rooms: [], inboxSeq: 0 };

async function enterAt(t: Test, port: number, options: Partial<EnterOptions> = {}) {
  const states: ConnectionState[] = [];
  const user = await enter({ port, as: { name: 'ana' }, backoff, onChange: (state) => states.push(state), ...options });
  t.teardown(() => user.close());
  return { user, states };
}

/** Lets the user in, whoever they are. */
async function welcome(peer: Peer): Promise<void> {
  const { id, method } = await peer.next();
  peer.answer(id, method === 'user.register' ? ana : back);
}

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

t.test('whatever bytes a server sends, a call ends and so does the reader, and nothing else happens', async (t) => {
  const json = fc.jsonValue({ maxDepth: 3 });
  const object = fc.record(
    {
      jsonrpc: fc.constantFrom('2.0', '1.0', 2),
      id: fc.oneof(fc.constantFrom(1, 2, '1', null, -1), json),
      method: fc.oneof(fc.constantFrom('room.message', 'room.left', 'server.draining', '__proto__', 'x'), json),
      params: json,
      result: json,
      error: fc.oneof(fc.record({ code: json, message: json, data: json }), json),
    },
    { requiredKeys: ['jsonrpc'] },
  );
  const line = fc.oneof(
    object.map((value) => Buffer.from(`${JSON.stringify(value)}\n`)),
    json.map((value) => Buffer.from(`${JSON.stringify(value)}\n`)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.constantFrom('\n', '# oi\n', '\r\n', '{', '\0', messageLine(1)).map((text) => Buffer.from(text)),
  );
  let bytes: Buffer[] = [];
  const port = await startPeers(t, ({ socket }) => socket.end(Buffer.concat(bytes)));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
      bytes = lines;
      const client = await connect({ port });
      const reading = (async () => {
        for await (const { params } of client.pushes()) if (typeof params !== 'object') throw new Error('no params');
      })();
      const [asked, read] = await Promise.allSettled([client.call('ping'), reading]);
      if (asked.status === 'rejected') {
        const { reason } = asked;
        if (!(reason instanceof ConnectionLost || reason instanceof CallRefused)) throw reason;
      }
      if (read.status === 'rejected' && !(read.reason instanceof ConnectionLost)) throw read.reason;
      await client.closed;
    }),
    { numRuns: 300 },
  );
});

t.test('a push without what it has to have ends the connection', async (t) => {
  const pushes: [method: string, params: object][] = [
    ['room.message', {}],
    ['room.message', { room: 'sala1', seq: '1', from: 'ana#1', at: 1, text: 'oi' }],
    ['room.message', { room: 'sala1', seq: 1.5, from: 'ana#1', at: 1, text: 'oi' }],
    ['room.message', { room: 'sala1', seq: -1, from: 'ana#1', at: 1, text: 'oi' }],
    ['room.message', { room: 'sala1', seq: 1, from: 'ana#1', at: 1, text: { toString: 1 } }],
    ['room.joined', { room: 'x'.repeat(1001), seq: 1, user: 'ana#1', at: 1 }],
    ['private.message', []],
    ['server.draining', { reconnectAfterMs: 'soon' }],
  ];
  for (const [method, params] of pushes) {
    const { client, peer } = await connectToPeer(t);
    const asking = client.call('ping');
    await peer.next();
    peer.write(pushLine(method, params));
    t.match(await rejection(asking), { message: /not a salas server/ }, JSON.stringify(params).slice(0, 60));
  }
});

t.test('pushes that wait for a slow reader are bounded in bytes, however few they are', async (t) => {
  const { client, peer } = await connectToPeer(t, { pushQueueBytesMax: 4e6 });
  client.pushes();
  const text = 'x'.repeat(1e6);
  for (let seq = 1; seq <= 60; seq++) peer.write(messageLine(seq, text));
  let quietTurns = 0;
  let waiting = peer.socket.writableLength;
  while (quietTurns < 1000) {
    await new Promise(setImmediate);
    quietTurns = peer.socket.writableLength === waiting ? quietTurns + 1 : 0;
    waiting = peer.socket.writableLength;
  }
  t.ok(waiting > 30e6, `${waiting} of 60 MB are still with the server`);
});

t.test('a server that lets in and hangs up is asked more and more seldom', async (t) => {
  const port = await startPeers(t, (peer) => void welcome(peer).then(() => peer.socket.end()));
  const { user, states } = await enterAt(t, port);
  await until('it was tried often', () => states.length > 20);
  const failures = states.flatMap((state) => (state.type === 'away' ? [state.failures] : []));
  t.strictSame(
    failures,
    failures.map((_, i) => i + 1),
    'each counts as a failure',
  );
  await user.close();
});

t.test('an answer to a resume or a join that makes no sense is no answer, and the next server is asked', async (t) => {
  const nonsense = [{}, { ...back, rooms: 5 }, { ...back, rooms: [{ room: 'sala1' }] }, { ...back, userId: 7 }];
  const port = await startPeers(t, async (peer, number) => {
    if (number === 0) return void welcome(peer).then(() => peer.socket.end());
    const answer = nonsense[number - 1];
    if (answer !== undefined) return peer.answer((await peer.next()).id, answer);
    await welcome(peer);
    const { id, method } = await peer.next();
    if (method === 'room.join') return peer.answer(id, { members: [] });
    return peer.answer(id, { data: 1, at: 1, heads: {} });
  });
  const { user, states } = await enterAt(t, port);
  t.match(await user.call('ping'), { data: 1 });
  const why = states.flatMap((state) => (state.type === 'away' ? [state.error.message] : []));
  t.match(why, ['the server ended the connection', ...nonsense.map(() => /not a salas server/)]);
});

t.test('a first answer that makes no sense is told', async (t) => {
  const port = await startPeers(t, async (peer) => peer.answer((await peer.next()).id, { userId: 1 }));
  t.match(await rejection(enter({ port, as: { name: 'ana' } })), { message: /not a salas server/ });
});

t.test('what a server refuses because it goes down is asked of the next one', async (t) => {
  const asked: string[] = [];
  const port = await startPeers(t, async (peer, number) => {
    await welcome(peer);
    for (;;) {
      const { id, method, params } = await peer.next();
      asked.push(`${number} ${method} ${params.clientMsgId ?? ''}`);
      // The first one does not even hang up.
      if (number === 0) peer.refuse(id, 'DRAINING', { temporary: true });
      else peer.answer(id, { room: 'sala1', epoch: 'e1', seq: 1, at: 1, duplicate: false });
    }
  });
  const { user } = await enterAt(t, port, { closeDeadlineMs: 20 });
  const [joined, sent] = await Promise.all([user.join('sala1'), user.send('sala1', 'oi', { clientMsgId: 'a1' })]);
  t.match([joined, sent], [{ seq: 1 }, { seq: 1 }]);
  await user.leave('sala1');
  t.strictSame(asked.slice(0, 2), ['0 room.join ', '0 room.send a1']);
  t.strictSame(asked.slice(2).sort(), ['1 room.join ', '1 room.leave ', '1 room.send a1']);
});

t.test('a quit that took effect after the connection was lost, and the user was back, is a quit', async (t) => {
  const port = await startPeers(t, async (peer, number) => {
    await welcome(peer);
    const { id } = await peer.next();
    if (number === 0) return void peer.socket.end();
    return peer.refuse(id, 'NOT_REGISTERED');
  });
  const { user } = await enterAt(t, port);
  t.equal(await rejection(user.quit()), undefined);
  t.match(await rejection(user.call('ping')), { name: 'ConnectionLost' });
  const { user: other } = await enterAt(
    t,
    await startPeers(t, async (peer) => {
      await welcome(peer);
      peer.refuse((await peer.next()).id, 'NOT_REGISTERED');
    }),
  );
  t.match(await rejection(other.quit()), { code: 'NOT_REGISTERED' });
});

t.test('a server that says to come back in a year is asked again within a minute', async (t) => {
  const port = await startPeers(t, async (peer) => {
    await welcome(peer);
    peer.socket.end(pushLine('server.draining', { reconnectAfterMs: 3.2e10 }));
  });
  const { user, states } = await enterAt(t, port);
  await until('it is away', () => states.at(-1)?.type === 'away');
  t.match(states.at(-1), { type: 'away', retryMs: 60_000 });
  await user.close();
});

t.test('who closes while a server leaves the resume unanswered is gone at once', async (t) => {
  const open = new Set<Peer>();
  const port = await startPeers(t, async (peer, number) => {
    if (number === 0) return void welcome(peer).then(() => peer.socket.end());
    await peer.next();
    open.add(peer);
    peer.socket.once('close', () => open.delete(peer));
  });
  const { user } = await enterAt(t, port);
  await until('the resume was asked', () => open.size > 0);
  const asked = user.call('ping');
  await user.close();
  t.ok((await rejection(asked)) instanceof ConnectionLost);
  await until('the server sees it', () => open.size === 0);
});

t.test('a signal ends a participant wherever it is, with its reason', async (t) => {
  const reason = new Error('enough');
  const after = (peers: (peer: Peer, number: number) => void, ready: () => boolean) => async (t: Test) => {
    const abort = new AbortController();
    const port = await startPeers(t, peers);
    const entering = enter({ port, as: { name: 'ana' }, backoff, signal: abort.signal });
    entering.catch(() => undefined);
    await until('it is there', ready);
    const calls =
      ready() &&
      (await Promise.race([entering, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))]));
    const waiting = calls ? [calls.send('sala1', 'oi'), calls.call('ping'), calls.events().next()] : [entering];
    abort.abort(reason);
    for (const one of waiting) t.equal(await rejection(one), reason);
  };
  let silent = 0;
  const says = () => silent > 0;
  await t.test(
    'while it is let in',
    after(({ socket }) => socket.on('data', () => silent++), says),
  );
  let calls = 0;
  const serve = (peer: Peer) => void welcome(peer).then(() => peer.socket.on('data', () => calls++));
  let welcomed = 0;
  await t.test(
    'while it waits for answers',
    after(
      (peer) => {
        serve(peer);
        welcomed++;
      },
      () => welcomed > 0,
    ),
  );
  let away = 0;
  const hangUp = (peer: Peer) => void welcome(peer).then(() => peer.socket.end(() => away++));
  await t.test(
    'while it is away',
    after(hangUp, () => away > 3),
  );
  await t.test('before it begins', async (t) => {
    t.equal(await rejection(enter({ port: 1, as: { name: 'ana' }, signal: AbortSignal.abort(reason) })), reason);
  });
});

t.test('rooms that a server makes up do not fill the memory', (t) => {
  const positions = new Positions();
  positions.joined({ room: 'sala1', epoch: 'e1', seq: 1 });
  for (let i = 0; i < 20_000; i++) {
    positions.take({ method: 'room.message', params: { room: `r${i}`, seq: 1, from: 'x', at: 1, text: '' } }, 'ana#1');
    positions.take({ method: 'room.reset', params: { room: `s${i}`, epoch: 'e', seq: 1 } }, 'ana#1');
  }
  t.equal(Object.keys(positions.params.rooms ?? {}).length, 10_000);
  const push = { method: 'room.message', params: { room: 'sala1', seq: 2, from: 'x', at: 1, text: '' } } as const;
  t.ok(positions.take(push, 'ana#1'), 'a room that is known goes on');
  t.end();
});

t.test('a server whose machine is gone is noticed by TCP', async (t) => {
  const { client, peer } = await connectToPeer(t);
  // What the system is told of the connection, by Linux.
  const timer = await keepAliveTimer(peer.socket.remotePort as number);
  if (timer === undefined) t.pass('no /proc/net/tcp here');
  else t.equal(timer, 'keepalive');
  await client.close();
});

async function keepAliveTimer(port: number): Promise<string | undefined> {
  const table = await readFile('/proc/net/tcp', 'utf8').catch(() => undefined);
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const row = table?.split('\n').find((line) => line.split(/\s+/)[2]?.endsWith(`:${hex}`));
  if (row === undefined) return undefined;
  return row.split(/\s+/)[6]?.startsWith('02:') ? 'keepalive' : 'none';
}

t.test('an abrupt end right after the connection is told like any other', async (t) => {
  const port = await startPeers(t, ({ socket }) => void socket.resetAndDestroy());
  for (let i = 0; i < 20; i++) {
    const error = await rejection(enter({ port, as: { name: 'ana' } }));
    t.match((error as Error).name, /^(ConnectionLost|ServerUnreachable)$/);
  }
});
