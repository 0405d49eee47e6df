import { createHash, randomBytes } from 'node:crypto';
import type { MemberList } from '../actors/room/decisions.js';
import type { SupervisorRef } from '../actors/supervisor/supervisor-handle.js';
import type { Limits } from '../protocol/limits.js';
import type { MethodName, Result, Values } from '../protocol/methods.js';
import { nameOf, type RoomName, type UserId } from '../protocol/names.js';
import { isRefusal, type Refusal, refusals } from '../protocol/refusals.js';
import { type Reads, ReadsBusy } from '../reads/pool.js';
import type { Room, Rooms } from './rooms.js';
import type { Dispatch, Session } from './session.js';
import type { User, Users } from './users.js';

/** What the methods of the table do. Every rule of the chat is an actor's; here calls find their way to them. */
export interface DispatchOptions {
  readonly version: string;
  readonly limits: Limits;
  readonly supervisor: SupervisorRef;
  readonly rooms: Rooms;
  readonly users: Users;
  readonly reads: Reads;
  /** The supervisor's database, for readers. */
  readonly inboxFile: string;
  readonly draining: () => boolean;
  /** Notes that a connection of a user is over. */
  readonly release: (session: Session) => void;
  /** A call that failed by a bug; its caller is told `INTERNAL_ERROR`. */
  readonly onBug: (method: MethodName, error: unknown) => void;
}

type Outcome<M extends MethodName> = Result<M> | Refusal;
type Handlers = {
  readonly [M in MethodName]: (session: Session, values: Values<M>, reply: (outcome: Outcome<M>) => void) => unknown;
};

const protocolVersion = 1;
const tokenBytes = 16;
const busyRetryMs = 100;
const features = ['json-rpc', 'text', 'resume', 'clientMsgId', 'private'];

