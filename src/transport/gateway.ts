import type { Socket } from 'node:net';
import type { Connection as ActorConnection } from '../actors/actor-ref.js';
import type { RoomInfo } from '../actors/supervisor/room-threads.js';
import type { SupervisorHandle } from '../actors/supervisor/supervisor-handle.js';
import type { Figures } from '../protocol/control.js';
import type { Dialect } from '../protocol/events.js';
import type { Limits } from '../protocol/limits.js';
import type { RoomName } from '../protocol/names.js';
import { encodeDraining } from '../protocol/pushes.js';
import { type ErrorCode, isRefusal, type Refusal, refusals } from '../protocol/refusals.js';
import type { Speech } from '../protocol/speech.js';
import { createReads } from '../reads/pool.js';
import type { SearchableLog } from '../search/indexer.js';
import { createSearches } from '../search/searches.js';
import { createPasswords } from '../tasks/passwords.js';
import { AddressBans } from './address-bans.js';
import { createDispatch } from './dispatch.js';
import { bannedAtDoor, doorWords } from './door-words.js';
import { figures } from './figures.js';
import { listen } from './listener.js';
import type { CallTimes } from './metrics.js';
import { operatorCalls } from './operator.js';
import { Origins } from './origins.js';
import { Retention } from './retention.js';
import { Rooms } from './rooms.js';
import { type Audience, Session } from './session.js';
import { addressOf } from './tcp.js';
import type { Certificate } from './tls.js';
import { Users } from './users.js';

export interface GatewayOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly version: string;
  readonly limits: Limits;
  readonly supervisor: SupervisorHandle;
  /** Whose connections are turned away; nobody's, where it is left out. */
  readonly bans?: AddressBans;
  /** Offers TLS on the same port; with `only`, plain connections are for this machine alone. */
  readonly tls?: { readonly certificate: Certificate; readonly only: boolean } | undefined;
  /** Whether connections of this machine are limited like those of any other address. */
  readonly limitLoopback?: boolean;
  /** Where it is to be noted how long calls take. */
  readonly callTimes?: CallTimes | undefined;
  /** Something an operator should know. */
  readonly onTrouble: (what: string, details: Record<string, unknown>) => void;
}

export interface Gateway {
  readonly host: string;
  readonly port: number;
  /** What an operator may call, over the control socket. */
  readonly operator: ReturnType<typeof operatorCalls>;
  figures(): Promise<Figures>;
  /**
   * Shows new TLS connections another certificate; those that are there stay as they are.
   *
   * @throws when OpenSSL does not take it; the old one stays then
   */
  replaceCertificate(certificate: Certificate): void;
  /** Why it should not be sent clients now, a line a reason; empty when it should. */
  unready(): readonly string[];
  /** Takes no more connections and calls, answers what is in flight, and ends every connection. */
  drain(): Promise<void>;
}

