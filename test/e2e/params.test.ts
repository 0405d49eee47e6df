import t from 'tap';
import { type Method, methods } from '../../src/protocol/methods.js';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { enter, gather, register } from '../support/visitors.js';

const daemon = await startDaemon(t);

/** Params that a method takes, by name. */
const good: Record<string, Record<string, unknown>> = {
  hello: { protocol: 1, client: 'ana' },
  ping: { data: 1 },
  'user.register': { name: 'ana' },
  'user.resume': { token: 'x', rooms: {}, inboxAfter: 0 },
  'user.me': {},
  'user.quit': {},
  'account.create': { password: 'uma senha boa', reserve: true },
  'account.login': { userId: 'ninguem#1', password: 'uma senha boa', rooms: {}, inboxAfter: 0 },
  'account.change_password': { password: 'uma senha boa', newPassword: 'outra senha' },
  'account.delete': { password: 'uma senha boa' },
  'session.list': {},
  'session.revoke': { session: '0123456789abcdef' },
  'room.list': {},
  'room.create': { room: 'nova', topic: '', private: true },
  'room.join': { room: 'nenhuma', after: 0 },
  'room.leave': { room: 'nenhuma' },
  'room.send': { room: 'nenhuma', text: 'oi', clientMsgId: 'a', replyTo: 1 },
  'room.edit': { room: 'nenhuma', seq: 1, text: 'oi' },
  'room.delete': { room: 'nenhuma', seq: 1 },
  'room.react': { room: 'nenhuma', seq: 1, reaction: '👍', on: true },
  'room.history': { room: 'nenhuma', before: 9, after: 1, limit: 10, around: 5 },
  'room.mark_read': { room: 'nenhuma', seq: 1 },
  'room.unread': {},
  'room.search': { room: 'nenhuma', query: 'oi', before: 9, limit: 10 },
  'room.members': { room: 'nenhuma' },
  'room.topic': { room: 'nenhuma', topic: '' },
  'room.kick': { room: 'nenhuma', user: 'ninguem#1', reason: '' },
  'room.ban': { room: 'nenhuma', user: 'ninguem#1', seconds: 1, reason: '' },
  'room.unban': { room: 'nenhuma', user: 'ninguem#1' },
  'room.mute': { room: 'nenhuma', user: 'ninguem#1', seconds: 1, reason: '' },
  'room.unmute': { room: 'nenhuma', user: 'ninguem#1' },
  'room.slow_mode': { room: 'nenhuma', seconds: 0 },
  'room.set_role': { room: 'nenhuma', user: 'ninguem#1', role: 'owner' },
  'room.invite': { room: 'nenhuma', user: 'ninguem#1' },
  'room.close': { room: 'nenhuma', reason: '' },
  'user.block': { user: 'ninguem#1' },
  'user.unblock': { user: 'ninguem#1' },
  'user.blocks': {},
  'private.send': { room: 'nenhuma', to: 'ninguem#1', text: 'oi', clientMsgId: 'a' },
  'private.history': { room: 'nenhuma', with: 'ninguem#1', before: 9, after: 1, limit: 10 },
  'private.search': { query: 'oi', room: 'nenhuma', with: 'ninguem#1', before: 9, limit: 10 },
};
const mandatory: Record<string, readonly string[]> = {
  'user.register': ['name'],
  'user.resume': ['token'],
  'account.create': ['password'],
  'account.login': ['userId', 'password'],
  'account.change_password': ['password', 'newPassword'],
  'account.delete': ['password'],
  'session.revoke': ['session'],
  'room.create': ['room'],
  'room.join': ['room'],
  'room.leave': ['room'],
  'room.send': ['room', 'text'],
  'room.edit': ['room', 'seq', 'text'],
  'room.delete': ['room', 'seq'],
  'room.react': ['room', 'seq', 'reaction'],
  'room.history': ['room'],
  'room.mark_read': ['room', 'seq'],
  'room.search': ['room', 'query'],
  'room.members': ['room'],
  'room.topic': ['room', 'topic'],
  'room.kick': ['room', 'user'],
  'room.ban': ['room', 'user'],
  'room.unban': ['room', 'user'],
  'room.mute': ['room', 'user'],
  'room.unmute': ['room', 'user'],
  'room.slow_mode': ['room', 'seconds'],
  'room.set_role': ['room', 'user', 'role'],
  'room.invite': ['room', 'user'],
  'room.close': ['room'],
  'user.block': ['user'],
  'user.unblock': ['user'],
  'private.send': ['room', 'to', 'text'],
  'private.search': ['query'],
};
/** Values that no param of that name takes. */
const numbers: readonly unknown[] = ['1', 1.5, -1, 2 ** 53, true, null, [], {}];
const wrong: Record<string, readonly unknown[]> = {
  protocol: ['1', 1.5, true, null, [], {}],
  inboxAfter: numbers,
  after: numbers,
  before: numbers,
  around: numbers,
  limit: numbers,
  seq: numbers,
  replyTo: numbers,
  on: ['true', 0, 1, null, [], {}],
  seconds: numbers,
  private: ['true', 1, null, [], {}],
  role: ['king', 'Owner', 1, true, null, [], {}],
  reserve: ['true', 0, 1, null, [], {}],
  rooms: [1, 'sala1', null, [], { sala1: 4 }, { sala1: {} }, { sala1: { after: -1 } }, { sala1: { after: 1, x: 1 } }],
};
const notStrings: readonly unknown[] = [1, true, null, [], {}];

