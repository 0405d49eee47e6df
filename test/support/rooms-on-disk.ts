import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome } from '../../src/actors/batch.js';
import type { RoomCommand, RoomReply } from '../../src/actors/room/decisions.js';
import { type Creation, Room, type RoomFrame } from '../../src/actors/room/room.js';
import type { Dialect, RoomEvent } from '../../src/protocol/events.js';
import { defaultLimits, type Limits } from '../../src/protocol/limits.js';
import { openForReading } from '../../src/storage/database.js';
import { readEvents } from '../../src/storage/room-reads.js';
import { roomDatabase } from '../../src/storage/room-store.js';
import { ana, sala1 } from './people.js';

export const anasCreation: Creation = { by: ana, topic: 'café', epoch: 'e1', at: 1000 };

export function openRoom(file: string, limits: Partial<Limits> = {}, creation = anasCreation): Room {
  return new Room(file, sala1, creation, { ...defaultLimits, ...limits });
}

export interface Asked {
  readonly at?: number;
  readonly firstKey?: number;
  readonly again?: boolean;
  readonly dialects?: readonly Dialect[];
}

/** Hands in a batch; where nothing else is said, for the first time, with keys from 100 on, at time 2000. */
export function ask(
  room: Room,
  commands: readonly RoomCommand[],
  { at = 2000, firstKey = 100, again = false, dialects = [] }: Asked = {},
): Outcome<RoomReply, RoomFrame> {
  return room.handle({ at, commands, firstKey, again, dialects });
}

/** The log as its file has it. */
export function storedEvents(file: string): RoomEvent[] {
  const db = openForReading(file, roomDatabase);
  const events = [...readEvents(db)(0, Number.MAX_SAFE_INTEGER)];
  db.close();
  return events;
}

let images = 0;

/** What would be on disk if the process died now: the file's path in `directory`. */
export function crashImage(file: string, directory: string): string {
  const image = join(directory, `image-${++images}.db`);
  for (const part of ['', '-wal']) if (existsSync(file + part)) copyFileSync(file + part, image + part);
  return image;
}
