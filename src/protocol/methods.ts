import * as v from 'valibot';
import { roles } from './events.js';
import {
  accountId,
  anyJson,
  anyString,
  clientMsgId,
  messageText,
  newPassword,
  type Param,
  type ParamKind,
  type ParamTable,
  pageLimit,
  password,
  position,
  positions,
  reaction,
  reasonText,
  roleName,
  roomName,
  sanctionSeconds,
  searchQuery,
  sessionIdText,
  slowModeSeconds,
  topicText,
  trueOrFalse,
  userIdText,
  userName,
  wholeNumber,
  yesOrNo,
} from './params.js';
import type { Speech } from './speech.js';
import { suggestion } from './suggestion.js';

/** Who may call: anybody, only who is registered, or only who is not yet. */
export type Needs = 'nothing' | 'user' | 'no-user';

/**
 * When a call may start beside the connection's other calls. `at-once`: the mailbox of its room keeps the order
 * in which calls were sent. `alone`: when the connection's earlier calls are answered, and later ones wait for it;
 * so are calls that touch several actors, and those whose answers are large.
 */
export type Order = 'at-once' | 'alone';

/**
 * How people say it: the command, its Portuguese name, and its arguments by the names of the params they fill
 * (`[x]` may be left out, `…x` takes the rest of the line).
 */
export interface TextCommand {
  readonly name: string;
  readonly alias?: string;
  readonly args: string;
}

export interface Method {
  readonly alias?: string;
  readonly params: ParamTable;
  /** Params of which no more than one may be given; they are called the same in Portuguese. */
  readonly exclusive?: readonly string[];
  // biome-ignore lint/suspicious/noExplicitAny: a method table holds results of every shape
  readonly result: v.ObjectSchema<any, any>;
  readonly needs: Needs;
  readonly order: Order;
  readonly command?: TextCommand;
  /** Another command for it, with what that one does. */
  readonly otherCommand?: TextCommand & { readonly doc: Speech };
  readonly doc: Speech;
}

const must = <Wire, Value>(kind: ParamKind<Wire, Value>, alias?: string) => param(kind, alias, false as const);
const may = <Wire, Value>(kind: ParamKind<Wire, Value>, alias?: string) => param(kind, alias, true as const);

function param<Wire, Value, Optional extends boolean>(
  kind: ParamKind<Wire, Value>,
  alias: string | undefined,
  optional: Optional,
) {
  return { kind, optional, ...(alias === undefined ? {} : { alias }) } as Param<Wire, Value> & { optional: Optional };
}

const seq = position.schema;
const at = position.schema;
const role = v.picklist(roles);
const member = v.object({ userId: v.string(), name: v.string(), role, online: v.boolean() });
const message = v.object({
  seq,
  from: v.string(),
  at,
  text: v.string(),
  replyTo: v.optional(seq),
  editedAt: v.optional(at),
  deleted: v.optional(v.literal(true)),
  reactions: v.optional(v.array(v.object({ reaction: v.string(), users: v.number(), mine: v.boolean() }))),
});
const back = {
  userId: v.string(),
  name: v.string(),
  rooms: v.array(v.object({ room: v.string(), epoch: v.string(), seq, status: v.picklist(['resumed', 'reset']) })),
  inboxSeq: seq,
};
const session = v.object({
  session: v.string(),
  createdAt: at,
  lastUsedAt: at,
  address: v.string(),
  current: v.boolean(),
});
const privateMessage = v.object({
  seq,
  room: v.string(),
  from: v.string(),
  to: v.string(),
  at,
  text: v.string(),
});

/**
 * The method table (PROTOCOL.md, section 2): the one source of dispatch, validation, `/help`, the tables of
 * docs/protocol.md and the client's types. The order of `params` is their order by position.
 */
