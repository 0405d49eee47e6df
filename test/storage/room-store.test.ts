import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { apply, emptyRoom } from '../../src/actors/room/decisions.js';
import { stateOf } from '../../src/actors/room/room.js';
import type { RoomEvent } from '../../src/protocol/events.js';
import type { UserId } from '../../src/protocol/names.js';
import { openDatabase, openForReading } from '../../src/storage/database.js';
import { readEvents, readMessages } from '../../src/storage/room-reads.js';
import { RoomStore, roomDatabase } from '../../src/storage/room-store.js';
import { acceptedTexts, userIds } from '../support/arbitraries.js';
import { ana, bia, sala1, secret } from '../support/people.js';
import { asNow } from '../support/room-model.js';

function newStore(t: Test) {
  const file = join(t.testdir(), 'sala1.db');
  const store = new RoomStore(file, sala1);
  const db = openForReading(file, roomDatabase);
  t.teardown(() => {
    db.close();
    store.close();
  });
  const append = (...events: RoomEvent[]) =>
    store.transaction(() => {
      for (const event of events) store.append(event, 1000 + event.seq, 'e1');
    });
  return { store, append, events: readEvents(db), messages: readMessages(db) };
}

const said = (
  seq: number,
  text: string,
  more: { at?: number; user?: UserId; clientMsgId?: string; replyTo?: number } = {},
): RoomEvent => {
  return { type: 'said', seq, at: seq, user: ana, text, ...more };
};
const created: RoomEvent = { type: 'created', seq: 1, at: 1, user: 'salas', topic: 'café' };

const acts = ['kicked', 'banned', 'muted', 'unbanned', 'unmuted', 'invited', 'role-changed'] as const;

/** What may happen, as long as nobody joins who is there, and nobody leaves who is not. */
const logs = fc
  .array(
    fc.record({
      what: fc.constantFrom(
        'said',
        'joined',
        'left',
        'topic-changed',
        'slow-mode-changed',
        'closed',
        'edited',
        'deleted',
        ...acts,
      ),
      user: fc.oneof(fc.constantFrom(ana, bia), userIds),
      text: acceptedTexts,
      clientMsgId: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
      role: fc.constantFrom('owner', 'moderator', 'member'),
      seconds: fc.option(fc.nat(60), { nil: undefined }),
      reason: fc.option(fc.constantFrom('quit', 'expired'), { nil: undefined }),
    }),
    { maxLength: 30 },
  )
  .map((steps) => {
    const members = new Set<string>();
    const messages: number[] = [];
    const events: RoomEvent[] = [created];
    for (const { what, user, text, clientMsgId, role, reason, seconds } of steps) {
      const seq = events.length + 1;
      const base = { seq, at: seq * 5000, user };
      const target = messages.at((seconds ?? 0) % 3);
      if (target !== undefined && what === 'edited') events.push({ ...base, type: what, target, text });
      if (target !== undefined && what === 'deleted') {
        messages.splice(messages.indexOf(target), 1);
        events.push({ ...base, type: what, target });
      }
      if (what === 'said') {
        messages.push(seq);
        events.push({ ...base, type: 'said', text, ...(clientMsgId === undefined ? {} : { clientMsgId }) });
      }
      if (what === 'topic-changed') events.push({ ...base, type: 'topic-changed', topic: text });
      if (what === 'joined' && !members.has(user)) {
        members.add(user);
        events.push({ ...base, type: 'joined', role });
      }
      const act = { ...base, user: ana, target: user };
      const until = seconds === undefined ? {} : { until: act.at + seconds * 1000 };
      if (what === 'kicked' && members.delete(user)) events.push({ ...act, type: what, note: text });
      if (what === 'banned' || what === 'muted') events.push({ ...act, type: what, ...until });
      if (what === 'unbanned' || what === 'unmuted' || what === 'invited') events.push({ ...act, type: what });
      if (what === 'role-changed' && members.has(user)) events.push({ ...act, type: what, role });
      if (what === 'slow-mode-changed') events.push({ ...base, type: what, seconds: seconds ?? 0 });
      if (what === 'closed') {
        members.clear();
        events.push({ ...base, type: what });
      }
      if (what === 'left' && members.delete(user)) {
        events.push({ ...base, type: 'left', ...(reason === undefined ? {} : { reason }) });
      }
    }
    return events;
  });

