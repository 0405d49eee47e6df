import { isIP, SocketAddress } from 'node:net';
import * as v from 'valibot';
import { messageText, type Param, type ParamKind, roomName, topicText, userIdText } from './params.js';
import { type ErrorCode, refusals } from './refusals.js';
import type { Language } from './speech.js';

/** What whoever runs the daemon calls, over the socket in its data directory. */

/** Faults of a room's thread. */
export const roomFaults = ['crash-room', 'hang-room', 'exhaust-room', 'fail-commit', 'full-disk', 'slow-disk'] as const;
export type RoomFault = (typeof roomFaults)[number];

export const faults = [...roomFaults, 'crash-supervisor'] as const;
export type Fault = (typeof faults)[number];

const faultMsMax = 600_000;
/** How long a fault lasts, or how much longer each commit takes, where nobody says. */
export const faultMsDefault = 1000;

const fault: ParamKind<Fault> = {
  schema: v.picklist(faults),
  wanted: { en: `one of ${faults.join(', ')}`, pt: `um de ${faults.join(', ')}` },
};

const faultMs: ParamKind<number> = {
  schema: v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(faultMsMax)),
  wanted: { en: `a whole number from 0 to ${faultMsMax}`, pt: `um número inteiro de 0 a ${faultMsMax}` },
};

/** Entries of a list of sessions or of users; `more` says whether there are further ones. */
export const controlListMax = 10_000;
/** Addresses and networks banned at once. */
export const addressBansMax = 1000;
/** A year; who is to stay out longer is banned for good. */
export const banMinutesMax = 366 * 24 * 60;

/**
 * An IPv4 or IPv6 address, or a network of them, as it is kept: in the one form that each has (RFC 5952), and an IPv4
 * address behind IPv6 (RFC 4291, section 2.5.5.2) as what it is. Nothing where it is no such thing.
 */
export function parseAddressRange(input: string): string | undefined {
  const [written = '', bits, ...rest] = input.replace(/^::ffff:(?=[\d.]+$)/i, '').split('/');
  const version = isIP(written);
  const bitsMax = version === 6 ? 128 : 32;
  if (version === 0 || written.includes('%') || rest.length > 0) return undefined;
  const { address } = new SocketAddress({ address: written, family: version === 6 ? 'ipv6' : 'ipv4' });
  if (bits === undefined) return address;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= bitsMax ? `${address}/${Number(bits)}` : undefined;
}

const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** Addresses and networks (CIDR, RFC 4632) whose connections are turned away: since and until when, in Unix ms, or for good. */
export const addressBanList = v.pipe(
  v.array(
    v.strictObject({
      address: v.pipe(
        v.string(),
        v.check((address) => parseAddressRange(address) === address, 'an address in another form than it is kept in'),
      ),
      reason: v.string(),
      at: time,
      until: v.nullable(time),
    }),
  ),
  v.maxLength(addressBansMax),
);
export type AddressBan = v.InferOutput<typeof addressBanList>[number];

const addressRange: ParamKind<string> = {
  schema: v.string(),
  wanted: { en: 'a string', pt: 'um texto' },
  check: (input, _limits, field) => {
    const value = parseAddressRange(input);
    return value === undefined ? { refusal: refusals.paramMistyped(field, wantedAddress) } : { value };
  },
};

const wantedAddress = {
  en: 'an IP address like 192.0.2.7 or 2001:db8::7, or a network like 192.0.2.0/24',
  pt: 'um endereço IP como 192.0.2.7 ou 2001:db8::7, ou uma rede como 192.0.2.0/24',
};

const banMinutes: ParamKind<number> = {
  schema: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(banMinutesMax)),
  wanted: { en: `a whole number from 1 to ${banMinutesMax}`, pt: `um número inteiro de 1 a ${banMinutesMax}` },
};

const sessionNumber: ParamKind<number> = {
  schema: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  wanted: { en: 'the number of a session', pt: 'o número de uma sessão' },
};