export const methods = {
  hello: {
    params: { protocol: may(wholeNumber), client: may(anyString) },
    result: v.object({
      server: v.literal('salas'),
      version: v.string(),
      protocol: v.number(),
      limits: v.record(v.string(), v.number()),
      features: v.array(v.string()),
      encrypted: v.boolean(),
    }),
    needs: 'nothing',
    order: 'at-once',
    doc: { en: 'What this server is, and every bound it keeps.', pt: 'O que é este servidor e todos os seus limites.' },
  },
  ping: {
    params: { data: may(anyJson) },
    result: v.object({ data: v.optional(v.unknown()), at, heads: v.record(v.string(), seq) }),
    needs: 'nothing',
    order: 'at-once',
    command: { name: '/ping', args: '' },
    doc: {
      en: 'Answers at once, with the last seq of each room joined.',
      pt: 'Responde na hora, com o último seq de cada sala.',
    },
  },
  'user.register': {
    alias: 'ingressar_no_sistema',
    params: { name: must(userName, 'nome') },
    result: v.object({ userId: v.string(), name: v.string(), token: v.string(), resumeSeconds: v.number() }),
    needs: 'no-user',
    order: 'alone',
    command: { name: '/register', alias: '/ingressar', args: 'name' },
    doc: {
      en: 'Takes a name; answers your id and the token that brings you back.',
      pt: 'Escolhe um nome; responde seu id e o token que traz você de volta.',
    },
  },
  'user.resume': {
    params: { token: must(anyString), rooms: may(positions), inboxAfter: may(position) },
    result: v.object(back),
    needs: 'no-user',
    order: 'alone',
    command: { name: '/resume', args: 'token […rooms]' },
    doc: {
      en: 'Comes back with a token, and is sent what came after ROOM@AFTER.',
      pt: 'Volta com um token e recebe o que veio depois de SALA@APÓS.',
    },
  },
  'user.me': {
    params: {},
    result: v.object({ userId: v.string(), name: v.string(), rooms: v.array(v.string()) }),
    needs: 'user',
    order: 'alone',
    command: { name: '/me', alias: '/eu', args: '' },
    doc: { en: 'Who you are and the rooms you are in.', pt: 'Quem você é e em que salas está.' },
  },
  'user.quit': {
    alias: 'sair_do_sistema',
    params: {},
    result: v.object({}),
    needs: 'user',
    order: 'alone',
    command: { name: '/quit', alias: '/tchau', args: '' },
    doc: {
      en: 'Leaves every room, ends your identity and closes; with an account, only logs out and closes.',
      pt: 'Sai de todas as salas, encerra sua identidade e fecha; com uma conta, só encerra a sessão e fecha.',
    },
  },
  'account.create': {
    alias: 'criar_conta',
    params: { password: must(newPassword, 'senha'), reserve: may(trueOrFalse, 'reservar') },
    result: v.object({ userId: v.string(), name: v.string(), reserved: v.boolean() }),
    needs: 'user',
    order: 'alone',
    command: { name: '/account create', alias: '/conta criar', args: 'password [reserve]' },
    doc: {
      en: 'Makes your id permanent, and your name yours alone if you reserve it.',
      pt: 'Torna seu id permanente, e seu nome só seu se o reservar.',
    },
  },
  'account.login': {
    alias: 'autenticar',
    params: {
      userId: must(accountId, 'usuario'),
      password: must(password, 'senha'),
      rooms: may(positions),
      inboxAfter: may(position),
    },
    result: v.object({ ...back, token: v.string() }),
    needs: 'no-user',
    order: 'alone',
    command: { name: '/login', alias: '/autenticar', args: 'userId password […rooms]' },
    doc: {
      en: 'Comes back with a password; answers a token of its own as well.',
      pt: 'Volta com uma senha; responde também um token próprio.',
    },
  },
  'account.change_password': {
    alias: 'mudar_senha',
    params: { password: must(password, 'senha'), newPassword: must(newPassword, 'nova_senha') },
    result: v.object({ sessionsEnded: v.number() }),
    needs: 'user',
    order: 'alone',
    command: { name: '/account password', alias: '/conta senha', args: 'password newPassword' },
    doc: {
      en: 'Changes your password, and ends your other sessions.',
      pt: 'Muda sua senha e encerra suas outras sessões.',
    },
  },
  'account.delete': {
    alias: 'apagar_conta',
    params: { password: must(password, 'senha') },
    result: v.object({}),
    needs: 'user',
    order: 'alone',
    command: { name: '/account delete', alias: '/conta apagar', args: 'password' },
    doc: {
      en: 'Leaves every room, ends your identity for ever and closes.',
      pt: 'Sai de todas as salas, encerra sua identidade para sempre e fecha.',
    },
  },
  'session.list': {
    alias: 'listar_sessoes',
    params: {},
    result: v.object({ sessions: v.array(session) }),
    needs: 'user',
    order: 'alone',
    command: { name: '/sessions', alias: '/sessoes', args: '' },
    doc: {
      en: 'The tokens that bring you back, without telling them.',
      pt: 'Os tokens que trazem você de volta, sem dizê-los.',
    },
  },
  'session.revoke': {
    alias: 'revogar_sessao',
    params: { session: must(sessionIdText, 'sessao') },
    result: v.object({}),
    needs: 'user',
    order: 'alone',
    command: { name: '/revoke', alias: '/revogar', args: 'session' },
    doc: {
      en: 'Ends one of your sessions, and the connections that use it.',
      pt: 'Encerra uma de suas sessões e as conexões que a usam.',
    },
  },
  'room.list': {
    alias: 'listar_salas',
    params: {},
    result: v.object({
      rooms: v.array(v.object({ room: v.string(), topic: v.string(), members: v.number(), seq })),
    }),
    needs: 'user',
    order: 'alone',
    command: { name: '/rooms', alias: '/salas', args: '' },
    doc: { en: 'All rooms, of the private ones yours.', pt: 'Todas as salas; das privadas, as suas.' },
  },
  'room.create': {
    alias: 'criar_sala',
    params: { room: must(roomName, 'sala'), topic: may(topicText, 'topico'), private: may(yesOrNo, 'privada') },
    result: v.object({ room: v.string(), epoch: v.string(), seq }),
    needs: 'user',
    order: 'alone',
    command: { name: '/create', alias: '/criar', args: '[private] room […topic]' },
    doc: {
      en: 'Makes a room, which you join as its owner; a private one is only for who is invited.',
      pt: 'Cria uma sala, em que você entra como dono; uma privada é só para quem é convidado.',
    },
  },
  'room.join': {
    alias: 'entrar_na_sala',
    params: { room: must(roomName, 'sala'), after: may(position) },
    result: v.object({ room: v.string(), epoch: v.string(), seq, topic: v.string(), members: v.array(member) }),
    needs: 'user',
    order: 'alone',
    command: { name: '/join', alias: '/entrar', args: 'room' },
    doc: {
      en: 'Enters a room; plain text goes there from now on.',
      pt: 'Entra em uma sala; texto puro vai para ela a partir de agora.',
    },
  },
  'room.leave': {
    alias: 'sair_da_sala',
    params: { room: must(roomName, 'sala') },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'alone',
    command: { name: '/leave', alias: '/sair', args: '[room]' },
    doc: { en: 'Leaves a room.', pt: 'Sai de uma sala.' },
  },
  'room.send': {
    alias: 'enviar_mensagem_publica',
    params: {
      room: must(roomName, 'sala'),
      text: must(messageText, 'mensagem'),
      clientMsgId: may(clientMsgId),
      replyTo: may(position),
    },
    result: v.object({ room: v.string(), epoch: v.string(), seq, at, duplicate: v.boolean() }),
    needs: 'user',
    order: 'at-once',
    command: { name: '/say', args: 'room …text' },
    otherCommand: {
      name: '/reply',
      alias: '/responder',
      args: 'replyTo …text',
      doc: { en: 'Answers a message of the current room.', pt: 'Responde a uma mensagem da sala atual.' },
    },
    doc: {
      en: 'Says something to a room; answered when it is on disk.',
      pt: 'Diz algo a uma sala; respondido quando está em disco.',
    },
  },
  'room.edit': {
    alias: 'editar_mensagem',
    params: { room: must(roomName, 'sala'), seq: must(position), text: must(messageText, 'mensagem') },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'at-once',
    command: { name: '/edit', alias: '/editar', args: 'seq …text' },
    doc: { en: 'Gives a message of yours another text.', pt: 'Dá outro texto a uma mensagem sua.' },
  },
  'room.delete': {
    alias: 'apagar_mensagem',
    params: { room: must(roomName, 'sala'), seq: must(position) },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'at-once',
    command: { name: '/delete', alias: '/apagar', args: 'seq' },
    doc: {
      en: 'Takes the text out of a message of yours; moderators, of anybody below them.',
      pt: 'Apaga o texto de uma mensagem sua; moderadores, de quem está abaixo deles.',
    },
  },
  'room.react': {
    alias: 'reagir',
    params: {
      room: must(roomName, 'sala'),
      seq: must(position),
      reaction: must(reaction, 'reacao'),
      on: may(trueOrFalse, 'ligado'),
    },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'at-once',
    command: { name: '/react', alias: '/reagir', args: 'seq reaction [on]' },
    doc: {
      en: 'Puts an emoji or a word to a message, or takes it back.',
      pt: 'Põe um emoji ou uma palavra em uma mensagem, ou retira.',
    },
  },
  'room.history': {
    alias: 'listar_mensagens_publicas',
    params: {
      room: must(roomName, 'sala'),
      before: may(position),
      after: may(position),
      limit: may(pageLimit),
      around: may(position),
    },
    exclusive: ['after', 'before', 'around'],
    result: v.object({ room: v.string(), epoch: v.string(), seq, messages: v.array(message), more: v.boolean() }),
    needs: 'user',
    order: 'alone',
    command: { name: '/history', alias: '/mensagens', args: '[room] [limit]' },
    doc: { en: 'What was said in a room.', pt: 'O que foi dito em uma sala.' },
  },
  'room.search': {
    alias: 'buscar_mensagens_publicas',
    params: {
      room: must(roomName, 'sala'),
      query: must(searchQuery, 'busca'),
      before: may(position),
      limit: may(pageLimit),
    },
    result: v.object({
      room: v.string(),
      epoch: v.string(),
      seq,
      messages: v.array(message),
      more: v.boolean(),
      next: v.optional(seq),
    }),
    needs: 'user',
    order: 'alone',
    command: { name: '/search', alias: '/buscar', args: '…query' },
    doc: {
      en: 'What was said with these words, "a phrase" or pref*.',
      pt: 'O que foi dito com estas palavras, "uma frase" ou pref*.',
    },
  },
  'room.mark_read': {
    alias: 'marcar_como_lida',
    params: { room: must(roomName, 'sala'), seq: must(position) },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'alone',
    command: { name: '/read', alias: '/lidas', args: '[room] [seq]' },
    doc: {
      en: 'Notes up to where you have read in a room.',
      pt: 'Anota até onde você leu em uma sala.',
    },
  },
  'room.unread': {
    alias: 'listar_nao_lidas',
    params: {},
    result: v.object({
      rooms: v.array(v.object({ room: v.string(), seq, read: seq, unread: v.number(), mentions: v.number() })),
    }),
    needs: 'user',
    order: 'alone',
    command: { name: '/unread', alias: '/nao_lidas', args: '' },
    doc: {
      en: 'What others said in your rooms that you have not read.',
      pt: 'O que outros disseram em suas salas e você não leu.',
    },
  },
  'room.members': {
    alias: 'listar_usuarios',
    params: { room: must(roomName, 'sala') },
    result: v.object({ room: v.string(), seq, members: v.array(member) }),
    needs: 'user',
    order: 'alone',
    command: { name: '/users', alias: '/usuarios', args: '[room]' },
    doc: { en: 'Who is in a room.', pt: 'Quem está em uma sala.' },
  },
  'room.topic': {
    alias: 'mudar_topico',
    params: { room: must(roomName, 'sala'), topic: must(topicText, 'topico') },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'at-once',
    doc: { en: "Changes a room's topic; for its owner.", pt: 'Muda o tópico de uma sala; só o dono.' },
    command: { name: '/topic', alias: '/topico', args: '…topic' },
  },
  'room.kick': {
    alias: 'expulsar_da_sala',
    params: { room: must(roomName, 'sala'), user: must(userIdText, 'usuario'), reason: may(reasonText, 'motivo') },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'at-once',
    command: { name: '/kick', alias: '/expulsar', args: 'user […reason]' },
    doc: {
      en: 'Puts a user out of a room, who may come back.',
      pt: 'Expulsa um usuário de uma sala; ele pode voltar.',
    },
  },
  'room.ban': {
    alias: 'banir_da_sala',
    params: {
      room: must(roomName, 'sala'),
      user: must(userIdText, 'usuario'),
      seconds: may(sanctionSeconds, 'segundos'),
      reason: may(reasonText, 'motivo'),
    },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'alone',
    command: { name: '/ban', alias: '/banir', args: 'user [seconds] […reason]' },
    doc: {
      en: 'Keeps a user out of a room, for so many seconds or for good.',
      pt: 'Mantém um usuário fora de uma sala, por tantos segundos ou para sempre.',
    },
  },
  'room.unban': {
    alias: 'desbanir_da_sala',
    params: { room: must(roomName, 'sala'), user: must(userIdText, 'usuario') },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'at-once',
    command: { name: '/unban', alias: '/desbanir', args: 'user' },
    doc: { en: 'Ends the ban of a user.', pt: 'Encerra o banimento de um usuário.' },
  },
  'room.mute': {
    alias: 'silenciar_na_sala',
    params: {
      room: must(roomName, 'sala'),
      user: must(userIdText, 'usuario'),
      seconds: may(sanctionSeconds, 'segundos'),
      reason: may(reasonText, 'motivo'),
    },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'at-once',
    command: { name: '/mute', alias: '/silenciar', args: 'user [seconds] […reason]' },
    doc: {
      en: 'Lets a member only read, for so many seconds or for good.',
      pt: 'Deixa um membro só ler, por tantos segundos ou para sempre.',
    },
  },
  'room.unmute': {
    alias: 'dessilenciar_na_sala',
    params: { room: must(roomName, 'sala'), user: must(userIdText, 'usuario') },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'at-once',
    command: { name: '/unmute', alias: '/dessilenciar', args: 'user' },
    doc: { en: 'Lets a user speak again.', pt: 'Deixa um usuário falar de novo.' },
  },
  'room.slow_mode': {
    alias: 'modo_lento',
    params: { room: must(roomName, 'sala'), seconds: must(slowModeSeconds, 'segundos') },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'at-once',
    command: { name: '/slow', alias: '/lento', args: 'seconds' },
    doc: {
      en: 'Takes one message in so many seconds from each member; 0 ends it.',
      pt: 'Aceita uma mensagem de cada membro a cada tantos segundos; 0 encerra.',
    },
  },
  'room.set_role': {
    alias: 'mudar_papel',
    params: { room: must(roomName, 'sala'), user: must(userIdText, 'usuario'), role: must(roleName, 'papel') },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'at-once',
    command: { name: '/role', alias: '/papel', args: 'user role' },
    doc: {
      en: 'Makes a member owner, moderator or plain member; for owners.',
      pt: 'Faz de um membro dono, moderador ou simples membro; só donos.',
    },
  },
  'room.invite': {
    alias: 'convidar_para_sala',
    params: { room: must(roomName, 'sala'), user: must(userIdText, 'usuario') },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'alone',
    command: { name: '/invite', alias: '/convidar', args: 'user' },
    doc: { en: 'Lets a user join a private room, once.', pt: 'Deixa um usuário entrar em uma sala privada, uma vez.' },
  },
  'room.close': {
    alias: 'fechar_sala',
    params: { room: must(roomName, 'sala'), reason: may(reasonText, 'motivo') },
    result: v.object({ room: v.string(), seq }),
    needs: 'user',
    order: 'alone',
    command: { name: '/close', alias: '/fechar', args: '[…reason]' },
    doc: {
      en: 'Ends a room for everybody, for good; for owners.',
      pt: 'Encerra uma sala para todos, para sempre; só donos.',
    },
  },
  'user.block': {
    alias: 'bloquear_usuario',
    params: { user: must(userIdText, 'usuario') },
    result: v.object({}),
    needs: 'user',
    order: 'alone',
    command: { name: '/block', alias: '/bloquear', args: 'user' },
    doc: {
      en: 'Takes no private messages from a user, for whom you are not there.',
      pt: 'Não recebe mensagens privadas de um usuário, para quem você não existe.',
    },
  },
  'user.unblock': {
    alias: 'desbloquear_usuario',
    params: { user: must(userIdText, 'usuario') },
    result: v.object({}),
    needs: 'user',
    order: 'alone',
    command: { name: '/unblock', alias: '/desbloquear', args: 'user' },
    doc: { en: 'Takes private messages from a user again.', pt: 'Volta a receber mensagens privadas de um usuário.' },
  },
  'user.blocks': {
    alias: 'listar_bloqueados',
    params: {},
    result: v.object({ users: v.array(v.string()) }),
    needs: 'user',
    order: 'alone',
    command: { name: '/blocks', alias: '/bloqueados', args: '' },
    doc: { en: 'Whom you have blocked.', pt: 'Quem você bloqueou.' },
  },
  'private.send': {
    alias: 'enviar_mensagem_privada',
    params: {
      room: must(roomName, 'sala'),
      to: must(userIdText, 'para'),
      text: must(messageText, 'mensagem'),
      clientMsgId: may(clientMsgId),
    },
    result: v.object({ seq, at, duplicate: v.boolean(), online: v.boolean() }),
    needs: 'user',
    order: 'at-once',
    command: { name: '/msg', alias: '/privada', args: 'to …text' },
    doc: {
      en: 'Says something to one user; both must be in the room.',
      pt: 'Diz algo a um usuário; os dois devem estar na sala.',
    },
  },
  'private.history': {
    alias: 'listar_mensagens_privadas',
    params: {
      room: may(roomName, 'sala'),
      with: may(userIdText, 'com'),
      before: may(position),
      after: may(position),
      limit: may(pageLimit),
    },
    exclusive: ['after', 'before'],
    result: v.object({ messages: v.array(privateMessage), more: v.boolean(), seq }),
    needs: 'user',
    order: 'alone',
    command: { name: '/inbox', alias: '/privadas', args: '[limit]' },
    doc: { en: 'Your private messages.', pt: 'Suas mensagens privadas.' },
  },
  'private.search': {
    alias: 'buscar_mensagens_privadas',
    params: {
      query: must(searchQuery, 'busca'),
      room: may(roomName, 'sala'),
      with: may(userIdText, 'com'),
      before: may(position),
      limit: may(pageLimit),
    },
    result: v.object({ messages: v.array(privateMessage), more: v.boolean(), next: v.optional(seq), seq }),
    needs: 'user',
    order: 'alone',
    doc: { en: 'Your private messages with these words.', pt: 'Suas mensagens privadas com estas palavras.' },
  },
} as const satisfies Record<string, Method>;

