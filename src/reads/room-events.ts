import type { Dialect, RoomEvent } from '../protocol/events.js';
import type { RoomName } from '../protocol/names.js';
import { encodeRoomEvents } from '../protocol/pushes.js';
import type { LinePage } from './pool.js';
import { roomReaders } from './room-readers.js';

export interface EventsQuery {
  readonly file: string;
  readonly room: RoomName;
  readonly dialect: Dialect;
  readonly after: number;
  readonly upTo: number;
  readonly bytesMax: number;
}

/** The events behind `after` as lines, about `bytesMax` of them and at least one. */
export default function roomEvents({ file, room, dialect, after, upTo, bytesMax }: EventsQuery): LinePage {
  const events: RoomEvent[] = [];
  let bytes = 0;
  for (const event of roomReaders(file).events(after, upTo)) {
    events.push(event);
    bytes += 'text' in event ? event.text.length : 0;
    bytes += lineOverheadBytes;
    if (bytes >= bytesMax) break;
  }
  return { first: after + 1, last: events.at(-1)?.seq ?? after, lines: encodeRoomEvents(room, events, dialect) };
}

/** About what a line has beside its text. */
const lineOverheadBytes = 100;
