import { readFileSync } from 'node:fs';
import ts from 'typescript';
import type { GenericSchema } from 'valibot';
import { defaultLimits, type Limits } from '../src/protocol/limits.js';
import { type Method, type MethodName, methods } from '../src/protocol/methods.js';
import type { ParamTable } from '../src/protocol/params.js';
import { type ErrorCode, errorNumbers, isTemporary, type Refusal, refusals } from '../src/protocol/refusals.js';
import { connectionCommands } from '../src/protocol/text-commands.js';
import { help } from '../src/protocol/text-help.js';

/** The tables of docs/protocol.md, made from the source that the server itself runs on. */

const regions = { methods: methodTable, limits: limitTable, errors: errorTable, 'text-commands': textCommandTable };

const root = new URL('../../', import.meta.url);
export const protocolFile = new URL('docs/protocol.md', root);

/**
 * The document with its tables made anew, each between the markers `<!-- NAME -->` and `<!-- /NAME -->`.
 *
 * @throws when a pair of markers is missing
 */
export function withTables(markdown: string): string {
  let result = markdown;
  for (const [name, table] of Object.entries(regions)) {
    const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->\n`];
    const from = result.indexOf(begin) + begin.length;
    const to = result.indexOf(end, from);
    if (from < begin.length || to === -1) throw new Error(`docs/protocol.md has no region ${begin.trim()}`);
    result = `${result.slice(0, from)}\n${table()}\n\n${result.slice(to)}`;
  }
  return result;
}

const methodList = Object.entries(methods) as [MethodName, Method][];

function methodTable(): string {
  const rows = methodList.map(([name, { alias, params, result, doc }]) => [
    [name, ...(alias === undefined ? [] : [alias])].map(code).join('<br>'),
    paramList(params),
    code(shapeOf(result)),
    doc.en,
  ]);
  const namesOf = (wanted: (method: Method) => boolean) =>
    methodList.flatMap(([name, method]) => (wanted(method) ? [code(name)] : [])).join(', ');
  return [
    table(['method, alias', 'params [alias]', 'result', ''], rows),
    '',
    `- Without a user: ${namesOf(({ needs }) => needs !== 'user')}. All others need one.`,
    `- Started at once, side by side: ${namesOf(({ order }) => order === 'at-once')}.`,
    "  Any other call starts when the connection's earlier calls are answered, and later ones wait for its answer.",
  ].join('\n');
}

function paramList(params: ParamTable): string {
  return Object.entries(params)
    .map(([name, { alias, optional }]) => {
      const shown = code(optional ? `${name}?` : name);
      return alias === undefined ? shown : `${shown} [${code(alias)}]`;
    })
    .join(', ');
}

/** What the contract calls the shape of a result: the names, without the types that they tell by themselves. */
function shapeOf(schema: GenericSchema): string {
  const inner = schema as unknown as {
    readonly type: string;
    readonly entries: Readonly<Record<string, GenericSchema>>;
    readonly item: GenericSchema;
    readonly options: readonly string[];
    readonly literal: string | boolean;
    readonly wrapped: GenericSchema;
  };
  switch (inner.type) {
    case 'object': {
      const entries = Object.entries(inner.entries).map(([name, entry]) => {
        const shown = entry.type === 'optional' ? `${name}?` : name;
        const shape = shapeOf(entry);
        return shape === '' ? shown : `${shown}: ${shape}`;
      });
      return `{${entries.join(', ')}}`;
    }
    case 'array':
      return `[${shapeOf(inner.item) || '…'}]`;
    case 'record':
      return '{…}';
    case 'picklist':
      return inner.options.map((option) => `"${option}"`).join('|');
    case 'literal':
      return JSON.stringify(inner.literal);
    case 'optional':
      return shapeOf(inner.wrapped);
    default:
      return '';
  }
}

/** Limits whose names say it all; what the others mean stands above each in limits.ts. */
const plainLimits: { readonly [Name in keyof Limits]?: string } = {
  topicBytesMax: "Bytes of UTF-8 in a room's topic.",
  nameCharactersMax: "Characters of a user's name.",
  roomNameCharactersMax: "Characters of a room's name.",
  clientMsgIdCharactersMax: 'Characters of a `clientMsgId`.',
  historyLimitDefault: 'Messages in one history page where no `limit` is given.',
  historyLimitMax: 'Messages in one history page.',
  roomsMax: 'Rooms of this server.',
  slowModeSecondsMax: 'Seconds between two messages of one member in slow mode.',
  accountsMax: 'Accounts of this server.',
  passwordCharactersMin: 'Characters of a new password.',
  roomMembersMax: 'Members of one room.',
};

function limitTable(): string {
  const documented = limitDocs();
  const rows = Object.entries(defaultLimits).map(([name, value]) => {
    const doc = documented.get(name) ?? plainLimits[name as keyof Limits];
    if (doc === undefined) throw new Error(`the limit ${name} is not explained in limits.ts`);
    return [code(name), value.toLocaleString('en'), doc];
  });
  return table(['limit', 'default', ''], rows, ['', 'right']);
}

/** The comments on the members of `Limits`. */
function limitDocs(): Map<string, string> {
  const text = readFileSync(new URL('src/protocol/limits.ts', root), 'utf8');
  const source = ts.createSourceFile('limits.ts', text, ts.ScriptTarget.Latest, true);
  const limits = source.statements.find(
    (statement) => ts.isInterfaceDeclaration(statement) && statement.name.text === 'Limits',
  ) as ts.InterfaceDeclaration;
  return new Map(
    limits.members.flatMap((member) => {
      const [doc] = ts.getJSDocCommentsAndTags(member);
      const words = ts.getTextOfJSDocComment(doc?.comment);
      return words === undefined ? [] : [[(member.name as ts.Identifier).text, words] as const];
    }),
  );
}

/** Every refusal as somebody might be told it. */
const examples: { readonly [Name in keyof typeof refusals]: Refusal } = {
  parseError: refusals.parseError(),
  invalidRequest: refusals.invalidRequest('params'),
  methodNotFound: refusals.methodNotFound(),
  commandNotFound: refusals.commandNotFound('/jion', '/join'),
  languageUnknown: refusals.languageUnknown('fr'),
  timeZoneUnknown: refusals.timeZoneUnknown('lisbon', 'Europe/Lisbon'),
  usage: refusals.usage({ en: '/join ROOM', pt: '/join ROOM' }),
  paramMissing: refusals.paramMissing('room'),
  paramUnknown: refusals.paramUnknown('rom', ['room', 'after']),
  paramsSurplus: refusals.paramsSurplus(3, ['room', 'after']),
  paramMistyped: refusals.paramMistyped('after', methods['room.join'].params.after.kind.wanted),
  paramsExclusive: refusals.paramsExclusive('after', 'before'),
  internal: refusals.internal(),
  notRegistered: refusals.notRegistered(),
  alreadyRegistered: refusals.alreadyRegistered('ana#1'),
  nameInvalid: refusals.nameInvalid(defaultLimits),
  tokenInvalid: refusals.tokenInvalid(),
  nameReserved: refusals.nameReserved('ana'),
  nameShared: refusals.nameShared('ana'),
  accountIdInvalid: refusals.accountIdInvalid('userId'),
  credentialsInvalid: refusals.credentialsInvalid(),
  passwordInvalid: refusals.passwordInvalid(defaultLimits, 'password'),
  accountExists: refusals.accountExists('ana#1'),
  accountNotFound: refusals.accountNotFound('ana#1'),
  sessionNotFound: refusals.sessionNotFound(),
  roomNotFound: refusals.roomNotFound('saal1', 'sala1'),
  roomExists: refusals.roomExists('sala1'),
  roomNameInvalid: refusals.roomNameInvalid(defaultLimits),
  notInRoom: refusals.notInRoom('sala1'),
  noCurrentRoom: refusals.noCurrentRoom(),
  noRoomForStrangers: refusals.noRoomForStrangers(),
  userNotFound: refusals.userNotFound('ana'),
  userNotInRoom: refusals.userNotInRoom('ana#1', 'sala1'),
  textEmpty: refusals.textEmpty('text'),
  textControl: refusals.textControl('text'),
  textMalformed: refusals.textMalformed('text'),
  textTooLong: refusals.textTooLong(defaultLimits.textBytesMax + 1, defaultLimits.textBytesMax, 'text'),
  queryInvalid: refusals.queryInvalid(0, defaultLimits, 'query'),
  duplicateConflict: refusals.duplicateConflict('m1', 42),
  messageNotFound: refusals.messageNotFound('sala1', 42),
  notAuthor: refusals.notAuthor(42),
  notAuthorNorModerator: refusals.notAuthorNorModerator('sala1', 42),
  reactionInvalid: refusals.reactionInvalid(defaultLimits.reactionBytesMax, 'reaction'),
  tooManyReactions: refusals.tooManyReactions(42, defaultLimits.reactionsMax),
  lineTooLong: refusals.lineTooLong(defaultLimits),
  invalidUtf8: refusals.invalidUtf8(),
  batchTooLarge: refusals.batchTooLarge(defaultLimits.batchMax + 1, defaultLimits),
  batchReplyTooLarge: refusals.batchReplyTooLarge(defaultLimits),
  protocolUnsupported: refusals.protocolUnsupported(2, 1),
  rateLimited: refusals.rateLimited(5, 200),
  attemptsLimited: refusals.attemptsLimited(1000),
  busy: refusals.busy('sala1', 100),
  storageFull: refusals.storageFull('sala1', 1000),
  draining: refusals.draining(),
  actorRestarted: refusals.actorRestarted('sala1'),
  endedByOperator: refusals.endedByOperator('testing'),
  notConnected: refusals.notConnected('ana#1'),
  addressNotBanned: refusals.addressNotBanned('192.0.2.7'),
  tooManyAddressBans: refusals.tooManyAddressBans(1000),
  addressBansNotSaved: refusals.addressBansNotSaved('ENOSPC: no space left on device, write', 1000),
  faultsNotAllowed: refusals.faultsNotAllowed(),
  nameMixed: refusals.nameMixed('n', 'а', 'name'),
  tlsRequired: refusals.tlsRequired(),
  tlsNotOffered: refusals.tlsNotOffered(),
  roomFull: refusals.roomFull('sala1', defaultLimits.roomMembersMax),
  roomClosed: refusals.roomClosed('sala1'),
  banned: refusals.banned('sala1', 60_000),
  muted: refusals.muted('sala1', 60_000),
  slowMode: refusals.slowMode('sala1', 30, 12_000),
  moderatorsOnly: refusals.moderatorsOnly('sala1'),
  outranked: refusals.outranked('ana#1'),
  openToAll: refusals.openToAll('sala1'),
  userBanned: refusals.userBanned('ana#1', 'sala1'),
  tooManySanctions: refusals.tooManySanctions('sala1', defaultLimits.roomSanctionsMax),
  tooManyBlocks: refusals.tooManyBlocks(defaultLimits.userBlocksMax),
  ownersOnly: refusals.ownersOnly('sala1'),
  tooManyRooms: refusals.tooManyRooms(defaultLimits.roomsMax),
  tooManyAccounts: refusals.tooManyAccounts(defaultLimits.accountsMax),
  tooManyRoomsOfUser: refusals.tooManyRoomsOfUser(defaultLimits.userRoomsMax),
};

function errorTable(): string {
  const told = Object.values(examples);
  const rows = (Object.keys(errorNumbers) as ErrorCode[]).map((errorCode) => {
    const own = told.filter(({ code }) => code === errorCode);
    const waits = own.some(({ retryAfterMs }) => retryAfterMs !== undefined);
    const temporary = isTemporary(errorCode) ? `yes${waits ? ', `retryAfterMs`' : ''}` : '';
    const messages = own.map(({ message }) => message.en).join('<br>') || '*(not sent by this version)*';
    return [String(errorNumbers[errorCode]), code(errorCode), temporary, messages];
  });
  return table(['number', 'code', 'temporary', 'what people are told, for example'], rows);
}

function textCommandTable(): string {
  const ofMethods = methodList.flatMap(([name, { command, otherCommand }]) =>
    [command, otherCommand].flatMap((one) => (one === undefined ? [] : [[one.name, one.alias, code(name)] as const])),
  );
  const ofConnection = Object.entries(connectionCommands).map(([word, command]) => {
    return [word, 'alias' in command ? command.alias : undefined, ''] as const;
  });
  const rows = [...ofMethods, ...ofConnection].map(([word, alias, method]) => {
    const [line] = help(word, 'en') as [string];
    const [usage, ...doc] = line.split(' - ');
    return [code(usage as string), alias === undefined ? '' : code(alias), method, doc.join(' - ')];
  });
  return table(['command', 'alias', 'method', ''], rows);
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  alignments: readonly string[] = [],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = head.map((_, column) => (alignments[column] === 'right' ? '--:' : '---'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
