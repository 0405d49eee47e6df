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

/**
 * The events behind `after` as lines, about `bytesMax` of them and at least one. Where some are not kept any more, they
 * begin behind those.
 */
export default function roomEvents({ file, room, dialect, after, upTo, bytesMax }: EventsQuery): LinePage {
  const events: RoomEvent[] = [];
  let bytes = 0;
  const readers = roomReaders(file);
  // Of one moment: the log may be pruned meanwhile.
  const from = readers.atOnce(() => {
    const floor = Math.max(after, readers.floor());
    for (const event of readers.events(floor, upTo)) {
      events.push(event);
      bytes += 'text' in event ? event.text.length : 0;
      bytes += lineOverheadBytes;
      if (bytes >= bytesMax) break;
    }
    return floor;
  });
  return { first: from + 1, last: events.at(-1)?.seq ?? from, lines: encodeRoomEvents(room, events, dialect) };
}

/** About what a line has beside its text. */
const lineOverheadBytes = 100;
