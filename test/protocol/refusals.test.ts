import t from 'tap';
import { encodeRefusal } from '../../src/protocol/jsonrpc.js';
import { defaultLimits } from '../../src/protocol/limits.js';
import {
  type ErrorCode,
  errorNumbers,
  isRefusal,
  isTemporary,
  type Refusal,
  refusals,
} from '../../src/protocol/refusals.js';
import { formatRefusal } from '../../src/protocol/text-replies.js';

/** The wire contract's errors; `yes` is temporary, `after` also says when to try again. */
const contract: Record<ErrorCode, readonly [number: number, temporary?: 'yes' | 'after']> = {
  PARSE_ERROR: [-32700],
  INVALID_REQUEST: [-32600],
  METHOD_NOT_FOUND: [-32601],
  INVALID_PARAMS: [-32602],
  INTERNAL_ERROR: [-32603],
  NOT_REGISTERED: [-32001],
  ALREADY_REGISTERED: [-32002],
  NAME_INVALID: [-32003],
  TOKEN_INVALID: [-32004],
  NAME_RESERVED: [-32005],
  CREDENTIALS_INVALID: [-32006],
  PASSWORD_INVALID: [-32007],
  ACCOUNT_EXISTS: [-32008],
  ACCOUNT_NOT_FOUND: [-32009],
  ROOM_NOT_FOUND: [-32010],
  ROOM_EXISTS: [-32011],
  ROOM_NAME_INVALID: [-32012],
  NOT_IN_ROOM: [-32013],
  USER_NOT_FOUND: [-32014],
  USER_NOT_IN_ROOM: [-32015],
  SESSION_NOT_FOUND: [-32016],
  MESSAGE_NOT_FOUND: [-32017],
  TEXT_INVALID: [-32020],
  TEXT_TOO_LONG: [-32021],
  DUPLICATE_CONFLICT: [-32022],
  LINE_TOO_LONG: [-32030],
  INVALID_UTF8: [-32031],
  BATCH_TOO_LARGE: [-32032],
  PROTOCOL_UNSUPPORTED: [-32033],
  RATE_LIMITED: [-32040, 'after'],
  BUSY: [-32041, 'after'],
  DRAINING: [-32042, 'yes'],
  ACTOR_RESTARTED: [-32043, 'yes'],
  FORBIDDEN: [-32050],
  BANNED: [-32051],
  MUTED: [-32052, 'after'],
  SLOW_MODE: [-32053, 'after'],
};

type Refusals = typeof refusals;
type Examples = { readonly [Name in keyof Refusals]: (refuse: Refusals[Name]) => Refusal };

const hostile = '\x1b[2J\r\n\x9b1A\x7f"\ud83d';

/** One of every kind; what a user may have written in it is hostile. */
const examples: Examples = {
  parseError: (refuse) => refuse(),
  invalidRequest: (refuse) => refuse('params'),
  methodNotFound: (refuse) => refuse(),
  commandNotFound: (refuse) => refuse(hostile, '/join'),
  languageUnknown: (refuse) => refuse(hostile),
  timeZoneUnknown: (refuse) => refuse(hostile, 'Europe/Lisbon'),
  usage: (refuse) => refuse({ en: '/join ROOM', pt: '/entrar SALA' }),
  paramMissing: (refuse) => refuse('room'),
  paramUnknown: (refuse) => refuse(hostile, ['room', 'after']),
  paramsSurplus: (refuse) => refuse(3, ['room', 'after']),
  paramMistyped: (refuse) => refuse('room', { en: 'a string', pt: 'um texto' }),
  paramsExclusive: (refuse) => refuse('after', 'before'),
  internal: (refuse) => refuse(),
  notRegistered: (refuse) => refuse(),
  alreadyRegistered: (refuse) => refuse('ana#1'),
  nameInvalid: (refuse) => refuse(defaultLimits, 'name'),
  tokenInvalid: (refuse) => refuse(),
  nameReserved: (refuse) => refuse('ana'),
  nameShared: (refuse) => refuse('ana'),
  accountIdInvalid: (refuse) => refuse('userId'),
  credentialsInvalid: (refuse) => refuse(),
  passwordInvalid: (refuse) => refuse(defaultLimits, 'password'),
  accountExists: (refuse) => refuse('ana#1'),
  accountNotFound: (refuse) => refuse('ana#1'),
  sessionNotFound: (refuse) => refuse(),
  roomNotFound: (refuse) => refuse(hostile, 'sala1'),
  roomExists: (refuse) => refuse('sala1'),
  roomNameInvalid: (refuse) => refuse(defaultLimits, 'room'),
  notInRoom: (refuse) => refuse('sala1'),
  noCurrentRoom: (refuse) => refuse(),
  noRoomForStrangers: (refuse) => refuse(),
  userNotFound: (refuse) => refuse(hostile),
  userNotInRoom: (refuse) => refuse(hostile, 'sala1'),
  textEmpty: (refuse) => refuse('text'),
  textControl: (refuse) => refuse('text'),
  textMalformed: (refuse) => refuse('text'),
  textTooLong: (refuse) => refuse(9000, 8192, 'text'),
  queryInvalid: (refuse) => refuse(0, defaultLimits, 'query'),
  duplicateConflict: (refuse) => refuse(hostile, 42),
  messageNotFound: (refuse) => refuse('sala1', 42),
  notAuthor: (refuse) => refuse(42),
  notAuthorNorModerator: (refuse) => refuse('sala1', 42),
  reactionInvalid: (refuse) => refuse(64, 'reaction'),
  tooManyReactions: (refuse) => refuse(42, 20),
  lineTooLong: (refuse) => refuse(defaultLimits),
  invalidUtf8: (refuse) => refuse(),
  batchTooLarge: (refuse) => refuse(65, defaultLimits),
  batchReplyTooLarge: (refuse) => refuse(defaultLimits),
  protocolUnsupported: (refuse) => refuse(2, 1),
  rateLimited: (refuse) => refuse(5, 120),
  attemptsLimited: (refuse) => refuse(60_000),
  busy: (refuse) => refuse('sala1', 100),
  storageFull: (refuse) => refuse('sala1', 1000),
  draining: (refuse) => refuse(),
  actorRestarted: (refuse) => refuse('sala1'),
  endedByOperator: (refuse) => refuse('testing'),
  notConnected: (refuse) => refuse(hostile),
  addressNotBanned: (refuse) => refuse('192.0.2.7'),
  tooManyAddressBans: (refuse) => refuse(1000),
  addressBansNotSaved: (refuse) => refuse('ENOSPC: no space left on device, write', 1000),
  faultsNotAllowed: (refuse) => refuse(),
  nameMixed: (refuse) => refuse('n', 'а', 'name'),
  tlsRequired: (refuse) => refuse(),
  tlsNotOffered: (refuse) => refuse(),
  roomFull: (refuse) => refuse('sala1', 10_000),
  roomClosed: (refuse) => refuse('sala1'),
  banned: (refuse) => refuse('sala1', 60_000),
  muted: (refuse) => refuse('sala1', 60_000),
  slowMode: (refuse) => refuse('sala1', 30, 12_000),
  moderatorsOnly: (refuse) => refuse('sala1'),
  outranked: (refuse) => refuse(hostile),
  openToAll: (refuse) => refuse('sala1'),
  userBanned: (refuse) => refuse(hostile, 'sala1'),
  tooManySanctions: (refuse) => refuse('sala1', 1000),
  tooManyBlocks: (refuse) => refuse(1000),
  ownersOnly: (refuse) => refuse('sala1'),
  tooManyRooms: (refuse) => refuse(1000),
  tooManyAccounts: (refuse) => refuse(100_000),
  tooManyRoomsOfUser: (refuse) => refuse(100),
};