function faulty(field: string) {
  return { code: 'INVALID_PARAMS', temporary: false, field };
}

for (const [method, { alias, params: table }] of Object.entries<Method>(methods)) {
  const spoken: [string, (name: string) => string][] = [[method, (name) => name]];
  if (alias !== undefined) spoken.push([alias, (name) => table[name]?.alias ?? name]);
  for (const [name, said] of spoken) {
    const byName = (params: Record<string, unknown>) =>
      Object.fromEntries(Object.entries(params).map(([param, value]) => [said(param), value]));
    const right = good[method] as Record<string, unknown>;

    t.test(`${name} takes its params, and no others, even from one who is not registered`, async (t) => {
      const client = await LineClient.connect(t, daemon);
      t.strictSame(Object.keys(right), Object.keys(table), 'the params in their order');
      for (const param of mandatory[method] ?? []) {
        const { [param]: _, ...missing } = right;
        t.strictSame(await client.refusal(name, byName(missing)), faulty(said(param)), `without ${param}`);
      }
      if (mandatory[method] !== undefined) {
        t.strictSame(await client.refusal(name), faulty(said(mandatory[method][0] as string)), 'without any');
        t.strictSame(await client.refusal(name, []), faulty(said(mandatory[method][0] as string)));
      }
      t.strictSame(await client.refusal(name, { ...byName(right), extra: 1 }), faulty('extra'));
      for (const param of ['__proto__', 'constructor', '\u009b']) {
        const line = JSON.stringify(byName(right))
          .replace(/^\{/, `{${JSON.stringify(param)}:1,`)
          .replace(',}', '}');
        client.send(`{"jsonrpc":"2.0","method":"${name}","params":${line},"id":"x"}`);
        t.match(await client.nextReply('x'), { error: { data: faulty(param) } });
      }
      const surplus = await client.refusal(name, [...Object.values(right), 1]);
      t.strictSame(surplus, faulty(`${Object.keys(right).length}`), 'one more by position');
    });

    t.test(`${name} looks at the types of its params first`, async (t) => {
      const client = await LineClient.connect(t, daemon);
      for (const [index, param] of Object.keys(table)
        .filter((param) => param !== 'data')
        .entries()) {
        for (const value of wrong[param] ?? notStrings) {
          const positional = Object.values(right).with(index, value);
          t.strictSame(await client.refusal(name, byName({ ...right, [param]: value })), faulty(said(param)));
          t.strictSame(await client.refusal(name, positional), faulty(said(param)));
        }
      }
    });
  }
}

t.test('what a type cannot say is looked at before registration, too', async (t) => {
  const client = await LineClient.connect(t, daemon);
  const text = { room: 'sala1', text: '' };
  t.strictSame(await client.refusal('room.send', text), { code: 'TEXT_INVALID', temporary: false, field: 'text' });
  t.match(await client.refusal('room.join', { room: 'a b' }), { code: 'ROOM_NAME_INVALID', field: 'room' });
  t.match(await client.refusal('room.history', { room: 'sala1', limit: 501 }), faulty('limit'));
  for (const method of ['room.history', 'private.history', 'listar_mensagens_privadas']) {
    const room = method.startsWith('listar') ? { sala: 'sala1' } : { room: 'sala1' };
    t.strictSame(await client.refusal(method, { ...room, before: 9, after: 1 }), faulty('after'));
  }
});

t.test('params are looked at before who one is, where one is, and what there is', async (t) => {
  const [ana] = await gather(t, daemon, 'aqui', 'ana');
  const { client } = ana;
  t.match(await client.refusal('user.register', { name: '' }), { code: 'NAME_INVALID', field: 'name' });
  t.match(await client.refusal('user.resume', { token: 1 }), faulty('token'));
  for (const room of ['nenhuma', 'sala1', 'aqui']) {
    t.match(await client.refusal('room.send', { room, text: 5 }), faulty('text'));
    t.match(await client.refusal('room.send', { room, text: '' }), { code: 'TEXT_INVALID', field: 'text' });
    t.match(await client.refusal('enviar_mensagem_publica', { sala: room, mensagem: '' }), { field: 'mensagem' });
    t.match(await client.refusal('private.send', { room, to: 5, text: 'oi' }), faulty('to'));
    t.match(await client.refusal('room.history', { room, after: -1 }), faulty('after'));
    t.match(await client.refusal('room.create', { room, topic: 5 }), faulty('topic'));
  }
});

t.test('being registered comes before the room', async (t) => {
  const stranger = await LineClient.connect(t, daemon);
  const outsider = await register(t, daemon, 'bia');
  await enter(t, daemon, 'ana', 'sala1');
  for (const method of ['room.leave', 'room.history']) {
    t.equal((await stranger.refusal(method, { room: 'nenhuma' })).code, 'NOT_REGISTERED');
    t.equal((await outsider.client.refusal(method, { room: 'nenhuma' })).code, 'ROOM_NOT_FOUND');
    t.equal((await outsider.client.refusal(method, { room: 'sala1' })).code, 'NOT_IN_ROOM');
  }
});
