import type { MessageCommand } from '../actors/room/messages.js';
import type { Result } from '../protocol/methods.js';
import type { RoomName } from '../protocol/names.js';
import { isRefusal, type Refusal } from '../protocol/refusals.js';
import { type Chat, type Handlers, inRoom, replyOf } from './calls.js';
import type { Session } from './session.js';
import type { User } from './users.js';

/** What becomes of messages that were said. Everybody in the room hears of it, so it counts as a message for the rates. */
export function messageCalls({ rooms, users }: Chat): Handlers<'room.edit' | 'room.delete' | 'room.react'> {
  const amend = (
    session: Session,
    name: RoomName,
    commandOf: (user: User) => MessageCommand,
    reply: (outcome: Result<'room.edit'> | Refusal) => void,
    bytes?: number,
  ): unknown => {
    const user = session.user as User;
    const refusal = users.flooding(user, session.origin);
    if (refusal !== undefined) return reply(refusal);
    return inRoom(rooms, session, name, reply, (room, reply) =>
      room.ref.call(
        commandOf(user),
        (outcome) => reply(isRefusal(outcome) ? outcome : { room: name, seq: replyOf(outcome, 'done').seq }),
        bytes,
      ),
    );
  };

  return {
    'room.edit': (session, { room, seq: target, text }, reply) =>
      amend(session, room, ({ id }) => ({ type: 'edit', user: id, target, text }), reply, Buffer.byteLength(text)),

    'room.delete': (session, { room, seq: target }, reply) =>
      amend(session, room, ({ id }) => ({ type: 'delete', user: id, target }), reply),

    'room.react': (session, { room, seq: target, reaction, on = true }, reply) =>
      amend(session, room, ({ id }) => ({ type: 'react', user: id, target, reaction, on }), reply),
  };
}
