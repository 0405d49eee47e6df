import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { RoomCommand } from '../../../src/actors/room/decisions.js';
import { Room } from '../../../src/actors/room/room.js';
import { encodeRoomEvent } from '../../../src/protocol/jsonrpc.js';
import { defaultLimits } from '../../../src/protocol/limits.js';
import { formatRoomEvent } from '../../../src/protocol/text-replies.js';
import { withFullDisk } from '../../support/full-disk.js';
import { ana, bia, caio, sala1, sala2 } from '../../support/people.js';
import { anasCreation, ask, crashImage, openRoom, storedEvents } from '../../support/rooms-on-disk.js';

const lines = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();
const fileOf = (t: Test) => join(t.testdir(), 'sala1.db');
const say = (text: string, clientMsgId?: string): RoomCommand => ({ type: 'send', user: ana, text, clientMsgId });

t.test('an empty file becomes a room as it is to be made', async (t) => {
  const file = fileOf(t);
  const room = openRoom(file);
  t.strictSame(room.status(), {
    epoch: 'e1',
    head: 2,
    floor: 0,
    members: 1,
    topic: 'café',
    private: false,
    closed: false,
  });
  room.close();
  t.strictSame(storedEvents(file), [
    { type: 'created', seq: 1, at: 1000, user: ana, topic: 'café' },
    { type: 'joined', seq: 2, at: 1000, user: ana, role: 'owner' },
  ]);
});

t.test('a room that is there stays as it is, whoever would make it now', async (t) => {
  const file = fileOf(t);
  const first = openRoom(file);
  ask(first, [{ type: 'join', user: bia }, say('oi'), { type: 'change-topic', user: ana, topic: 'chá' }]);
  const status = first.status();
  first.close();

  const second = openRoom(file, {}, { by: bia, topic: '', epoch: 'e2', at: 9000 });
  t.strictSame(second.status(), status);
  t.strictSame(status, { epoch: 'e1', head: 5, floor: 0, members: 2, topic: 'chá', private: false, closed: false });
  const [members] = ask(second, [{ type: 'list-members', user: ana }]).replies;
  t.match(members, {
    members: [
      { user: ana, role: 'owner' },
      { user: bia, role: 'member' },
    ],
  });
  t.match(ask(second, [say('olá')], { at: 5 }).replies, [{ type: 'sent', seq: 6, at: 2000 }], 'nor does time run back');
  second.close();
});

t.test("another room's file is refused, and left as it is", async (t) => {
  const file = fileOf(t);
  openRoom(file).close();
  const before = storedEvents(file);
  const open = () => new Room(file, sala2, anasCreation, defaultLimits);
  t.throws(open, {
    name: 'StorageError',
    message: `${file} is the log of the room "sala1", not of "sala2"`,
  });
  t.strictSame(storedEvents(file), before);
  openRoom(file).close();
});

t.test('a batch is answered in order, and makes one frame of all that happened', async (t) => {
  const file = fileOf(t);
  const room = openRoom(file);
  const commands: RoomCommand[] = [
    { type: 'join', user: bia },
    say('oi "ana"\t\u2028', 'x'),
    { type: 'leave', user: caio },
    { type: 'leave', user: bia, reason: 'quit' },
    { type: 'change-topic', user: ana, topic: 'chá' },
    { type: 'read', user: ana },
  ];
  const { replies, frames } = ask(room, commands, { dialects: ['json', 'text'] });
  t.match(replies, [
    { type: 'joined', seq: 3 },
    { type: 'sent', seq: 4, at: 2000, duplicate: false },
    { code: 'NOT_IN_ROOM' },
    { type: 'done', seq: 5 },
    { type: 'done', seq: 6 },
    { type: 'readable', head: 6, since: 2 },
  ]);
  const events = storedEvents(file).slice(2);
  t.equal(events.length, 4, 'all of it is on disk');
  const [frame, ...more] = frames;
  t.equal(more.length, 0);
  t.match(frame, { first: 3, last: 6, parted: [{ user: bia, seq: 5 }], members: 1, topic: 'chá' });
  t.equal(lines(frame?.json), events.map((event) => `${encodeRoomEvent(sala1, event)}\n`).join(''));
  t.equal(lines(frame?.text), events.map((event) => `${formatRoomEvent(sala1, event)}\n`).join(''));
  room.close();
});

t.test('where nothing happened there is no frame', async (t) => {
  const room = openRoom(fileOf(t));
  ask(room, [say('oi', 'x')]);
  const commands: RoomCommand[] = [say('oi', 'x'), { type: 'leave', user: caio }, { type: 'join', user: ana }];
  t.strictSame(ask(room, commands).frames, []);
  t.strictSame(ask(room, [{ type: 'list-members', user: ana }]).frames, []);
  room.close();
});

t.test('frames come in the dialects asked for last, and in no others', async (t) => {
  const room = openRoom(fileOf(t));
  const dialectsOf = (dialects: readonly ('json' | 'text')[]) => {
    const [frame] = ask(room, [say('oi')], { dialects }).frames;
    return [frame?.json !== undefined, frame?.text !== undefined];
  };
  t.strictSame(dialectsOf([]), [true, false], 'JSON from the start');
  t.strictSame(dialectsOf(['text']), [false, true]);
  t.strictSame(dialectsOf([]), [false, true], 'who asks for none changes nothing');
  t.strictSame(dialectsOf(['json', 'text']), [true, true]);
  room.close();
});

t.test('a batch is on disk as a whole or not at all', async (t) => {
  const file = fileOf(t);
  const room = openRoom(file);
  const broken = { type: 'send', user: ana, text: {} } as unknown as RoomCommand;
  t.throws(() => ask(room, [say('oi'), { type: 'join', user: bia }, broken]), 'a bug is not answered');
  t.strictSame(storedEvents(file).length, 2, 'nothing of the batch is on disk');
  room.close();
  const again = openRoom(file);
  t.match(again.status(), { head: 2, members: 1 });
  again.close();
});

t.test('when the disk is full the whole batch is refused, nothing has happened, and the room goes on', async (t) => {
  const directory = t.testdir();
  const file = join(directory, 'sala1.db');
  const room = openRoom(file);
  const commands: RoomCommand[] = [
    say('oi'),
    { type: 'join', user: bia },
    { type: 'change-topic', user: ana, topic: '' },
  ];
  const { replies, frames } = withFullDisk(t, () => ask(room, commands));
  t.match(replies, [{ code: 'BUSY', retryAfterMs: Number }, { code: 'BUSY' }, { code: 'BUSY' }]);
  t.strictSame(frames, [], 'nobody is told of what is not on disk');
  t.strictSame(room.status(), {
    epoch: 'e1',
    head: 2,
    floor: 0,
    members: 1,
    topic: 'café',
    private: false,
    closed: false,
  });
  t.equal(storedEvents(file).length, 2);

  t.match(ask(room, commands).replies, [
    { type: 'sent', seq: 3 },
    { type: 'joined', seq: 4 },
    { type: 'done', seq: 5 },
  ]);
  t.equal(storedEvents(crashImage(file, directory)).length, 5);
  room.close();
});