t.test('what is read is what was written, from anywhere to anywhere; and so is the room itself', async (t) => {
  const directory = t.testdir();
  let runs = 0;
  fc.assert(
    fc.property(fc.boolean(), logs, fc.nat(35), fc.nat(35), (hidden, log, after, upTo) => {
      const name = hidden ? secret : sala1;
      const file = join(directory, `${++runs}.db`);
      const store = new RoomStore(file, name);
      const room = emptyRoom(name);
      store.transaction(() => {
        for (const [i, event] of log.entries()) {
          const made = event.type === 'created' && hidden ? { ...event, private: true } : event;
          store.append(made, 1000 + i, 'e1');
          apply(room, made, 'e1');
        }
      });
      const db = openForReading(file, roomDatabase);
      const read = readEvents(db);
      const now = asNow(log);
      assert.deepEqual([...read(0, Number.MAX_SAFE_INTEGER)], now);
      assert.deepEqual([...read(after, upTo)], now.slice(after, Math.max(after, upTo)));
      db.close();
      const stored = stateOf(name, store.load());
      store.close();
      // Those whose turn has come again are forgotten when the next one speaks, or when they are read.
      for (const [user, at] of room.spoke) if (at + room.slowModeSeconds * 1000 <= room.at) room.spoke.delete(user);
      assert.deepEqual(stored, room);
      assert.deepEqual([...stored.members.keys()], [...room.members.keys()], 'in the order in which they came');
    }),
    { numRuns: 60 },
  );
});

t.test('a reader may stop anywhere and begin anew', async (t) => {
  const { append, events } = newStore(t);
  append(created, said(2, 'oi'), said(3, 'olá'));
  for (const event of events(0, 3)) if (event.seq === 2) break;
  t.strictSame(
    [...events(1, 3)].map(({ seq }) => seq),
    [2, 3],
  );
});

t.test('an empty log has no head', async (t) => {
  const { store, events } = newStore(t);
  t.strictSame(stateOf(sala1, store.load()), emptyRoom(sala1));
  t.strictSame([...events(0, 10)], []);
});

t.test('a message is found by its user and id, the newest if there are several, unless it is too old', async (t) => {
  const { store, append } = newStore(t);
  append(
    created,
    said(2, 'oi', { at: 100, clientMsgId: 'x' }),
    said(3, 'olá', { at: 200, clientMsgId: 'x' }),
    said(4, 'bom dia', { at: 300, user: bia, clientMsgId: 'x' }),
    said(5, 'x', { at: 400 }),
  );
  const asSent = { replyTo: undefined, changed: false };
  t.strictSame(store.findMessage(ana, 'x', 0), { seq: 3, at: 200, text: 'olá', ...asSent });
  t.strictSame(store.findMessage(ana, 'x', 200), { seq: 3, at: 200, text: 'olá', ...asSent }, 'just not too old');
  t.equal(store.findMessage(ana, 'x', 201), undefined);
  t.strictSame(store.findMessage(bia, 'x', 0), { seq: 4, at: 300, text: 'bom dia', ...asSent });
  t.equal(store.findMessage(bia, 'X', 0), undefined, 'capitals count');
  t.equal(store.findMessage(ana, '', 0), undefined, 'a message without id is not found');
});

/** A log of ana's and bia's, with a bit of everything that becomes of messages. */
const amended: readonly RoomEvent[] = [
  created,
  said(2, 'um', { clientMsgId: 'x' }),
  said(3, 'dois', { user: bia }),
  said(4, 'três', { replyTo: 2 }),
  { type: 'edited', seq: 5, at: 5, user: ana, target: 2, text: 'primeiro' },
  { type: 'reacted', seq: 6, at: 6, user: bia, target: 2, reaction: '👍', on: true },
  { type: 'reacted', seq: 7, at: 7, user: ana, target: 2, reaction: '👍', on: true },
  { type: 'reacted', seq: 8, at: 8, user: ana, target: 2, reaction: '👍', on: false },
  { type: 'reacted', seq: 9, at: 9, user: ana, target: 3, reaction: '🎉', on: true },
  { type: 'edited', seq: 10, at: 10, user: bia, target: 3, text: 'segundo' },
  { type: 'deleted', seq: 11, at: 11, user: ana, target: 3, author: bia },
  { type: 'edited', seq: 12, at: 12, user: ana, target: 2, text: 'primeiríssimo' },
];

t.test('messages and edits are read as they are now, whatever came between', async (t) => {
  const { store, append, events } = newStore(t);
  append(...amended);
  const now = [...events(0, 20)];
  t.strictSame(now, asNow(amended));
  t.strictSame(now[1], { ...amended[1], text: 'primeiríssimo', editedAt: 12 });
  t.strictSame(now[2], { ...amended[2], text: '' });
  t.match(now[9], { type: 'edited', text: '' }, 'nor does an edit tell what was deleted');
  t.strictSame(store.message(2), { user: ana, text: 'primeiríssimo' });
  t.strictSame(store.message(3), { user: bia, text: '' });
  t.equal(store.message(5), undefined, 'an event that is no message');
  t.strictSame(store.findMessage(ana, 'x', 0), {
    seq: 2,
    at: 2,
    text: 'primeiríssimo',
    replyTo: undefined,
    changed: true,
  });
  t.strictSame(store.reactionsTo(2), ['👍']);
  t.strictSame(store.reactionsTo(3), [], 'gone with the message');
  t.ok(store.hasReacted(2, bia, '👍'));
  t.notOk(store.hasReacted(2, ana, '👍'), 'taken back');
  t.notOk(store.hasReacted(2, bia, '🎉'));
});

