import { createHash, randomBytes } from 'node:crypto';
import { notMember } from '../actors/room/moderation.js';
import { nameOf, type RoomName, type UserId } from '../protocol/names.js';
import { isRefusal, type Refusal, refusals } from '../protocol/refusals.js';
import { type Chat, type Handlers, isShown, replyOf } from './calls.js';
import type { Room } from './rooms.js';
import type { Session } from './session.js';
import { inTurn, type User } from './users.js';

/** Who somebody is: to come, to come back, to go. */
export function userCalls({
  limits,
  supervisor,
  rooms,
  users,
  release,
}: Chat): Handlers<
  'user.register' | 'user.resume' | 'user.me' | 'user.quit' | 'user.block' | 'user.unblock' | 'user.blocks'
> {
  const become = (session: Session, id: UserId, inboxHead: number): User => {
    const user = users.add(id, inboxHead, session);
    session.user = user;
    // The connection may have ended while its client was being let in.
    if (session.gone) release(session);
    return user;
  };

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

  return {
    'user.register': (session, { name }, reply) => {
      const { token, tokenHash } = newToken();
      return supervisor.call({ type: 'register', name, tokenHash }, (outcome) => {
        if (isRefusal(outcome)) return reply(outcome);
        const { user: id } = replyOf(outcome, 'registered');
        const user = become(session, id, 0);
        reply({ userId: id, name, token, resumeSeconds: limits.resumeSeconds });
        return session.followInbox(user, 0);
      });
    },

    'user.resume': async (session, { token, rooms: positions, inboxAfter }, reply) => {
      const back = await new Promise<{ user: User; joined: readonly RoomName[]; inboxHead: number } | Refusal>(
        (resolve) => {
          supervisor.call({ type: 'resume', tokenHash: hashOf(token) }, (outcome) => {
            if (isRefusal(outcome)) return resolve(outcome);
            const { user: id, rooms: joined, inboxHead } = replyOf(outcome, 'resumed');
            // At once: a message that came into the inbox after this is published in the same turn.
            return resolve({ user: become(session, id, inboxHead), joined, inboxHead });
          });
        },
      );
      if (isRefusal(back)) return reply(back);
      const { user, joined, inboxHead } = back;
      return inTurn(user, reply, async () => {
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
      });
    },

    'user.me': async (session, _values, reply) => {
      const { id } = session.user as User;
      const outcome = await supervisor.ask({ type: 'list-rooms', user: id });
      if (isRefusal(outcome)) return reply(outcome);
      const noted = replyOf(outcome, 'rooms').rooms;
      const shown = await Promise.all(noted.map((room) => isShown(rooms.get(room), id)));
      return reply({ userId: id, name: nameOf(id), rooms: noted.filter((_, i) => shown[i]) });
    },

    'user.quit': async (session, _values, reply) => {
      const user = session.user as User;
      const { id, sessions } = user;
      const outcome = await supervisor.ask({ type: 'list-rooms', user: id });
      if (isRefusal(outcome)) return reply(outcome);
      const joined = replyOf(outcome, 'rooms').rooms;
      const left = await Promise.all(
        joined.map((room) => rooms.get(room)?.ref.ask({ type: 'leave', user: id, reason: 'quit' })),
      );
      const failure = left.find((reply) => reply !== undefined && isRefusal(reply) && !notMember.has(reply.code));
      if (failure !== undefined) return reply(failure as Refusal);
      const ended = await supervisor.ask({ type: 'end', user: id });
      if (isRefusal(ended)) return reply(ended);
      user.ended = true;
      // Before the answer, which would let the connection's next call start.
      for (const one of [...sessions]) one.finish(refusals.notRegistered());
      reply({});
    },

    'user.block': async (session, { user: blocked }, reply) => {
      const outcome = await supervisor.ask({ type: 'block', user: (session.user as User).id, blocked });
      return reply(isRefusal(outcome) ? outcome : {});
    },

    'user.unblock': async (session, { user: blocked }, reply) => {
      const outcome = await supervisor.ask({ type: 'unblock', user: (session.user as User).id, blocked });
      return reply(isRefusal(outcome) ? outcome : {});
    },

    'user.blocks': async (session, _values, reply) => {
      const outcome = await supervisor.ask({ type: 'list-blocks', user: (session.user as User).id });
      return reply(isRefusal(outcome) ? outcome : { users: [...replyOf(outcome, 'blocks').users] });
    },
  };
}

/** A room that a user comes back to. */
interface Return {
  readonly room: Room;
  readonly head: number;
}

const tokenBytes = 16;

function newToken(): { readonly token: string; readonly tokenHash: Uint8Array } {
  const token = randomBytes(tokenBytes).toString('hex');
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
  // A position that the log has not reached is another log's as well: one that was put back from a copy.
  const sameLog = (position.epoch === undefined || position.epoch === room.epoch) && position.after <= head;
  return sameLog
    ? { seq: head, after: position.after, status: 'resumed' }
    : { seq: head, after: head, status: 'reset' };
}
