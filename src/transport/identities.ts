import { notMember } from '../actors/room/moderation.js';
import type { SupervisorCommand } from '../actors/supervisor/decisions.js';
import type { Result, Values } from '../protocol/methods.js';
import { nameOf, type RoomName, type SessionId, sessionId, type UserId } from '../protocol/names.js';
import { isRefusal, type Refusal, refusals } from '../protocol/refusals.js';
import { type Chat, replyOf } from './calls.js';
import type { Room } from './rooms.js';
import type { Session } from './session.js';
import { inTurn, type User } from './users.js';

/** How connections become their users', and what becomes of them when a session or an identity ends. */
export interface Identities {
  /** The connection is the user's from now on. */
  become(session: Session, user: UserId, tokenHash: Uint8Array, inboxHead: number): User;
  /** Answers `user.resume` and `account.login`, whose `command` it hands in. */
  comeBack(
    session: Session,
    command: Extract<SupervisorCommand, { readonly type: 'resume' | 'log-in' }>,
    positions: Pick<Values<'user.resume'>, 'rooms' | 'inboxAfter'>,
    reply: (outcome: Result<'user.resume'> | Refusal) => void,
  ): Promise<unknown>;
  /** Ends the user's connections that came with one of these sessions. */
  cut(user: User, ended: readonly SessionId[]): void;
  /** Ends one of the user's sessions, and the connections that came with it. */
  endSession(user: User, session: SessionId): Promise<Refusal | undefined>;
  /**
   * The user leaves every room, and is no more, as all their connections. With `password`, the hash of that of their
   * account, if they have one. Refused if a room or the supervisor refuses: then the user stays, outside the rooms that
   * they could leave, and the call may be repeated.
   */
  end(user: User, password?: string): Promise<Refusal | undefined>;
}

export function createIdentities({ supervisor, rooms, users, release }: Chat): Identities {
  /**
   * The room and its head, if the user is still a member; else the note that said so is dropped. A room that cannot
   * say is taken at the note's word: what its log brings is sent when it is back. Who knows the room by the `epoch`
   * of a log that is lost was never seen to leave, and joins the new one.
   */
  const returnTo = async (user: UserId, name: RoomName, epoch?: string): Promise<Return | undefined> => {
    const room = rooms.get(name);
    if (room === undefined) return undefined;
    const outcome = await room.ref.ask({ type: 'read', user });
    if (!isRefusal(outcome)) return { room, head: replyOf(outcome, 'readable').head };
    if (!notMember.has(outcome.code)) return { room, head: room.feed.head };
    if (epoch !== undefined && epoch !== room.epoch) {
      const joined = await room.ref.ask({ type: 'join', user });
      if (!isRefusal(joined)) return { room, head: replyOf(joined, 'joined').seq };
    }
    supervisor.call({ type: 'forget-room', user, room: name }, () => {});
    return undefined;
  };

  const become: Identities['become'] = (session, id, tokenHash, inboxHead) => {
    const user = users.add(id, inboxHead, session);
    session.user = user;
    session.sessionId = sessionId(tokenHash);
    // The connection may have ended while its client was being let in.
    if (session.gone) release(session);
    return user;
  };

  const cut: Identities['cut'] = (user, ended) => {
    for (const one of [...user.sessions]) {
      if (one.sessionId !== undefined && ended.includes(one.sessionId)) one.finish(refusals.notRegistered());
    }
  };

  return {
    become,
    cut,

    endSession: async (user, session) => {
      const outcome = await supervisor.ask({ type: 'end-session', user: user.id, session });
      const ended = !isRefusal(outcome) || outcome.code === 'SESSION_NOT_FOUND';
      // Also where it was ended before: whoever ended it may not have been told, and repeats the call.
      if (ended) cut(user, [session]);
      return isRefusal(outcome) ? outcome : undefined;
    },

    comeBack: async (session, command, { rooms: positions, inboxAfter }, reply) => {
      const back = await new Promise<{ user: User; joined: readonly RoomName[]; inboxHead: number } | Refusal>(
        (resolve) => {
          supervisor.call(command, (outcome) => {
            if (isRefusal(outcome)) return resolve(outcome);
            const { user: id, rooms: joined, inboxHead, ended } = replyOf(outcome, 'resumed');
            // At once: a message that came into the inbox after this is published in the same turn.
            const user = become(session, id, command.tokenHash, inboxHead);
            cut(user, ended);
            return resolve({ user, joined, inboxHead });
          });
        },
      );
      if (isRefusal(back)) return reply(back);
      const { user, joined, inboxHead } = back;
      // Who quit in this moment might as well have quit before.
      const late = command.type === 'resume' ? refusals.tokenInvalid : refusals.credentialsInvalid;
      return inTurn(
        user,
        () => reply(late()),
        async () => {
          const found = (
            await Promise.all(joined.map((room) => returnTo(user.id, room, positions?.[room]?.epoch)))
          ).filter((at) => at !== undefined);
          const resumed = found.map(({ room, head }) => ({ room, ...resumeAt(room, head, positions?.[room.name]) }));
          // Set before the answer, which lets the connection's next line be read.
          session.currentRoom = found[0]?.room.name;
          reply({
            userId: user.id,
            name: nameOf(user.id),
            rooms: resumed.map(({ room, seq, status }) => ({ room: room.name, epoch: room.epoch, seq, status })),
            inboxSeq: inboxHead,
          });
          for (const { room, after } of resumed) session.follow(room, after);
          session.followInbox(user, Math.min(inboxAfter ?? inboxHead, inboxHead));
        },
      );
    },

    end: async (user, password) => {
      const { id, sessions } = user;
      const outcome = await supervisor.ask({ type: 'list-rooms', user: id });
      if (isRefusal(outcome)) return outcome;
      const joined = replyOf(outcome, 'rooms').rooms;
      const left = await Promise.all(
        joined.map((room) => rooms.get(room)?.ref.ask({ type: 'leave', user: id, reason: 'quit' })),
      );
      const failure = left.find((reply) => reply !== undefined && isRefusal(reply) && !notMember.has(reply.code));
      if (failure !== undefined) {
        for (const [i, room] of joined.entries()) {
          const outcome = left[i];
          if (outcome === undefined || isRefusal(outcome)) continue;
          supervisor.call({ type: 'forget-room', user: id, room }, () => {});
        }
        return failure as Refusal;
      }
      const ended = await supervisor.ask({ type: 'end', user: id, password });
      if (isRefusal(ended)) return ended;
      user.ended = true;
      // Before the answer, which would let the connection's next call start.
      for (const one of [...sessions]) one.finish(refusals.notRegistered());
      return undefined;
    },
  };
}

/** A room that a user comes back to. */
interface Return {
  readonly room: Room;
  readonly head: number;
}

/** Where a resumed cursor begins: behind what the client has, or at the head where it has another log's. */
function resumeAt(
  room: Room,
  head: number,
  position: { readonly epoch?: string | undefined; readonly after: number } | undefined,
): { readonly seq: number; readonly after: number; readonly status: 'resumed' | 'reset' } {
  if (position === undefined) return { seq: head, after: head, status: 'resumed' };
  // A position that the log has not reached is another log's as well: one that was put back from a copy. And behind one
  // that was pruned not all is there.
  const sameLog = position.epoch === undefined || position.epoch === room.epoch;
  return sameLog && position.after <= head && position.after >= room.floor
    ? { seq: head, after: position.after, status: 'resumed' }
    : { seq: head, after: head, status: 'reset' };
}
