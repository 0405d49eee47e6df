import type { RoomEvent } from './events.js';
import type { RoomName } from './names.js';

/** A notification before it is written: as JSON by jsonrpc.ts, for people by push-lines.ts. */
export interface Told {
  readonly method: string;
  readonly params: object;
}

/** What a room's members are told of an event (PROTOCOL.md, section 2). */
export function toldOf(room: RoomName, event: RoomEvent): Told {
  const { seq, at } = event;
  switch (event.type) {
    case 'said': {
      const { user: from, text, clientMsgId, replyTo, editedAt } = event;
      const deleted = text === '' ? true : undefined;
      return { method: 'room.message', params: { room, seq, from, at, text, clientMsgId, replyTo, editedAt, deleted } };
    }
    case 'edited': {
      const { user: by, target, text } = event;
      return { method: 'room.edited', params: { room, seq, at, by, target, text } };
    }
    case 'deleted':
      return { method: 'room.deleted', params: { room, seq, at, by: event.user, target: event.target } };
    case 'reacted': {
      const { user: by, target, reaction, on } = event;
      return { method: 'room.reacted', params: { room, seq, at, by, target, reaction, on } };
    }
    case 'joined':
      return { method: 'room.joined', params: { room, seq, user: event.user, at } };
    case 'left':
      return { method: 'room.left', params: { room, seq, user: event.user, at, reason: event.reason } };
    case 'created':
    case 'topic-changed':
      return changed(room, event, { topic: event.topic });
    case 'kicked': {
      const { target: user, user: by, note } = event;
      return { method: 'room.left', params: { room, seq, user, at, reason: 'kicked', by, note } };
    }
    case 'banned':
    case 'muted':
      return changed(room, event, { user: event.target, [event.type]: true, until: event.until, note: event.note });
    case 'unbanned':
      return changed(room, event, { user: event.target, banned: false });
    case 'unmuted':
      return changed(room, event, { user: event.target, muted: false });
    case 'role-changed':
      return changed(room, event, { user: event.target, role: event.role });
    case 'invited':
      return changed(room, event, { user: event.target, invited: true });
    case 'slow-mode-changed':
      return changed(room, event, { slowModeSeconds: event.seconds });
    case 'closed':
      return changed(room, event, { closed: true, note: event.note });
    default:
      return event satisfies never;
  }
}

function changed(room: RoomName, { seq, user, at }: RoomEvent, change: object): Told {
  return { method: 'room.changed', params: { room, seq, by: user, at, ...change } };
}