export function createDispatch(options: DispatchOptions): Dispatch {
  const { version, limits, supervisor, rooms, users, reads, inboxFile, draining, release, onBug } = options;

  /** Runs `work` with the room, or refuses. */
  const inRoom = (name: RoomName, reply: (refusal: Refusal) => void, work: (room: Room) => unknown): unknown => {
    const room = rooms.get(name);
    return room === undefined ? reply(refusals.roomNotFound(name)) : work(room);
  };
  /**
   * Changes a user's rooms, which several connections may ask for: one change at a time. Else supervisor and room
   * could end up with different lists, and the room with a member who is no user any more.
   */
  const inTurn = (user: User, reply: (refusal: Refusal) => void, change: () => unknown): Promise<unknown> => {
    const turn = user.changes.then(() => (user.ended ? reply(refusals.notRegistered()) : change()));
    user.changes = turn.catch(() => {});
    return turn;
  };
  const withPresence = (members: MemberList): Result<'room.members'>['members'] =>
    members.map(({ user, role }) => ({ userId: user, name: nameOf(user), role, online: users.isOnline(user) }));
  const become = (session: Session, id: UserId, inboxHead: number): User => {
    const user = users.add(id, inboxHead, session);
    session.user = user;
    // The connection may have ended while its client was being let in.
    if (session.gone) release(session);
    return user;
  };

  const handlers: Handlers = {
    hello: (_session, { protocol }, reply) => {
      if (protocol !== undefined && protocol !== protocolVersion) {
        return reply(refusals.protocolUnsupported(protocol, protocolVersion));
      }
      return reply({ server: 'salas', version, protocol: protocolVersion, limits: { ...limits }, features });
    },

    ping: (session, { data }, reply) => {
      const heads = Object.fromEntries([...session.rooms.keys()].map((room) => [room.name, room.feed.head]));
      return reply({ data: data ?? null, at: Date.now(), heads });
    },

    'user.register': (session, { name }, reply) => {
      const { token, tokenHash } = newToken();
      return supervisor.call({ type: 'register', name, tokenHash }, (outcome) => {
        if (isRefusal(outcome)) return reply(outcome);
        const { user: id } = expect(outcome, 'registered');
        const user = become(session, id, 0);
        reply({ userId: id, name, token, resumeSeconds: limits.resumeSeconds });
        return session.followInbox(user, 0);
      });
    },

    'user.resume': (session, { token, rooms: positions, inboxAfter }, reply) => {
      return supervisor.call({ type: 'resume', tokenHash: hashOf(token) }, (outcome) => {
        if (isRefusal(outcome)) return reply(outcome);
        const { user: id, rooms: joined, inboxHead } = expect(outcome, 'resumed');
        const user = become(session, id, inboxHead);
        const comeBack = async () => {
          const found = (await Promise.all(joined.map((room) => returnTo(id, room)))).filter((at) => at !== undefined);
          // Set before the answer, which lets the connection's next line be read.
          session.currentRoom = found[0]?.room.name;
          const resumed = found.map(({ room, head }) => ({ room, ...resumeAt(room, head, positions?.[room.name]) }));
          reply({
            userId: id,
            name: nameOf(id),
            rooms: resumed.map(({ room, seq, status }) => ({ room: room.name, epoch: room.epoch, seq, status })),
            inboxSeq: inboxHead,
          });
          for (const { room, after } of resumed) session.follow(room, after);
          session.followInbox(user, Math.min(inboxAfter ?? inboxHead, inboxHead));
        };
        return failSafe('user.resume', reply, () => inTurn(user, reply, comeBack));
      });
    },

    'user.me': async (session, _values, reply) => {
      const { id } = session.user as User;
      const outcome = await supervisor.ask({ type: 'list-rooms', user: id });
      if (isRefusal(outcome)) return reply(outcome);
      return reply({ userId: id, name: nameOf(id), rooms: [...expect(outcome, 'rooms').rooms] });
    },

    'user.quit': async (session, _values, reply) => {
      const user = session.user as User;
      const { id, sessions } = user;
      const outcome = await supervisor.ask({ type: 'list-rooms', user: id });
      if (isRefusal(outcome)) return reply(outcome);
      const joined = expect(outcome, 'rooms').rooms;
      const left = await Promise.all(
        joined.map((room) => rooms.get(room)?.ref.ask({ type: 'leave', user: id, reason: 'quit' })),
      );
      const failure = left.find((reply) => reply !== undefined && isRefusal(reply) && reply.code !== 'NOT_IN_ROOM');
      if (failure !== undefined) return reply(failure as Refusal);
      const ended = await supervisor.ask({ type: 'end', user: id });
      if (isRefusal(ended)) return reply(ended);
      user.ended = true;
      // Before the answer, which would let the connection's next call start.
      for (const one of [...sessions]) one.finish(refusals.notRegistered());
      reply({});
    },

    'room.list': (_session, _values, reply) => {
      const list = [...rooms.all()].map(({ name, topic, members, feed }) => ({
        room: name,
        topic,
        members,
        seq: feed.head,
      }));
      return reply({ rooms: list.sort((one, other) => (one.room < other.room ? -1 : 1)) });
    },

    'room.create': async (session, { room: name, topic = '' }, reply) => {
      const { id } = session.user as User;
      const outcome = await supervisor.ask({ type: 'create-room', room: name, topic, by: id });
      if (isRefusal(outcome)) return reply(outcome);
      const room = await rooms.open(name);
      if (isRefusal(room)) return reply(room);
      const joined = await room.ref.ask({ type: 'join', user: id });
      if (isRefusal(joined)) return reply(joined);
      const { since } = expect(joined, 'joined');
      session.currentRoom = name;
      reply({ room: name, epoch: room.epoch, seq: since });
      session.follow(room, since - 1);
    },

    'room.join': (session, { room: name, after }, reply) =>
      inRoom(name, reply, async (room) => {
        const { id } = session.user as User;
        const noted = await supervisor.ask({ type: 'note-room', user: id, room: name });
        if (isRefusal(noted)) return reply(noted);
        const outcome = await room.ref.ask({ type: 'join', user: id });
        if (isRefusal(outcome)) {
          if (outcome.code === 'FORBIDDEN') supervisor.call({ type: 'forget-room', user: id, room: name }, () => {});
          return reply(outcome);
        }
        const { seq, since, topic, members } = expect(outcome, 'joined');
        session.currentRoom = name;
        reply({ room: name, epoch: room.epoch, seq, topic, members: withPresence(members) });
        const head = since === seq ? since - 1 : seq;
        if (after !== undefined) session.follow(room, Math.min(after, head));
        else if (!session.rooms.has(room)) session.follow(room, head);
      }),

    'room.leave': (session, { room: name }, reply) =>
      inRoom(name, reply, async (room) => {
        const { id } = session.user as User;
        const outcome = await room.ref.ask({ type: 'leave', user: id });
        const gone = !isRefusal(outcome) || outcome.code === 'NOT_IN_ROOM';
        const forgotten = gone ? await supervisor.ask({ type: 'forget-room', user: id, room: name }) : undefined;
        if (isRefusal(outcome)) return reply(outcome);
        if (forgotten !== undefined && isRefusal(forgotten)) return reply(forgotten);
        return reply({ room: name, seq: expect(outcome, 'done').seq });
      }),

    'room.send': (session, { room: name, text, clientMsgId }, reply) =>
      inRoom(name, reply, (room) => {
        const user = session.user as User;
        const waitMs = users.floodWait(user);
        if (waitMs > 0) return reply(refusals.rateLimited(limits.floodRate, waitMs));
        return room.ref.call(
          { type: 'send', user: user.id, text, clientMsgId },
          (outcome) => {
            if (isRefusal(outcome)) return reply(outcome);
            const { seq, at, duplicate } = expect(outcome, 'sent');
            session.omitOwn(room, seq);
            return reply({ room: name, epoch: room.epoch, seq, at, duplicate });
          },
          Buffer.byteLength(text),
        );
      }),

    'room.history': (session, { room: name, before, after, limit }, reply) => {
      return inRoom(name, reply, async (room) => {
        const outcome = await room.ref.ask({ type: 'read', user: (session.user as User).id });
        if (isRefusal(outcome)) return reply(outcome);
        const { head } = expect(outcome, 'readable');
        const range = pageRange({ before, after, limit }, head, limits);
        const { messages, more } = await reads.roomHistory({ file: room.file, range });
        return reply({ room: name, epoch: room.epoch, seq: head, messages: [...messages], more });
      });
    },

    'room.members': (_session, { room: name }, reply) =>
      inRoom(name, reply, async (room) => {
        const outcome = await room.ref.ask({ type: 'list-members' });
        if (isRefusal(outcome)) return reply(outcome);
        const { head, members } = expect(outcome, 'members');
        return reply({ room: name, seq: head, members: withPresence(members) });
      }),

    'room.topic': (session, { room: name, topic }, reply) =>
      inRoom(name, reply, async (room) => {
        const user = (session.user as User).id;
        const outcome = await room.ref.ask({ type: 'change-topic', user, topic });
        return isRefusal(outcome) ? reply(outcome) : reply({ room: name, seq: expect(outcome, 'done').seq });
      }),

    'private.send': (session, { room: name, to, text, clientMsgId }, reply) =>
      inRoom(name, reply, (room) => {
        const user = session.user as User;
        const waitMs = users.floodWait(user);
        if (waitMs > 0) return reply(refusals.rateLimited(limits.floodRate, waitMs));
        const from = user.id;
        return room.ref.call({ type: 'vouch', from, to }, (vouched) => {
          const objection = isRefusal(vouched) ? vouched : undefined;
          if (objection !== undefined && !objections.has(objection.code)) return reply(objection);
          return supervisor.call(
            { type: 'send-private', from, to, room: name, text, clientMsgId, objection },
            (outcome) => {
              if (isRefusal(outcome)) return reply(outcome);
              const { seq, at, duplicate } = expect(outcome, 'sent');
              session.omitOwnPrivate(seq);
              return reply({ seq, at, duplicate, online: users.isOnline(to) });
            },
            Buffer.byteLength(text),
          );
        });
      }),

    'private.history': async (session, { room, with: other, before, after, limit }, reply) => {
      const owner = (session.user as User).id;
      const outcome = await supervisor.ask({ type: 'inbox-head', user: owner });
      if (isRefusal(outcome)) return reply(outcome);
      const { head } = expect(outcome, 'inbox');
      const filter = { ...(room === undefined ? {} : { room }), ...(other === undefined ? {} : { with: other }) };
      const range = pageRange({ before, after, limit }, head, limits);
      const { messages, more } = await reads.inboxHistory({ file: inboxFile, owner, filter, range });
      return reply({ messages: [...messages], more, seq: head });
    },
  };

  /**
   * The room and its head, if the user is still a member; else the note that said so is dropped. A room that cannot
   * say is taken at the note's word: what its log brings is sent when it is back.
   */
  const returnTo = async (user: UserId, name: RoomName): Promise<{ room: Room; head: number } | undefined> => {
    const room = rooms.get(name);
    if (room === undefined) return undefined;
    const outcome = await room.ref.ask({ type: 'read', user });
    if (!isRefusal(outcome)) return { room, head: expect(outcome, 'readable').head };
    if (outcome.code !== 'NOT_IN_ROOM') return { room, head: room.feed.head };
    supervisor.call({ type: 'forget-room', user, room: name }, () => {});
    return undefined;
  };

  /** Runs `work`; if it throws, that is a bug, which is reported and told to the caller. */
  const failSafe = async (
    method: MethodName,
    reply: (refusal: Refusal) => void,
    work: () => unknown,
  ): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (error instanceof ReadsBusy) return reply(refusals.busy('the history', busyRetryMs));
      onBug(method, error);
      reply(refusals.internal());
    }
  };

  return (session, method, values, reply) => {
    if (draining()) return reply(refusals.draining());
    const handler = handlers[method] as (
      session: Session,
      values: unknown,
      reply: (outcome: object) => void,
    ) => unknown;
    const run = () => handler(session, values, reply);
    const { user } = session;
    // Only what waits can fail later; the others are not made to wait for it.
    const result = user !== undefined && changesRooms.has(method) ? inTurn(user, reply, run) : run();
    if (result instanceof Promise) void failSafe(method, reply, () => result);
  };
}

