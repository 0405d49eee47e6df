import type { Limits } from './limits.js';
import { quote, type Speech } from './speech.js';

/** The contract's error codes with their JSON-RPC numbers (PROTOCOL.md, section 3). */
export const errorNumbers = {
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  INTERNAL_ERROR: -32603,
  NOT_REGISTERED: -32001,
  ALREADY_REGISTERED: -32002,
  NAME_INVALID: -32003,
  TOKEN_INVALID: -32004,
  NAME_RESERVED: -32005,
  CREDENTIALS_INVALID: -32006,
  PASSWORD_INVALID: -32007,
  ACCOUNT_EXISTS: -32008,
  ACCOUNT_NOT_FOUND: -32009,
  ROOM_NOT_FOUND: -32010,
  ROOM_EXISTS: -32011,
  ROOM_NAME_INVALID: -32012,
  NOT_IN_ROOM: -32013,
  USER_NOT_FOUND: -32014,
  USER_NOT_IN_ROOM: -32015,
  SESSION_NOT_FOUND: -32016,
  MESSAGE_NOT_FOUND: -32017,
  TEXT_INVALID: -32020,
  TEXT_TOO_LONG: -32021,
  DUPLICATE_CONFLICT: -32022,
  LINE_TOO_LONG: -32030,
  INVALID_UTF8: -32031,
  BATCH_TOO_LARGE: -32032,
  PROTOCOL_UNSUPPORTED: -32033,
  RATE_LIMITED: -32040,
  BUSY: -32041,
  DRAINING: -32042,
  ACTOR_RESTARTED: -32043,
  FORBIDDEN: -32050,
  BANNED: -32051,
  MUTED: -32052,
  SLOW_MODE: -32053,
} as const;

export type ErrorCode = keyof typeof errorNumbers;

/** Codes after which the same call may succeed later. */
const temporaryCodes: ReadonlySet<ErrorCode> = new Set([
  'RATE_LIMITED',
  'BUSY',
  'DRAINING',
  'ACTOR_RESTARTED',
  'MUTED',
  'SLOW_MODE',
]);

/** An expected failure, as a value: it crosses threads unchanged and either dialect can tell it. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: Speech;
  /** The parameter that was wrong, by the name the caller used. */
  readonly field?: string;
  readonly retryAfterMs?: number;
}

export function isRefusal(outcome: object): outcome is Refusal {
  return 'code' in outcome;
}

export function isTemporary(code: ErrorCode): boolean {
  return temporaryCodes.has(code);
}

function refuse(code: ErrorCode, en: string, pt: string, more?: Pick<Refusal, 'field' | 'retryAfterMs'>): Refusal {
  return { code, message: { en, pt }, ...more };
}

/** A letter as people can tell it from one that looks the same. */
function letter(character: string): string {
  return `${quote(character)} (U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')})`;
}

/**
 * Every refusal the server knows, one constructor each, in both languages. The first words of the three that
 * the JSON-RPC 2.0 specification prints in its examples are the specification's, and stay English.
 */