t.test('the different reactions to a message are each told once, however many reacted so', async (t) => {
  const { store, append } = newStore(t);
  append(
    { type: 'said', seq: 1, at: 1, user: ana, text: 'oi' },
    { type: 'said', seq: 2, at: 1, user: ana, text: 'oi' },
  );
  const reacted = (target: number, user: UserId, reaction: string): void =>
    append({ type: 'reacted', seq: seq++, at: 1, user, target, reaction, on: true });
  let seq = 3;
  for (const reaction of ['🎉', 'a', 'Á', '👍', '0']) for (const user of [ana, bia]) reacted(1, user, reaction);
  reacted(2, ana, 'z');
  t.strictSame([...store.reactionsTo(1)].sort(), ['0', 'a', 'Á', '👍', '🎉'].sort());
  t.strictSame(store.reactionsTo(2), ['z']);
  t.strictSame(store.reactionsTo(3), []);
});

t.test('who said or edited something in slow mode is known again when the log is opened', async (t) => {
  const { store, append } = newStore(t);
  append(
    ...[created, said(2, 'oi'), said(3, 'olá', { user: bia })],
    { type: 'slow-mode-changed', seq: 4, at: 4, user: ana, seconds: 30 },
    ...[said(5, 'eu', { at: 5 }), said(6, 'e eu', { at: 6, user: bia })],
    { type: 'edited', seq: 7, at: 7, user: ana, target: 2, text: 'oi, gente' },
    { type: 'reacted', seq: 8, at: 8, user: bia, target: 2, reaction: '👍', on: true },
  );
  t.strictSame(store.load().spoke, [
    { user: bia, at: 6 },
    { user: ana, at: 7 },
  ]);
});

t.test('a page of messages has the reactions as its reader sees them', async (t) => {
  const { append, messages } = newStore(t);
  append(...amended);
  const page = (reader?: string) => messages({ limit: 10, upTo: 20, bytesMax: 1000 }, reader).messages;
  const first = { seq: 2, from: ana, at: 2, text: 'primeiríssimo', editedAt: 12 };
  const others = [
    { seq: 3, from: bia, at: 3, text: '', deleted: true },
    { seq: 4, from: ana, at: 4, text: 'três', replyTo: 2 },
  ];
  t.strictSame(page(bia), [{ ...first, reactions: [{ reaction: '👍', users: 1, mine: true }] }, ...others]);
  t.strictSame(page(ana), [{ ...first, reactions: [{ reaction: '👍', users: 1, mine: false }] }, ...others]);
  t.strictSame(page(), page(ana), 'nobody in particular');
});

t.test('a log of before there were edits is brought up to date when it is opened', async (t) => {
  const file = join(t.testdir(), 'sala1.db');
  const old = openDatabase(file, { ...roomDatabase, migrations: roomDatabase.migrations.slice(0, 2) });
  old.exec(`INSERT INTO room (only, name, epoch, topic) VALUES (1, 'sala1', 'e1', '');
    INSERT INTO changes (seq, at, type, user, detail, key) VALUES (1, 1, 'created', 'salas', '', 1);
    INSERT INTO messages (seq, at, user, text, client_msg_id, key) VALUES (2, 2, 'ana#1', 'oi', 'x', 2);`);
  old.close();
  const store = new RoomStore(file, sala1);
  t.strictSame(store.findMessage(ana, 'x', 0), { seq: 2, at: 2, text: 'oi', replyTo: undefined, changed: false });
  store.append({ type: 'edited', seq: 3, at: 3, user: ana, target: 2, text: 'olá' }, 3, 'e1');
  t.equal(store.message(2)?.text, 'olá');
  store.close();
});

t.test('their keys tell what the commands did that were handed in from a time on', async (t) => {
  const { store, append } = newStore(t);
  append(created, { type: 'joined', seq: 2, at: 5, user: ana, role: 'member' }, said(3, 'oi', { at: 5 }));
  append(said(4, 'olá', { at: 6 }));
  const keys = (first: number, last: number, since: number) => [...store.priorsByKey(first, last, since).keys()];
  t.strictSame(
    store.priorsByKey(1002, 1003, 5),
    new Map([
      [1003, { seq: 3, at: 5 }],
      [1002, { seq: 2, at: 5 }],
    ]),
  );
  t.strictSame(keys(1003, 1003, 0), [1003], 'of other commands nothing is told');
  t.strictSame(keys(0, 2000, 0).sort(), [1001, 1002, 1003, 1004]);
  t.strictSame(keys(0, 2000, 6), [1004], 'nor of earlier ones');
  t.strictSame(keys(0, 2000, 7), []);
});

t.test('a transaction that fails has not been', async (t) => {
  const { store, append, events } = newStore(t);
  append(created);
  const bug = new Error('a bug');
  const failing = () =>
    store.transaction(() => {
      store.append(said(2, 'oi'), 7, 'e1');
      throw bug;
    });
  t.throws(failing, bug);
  t.throws(() => append(said(2, 'oi'), said(2, 'olá')), { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' }, 'a seq is used once');
  t.strictSame([...events(0, 10)], [created]);
  append(said(2, 'oi'));
  t.equal([...events(0, 10)].length, 2, 'and the next is as if it had not');
});
