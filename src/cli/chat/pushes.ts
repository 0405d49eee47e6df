import type { Push } from '../../client/pushes.js';
import { changeNotice } from '../message-lines.js';
import { wordsIn } from '../words.js';
import {
  amended,
  arrived,
  closed,
  isMentioned,
  messageArrived,
  opened,
  privately,
  reloaded,
  step,
  told,
} from './conversations.js';
import { type Said, withReaction } from './entries.js';
import type { Step } from './events.js';
import { type ChatState, change, find, type Member, privateKey } from './state.js';
import { textsIn } from './texts.js';

/** What the server's pushes do to the chat. */

export function pushed(state: ChatState, push: Push): Step {
  const texts = textsIn(state.language);
  const words = wordsIn(state.language);
  switch (push.method) {
    case 'room.message': {
      const { room, clientMsgId, ...message } = push.params;
      return step(messageArrived(opened(state, room, 'room', room), room, message, clientMsgId));
    }
    case 'room.edited': {
      const { room, seq, at, target, text } = push.params;
      const edit = (said: Said) => ({ ...said, text, editedAt: at, mention: isMentioned(state.me, text) });
      return step(amended(state, room, seq, target, edit));
    }
    case 'room.deleted': {
      const { room, seq, target } = push.params;
      const empty = { text: '', deleted: true, mention: false, reactions: [], editedAt: undefined };
      return step(amended(state, room, seq, target, (said) => ({ ...said, ...empty })));
    }
    case 'room.reacted': {
      const { room, seq, by, target, reaction, on } = push.params;
      return step(amended(state, room, seq, target, (said) => withReaction(said, reaction, on, by === state.me)));
    }
    case 'private.message': {
      const { params: message } = push;
      const other = message.from === state.me ? message.to : message.from;
      return step(messageArrived(privately(state, other, message.room), privateKey(other), message));
    }
    case 'room.joined': {
      const { room, seq, at, user } = push.params;
      const there = opened(state, room, 'room', room);
      return step(noticed(withMember(there, room, user, { online: true }), room, seq, at, words.joined(user)));
    }
    case 'room.left': {
      const { room, seq, at, user, reason, by, note } = push.params;
      if (user === state.me && find(state, room) !== undefined) {
        if (reason === undefined) return step(told(closed(state, room), '', texts.leftRoom(room)));
        const why = [reason, by, note].filter((part) => part !== undefined).join(', ');
        return step(told(closed(state, room), '', texts.putOut(room, why)));
      }
      return step(noticed(withoutMember(state, room, user), room, seq, at, words.left(user, reason)));
    }
    case 'room.changed': {
      const { room, seq, at, topic, user, role, closed: isClosed } = push.params;
      const notice = changeNotice(push.params, words);
      if (isClosed) return step(told(closed(state, room), '', texts.putOut(room, notice)));
      const changed = topic === undefined ? state : change(state, room, { topic });
      const ranked = user === undefined || role === undefined ? changed : withMember(changed, room, user, { role });
      return step(noticed(ranked, room, seq, at, notice));
    }
    case 'room.invited': {
      const { room, by } = push.params;
      return step(
        told({ ...state, rooms: withName(state.rooms, room) }, state.current, texts.invitedHere(by, room), 'event'),
      );
    }
    case 'room.reset':
      return reset(state, push.params.room);
    case 'server.announcement':
      return step(told(state, state.current, texts.announcement(push.params.text), 'event'));
    case 'server.draining':
      // The client library has seen to it.
      return step(state);
    default:
      return push satisfies never;
  }
}

function reset(state: ChatState, room: string): Step {
  if (find(state, room) === undefined) return step(state);
  const { state: cleared, effects } = reloaded(change(state, room, { head: 0, readSeq: 0 }), room);
  return step(told(cleared, room, textsIn(state.language).logReplaced, 'event'), ...effects);
}

function noticed(state: ChatState, room: string, seq: number, at: number, text: string): ChatState {
  return arrived(state, room, (key) => ({ type: 'notice', key, seq, at, text, tone: 'event' }));
}

function withMember(state: ChatState, room: string, userId: string, about: Partial<Member>): ChatState {
  const members = find(state, room)?.members ?? [];
  const known = members.find((member) => member.userId === userId) ?? { userId, role: 'member', online: true };
  const others = members.filter((member) => member.userId !== userId);
  return change(state, room, { members: [...others, { ...known, ...about }] });
}

function withoutMember(state: ChatState, room: string, userId: string): ChatState {
  const members = find(state, room)?.members ?? [];
  return change(state, room, { members: members.filter((member) => member.userId !== userId) });
}

export function withName(rooms: readonly string[], room: string): readonly string[] {
  return rooms.includes(room) ? rooms : [...rooms, room];
}