/** Methods that change the list of their user's rooms. */
const changesRooms: ReadonlySet<MethodName> = new Set(['user.quit', 'room.create', 'room.join', 'room.leave']);

/** What a room may have against a private message; the supervisor weighs it, any other refusal is final. */
const objections: ReadonlySet<string> = new Set(['NOT_IN_ROOM', 'USER_NOT_IN_ROOM']);

/** The reply of the type that this command is answered with. */
function expect<Reply extends { readonly type: string }, Type extends Reply['type']>(
  reply: Reply,
  type: Type,
): Extract<Reply, { readonly type: Type }> {
  if (reply.type !== type) throw new Error(`expected ${type}, got ${reply.type}`);
  return reply as Extract<Reply, { readonly type: Type }>;
}

function newToken(): { readonly token: string; readonly tokenHash: Uint8Array } {
  const token = randomBytes(tokenBytes).toString('base64url');
  return { token, tokenHash: hashOf(token) };
}

/** Tokens are random and long, so a plain hash keeps them: nothing could be guessed from it. */
function hashOf(token: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(token).digest());
}

/** Where a resumed cursor begins: behind what the client has, or at the head where it has another log's. */
function resumeAt(
  room: Room,
  head: number,
  position: { readonly epoch?: string | undefined; readonly after: number } | undefined,
): { readonly seq: number; readonly after: number; readonly status: 'resumed' | 'reset' } {
  if (position === undefined) return { seq: head, after: head, status: 'resumed' };
  const sameLog = position.epoch === undefined || position.epoch === room.epoch;
  return sameLog
    ? { seq: head, after: Math.min(position.after, head), status: 'resumed' }
    : { seq: head, after: head, status: 'reset' };
}

function pageRange(
  { before, after, limit }: { before?: number | undefined; after?: number | undefined; limit?: number | undefined },
  upTo: number,
  limits: Limits,
) {
  return { before, after, limit: limit ?? limits.historyLimitDefault, upTo, bytesMax: limits.historyBytesMax };
}
