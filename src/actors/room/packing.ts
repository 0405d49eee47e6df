import type { UserId } from '../../protocol/names.js';
import type { Refusal } from '../../protocol/refusals.js';
import type { Packing } from '../batch.js';
import type { RoomCommand, RoomReply } from './decisions.js';

/**
 * Most of what a room is told is a message without `clientMsgId`: that travels as one string, its sender's id, a space
 * (which no id has) and its text. Its answer, if it was sent just now, travels as its `seq`. See ADR 12.
 */
export const roomPacking: Packing<RoomCommand, RoomReply> = {
  packCommand: (command) =>
    command.type === 'send' && command.clientMsgId === undefined ? `${command.user} ${command.text}` : command,

  unpackCommand: (packed) => {
    if (typeof packed !== 'string') return packed as RoomCommand;
    const space = packed.indexOf(' ');
    return { type: 'send', user: packed.slice(0, space) as UserId, text: packed.slice(space + 1) };
  },

  packReply: (reply, at) =>
    'type' in reply && reply.type === 'sent' && !reply.duplicate && reply.at === at ? reply.seq : reply,

  unpackReply: (packed, at) =>
    typeof packed === 'number' ? { type: 'sent', seq: packed, at, duplicate: false } : (packed as RoomReply | Refusal),
};
