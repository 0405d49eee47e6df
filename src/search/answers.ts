import { type AnswerStyle, type WrittenResult, writeResult } from '../protocol/answers.js';
import type { RoomName } from '../protocol/names.js';
import inboxSearch, { type InboxSearchQuery } from './inbox-search.js';
import roomSearch, { type RoomSearch, type RoomSearchQuery } from './room-search.js';
import type { Found } from './slice.js';

/** Searches as tasks of a pool, which write what they found as it is answered (ADR 29). */

/** What a slice of a search came to. */
export interface FoundAnswer extends Pick<Found<unknown>, 'more' | 'next'> {
  readonly isEmpty: boolean;
  readonly result: WrittenResult;
}

export interface RoomAnswer extends FoundAnswer, Pick<RoomSearch, 'index'> {}

export interface RoomAnswerQuery extends RoomSearchQuery {
  readonly room: RoomName;
  readonly style: AnswerStyle;
}

export interface InboxAnswerQuery extends InboxSearchQuery {
  readonly style: AnswerStyle;
}

/** A slice of `room.search`. */
export function inRoom({ room, style, ...asked }: RoomAnswerQuery): RoomAnswer {
  const { index, ...found } = roomSearch(asked);
  const { epoch, range } = asked;
  const result = writeResult('room.search', { room, epoch, seq: range.upTo, ...pageOf(found) }, style);
  return { ...progressOf(found), index, result };
}

/** A slice of `private.search`. */
export function inInbox({ style, ...asked }: InboxAnswerQuery): FoundAnswer {
  const found = inboxSearch(asked);
  const result = writeResult('private.search', { ...pageOf(found), seq: asked.range.upTo }, style);
  return { ...progressOf(found), result };
}

function pageOf<Message>({ messages, more, next }: Found<Message>) {
  return { messages: [...messages], more, ...(next === undefined ? {} : { next }) };
}

function progressOf({ messages, more, next }: Found<unknown>) {
  return { isEmpty: messages.length === 0, more, ...(next === undefined ? {} : { next }) };
}
