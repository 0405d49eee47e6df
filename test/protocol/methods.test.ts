import t from 'tap';
import { findMethod, type Method, type MethodName, methods } from '../../src/protocol/methods.js';

/** The wire contract's table, row by row; of the results the names of the fields. */
const contract = [
  'hello || protocol?, client? → {server, version, protocol, limits, features, encrypted}',
  'ping || data? → {data, at, heads}',
  'user.register | ingressar_no_sistema | name [nome] → {userId, name, token, resumeSeconds}',
  'user.resume || token, rooms?, inboxAfter? → {userId, name, rooms:[{room, epoch, seq, status}], inboxSeq}',
  'user.me || → {userId, name, rooms}',
  'user.quit | sair_do_sistema | → {}',
  'room.list | listar_salas | → {rooms:[{room, topic, members, seq}]}',
  'room.join | entrar_na_sala | room [sala], after? → {room, epoch, seq, topic, members:[{userId, name, role, online}]}',
  'room.leave | sair_da_sala | room [sala] → {room, seq}',
  'room.members | listar_usuarios | room [sala] → {room, seq, members:[{userId, name, role, online}]}',
  'private.send | enviar_mensagem_privada | room [sala], to [para], text [mensagem], clientMsgId? → {seq, at, duplicate, online}',
  'private.history | listar_mensagens_privadas | room? [sala], with? [com], before?, after?, limit? → {messages:[{seq, room, from, to, at, text}], more, seq}',
];

/** What this server has beyond version 1 of the contract. */
const beyond = [
  'room.send | enviar_mensagem_publica | room [sala], text [mensagem], clientMsgId?, replyTo? → {room, epoch, seq, at, duplicate}',
  'room.edit | editar_mensagem | room [sala], seq, text [mensagem] → {room, seq}',
  'room.delete | apagar_mensagem | room [sala], seq → {room, seq}',
  'room.react | reagir | room [sala], seq, reaction [reacao], on? [ligado] → {room, seq}',
  'room.history | listar_mensagens_publicas | room [sala], before?, after?, limit?, around? → {room, epoch, seq, messages:[{seq, from, at, text, replyTo, editedAt, deleted, reactions}], more}',
  'room.create | criar_sala | room [sala], topic? [topico], private? [privada] → {room, epoch, seq}',
  'room.mark_read | marcar_como_lida | room [sala], seq → {room, seq}',
  'room.unread | listar_nao_lidas | → {rooms:[{room, seq, read, unread, mentions}]}',
  'room.topic | mudar_topico | room [sala], topic [topico] → {room, seq}',
  'room.kick | expulsar_da_sala | room [sala], user [usuario], reason? [motivo] → {room, seq}',
  'room.ban | banir_da_sala | room [sala], user [usuario], seconds? [segundos], reason? [motivo] → {room, seq}',
  'room.unban | desbanir_da_sala | room [sala], user [usuario] → {room, seq}',
  'room.mute | silenciar_na_sala | room [sala], user [usuario], seconds? [segundos], reason? [motivo] → {room, seq}',
  'room.unmute | dessilenciar_na_sala | room [sala], user [usuario] → {room, seq}',
  'room.slow_mode | modo_lento | room [sala], seconds [segundos] → {room, seq}',
  'room.set_role | mudar_papel | room [sala], user [usuario], role [papel] → {room, seq}',
  'room.invite | convidar_para_sala | room [sala], user [usuario] → {room, seq}',
  'room.close | fechar_sala | room [sala], reason? [motivo] → {room, seq}',
  'user.block | bloquear_usuario | user [usuario] → {}',
  'user.unblock | desbloquear_usuario | user [usuario] → {}',
  'room.search | buscar_mensagens_publicas | room [sala], query [busca], before?, limit? → {room, epoch, seq, messages:[{seq, from, at, text, replyTo, editedAt, deleted, reactions}], more, next}',
  'private.search | buscar_mensagens_privadas | query [busca], room? [sala], with? [com], before?, limit? → {messages:[{seq, room, from, to, at, text}], more, next, seq}',
  'user.blocks | listar_bloqueados | → {users}',
  'account.create | criar_conta | password [senha], reserve? [reservar] → {userId, name, reserved}',
  'account.login | autenticar | userId [usuario], password [senha], rooms?, inboxAfter? → {userId, name, rooms:[{room, epoch, seq, status}], inboxSeq, token}',
  'account.change_password | mudar_senha | password [senha], newPassword [nova_senha] → {sessionsEnded}',
  'account.delete | apagar_conta | password [senha] → {}',
  'session.list | listar_sessoes | → {sessions:[{session, createdAt, lastUsedAt, address, current}]}',
  'session.revoke | revogar_sessao | session [sessao] → {}',
];