function each(check: (refusal: Refusal, name: string) => void): void {
  for (const name of Object.keys(refusals) as (keyof Refusals)[]) {
    check((examples[name] as (refuse: unknown) => Refusal)(refusals[name]), name);
  }
}

t.test('the error numbers are those of the contract', async (t) => {
  t.strictSame(errorNumbers, Object.fromEntries(Object.entries(contract).map(([code, [number]]) => [code, number])));
});

t.test('temporary are those errors after which the same call may succeed', async (t) => {
  for (const [code, [, temporary]] of Object.entries(contract)) {
    t.equal(isTemporary(code as ErrorCode), temporary !== undefined, code);
  }
});

t.test('a refusal is told from a result', async (t) => {
  each((refusal, name) => t.ok(isRefusal(refusal), name));
  t.notOk(isRefusal({}));
  t.notOk(isRefusal({ room: 'sala1', seq: 42 }));
});

t.test('every refusal speaks English and Portuguese', async (t) => {
  const theSpecificationsOwn = ['parseError', 'methodNotFound'];
  each(({ message }, name) => {
    t.ok(message.en.length > 0 && message.pt.length > 0, name);
    if (!theSpecificationsOwn.includes(name)) t.not(message.en, message.pt, `${name} in two languages`);
  });
});

t.test('in text a refusal is one line: a minus, the code, and the message in the language asked for', async (t) => {
  each((refusal, name) => {
    t.equal(formatRefusal(refusal, 'en'), `-${refusal.code} ${refusal.message.en}`, name);
    t.equal(formatRefusal(refusal, 'pt'), `-${refusal.code} ${refusal.message.pt}`, name);
  });
  t.equal(formatRefusal(refusals.notInRoom('sala1'), 'en'), '-NOT_IN_ROOM you are not in "sala1"; join it first');
});

t.test('what a user wrote brings no control character into text, and no line end into JSON', async (t) => {
  each((refusal, name) => {
    for (const language of ['en', 'pt'] as const) {
      t.equal(formatRefusal(refusal, language).search(/\p{Cc}/u), -1, `${name} in text`);
      t.notOk(encodeRefusal(1, refusal, language).includes('\n'), `${name} in JSON is one line`);
    }
  });
});

t.test('in JSON a refusal is an error with exactly the data of the contract', async (t) => {
  each((refusal, name) => {
    const [code, temporary] = contract[refusal.code];
    for (const language of ['en', 'pt'] as const) {
      const data: Record<string, unknown> = { code: refusal.code, temporary: temporary !== undefined };
      if (refusal.retryAfterMs !== undefined) data.retryAfterMs = refusal.retryAfterMs;
      if (refusal.field !== undefined) data.field = refusal.field;
      const error = { code, message: refusal.message[language], data };
      t.strictSame(JSON.parse(encodeRefusal(7, refusal, language)), { jsonrpc: '2.0', id: 7, error }, name);
    }
  });
});

t.test('a refusal says when to try again if and only if the contract promises it', async (t) => {
  each(({ code, retryAfterMs }, name) => {
    t.equal(retryAfterMs !== undefined, contract[code][1] === 'after', name);
  });
});

t.test('the errors of a call name the param by the name that the caller used', async (t) => {
  t.equal(refusals.paramMissing('sala').field, 'sala');
  t.equal(refusals.paramUnknown('colour', []).field, 'colour');
  t.equal(refusals.textControl('mensagem').field, 'mensagem');
  t.equal(refusals.nameInvalid(defaultLimits, 'nome').field, 'nome');
  t.equal(refusals.protocolUnsupported(2, 1).field, 'protocol');
});
