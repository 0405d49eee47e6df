import t, { type Test } from 'tap';
import { connect } from '../../src/client/connect.js';
import { startThreaded } from '../support/threaded-server.js';
import { until } from '../support/until.js';

const room = 'sala1';

/** A server whose supervisor dies when the test says so. */
async function serverWithMortalSupervisor(t: Test) {
  const { port, deaths, supervisor } = await startThreaded(t, [room]);
  return { port, deaths, crash: () => supervisor.crash() };
}

async function enter(t: Test, port: number, name: string) {
  const client = await connect({ port });
  t.teardown(() => client.close());
  const { userId, token } = await client.call('user.register', { name });
  const told: { readonly seqs: number[]; readonly private: string[] } = { seqs: [], private: [] };
  const pushes = client.pushes();
  await client.call('room.join', { room });
  void (async () => {
    for await (const { method, params } of pushes) {
      if (method === 'private.message') told.private.push(params.text);
      else if ('seq' in params) told.seqs.push(params.seq);
    }
  })();
  return { client, userId, token, told };
}

t.test(
  'connections outlive the supervisor: what was in flight is answered, once, and nothing is missing',
  async (t) => {
    const { port, deaths, crash } = await serverWithMortalSupervisor(t);
    const ana = await enter(t, port, 'ana');
    const bia = await enter(t, port, 'bia');
    const registered: string[] = [];
    let said = 0;
    let whispered = 0;
    for (let round = 0; round < 4; round++) {
      const calls: Promise<unknown>[] = [];
      for (let i = 0; i < 50; i++) {
        calls.push(ana.client.call('room.send', { room, text: `${said++}` }));
        calls.push(ana.client.call('private.send', { room, to: bia.userId, text: `${whispered++}` }));
      }
      const stranger = await connect({ port });
      calls.push(stranger.call('user.register', { name: 'caio' }).then(({ userId }) => registered.push(userId)));
      // In the midst of it: some are answered, some are not.
      await calls[3 * round];
      await crash();
      await Promise.all(calls);
      await stranger.close();
    }
    t.equal(deaths.length, 4);
    t.strictSame(registered, ['caio#1', 'caio#2', 'caio#3', 'caio#4'], 'nobody was registered twice');
    const { seq } = await ana.client.call('room.history', { room });
    for (const { told } of [ana, bia]) {
      await until('all is told', () => told.seqs.at(-1) === seq && told.private.length >= whispered);
      t.strictSame(
        told.seqs,
        told.seqs.map((_, i) => (told.seqs[0] as number) + i),
        'each event once and in order',
      );
      t.strictSame(
        told.private,
        Array.from({ length: whispered }, (_, i) => `${i}`),
        'each private message once and in order',
      );
    }
    const { messages } = await bia.client.call('room.history', { room, after: 0, limit: 500 });
    t.strictSame(
      messages.map(({ text }) => text),
      Array.from({ length: said }, (_, i) => `${i}`),
    );
  },
);

t.test('who is connected stays so, and who was not is forgotten in time as before', async (t) => {
  const { port, crash } = await serverWithMortalSupervisor(t);
  const ana = await enter(t, port, 'ana');
  await crash();
  t.strictSame(await ana.client.call('user.me'), { userId: ana.userId, name: 'ana', rooms: [room] });
  const { members } = await ana.client.call('room.members', { room });
  t.match(members, [{ userId: ana.userId, online: true }]);
  await ana.client.close();
  const again = await connect({ port });
  t.teardown(() => again.close());
  t.match(await again.call('user.resume', { token: ana.token }), { userId: ana.userId });
});

t.test('rooms are made and joined after a death as before it', async (t) => {
  const { port, crash } = await serverWithMortalSupervisor(t);
  const ana = await enter(t, port, 'ana');
  const making = ana.client.call('room.create', { room: 'clube' });
  await crash();
  t.match(await making, { room: 'clube' });
  t.match(await ana.client.call('room.send', { room: 'clube', text: 'oi' }), { room: 'clube' });
  await crash();
  t.match(await ana.client.call('room.send', { room: 'clube', text: 'oi de novo' }), { duplicate: false });
});
