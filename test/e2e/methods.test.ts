import { createHash } from 'node:crypto';
import t, { type Test } from 'tap';
import { methods } from '../../src/protocol/methods.js';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { gather, type Person, register } from '../support/visitors.js';

const daemon = await startDaemon(t);

/** What a call finds: ana, who owns `room` and calls; bia, who is in it too; `fresh`, a name nobody has used. */
interface Scene {
  readonly room: string;
  readonly ana: Person;
  readonly bia: Person;
  readonly fresh: string;
  /** A private room of ana's, where she wants one. */
  readonly secret: string;
  /** Somebody with an account, whose password is `password`. */
  readonly eva: Person;
}

const password = 'uma senha boa';

interface Usage {
  readonly method: string;
  readonly alias?: string;
  /** The params in the contract's order. */
  readonly params: (scene: Scene) => Record<string, unknown>;
  /** Their names in Portuguese, where they have other ones. */
  readonly portuguese?: Record<string, string>;
  /** The connection that calls has no user yet. */
  readonly stranger?: boolean;
  /** It is eva who calls. */
  readonly withAccount?: boolean;
  /** What is in the result, beside what the method's schema demands. */
  readonly result: (scene: Scene) => Record<string, unknown>;
}

/** PROTOCOL.md, section 2, row by row. */
const usages: readonly Usage[] = [
  {
    method: 'hello',
    params: () => ({ protocol: 1, client: 'ana 1.0' }),
    stranger: true,
    result: () => ({ server: 'salas', protocol: 1, limits: { lineBytesMax: 16_384, inFlightMax: 256 } }),
  },
  {
    method: 'ping',
    params: () => ({ data: { deep: [1, 'dois', null, true] } }),
    result: ({ room }) => ({ data: { deep: [1, 'dois', null, true] }, heads: { [room]: 4 } }),
  },
  {
    method: 'user.register',
    alias: 'ingressar_no_sistema',
    params: () => ({ name: 'João-2' }),
    portuguese: { name: 'nome' },
    stranger: true,
    result: () => ({ name: 'João-2', userId: /^João-2#\d+$/, token: /^[0-9a-f]{32}$/, resumeSeconds: 300 }),
  },
  {
    method: 'user.resume',
    params: ({ ana, room }) => ({ token: ana.token, rooms: { [room]: { after: 4 } }, inboxAfter: 0 }),
    stranger: true,
    result: ({ ana, room }) => ({
      userId: ana.userId,
      name: 'ana',
      rooms: [{ room, seq: 4, status: 'resumed' }],
      inboxSeq: 0,
    }),
  },
  {
    method: 'user.me',
    params: () => ({}),
    result: ({ ana, room }) => ({ userId: ana.userId, name: 'ana', rooms: [room] }),
  },
  { method: 'user.quit', alias: 'sair_do_sistema', params: () => ({}), result: () => ({}) },
  {
    method: 'account.create',
    alias: 'criar_conta',
    params: () => ({ password, reserve: false }),
    portuguese: { password: 'senha', reserve: 'reservar' },
    result: ({ ana }) => ({ userId: ana.userId, name: 'ana', reserved: false }),
  },
  {
    method: 'account.login',
    alias: 'autenticar',
    params: ({ eva }) => ({ userId: eva.userId, password, rooms: {}, inboxAfter: 0 }),
    portuguese: { userId: 'usuario', password: 'senha' },
    stranger: true,
    result: ({ eva }) => ({ userId: eva.userId, name: 'eva', rooms: [], inboxSeq: 0, token: /^[0-9a-f]{32}$/ }),
  },
  {
    method: 'account.change_password',
    alias: 'mudar_senha',
    params: () => ({ password, newPassword: 'outra senha' }),
    portuguese: { password: 'senha', newPassword: 'nova_senha' },
    withAccount: true,
    result: () => ({ sessionsEnded: 0 }),
  },
  {
    method: 'account.delete',
    alias: 'apagar_conta',
    params: () => ({ password }),
    portuguese: { password: 'senha' },
    withAccount: true,
    result: () => ({}),
  },
  {
    method: 'session.list',
    alias: 'listar_sessoes',
    params: () => ({}),
    result: () => ({ sessions: [{ session: /^[0-9a-f]{16}$/, address: '127.0.0.1', current: true }] }),
  },
  {
    method: 'session.revoke',
    alias: 'revogar_sessao',
    params: ({ ana }) => ({ session: sessionOf(ana) }),
    portuguese: { session: 'sessao' },
    result: () => ({}),
  },
  {
    method: 'room.list',
    alias: 'listar_salas',
    params: () => ({}),
    result: () => ({ rooms: [{ room: 'sala1', topic: '', members: 0, seq: 1 }, { room: 'sala2' }, { room: 'sala3' }] }),
  },
  {
    method: 'room.create',
    alias: 'criar_sala',
    params: ({ fresh }) => ({ room: fresh, topic: 'café & pão', private: false }),
    portuguese: { room: 'sala', topic: 'topico', private: 'privada' },
    result: ({ fresh }) => ({ room: fresh, seq: 2 }),
  },
  {
    method: 'room.join',
    alias: 'entrar_na_sala',
    params: ({ room }) => ({ room, after: 0 }),
    portuguese: { room: 'sala' },
    result: ({ room, ana, bia }) => ({
      room,
      seq: 4,
      topic: '',
      members: [
        { userId: ana.userId, name: 'ana', role: 'owner', online: true },
        { userId: bia.userId, name: 'bia', role: 'member', online: true },
      ],
    }),
  },
  {
    method: 'room.leave',
    alias: 'sair_da_sala',
    params: ({ room }) => ({ room }),
    portuguese: { room: 'sala' },
    result: ({ room }) => ({ room, seq: 5 }),
  },
  {
    method: 'room.send',
    alias: 'enviar_mensagem_publica',
    params: ({ room }) => ({ room, text: 'olá', clientMsgId: 'um', replyTo: 4 }),
    portuguese: { room: 'sala', text: 'mensagem' },
    result: ({ room }) => ({ room, seq: 5, duplicate: false }),
  },
  {
    method: 'room.edit',
    alias: 'editar_mensagem',
    params: ({ room }) => ({ room, seq: 5, text: 'olá' }),
    portuguese: { room: 'sala', text: 'mensagem' },
    result: ({ room }) => ({ room, seq: 6 }),
  },
  {
    method: 'room.delete',
    alias: 'apagar_mensagem',
    params: ({ room }) => ({ room, seq: 4 }),
    portuguese: { room: 'sala' },
    result: ({ room }) => ({ room, seq: 5 }),
  },
  {
    method: 'room.react',
    alias: 'reagir',
    params: ({ room }) => ({ room, seq: 4, reaction: '👍', on: true }),
    portuguese: { room: 'sala', reaction: 'reacao', on: 'ligado' },
    result: ({ room }) => ({ room, seq: 5 }),
  },
  {
    method: 'room.history',
    alias: 'listar_mensagens_publicas',
    params: ({ room }) => ({ room, before: 100 }),
    portuguese: { room: 'sala' },
    result: ({ room, bia }) => ({ room, seq: 4, messages: [{ seq: 4, from: bia.userId, text: 'oi' }], more: false }),
  },
  {
    method: 'room.search',
    alias: 'buscar_mensagens_publicas',
    params: ({ room }) => ({ room, query: 'OI', before: 100 }),
    portuguese: { room: 'sala', query: 'busca' },
    result: ({ room, bia }) => ({ room, seq: 4, messages: [{ seq: 4, from: bia.userId, text: 'oi' }], more: false }),
  },
  {
    method: 'room.mark_read',
    alias: 'marcar_como_lida',
    params: ({ room }) => ({ room, seq: 3 }),
    portuguese: { room: 'sala' },
    result: ({ room }) => ({ room, seq: 3 }),
  },
  {
    method: 'room.unread',
    alias: 'listar_nao_lidas',
    params: () => ({}),
    result: ({ room }) => ({ rooms: [{ room, seq: 4, read: 2, unread: 1, mentions: 0 }] }),
  },
  {
    method: 'room.members',
    alias: 'listar_usuarios',
    params: ({ room }) => ({ room }),
    portuguese: { room: 'sala' },
    result: ({ room, ana, bia }) => ({ room, seq: 4, members: [{ userId: ana.userId }, { userId: bia.userId }] }),
  },
  {
    method: 'room.topic',
    alias: 'mudar_topico',
    params: ({ room }) => ({ room, topic: 'chá' }),
    portuguese: { room: 'sala', topic: 'topico' },
    result: ({ room }) => ({ room, seq: 5 }),
  },
  {
    method: 'room.kick',
    alias: 'expulsar_da_sala',
    params: ({ room, bia }) => ({ room, user: bia.userId, reason: 'spam' }),
    portuguese: { room: 'sala', user: 'usuario', reason: 'motivo' },
    result: ({ room }) => ({ room, seq: 5 }),
  },
  {
    method: 'room.ban',
    alias: 'banir_da_sala',
    params: ({ room, bia }) => ({ room, user: bia.userId, seconds: 60, reason: 'spam' }),
    portuguese: { room: 'sala', user: 'usuario', seconds: 'segundos', reason: 'motivo' },
    result: ({ room }) => ({ room, seq: 6 }),
  },
  {
    method: 'room.unban',
    alias: 'desbanir_da_sala',
    params: ({ room, bia }) => ({ room, user: bia.userId }),
    portuguese: { room: 'sala', user: 'usuario' },
    result: ({ room }) => ({ room, seq: 4 }),
  },
  {
    method: 'room.mute',
    alias: 'silenciar_na_sala',
    params: ({ room, bia }) => ({ room, user: bia.userId, seconds: 60, reason: 'spam' }),
    portuguese: { room: 'sala', user: 'usuario', seconds: 'segundos', reason: 'motivo' },
    result: ({ room }) => ({ room, seq: 5 }),
  },
  {
    method: 'room.unmute',
    alias: 'dessilenciar_na_sala',
    params: ({ room, bia }) => ({ room, user: bia.userId }),
    portuguese: { room: 'sala', user: 'usuario' },
    result: ({ room }) => ({ room, seq: 4 }),
  },
  {
    method: 'room.slow_mode',
    alias: 'modo_lento',
    params: ({ room }) => ({ room, seconds: 30 }),
    portuguese: { room: 'sala', seconds: 'segundos' },
    result: ({ room }) => ({ room, seq: 5 }),
  },
  {
    method: 'room.set_role',
    alias: 'mudar_papel',
    params: ({ room, bia }) => ({ room, user: bia.userId, role: 'moderator' }),
    portuguese: { room: 'sala', user: 'usuario', role: 'papel' },
    result: ({ room }) => ({ room, seq: 5 }),
  },
  {
    method: 'room.invite',
    alias: 'convidar_para_sala',
    params: ({ secret, bia }) => ({ room: secret, user: bia.userId }),
    portuguese: { room: 'sala', user: 'usuario' },
    result: ({ secret }) => ({ room: secret, seq: 3 }),
  },
  {
    method: 'room.close',
    alias: 'fechar_sala',
    params: ({ room }) => ({ room, reason: 'chega' }),
    portuguese: { room: 'sala', reason: 'motivo' },
    result: ({ room }) => ({ room, seq: 5 }),
  },
  {
    method: 'user.block',
    alias: 'bloquear_usuario',
    params: ({ bia }) => ({ user: bia.userId }),
    portuguese: { user: 'usuario' },
    result: () => ({}),
  },
  {
    method: 'user.unblock',
    alias: 'desbloquear_usuario',
    params: ({ bia }) => ({ user: bia.userId }),
    portuguese: { user: 'usuario' },
    result: () => ({}),
  },
  { method: 'user.blocks', alias: 'listar_bloqueados', params: () => ({}), result: () => ({ users: [] }) },
  {
    method: 'private.send',
    alias: 'enviar_mensagem_privada',
    params: ({ room, bia }) => ({ room, to: bia.userId, text: 'psst', clientMsgId: 'um' }),
    portuguese: { room: 'sala', to: 'para', text: 'mensagem' },
    result: () => ({ seq: 1, duplicate: false, online: true }),
  },
  {
    method: 'private.history',
    alias: 'listar_mensagens_privadas',
    params: ({ room, bia }) => ({ room, with: bia.userId, before: 100 }),
    portuguese: { room: 'sala', with: 'com' },
    result: () => ({ messages: [], more: false, seq: 0 }),
  },
  {
    method: 'private.search',
    alias: 'buscar_mensagens_privadas',
    params: ({ room, bia }) => ({ query: 'oi', room, with: bia.userId, before: 100 }),
    portuguese: { query: 'busca', room: 'sala', with: 'com' },
    result: () => ({ messages: [], more: false, seq: 0 }),
  },
];

/** The id of the session with which somebody is connected. */
function sessionOf({ token }: Person): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 16);
}

