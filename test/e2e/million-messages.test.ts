import { statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { RoomName } from '../../src/protocol/names.js';
import { roomFile } from '../../src/storage/data-directory.js';
import { RoomStore } from '../../src/storage/room-store.js';
import { startDaemon } from '../support/daemon.js';
import { filesBelow } from '../support/files.js';
import { LineClient } from '../support/line-client.js';
import { newDirectory } from '../support/new-directory.js';
import { ana } from '../support/people.js';
import { bytesRead, residentBytes } from '../support/process-figures.js';
import { enter } from '../support/visitors.js';

const rooms = ['sala1', 'sala2', 'sala3'] as const;
const messagesPerRoom = 333_334;
const perTransaction = 20_000;
/** How much more a daemon may read and keep that has a million messages than one that has none. */
const readMoreMax = 16e6;
const keptMoreMax = 48e6;

t.test('a daemon with a million messages on disk is there at once, without having read them', async (t) => {
  const data = join(newDirectory(t), 'data');
  const empty = await startDaemon(t, { data, rooms });
  const emptyFigures = figures(empty.process.pid as number);
  const { token } = await enter(t, empty, 'ana', ...rooms);
  await empty.stop();

  const began = performance.now();
  for (const room of rooms) fill(roomFile(data, room), room as RoomName);
  const stored = filesBelow(data).reduce((bytes, path) => bytes + statSync(join(data, path)).size, 0);
  t.comment(`${messagesPerRoom * rooms.length} messages, ${mega(stored)}, stored in ${secondsSince(began)}`);

  const restarted = performance.now();
  const full = await startDaemon(t, { data, rooms });
  t.comment(`ready after ${secondsSince(restarted)}`);
  const fullFigures = figures(full.process.pid as number);
  const readMore = fullFigures.read - emptyFigures.read;
  const keptMore = fullFigures.kept - emptyFigures.kept;
  t.comment(`until it was ready it read ${mega(readMore)} and keeps ${mega(keptMore)} more than an empty one`);
  t.ok(readMore < readMoreMax, 'to open the rooms it does not read what is in them');
  t.ok(keptMore < keptMoreMax, 'nor does it keep that in memory');

  const client = await LineClient.connect(t, full);
  await client.call('user.resume', { token });
  const asked = performance.now();
  for (const room of rooms) {
    const latest = await client.call('room.history', { room, limit: 2 });
    const head = latest.seq;
    t.equal(latest.messages[1]?.text, textOf(head), `${room} has its latest message`);
    const middle = await client.call('room.history', { room, after: 150_000, limit: 1 });
    t.equal(middle.messages[0]?.text, textOf(150_001), 'and one from the middle');
    const first = await client.call('room.history', { room, before: 4, limit: 2 });
    t.match(first, { messages: [{ seq: 3, text: textOf(3) }], more: false }, 'and the first');
    const again = { room, text: textOf(1000), clientMsgId: 'm1000' };
    t.match(await client.call('room.send', again), { seq: 1000, duplicate: true }, 'it knows what was said long ago');
    t.match(await client.call('room.send', { room, text: 'olá' }), { seq: head + 1 }, 'and takes what is said now');
  }
  t.comment(`${rooms.length * 5} calls of every kind answered in ${secondsSince(asked)}`);
  t.ok(figures(full.process.pid as number).kept - emptyFigures.kept < keptMoreMax, 'and all that takes little memory');
});

/** Has much said in a room whose daemon is away. */
function fill(file: string, room: RoomName): void {
  const store = new RoomStore(file, room);
  const { head, epoch } = store.load();
  const at = Date.now();
  for (let from = head + 1; from <= head + messagesPerRoom; from += perTransaction) {
    store.transaction(() => {
      for (let seq = from; seq < Math.min(from + perTransaction, head + messagesPerRoom + 1); seq++) {
        store.append({ type: 'said', seq, at, user: ana, text: textOf(seq), clientMsgId: `m${seq}` }, seq, epoch);
      }
    });
  }
  store.close();
}

function textOf(seq: number): string {
  return `olá número ${seq}, e mais algumas palavras para que seja uma mensagem como as outras`;
}

function figures(pid: number): { readonly read: number; readonly kept: number } {
  return { read: bytesRead(pid), kept: residentBytes(pid) };
}

function mega(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function secondsSince(moment: number): string {
  return `${((performance.now() - moment) / 1000).toFixed(1)} s`;
}