const names = Object.keys(methods) as MethodName[];
const rows: Record<string, Method> = methods;
const entries = Object.entries(rows);

/** A method as the contract writes it. */
function row([name, method]: [string, Method]): string {
  const params = Object.entries(method.params).map(
    ([param, { alias, optional }]) => `${param}${optional ? '?' : ''}${alias === undefined ? '' : ` [${alias}]`}`,
  );
  const columns = method.alias === undefined ? `${name} ||` : `${name} | ${method.alias} |`;
  return [columns, params.join(', '), '→', fields(method.result)].filter((part) => part !== '').join(' ');
}

interface Schema {
  readonly entries?: Record<string, Schema>;
  readonly item?: Schema;
}

/** The names of an object's fields, and those of the objects in its lists. */
function fields({ entries = {} }: Schema): string {
  const list = Object.entries(entries).map(([name, { item }]) => (item?.entries ? `${name}:[${fields(item)}]` : name));
  return `{${list.join(', ')}}`;
}

t.test('the methods, their aliases, params and results are those of the contract', async (t) => {
  t.strictSame(new Set(entries.map(row)), new Set([...contract, ...beyond]));
});

t.test('every method is found by its name and by its Portuguese alias', async (t) => {
  for (const name of names) {
    t.strictSame(findMethod(name), { name, portuguese: false });
    const alias = rows[name]?.alias;
    if (alias !== undefined) t.strictSame(findMethod(alias), { name, portuguese: true });
  }
});

t.test('nothing else is a method', async (t) => {
  for (const name of ['', 'Ping', 'ping ', 'room', 'sala', 'foobar', 'constructor', '__proto__', 'toString']) {
    t.equal(findMethod(name), undefined, name);
  }
});

t.test('no two methods, params of a method or commands share a name', async (t) => {
  const unique = (list: readonly (string | undefined)[], what: string) => {
    const given = list.filter((name) => name !== undefined);
    t.equal(new Set(given).size, given.length, what);
  };
  unique([...names, ...entries.map(([, { alias }]) => alias)], 'methods');
  unique(
    entries.flatMap(([, { command, otherCommand }]) =>
      [command, otherCommand].flatMap((one) => [one?.name, one?.alias]),
    ),
    'commands',
  );
  for (const [name, { params }] of entries) {
    unique(
      Object.entries(params).map(([param, { alias }]) => alias ?? param),
      `the Portuguese params of ${name}`,
    );
  }
});

t.test('what must be given stands before what may be left out, or it could not go by position', async (t) => {
  for (const [name, { params }] of entries) {
    const optional = Object.values(params).map((param) => param.optional === true);
    t.strictSame(optional, [...optional].sort(), name);
  }
});

t.test('every method says what it does in both languages', async (t) => {
  for (const [name, { doc }] of entries) {
    t.match(doc.en, /^[A-Z].+\.$/, `${name} in English`);
    t.match(doc.pt, /^[A-ZÀ-Ú].+\.$/, `${name} in Portuguese`);
    t.not(doc.en, doc.pt, `${name}: two languages`);
  }
});

t.test("a command's arguments are params of its method, and the required ones are all there", async (t) => {
  const commands = entries.flatMap(([name, { command, otherCommand, params, alias }]) =>
    [command, otherCommand].map((one) => ({ name, command: one, params, alias })),
  );
  for (const { name, command, params, alias } of commands) {
    if (command === undefined) continue;
    t.match(command.name, /^\/[a-z]+( [a-z]+)?$/, name);
    const args: readonly string[] = command.args.match(/[a-z]+/gi) ?? [];
    for (const arg of args) t.ok(arg in params, `${command.name} ${arg}`);
    // The room may be the current one.
    const required = Object.keys(params).filter((param) => !params[param]?.optional && param !== 'room');
    for (const param of required) t.ok(args.includes(param), `${command.name} takes ${param}`);
    if (alias !== undefined) t.ok(command.alias ?? name === 'room.send', `${command.name} has a Portuguese word too`);
  }
});