/** How much the daemon logs, the most first. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const logLevel: ParamKind<LogLevel> = {
  schema: v.picklist(logLevels),
  wanted: { en: `one of ${logLevels.join(', ')}`, pt: `um de ${logLevels.join(', ')}` },
};

function optional<Wire, Value>(kind: ParamKind<Wire, Value>): Param<Wire, Value> {
  return { kind, optional: true };
}

/** The language in which refusals are told. */
export const languageParam: Param<Language> = optional({
  schema: v.picklist(['en', 'pt']),
  wanted: { en: 'en or pt', pt: 'en ou pt' },
});

/** The params of each method, but for {@link languageParam}, which all take; they are called as clients' methods are. */
export const controlParams = {
  status: {},
  sessions: { user: optional(userIdText) },
  users: {},
  /** One of both. */
  kick: { session: optional(sessionNumber), user: optional(userIdText), reason: optional(topicText) },
  announce: { text: { kind: messageText } },
  'ban-address': { address: { kind: addressRange }, minutes: optional(banMinutes), reason: optional(topicText) },
  'unban-address': { address: { kind: addressRange } },
  addresses: {},
  'log-level': { level: optional(logLevel) },
  drain: {},
  /** A room of the server's, whose log is there already. */
  'adopt-room': { room: { kind: roomName } },
  chaos: { fault: { kind: fault }, room: optional(roomName), ms: optional(faultMs) },
};
export type ControlMethod = keyof typeof controlParams;

/**
 * What a daemon tells of itself. Counters begin at 0 with the daemon, or with the thread they are of, and only grow.
 * `null` is a figure that its thread did not tell in time.
 */
export interface Figures {
  readonly version: string;
  /** Unix time in ms. */
  readonly at: number;
  readonly uptimeMs: number;
  readonly rssBytes: number;
  readonly connections: number;
  /** Connections taken since the start. */
  readonly connectionsTotal: number;
  /** Users with a connection. */
  readonly users: number;
  /** Events and private messages written to connections: each counts once a connection. */
  readonly deliveries: number;
  /** Cursors on rooms and inboxes that have something still to pass on. */
  readonly lagging: number;
  /** How many calls and lines were refused, by code. */
  readonly refusals: Readonly<Partial<Record<ErrorCode, number>>>;
  readonly supervisor: ActorFigures;
  readonly rooms: readonly RoomFigures[];
  readonly threads: readonly ThreadFigures[];
}

export interface ActorFigures {
  /** Commands handed in by clients and not yet answered. */
  readonly mailbox: number;
  /** How often its thread died and was replaced. */
  readonly restarts: number;
  /** Transactions on disk; since its thread began. */
  readonly commits: number | null;
}

export interface RoomFigures extends ActorFigures {
  readonly room: string;
  readonly members: number;
  /** Connections that are sent its events. */
  readonly readers: number;
  readonly seq: number;
  /** How many events the reader that is furthest behind has not been sent. */
  readonly lag: number;
}

export interface ThreadFigures {
  readonly thread: 'main' | 'supervisor' | 'room';
  /** The rooms in it, where it is theirs; none in one that waits for the next room. */
  readonly rooms: readonly string[];
  readonly load: ThreadLoad | null;
}

/** What a thread knows of itself. */
export interface ThreadLoad {
  /** The heap, and how much of it is in use. */
  readonly heapBytes: number;
  readonly heapUsedBytes: number;
  /** Buffers outside the heap. */
  readonly externalBytes: number;
  /** How long it has not waited for work, since it began. */
  readonly busyMs: number;
}

/** A connection of a client, as the operator sees it. */
export interface SessionFigures {
  /** Names it for as long as the daemon runs. */
  readonly session: number;
  readonly address: string;
  readonly user: string | null;
  /** Unix time in ms. */
  readonly since: number;
  readonly rooms: number;
  readonly dialect: 'json' | 'text';
  /** Calls not answered yet. */
  readonly calls: number;
  /** Bytes that wait to be read by the client. */
  readonly queuedBytes: number;
  /** How many events it has not been sent, of the room where it is furthest behind. */
  readonly lag: number;
}

/** A user with a connection. */
export interface UserFigures {
  readonly user: string;
  readonly sessions: number;
  readonly rooms: number;
  readonly lag: number;
}