export type MethodName = keyof typeof methods;

type Simplify<T> = { [K in keyof T]: T[K] };
type ParamsOf<Table, Side extends 'wire' | 'value'> = Simplify<
  {
    -readonly [K in keyof Table as Table[K] extends { optional: false } ? K : never]: ParamType<Table[K], Side>;
  } & {
    -readonly [K in keyof Table as Table[K] extends { optional: true } ? K : never]?: ParamType<Table[K], Side>;
  }
>;
type ParamType<P, Side> = P extends Param<infer Wire, infer Value> ? (Side extends 'wire' ? Wire : Value) : never;

/** The params of a method as a client writes them. */
export type Params<M extends MethodName> = ParamsOf<(typeof methods)[M]['params'], 'wire'>;
/** The params of a method as its handler gets them, checked. */
export type Values<M extends MethodName> = ParamsOf<(typeof methods)[M]['params'], 'value'>;
export type Result<M extends MethodName> = v.InferOutput<(typeof methods)[M]['result']>;

const namesByAlias: ReadonlyMap<string, MethodName> = new Map(
  (Object.keys(methods) as MethodName[]).flatMap((name) => {
    const { alias } = methods[name] as Method;
    return alias === undefined ? [] : [[alias, name] as const];
  }),
);

/** The method a client means by `name`, and whether it spoke Portuguese; undefined if there is none. */
export function findMethod(name: string): { readonly name: MethodName; readonly portuguese: boolean } | undefined {
  if (Object.hasOwn(methods, name)) return { name: name as MethodName, portuguese: false };
  const byAlias = namesByAlias.get(name);
  return byAlias === undefined ? undefined : { name: byAlias, portuguese: true };
}

/** The method that was probably meant by `name`, which is none. */
export function suggestMethod(name: string): string | undefined {
  return suggestion(name, [...Object.keys(methods), ...namesByAlias.keys()]);
}