let scenes = 0;

async function scene(t: Test, { method }: Usage): Promise<Scene> {
  const number = ++scenes;
  const room = `sala_${number}`;
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  await bia.client.call('room.send', { room, text: 'oi' });
  if (method === 'room.edit') await ana.client.call('room.send', { room, text: 'io' });
  const { room: secret } =
    method === 'room.invite'
      ? await ana.client.call('room.create', { room: `segredo_${number}`, private: true })
      : { room: '' };
  // One address may try passwords so often only.
  const eva = /^(account|session)\./.test(method) ? await register(t, daemon, 'eva') : ana;
  if (eva !== ana) await eva.client.call('account.create', { password });
  return { room, ana, bia, fresh: `nova_${number}`, eva, secret };
}

async function callerOf(t: Test, { stranger, withAccount }: Usage, { ana, eva }: Scene): Promise<LineClient> {
  if (withAccount) return eva.client;
  return stranger ? LineClient.connect(t, daemon) : ana.client;
}

for (const usage of usages) {
  const { method, alias, params, portuguese = {}, result } = usage;
  const inPortuguese = (byName: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(byName).map(([name, value]) => [portuguese[name] ?? name, value]));
  const ways: [string, string, (byName: Record<string, unknown>) => unknown][] = [
    ['with params by name', method, (byName) => byName],
    ['with params by position', method, Object.values],
  ];
  if (alias !== undefined) {
    ways.push(['in Portuguese, by name', alias, inPortuguese], ['in Portuguese, by position', alias, Object.values]);
  }
  for (const [way, name, write] of ways) {
    t.test(`${method} ${way}`, async (t) => {
      const given = await scene(t, usage);
      const client = await callerOf(t, usage, given);
      t.match(await client.result(name, write(params(given))), result(given));
    });
  }
}

t.test('params may be left out where a method needs none', async (t) => {
  const { client } = await register(t, daemon, 'ana');
  for (const method of ['hello', 'ping', 'user.me', 'room.list', 'private.history', 'listar_salas']) {
    for (const none of [undefined, {}, []]) await client.result(method, none);
  }
  t.same((await client.call('ping')).data, null);
});

t.test('hello tells every bound', async (t) => {
  const client = await LineClient.connect(t, daemon);
  const { limits } = await client.call('hello');
  t.match(limits, { lineBytesMax: 16_384, batchMax: 64, inFlightMax: 256, textBytesMax: 8192, resumeSeconds: 300 });
});

t.test('these are all methods there are', async (t) => {
  t.strictSame(usages.map(({ method }) => method).sort(), Object.keys(methods).sort());
  const aliases = Object.values(methods).flatMap((method) => ('alias' in method ? [method.alias] : []));
  t.strictSame(usages.flatMap(({ alias }) => alias ?? []).sort(), [...aliases].sort());
});