/** The daemon cannot start; `said` says why in one line. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
  readonly said: Speech;

  constructor(said: Speech) {
    super(said.en);
    this.said = said;
  }
}

const roomUnavailableRetryMs = 5000;
const retryMs = 1000;
const sweepMs = 1000;
const drainPollMs = 10;
const reconnectAfterMsMin = 500;
const reconnectAfterMsSpread = 2000;

const features = [
  'json-rpc',
  'text',
  'resume',
  'clientMsgId',
  'private',
  'accounts',
  'moderation',
  'private-rooms',
  'blocks',
  'edits',
  'replies',
  'reactions',
  'search',
  'unread',
];

/**
 * Opens the rooms, then the port: sockets on one side, actors on the other.
 *
 * @throws StartFailure when a database cannot be opened; the system's error when the port cannot be had.
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { version, limits, supervisor, bans = new AddressBans(), tls, callTimes, onTrouble } = options;
  const origins = new Origins(limits, options.limitLoopback ?? false);
  const started = await supervisor.started;
  if ('failed' in started) throw new StartFailure(started.failed);
  const reads = createReads(limits.readQueueMax);
  const passwords = createPasswords(limits.passwordQueueMax);
  const users = new Users(limits, reads, started.file);
  const supervisorRef = supervisor.ref(
    (frames) => users.publish(frames),
    () => {
      if (!serving) return;
      supervisorRestarts++;
      users.catchUp(supervisorRef);
    },
  );
  const sessions = new Set<Session>();
  /** Connections that had no user when they were last looked at, in the order in which they came. */
  const strangers = new Set<Session>();
  let connectionsTotal = 0;
  let supervisorRestarts = 0;
  const refused: Partial<Record<ErrorCode, number>> = {};
  const onRefusal = ({ code }: Refusal): void => {
    refused[code] = (refused[code] ?? 0) + 1;
  };
  // Why a room could last not be opened.
  let unavailable: Speech | undefined;
  const audience: Audience = { json: 0, text: 0 };
  let serving = false;
  let draining = false;

  const connect = async (room: RoomName, hung: boolean): Promise<ActorConnection<RoomInfo>> => {
    const connection = await supervisor.connect(room, hung);
    if (!('failed' in connection)) return connection;
    unavailable = connection.failed;
    if (serving) onTrouble('a room cannot be opened', { room, reason: connection.failed.en });
    return refusals.busy(room, roomUnavailableRetryMs);
  };
  const rooms = new Rooms({
    limits,
    reads,
    connect,
    onParted: (room, parted) => {
      const left = rooms.get(room);
      for (const { user, seq } of parted) {
        for (const session of users.get(user)?.sessions ?? []) if (left !== undefined) session.part(left, seq);
      }
    },
    dialects: () => (audience.text > 0 ? bothDialects : jsonOnly),
  });
  const searches = createSearches({ limits, logs: () => logsOf(rooms), onTrouble });
  for (const opened of await Promise.all(started.rooms.map((room) => rooms.open(room)))) {
    if (isRefusal(opened)) throw new StartFailure(unavailable ?? opened.message);
  }

  /** Notes that a connection of a user is over, again until that is on disk. */
  const disconnect = (session: Session): void => {
    const { user } = session;
    if (user === undefined) return;
    supervisorRef.call({ type: 'disconnect', user: user.id }, (outcome) => {
      if (isRefusal(outcome) && !draining) setTimeout(disconnect, retryMs, session).unref();
    });
  };
  const release = (session: Session): void => {
    if (session.user === undefined) return;
    users.remove(session.user, session);
    disconnect(session);
  };
  const dispatch = createDispatch({
    version,
    features: tls === undefined ? features : [...features, 'tls'],
    limits,
    supervisor: supervisorRef,
    rooms,
    users,
    reads,
    searches,
    passwords,
    inboxFile: started.file,
    draining: () => draining,
    callTimes,
    release,
    onBug: (method, error) => onTrouble('a call failed', { method, err: error }),
  });
  const closed = (session: Session): void => {
    sessions.delete(session);
    strangers.delete(session);
    release(session);
  };

  const { banner, crowded, overrun } = doorWords(version, limits);
  const { host } = options;
  const connections = () => sessions.size;
  const unwelcome = (socket: Socket) => {
    const ban = bans.against(addressOf(socket), Date.now());
    if (ban !== undefined) return bannedAtDoor(ban);
    return origins.admit(socket) ? undefined : overrun;
  };
  const listener = await listen(
    { host, port: options.port, limits, banner, crowded, unwelcome, tls, connections },
    (connection) => {
      const session = new Session(connection, ++connectionsTotal, {
        limits,
        dispatch,
        audience,
        onRefusal,
        onClosed: closed,
      });
      session.origin = origins.of(session.address);
      sessions.add(session);
      strangers.add(session);
      return session;
    },
  );
  const { failed } = await supervisor.begin();
  if (failed !== undefined) throw new StartFailure(failed);
  serving = true;
  reads.warm();
  const retention = new Retention({ limits, rooms, reads });
  searches.begin();
  const sweeping = setInterval(() => dismissStrangers(strangers, limits), sweepMs).unref();

  const gather = () =>
    figures({
      version,
      sessions,
      connectionsTotal,
      refusals: refused,
      rooms,
      users,
      supervisor,
      supervisorRef,
      supervisorRestarts,
    });
  return {
    host,
    port: listener.port,
    replaceCertificate: (certificate) => listener.replaceCertificate(certificate),
    operator: operatorCalls({ sessions, users, supervisor: supervisorRef, rooms, bans, figures: gather }),
    figures: gather,
    unready: () => [
      ...(draining ? ['draining'] : []),
      ...(supervisorRef.connected ? [] : ['the supervisor is being started again']),
      ...[...rooms.all()].filter(({ ref }) => !ref.connected).map(({ name }) => `the room ${name} is not open`),
    ],
    drain: async () => {
      draining = true;
      clearInterval(sweeping);
      retention.close();
      listener.close();
      for (const session of sessions) session.write(encodeDraining(reconnectAfterMs(), session.dialect));
      for (const session of sessions) session.finish(refusals.draining());
      await until(() => sessions.size === 0);
      rooms.close();
      supervisorRef.close();
      await reads.close();
      await searches.close();
      await passwords.close();
      await supervisor.close();
    },
  };
}

function* logsOf(rooms: Rooms): Generator<SearchableLog> {
  for (const { file, epoch, feed } of rooms.all()) yield { file, epoch, head: feed.head };
}

/** Ends connections that nobody registered on in time. */
function dismissStrangers(strangers: Set<Session>, { unregisteredSeconds }: Limits): void {
  const before = Date.now() - unregisteredSeconds * 1000;
  for (const session of strangers) {
    if (session.user === undefined && session.since > before) return;
    strangers.delete(session);
    if (session.user !== undefined) continue;
    session.comment({
      en: `nobody registered here within ${unregisteredSeconds} s: this connection ends`,
      pt: `ninguém ingressou aqui em ${unregisteredSeconds} s: esta conexão acaba`,
    });
    session.finish(refusals.notRegistered());
  }
}

/** Spread, so that not all clients come back at the same moment. */
function reconnectAfterMs(): number {
  return reconnectAfterMsMin + Math.floor(Math.random() * reconnectAfterMsSpread);
}

const jsonOnly: readonly Dialect[] = ['json'];
const bothDialects: readonly Dialect[] = ['json', 'text'];

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, drainPollMs));
}
