import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { RoomCommand } from '../actors/room/decisions.js';
import { Room } from '../actors/room/room.js';
import { type Role, serverActor } from '../protocol/events.js';
import { defaultLimits } from '../protocol/limits.js';
import type { RoomName } from '../protocol/names.js';
import { isRefusal } from '../protocol/refusals.js';
import { listRooms } from '../storage/audit.js';
import { lockDirectory, noRoom, roomFile } from '../storage/data-directory.js';
import { explained, StorageError } from '../storage/database.js';
import { type AdminOptions, say, telling } from './admin.js';
import { exitCodes } from './exit-codes.js';
import { jsonLine } from './printable.js';
import { wordsIn } from './words.js';

/** Gives a member of a room a role, in a directory on which no daemon runs. Answers the exit code. */
export function appoint(room: string, user: string, role: Role, { data, json, language }: AdminOptions): number {
  const words = wordsIn(language);
  return telling({ json, language }, () => {
    const directory = resolve(data);
    const name = room.normalize('NFC') as RoomName;
    const file = roomFile(directory, name);
    if (!listRooms(directory).includes(name) || !existsSync(file)) {
      throw noRoom(directory, room);
    }
    process.umask(0o077);
    const lock = lockDirectory(directory);
    try {
      const actor = explained(
        file,
        () => new Room(file, name, { by: serverActor, topic: '', epoch: '', at: 0 }, defaultLimits),
      );
      const command: RoomCommand = { type: 'set-role', by: serverActor, user: user.normalize('NFC'), role };
      const batch = { at: Date.now(), commands: [command], firstKey: 0, again: false, dialects: [] };
      const [outcome] = explained(file, () => actor.handle(batch)).replies;
      actor.close();
      if (outcome !== undefined && isRefusal(outcome)) throw new StorageError(outcome.message);
      say(json ? jsonLine({ room: name, user, role }) : words.appointed(user, words[role], name));
      return exitCodes.done;
    } finally {
      lock.release();
    }
  });
}