export const refusals = {
  parseError: () => refuse('PARSE_ERROR', 'Parse error', 'Parse error'),
  invalidRequest: (field?: string) =>
    field === undefined || field === 'method'
      ? refuse('INVALID_REQUEST', 'Invalid Request', 'Invalid Request', field === undefined ? {} : { field })
      : refuse(
          'INVALID_REQUEST',
          `Invalid Request: ${requestRules[field]?.en ?? field}`,
          `Invalid Request: ${requestRules[field]?.pt ?? field}`,
          { field },
        ),
  methodNotFound: (meant?: string) =>
    meant === undefined
      ? refuse('METHOD_NOT_FOUND', 'Method not found', 'Method not found')
      : refuse(
          'METHOD_NOT_FOUND',
          `Method not found; did you mean ${meant}?`,
          `Method not found; você quis dizer ${meant}?`,
        ),
  commandNotFound: (command: string, meant?: string) =>
    refuse(
      'METHOD_NOT_FOUND',
      `there is no command ${quote(command)}; ${meant === undefined ? '' : `did you mean ${meant}? `}/help lists them, and // sends a text that begins with /`,
      `não existe o comando ${quote(command)}; ${meant === undefined ? '' : `você quis dizer ${meant}? `}/ajuda mostra a lista, e // envia um texto que começa com /`,
    ),
  languageUnknown: (said: string) =>
    refuse(
      'INVALID_PARAMS',
      `${quote(said)} is not spoken here; /lang en and /lang pt are`,
      `${quote(said)} não é falado aqui; há /idioma en e /idioma pt`,
    ),
  timeZoneUnknown: (said: string, meant: string | undefined) =>
    refuse(
      'INVALID_PARAMS',
      meant === undefined
        ? `there is no time zone ${quote(said)}; give one like Europe/Lisbon, an offset like -03:00, or off`
        : `there is no time zone ${quote(said)}; did you mean ${meant}?`,
      meant === undefined
        ? `não existe o fuso horário ${quote(said)}; dê um como America/Sao_Paulo, uma diferença como -03:00, ou off`
        : `não existe o fuso horário ${quote(said)}; você quis dizer ${meant}?`,
    ),
  usage: ({ en, pt }: Speech) => refuse('INVALID_PARAMS', `usage: ${en}`, `uso: ${pt}`),
  paramMissing: (field: string) =>
    refuse('INVALID_PARAMS', `${quote(field)} is missing`, `falta ${quote(field)}`, { field }),
  paramUnknown: (field: string, known: readonly string[]) =>
    refuse(
      'INVALID_PARAMS',
      `${quote(field)} is not a parameter of this method; it takes ${list(known, 'none')}`,
      `${quote(field)} não é um parâmetro deste método; ele aceita ${list(known, 'nenhum')}`,
      { field },
    ),
  paramsSurplus: (given: number, known: readonly string[]) =>
    refuse(
      'INVALID_PARAMS',
      `${given} positional parameters were given; this method takes at most ${known.length}: ${list(known, 'none')}`,
      `foram dados ${given} parâmetros por posição; este método aceita no máximo ${known.length}: ${list(known, 'nenhum')}`,
      { field: String(known.length) },
    ),
  paramMistyped: (field: string, wanted: Speech) =>
    refuse('INVALID_PARAMS', `${quote(field)} must be ${wanted.en}`, `${quote(field)} deve ser ${wanted.pt}`, {
      field,
    }),
  paramsExclusive: (field: string, other: string) =>
    refuse(
      'INVALID_PARAMS',
      `give either ${quote(field)} or ${quote(other)}, not both`,
      `dê ${quote(field)} ou ${quote(other)}, não os dois`,
      { field },
    ),
  internal: () =>
    refuse(
      'INTERNAL_ERROR',
      'the server failed at this call; the operator finds the reason in its log',
      'o servidor falhou nesta chamada; o operador encontra o motivo no log',
    ),
  notRegistered: () =>
    refuse(
      'NOT_REGISTERED',
      'say who you are first: /register NAME, or user.register',
      'diga antes quem você é: /ingressar NOME, ou ingressar_no_sistema',
    ),
  alreadyRegistered: (user: string) =>
    refuse(
      'ALREADY_REGISTERED',
      `this connection is already ${user}; open another one, or quit first`,
      `esta conexão já é de ${user}; abra outra, ou saia antes`,
    ),
  nameInvalid: (limits: Limits, field?: string) =>
    refuse(
      'NAME_INVALID',
      `a name has 1 to ${limits.nameCharactersMax} letters, digits, _ or -, like ana or João-2`,
      `um nome tem de 1 a ${limits.nameCharactersMax} letras, dígitos, _ ou -, como ana ou João-2`,
      field === undefined ? {} : { field },
    ),
  nameMixed: (misfit: string, other: string, field: string) =>
    refuse(
      'NAME_INVALID',
      `letters of several scripts look alike, so a name keeps to one; ${letter(misfit)} is of another than ${letter(other)}`,
      `letras de várias escritas se parecem, então um nome usa uma só; ${letter(misfit)} é de outra que ${letter(other)}`,
      { field },
    ),
  tokenInvalid: () =>
    refuse(
      'TOKEN_INVALID',
      'this token belongs to nobody, or its identity has expired; register again',
      'este token não é de ninguém, ou a identidade dele expirou; ingresse de novo',
    ),
  nameReserved: (name: string) =>
    refuse(
      'NAME_RESERVED',
      `the name ${quote(name)} is reserved; if it is yours, log in, else choose another`,
      `o nome ${quote(name)} está reservado; se for seu, autentique-se, senão escolha outro`,
    ),
  nameShared: (name: string) =>
    refuse(
      'NAME_RESERVED',
      `somebody else called ${quote(name)} has an account, so the name cannot be yours alone; create yours without reserve`,
      `outra pessoa chamada ${quote(name)} tem uma conta, e o nome não pode ser só seu; crie a sua sem reservar`,
      { field: 'reserve' },
    ),
  accountIdInvalid: (field: string) =>
    refuse(
      'INVALID_PARAMS',
      `${quote(field)} must be a user's id, like ana#1, or a reserved name, like ana`,
      `${quote(field)} deve ser o id de um usuário, como ana#1, ou um nome reservado, como ana`,
      { field },
    ),
  credentialsInvalid: () =>
    refuse(
      'CREDENTIALS_INVALID',
      'there is no account of this user with this password; check both',
      'não existe conta deste usuário com esta senha; confira os dois',
    ),
  passwordInvalid: (limits: Limits, field: string) =>
    refuse(
      'PASSWORD_INVALID',
      `a password has at least ${limits.passwordCharactersMin} characters and at most ${limits.passwordBytesMax} bytes, all of them visible characters or spaces`,
      `uma senha tem no mínimo ${limits.passwordCharactersMin} caracteres e no máximo ${limits.passwordBytesMax} bytes, todos eles caracteres visíveis ou espaços`,
      { field },
    ),
  accountExists: (user: string) =>
    refuse(
      'ACCOUNT_EXISTS',
      `${user} has an account already; account.change_password changes its password`,
      `${user} já tem uma conta; mudar_senha muda a senha dela`,
    ),
  accountNotFound: (user: string) =>
    refuse(
      'ACCOUNT_NOT_FOUND',
      `${user} has no account; account.create or /account create makes one`,
      `${user} não tem conta; criar_conta ou /conta criar faz uma`,
    ),
  sessionNotFound: () =>
    refuse(
      'SESSION_NOT_FOUND',
      'you have no such session; session.list or /sessions shows yours',
      'você não tem essa sessão; listar_sessoes ou /sessoes mostra as suas',
    ),
  roomNotFound: (room: string, meant?: string) =>
    refuse(
      'ROOM_NOT_FOUND',
      `there is no room ${quote(room)}; ${meant === undefined ? '' : `did you mean ${quote(meant)}? `}room.list or /rooms shows them`,
      `não existe a sala ${quote(room)}; ${meant === undefined ? '' : `você quis dizer ${quote(meant)}? `}listar_salas ou /salas mostra todas`,
    ),
  roomExists: (room: string) =>
    refuse(
      'ROOM_EXISTS',
      `the room ${quote(room)} exists already; join it`,
      `a sala ${quote(room)} já existe; entre nela`,
    ),
  roomNameInvalid: (limits: Limits, field?: string) =>
    refuse(
      'ROOM_NAME_INVALID',
      `a room's name has 1 to ${limits.roomNameCharactersMax} letters, digits, _ or -, like sala1`,
      `o nome de uma sala tem de 1 a ${limits.roomNameCharactersMax} letras, dígitos, _ ou -, como sala1`,
      field === undefined ? {} : { field },
    ),
  roomClosed: (room: string) =>
    refuse(
      'ROOM_EXISTS',
      `the room ${quote(room)} was closed, and its name stays taken; choose another`,
      `a sala ${quote(room)} foi fechada, e o nome continua ocupado; escolha outro`,
    ),
  notInRoom: (room: string) =>
    refuse(
      'NOT_IN_ROOM',
      `you are not in ${quote(room)}; join it first`,
      `você não está em ${quote(room)}; entre nela antes`,
    ),
  noCurrentRoom: () =>
    refuse(
      'NOT_IN_ROOM',
      'join a room first: /join ROOM; /rooms lists them',
      'entre antes em uma sala: /entrar SALA; /salas mostra todas',
    ),
  noRoomForStrangers: () =>
    refuse(
      'NOT_IN_ROOM',
      'say who you are and go into a room first: /register NAME, then /join ROOM; /help tells more',
      'diga antes quem você é e entre em uma sala: /ingressar NOME, depois /entrar SALA; /ajuda diz mais',
    ),
  userNotFound: (user: string) =>
    refuse(
      'USER_NOT_FOUND',
      `there is no user ${quote(user)}; ids look like ana#1, and /users ROOM shows them`,
      `não existe o usuário ${quote(user)}; um id é como ana#1, e /usuarios SALA os mostra`,
    ),
  userNotInRoom: (user: string, room: string) =>
    refuse('USER_NOT_IN_ROOM', `${quote(user)} is not in ${quote(room)}`, `${quote(user)} não está em ${quote(room)}`),
  textEmpty: (field: string) =>
    refuse(
      'TEXT_INVALID',
      'the text is empty; send at least one character',
      'o texto está vazio; envie ao menos um caractere',
      {
        field,
      },
    ),
  textControl: (field: string) =>
    refuse(
      'TEXT_INVALID',
      'the text has control characters; of these only TAB is allowed',
      'o texto tem caracteres de controle; deles só TAB é permitido',
      { field },
    ),
  textMalformed: (field: string) =>
    refuse(
      'TEXT_INVALID',
      'the text has half of a surrogate pair, which is no character; send the pair, or neither half',
      'o texto tem metade de um par substituto, que não é um caractere; envie o par, ou nenhuma metade',
      { field },
    ),
  textTooLong: (bytes: number, bytesMax: number, field: string) =>
    refuse(
      'TEXT_TOO_LONG',
      `the text has ${bytes} bytes; at most ${bytesMax} are allowed`,
      `o texto tem ${bytes} bytes; são permitidos no máximo ${bytesMax}`,
      { field },
    ),
  queryInvalid: (words: number, limits: Limits, field: string) =>
    refuse(
      'INVALID_PARAMS',
      `a search has 1 to ${limits.searchWordsMax} words, not ${words}; signs alone are none, and "a phrase" or pref* is allowed`,
      `uma busca tem de 1 a ${limits.searchWordsMax} palavras, não ${words}; sinais sozinhos não são palavras, e "uma frase" ou pref* é permitido`,
      { field },
    ),
  duplicateConflict: (clientMsgId: string, seq: number) =>
    refuse(
      'DUPLICATE_CONFLICT',
      `${quote(clientMsgId)} was used for another message (seq ${seq}); use a new id for a new message`,
      `${quote(clientMsgId)} já foi usado em outra mensagem (seq ${seq}); use um id novo para uma mensagem nova`,
    ),
  messageNotFound: (room: string, seq: number) =>
    refuse(
      'MESSAGE_NOT_FOUND',
      `#${seq} is no message of ${quote(room)}, or was deleted; room.history or /history shows those there are`,
      `#${seq} não é uma mensagem de ${quote(room)}, ou foi apagada; listar_mensagens_publicas ou /mensagens mostra as que há`,
    ),
  notAuthor: (seq: number) =>
    refuse(
      'FORBIDDEN',
      `#${seq} is not yours; only its author may edit it`,
      `#${seq} não é sua; só quem a escreveu pode editá-la`,
    ),
  notAuthorNorModerator: (room: string, seq: number) =>
    refuse(
      'FORBIDDEN',
      `#${seq} is not yours; only its author, and moderators and owners of ${quote(room)}, may delete it`,
      `#${seq} não é sua; só quem a escreveu, e moderadores e donos de ${quote(room)}, podem apagá-la`,
    ),
  reactionInvalid: (bytesMax: number, field: string) =>
    refuse(
      'TEXT_INVALID',
      `a reaction is an emoji or a word, like 👍, without spaces and of at most ${bytesMax} bytes`,
      `uma reação é um emoji ou uma palavra, como 👍, sem espaços e de no máximo ${bytesMax} bytes`,
      { field },
    ),
  tooManyReactions: (seq: number, reactionsMax: number) =>
    refuse(
      'FORBIDDEN',
      `#${seq} has ${reactionsMax} different reactions, and takes no more; choose one of them`,
      `#${seq} tem ${reactionsMax} reações diferentes, e não aceita mais; escolha uma delas`,
    ),
  lineTooLong: (limits: Limits) =>
    refuse(
      'LINE_TOO_LONG',
      `the line has more than ${limits.lineBytesMax} bytes; it was discarded`,
      `a linha tem mais de ${limits.lineBytesMax} bytes; ela foi descartada`,
    ),
  invalidUtf8: () =>
    refuse('INVALID_UTF8', 'the line is not UTF-8; it was discarded', 'a linha não está em UTF-8; ela foi descartada'),
  batchTooLarge: (calls: number, limits: Limits) =>
    refuse(
      'BATCH_TOO_LARGE',
      `the batch has ${calls} calls; at most ${limits.batchMax} are allowed`,
      `o lote tem ${calls} chamadas; são permitidas no máximo ${limits.batchMax}`,
    ),
  batchReplyTooLarge: (limits: Limits) =>
    refuse(
      'BUSY',
      `the answers to this batch are over ${limits.batchReplyBytesMax} bytes; repeat this call on its own`,
      `as respostas deste lote passam de ${limits.batchReplyBytesMax} bytes; repita esta chamada sozinha`,
      { retryAfterMs: 0 },
    ),
  protocolUnsupported: (asked: number, offered: number) =>
    refuse(
      'PROTOCOL_UNSUPPORTED',
      `protocol ${asked} is not spoken here; this server speaks ${offered}`,
      `o protocolo ${asked} não é falado aqui; este servidor fala o ${offered}`,
      { field: 'protocol' },
    ),
  rateLimited: (messagesPerSecond: number, retryAfterMs: number) =>
    refuse(
      'RATE_LIMITED',
      `at most ${messagesPerSecond} messages a second; wait ${retryAfterMs} ms`,
      `no máximo ${messagesPerSecond} mensagens por segundo; espere ${retryAfterMs} ms`,
      { retryAfterMs },
    ),
  attemptsLimited: (retryAfterMs: number) =>
    refuse(
      'RATE_LIMITED',
      `too many attempts with a password; wait ${retryAfterMs} ms`,
      `tentativas demais com senha; espere ${retryAfterMs} ms`,
      { retryAfterMs },
    ),
  busy: (who: string, retryAfterMs: number) =>
    refuse(
      'BUSY',
      `${who} cannot take more just now; repeat the call`,
      `${who} não consegue aceitar mais agora; repita a chamada`,
      {
        retryAfterMs,
      },
    ),
  storageFull: (who: string, retryAfterMs: number) =>
    refuse(
      'BUSY',
      `${who} could not be written to disk (no room left); nothing was changed, repeat the call later`,
      `${who} não pôde ser gravado em disco (sem espaço); nada foi mudado, repita a chamada depois`,
      { retryAfterMs },
    ),
  draining: () =>
    refuse(
      'DRAINING',
      'the server is going down; reconnect in a moment',
      'o servidor está encerrando; conecte-se de novo em instantes',
    ),
  actorRestarted: (who: string) =>
    refuse(
      'ACTOR_RESTARTED',
      `${who} was restarted and it is unknown whether the call took effect; repeat it with the same clientMsgId`,
      `${who} foi reiniciado e não se sabe se a chamada teve efeito; repita com o mesmo clientMsgId`,
    ),
  endedByOperator: (reason: string) =>
    refuse(
      'FORBIDDEN',
      `whoever runs this server ended the connection${reason === '' ? '' : `: ${reason}`}`,
      `quem opera este servidor encerrou a conexão${reason === '' ? '' : `: ${reason}`}`,
    ),
  notConnected: (who: string) =>
    refuse(
      'USER_NOT_FOUND',
      `nobody is connected as ${quote(who)}; salas admin sessions shows who is`,
      `ninguém está conectado como ${quote(who)}; salas admin sessions mostra quem está`,
    ),
  addressNotBanned: (address: string) =>
    refuse(
      'INVALID_PARAMS',
      `${address} is not banned; salas admin addresses shows what is`,
      `${address} não está banido; salas admin addresses mostra o que está`,
      { field: 'address' },
    ),
  tooManyAddressBans: (bansMax: number) =>
    refuse(
      'FORBIDDEN',
      `${bansMax} addresses are banned, and may be no more; lift a ban, or ban a network like 192.0.2.0/24`,
      `já há ${bansMax} endereços banidos, o máximo; libere um, ou bana uma rede como 192.0.2.0/24`,
    ),
  addressBansNotSaved: (why: string, retryAfterMs: number) =>
    refuse(
      'BUSY',
      `the list of banned addresses could not be written (${why}); nothing was changed`,
      `a lista de endereços banidos não pôde ser gravada (${why}); nada foi mudado`,
      { retryAfterMs },
    ),
  faultsNotAllowed: () =>
    refuse(
      'FORBIDDEN',
      'this server was not started with --chaos; faults are only to be had with it',
      'este servidor não foi iniciado com --chaos; só com ela se provocam falhas',
    ),
  tlsRequired: () =>
    refuse(
      'FORBIDDEN',
      'this server takes TLS only; connect with --tls, or by openssl s_client -quiet -connect HOST:PORT',
      'este servidor só aceita TLS; conecte-se com --tls, ou por openssl s_client -quiet -connect HOST:PORTA',
    ),
  tlsNotOffered: () =>
    refuse(
      'FORBIDDEN',
      'this server does not offer TLS; connect without it',
      'este servidor não oferece TLS; conecte-se sem ele',
    ),
  roomFull: (room: string, membersMax: number) =>
    refuse(
      'FORBIDDEN',
      `${quote(room)} is full: ${membersMax} members`,
      `${quote(room)} está cheia: ${membersMax} membros`,
    ),
  banned: (room: string, leftMs: number) =>
    refuse(
      'BANNED',
      `you are banned from ${quote(room)} ${duration(leftMs).en}`,
      `você está banido de ${quote(room)} ${duration(leftMs).pt}`,
    ),
  muted: (room: string, leftMs: number) =>
    refuse(
      'MUTED',
      `you are muted in ${quote(room)} ${duration(leftMs).en}; you may read on`,
      `você está silenciado em ${quote(room)} ${duration(leftMs).pt}; pode continuar lendo`,
      { retryAfterMs: Math.min(leftMs, mutedRetryMsMax) },
    ),
  slowMode: (room: string, seconds: number, retryAfterMs: number) =>
    refuse(
      'SLOW_MODE',
      `${quote(room)} takes one message in ${seconds} s from you; wait ${retryAfterMs} ms`,
      `${quote(room)} aceita uma mensagem sua a cada ${seconds} s; espere ${retryAfterMs} ms`,
      { retryAfterMs },
    ),
  moderatorsOnly: (room: string) =>
    refuse(
      'FORBIDDEN',
      `only moderators and owners of ${quote(room)} may do this`,
      `só moderadores e donos de ${quote(room)} podem fazer isto`,
    ),
  outranked: (user: string) =>
    refuse(
      'FORBIDDEN',
      `${quote(user)} has a role that is not below yours`,
      `${quote(user)} tem um papel que não está abaixo do seu`,
    ),
  openToAll: (room: string) =>
    refuse(
      'FORBIDDEN',
      `anybody may join ${quote(room)}; only private rooms take invitations`,
      `qualquer um pode entrar em ${quote(room)}; só salas privadas têm convites`,
    ),
  userBanned: (user: string, room: string) =>
    refuse(
      'FORBIDDEN',
      `${quote(user)} is banned from ${quote(room)}; lift the ban first`,
      `${quote(user)} está banido de ${quote(room)}; retire o banimento antes`,
    ),
  tooManySanctions: (room: string, usersMax: number) =>
    refuse(
      'FORBIDDEN',
      `${quote(room)} holds at most ${usersMax} users as that; lift it from one first`,
      `${quote(room)} guarda no máximo ${usersMax} usuários assim; retire isso de um antes`,
    ),
  tooManyBlocks: (usersMax: number) =>
    refuse(
      'FORBIDDEN',
      `a user blocks at most ${usersMax} others; unblock one first`,
      `um usuário bloqueia no máximo ${usersMax} outros; desbloqueie um antes`,
    ),
  ownersOnly: (room: string) =>
    refuse('FORBIDDEN', `only an owner of ${quote(room)} may do this`, `só um dono de ${quote(room)} pode fazer isto`),
  tooManyRooms: (roomsMax: number) =>
    refuse('FORBIDDEN', `this server holds at most ${roomsMax} rooms`, `este servidor tem no máximo ${roomsMax} salas`),
  tooManyAccounts: (accountsMax: number) =>
    refuse(
      'FORBIDDEN',
      `this server holds at most ${accountsMax} accounts`,
      `este servidor tem no máximo ${accountsMax} contas`,
    ),
  tooManyRoomsOfUser: (roomsMax: number) =>
    refuse(
      'FORBIDDEN',
      `a user is in at most ${roomsMax} rooms; leave one first`,
      `um usuário fica em no máximo ${roomsMax} salas; saia de uma antes`,
    ),
} as const;

const requestRules: Record<string, Speech> = {
  jsonrpc: { en: '"jsonrpc" must be "2.0"', pt: '"jsonrpc" deve ser "2.0"' },
  params: { en: '"params" must be an object or an array', pt: '"params" deve ser um objeto ou uma lista' },
  id: { en: '"id" must be a string, a number or null', pt: '"id" deve ser um texto, um número ou null' },
};

/** Clients that wait with timers can wait for no more than 2^31 ms; and a mute for good may be lifted. */
const mutedRetryMsMax = 24 * 60 * 60 * 1000;

/** How long something goes on; `leftMs` is Infinity where it is for good. */
function duration(leftMs: number): Speech {
  if (leftMs === Number.POSITIVE_INFINITY) return { en: 'for good', pt: 'para sempre' };
  const seconds = Math.ceil(leftMs / 1000);
  return { en: `for another ${seconds} s`, pt: `por mais ${seconds} s` };
}

function list(names: readonly string[], none: string): string {
  return names.length === 0 ? none : names.join(', ');
}
