import { type ModerationCommand, notMember } from '../actors/room/moderation.js';
import type { Result } from '../protocol/methods.js';
import type { RoomName, UserId } from '../protocol/names.js';
import { encodeInvitation } from '../protocol/pushes.js';
import { isRefusal, type Refusal } from '../protocol/refusals.js';
import { type Chat, type Handlers, inRoom, replyOf } from './calls.js';
import type { Room } from './rooms.js';
import type { Session } from './session.js';
import { inTurn, type User } from './users.js';

type Done = Result<'room.kick'>;
type Reply = (outcome: Done | Refusal) => void;

/** What owners and moderators do in their rooms. */
export function moderationCalls({
  supervisor,
  rooms,
  users,
}: Chat): Handlers<
  | 'room.topic'
  | 'room.kick'
  | 'room.ban'
  | 'room.unban'
  | 'room.mute'
  | 'room.unmute'
  | 'room.slow_mode'
  | 'room.set_role'
  | 'room.invite'
  | 'room.close'
> {
  /** Hands the command to its room; `then` is told of it when it is done, before it is answered. */
  const moderate = (
    session: Session,
    name: RoomName,
    command: ModerationCommand,
    reply: Reply,
    then?: (room: Room, outcome: { readonly seq: number } | Refusal) => void,
  ): unknown =>
    inRoom(rooms, session, name, reply, (room, reply) =>
      room.ref.call(command, (outcome) => {
        if (isRefusal(outcome)) {
          then?.(room, outcome);
          return reply(outcome);
        }
        const { seq } = replyOf(outcome, 'done');
        then?.(room, { seq });
        return reply({ room: name, seq });
      }),
    );

  /**
   * Somebody was put out of a room, or was not in it: lets their connections go, since the frame that parts them may
   * have died with the room's thread, and has the note of their membership struck, in their turn, unless they are back.
   * Of who is not connected that is found out when they come back.
   */
  const letGo = (room: Room, user: User, seq: number): void => {
    for (const session of user.sessions) session.part(room, seq);
    const strike = async () => {
      const standing = await room.ref.ask({ type: 'read', user: user.id });
      if (isRefusal(standing) && notMember.has(standing.code)) {
        await supervisor.ask({ type: 'forget-room', user: user.id, room: room.name });
      }
    };
    inTurn(user, () => undefined, strike).catch(() => undefined);
  };

  /** Runs `work` with whether there is such a user. */
  const knowing = async (user: string, by: UserId | undefined, reply: Reply, work: (known: boolean) => unknown) => {
    const outcome = await supervisor.ask({ type: 'find-user', user, ...(by === undefined ? {} : { by }) });
    return isRefusal(outcome) ? reply(outcome) : work(replyOf(outcome, 'found').known);
  };

  const expelled = (target: string) => (room: Room, outcome: { readonly seq: number } | Refusal) => {
    const user = users.get(target as UserId);
    if (user === undefined) return;
    if (!isRefusal(outcome)) letGo(room, user, outcome.seq);
    else if (outcome.code === 'USER_NOT_IN_ROOM') letGo(room, user, room.feed.head);
  };

  const idOf = (session: Session): UserId => (session.user as User).id;

  return {
    'room.topic': (session, { room: name, topic }, reply) =>
      inRoom(rooms, session, name, reply, async (room, reply) => {
        const outcome = await room.ref.ask({ type: 'change-topic', user: idOf(session), topic });
        return isRefusal(outcome) ? reply(outcome) : reply({ room: name, seq: replyOf(outcome, 'done').seq });
      }),

    'room.kick': (session, { room, user, reason }, reply) =>
      moderate(session, room, { type: 'kick', by: idOf(session), user, reason }, reply, expelled(user)),

    'room.ban': (session, { room: name, user, seconds, reason }, reply) =>
      inRoom(rooms, session, name, reply, (_room, reply) =>
        knowing(user, undefined, reply, (known) => {
          const command = { type: 'ban', by: idOf(session), user, known, seconds, reason } as const;
          return moderate(session, name, command, reply, expelled(user));
        }),
      ),

    'room.unban': (session, { room, user }, reply) =>
      moderate(session, room, { type: 'unban', by: idOf(session), user }, reply),

    'room.mute': (session, { room, user, seconds, reason }, reply) =>
      moderate(session, room, { type: 'mute', by: idOf(session), user, seconds, reason }, reply),

    'room.unmute': (session, { room, user }, reply) =>
      moderate(session, room, { type: 'unmute', by: idOf(session), user }, reply),

    'room.slow_mode': (session, { room, seconds }, reply) =>
      moderate(session, room, { type: 'set-slow-mode', by: idOf(session), seconds }, reply),

    'room.set_role': (session, { room, user, role }, reply) =>
      moderate(session, room, { type: 'set-role', by: idOf(session), user, role }, reply),

    'room.invite': (session, { room: name, user }, reply) =>
      inRoom(rooms, session, name, reply, (_room, reply) => {
        const by = idOf(session);
        return knowing(user, by, reply, (known) =>
          moderate(session, name, { type: 'invite', by, user, known }, reply, (room, outcome) => {
            if (isRefusal(outcome)) return;
            for (const invited of users.get(user as UserId)?.sessions ?? []) {
              if (!invited.rooms.has(room)) invited.write(encodeInvitation(name, by, invited.dialect));
            }
          }),
        );
      }),

    'room.close': (session, { room: name, reason }, reply) =>
      moderate(session, name, { type: 'close', by: idOf(session), reason }, reply, (room, outcome) => {
        if (isRefusal(outcome)) return;
        const followers = [...users.all()].filter(({ sessions }) => sessions.some(({ rooms }) => rooms.has(room)));
        for (const user of followers) letGo(room, user, outcome.seq);
      }),
  };
}
