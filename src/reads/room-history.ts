import { type AnswerStyle, type WrittenResult, writeResult } from '../protocol/answers.js';
import type { RoomName } from '../protocol/names.js';
import type { PageRange } from '../storage/pages.js';
import { moved } from '../tasks/moved.js';
import { roomReaders } from './room-readers.js';

export interface HistoryQuery {
  readonly file: string;
  readonly room: RoomName;
  readonly epoch: string;
  readonly range: PageRange;
  /** Who asks, and is told of their own reactions. */
  readonly reader?: string;
  readonly style: AnswerStyle;
}

/** A page of what was said in a room, ascending, as `room.history` answers it. */
export default function roomHistory({ file, room, epoch, range, reader, style }: HistoryQuery): WrittenResult {
  const { messages, more } = roomReaders(file).messages(range, reader);
  const result = { room, epoch, seq: range.upTo, messages: [...messages], more };
  return moved(writeResult('room.history', result, style));
}
