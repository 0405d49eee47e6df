import type { PageRange } from '../storage/pages.js';
import { roomReaders } from './room-readers.js';

export interface HistoryQuery {
  readonly file: string;
  readonly range: PageRange;
  /** Who asks, and is told of their own reactions. */
  readonly reader?: string;
}

/** A page of what was said in a room, ascending. */
export default function roomHistory({ file, range, reader }: HistoryQuery) {
  return roomReaders(file).messages(range, reader);
}
