import assert from 'node:assert/strict';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { openForReading } from '../../src/storage/database.js';
import { RoomStore, roomDatabase } from '../../src/storage/room-store.js';
import { readUnread } from '../../src/storage/unread.js';
import { ana, bia, caio, davi, sala1 } from '../support/people.js';

/** The last is what is left of a message that was deleted. */
const texts = ['oi', 'oi, @ana', '@ANA#1!', '@ana#2', 'ana@bia', '@bia', ''];

/** A room of `length` events in which ana is from 4 on: its people in turn say one of the texts, or change the topic. */
function room(t: Test, length: number) {
  const file = join(t.testdir(), 'sala1.db');
  const store = new RoomStore(file, sala1);
  const said: { seq: number; user: string; text: string }[] = [];
  store.transaction(() => {
    store.append({ type: 'created', seq: 1, at: 1, user: bia, topic: '' }, 1, 'e1');
    for (const [i, user] of [bia, caio, ana].entries()) {
      store.append({ type: 'joined', seq: i + 2, at: i + 2, user, role: 'member' }, i + 2, 'e1');
    }
    for (let seq = 5; seq <= length; seq++) {
      const text = texts[seq % texts.length] as string;
      if (seq % 11 === 0) {
        store.append({ type: 'topic-changed', seq, at: seq, user: bia, topic: text }, seq, 'e1');
        continue;
      }
      const user = [ana, bia, caio][seq % 5 === 0 ? 0 : 1 + (seq % 2)] as typeof ana;
      store.append({ type: 'said', seq, at: seq, user, text }, seq, 'e1');
      said.push({ seq, user, text });
    }
  });
  const db = openForReading(file, roomDatabase);
  t.teardown(() => {
    db.close();
    store.close();
  });
  return { unread: readUnread(db), said };
}

const mentioning = ['oi, @ana', '@ANA#1!'];

t.test('what is counted is what others said behind the position, of the latest messages', async (t) => {
  const length = 60;
  const { unread, said } = room(t, length);
  const query = fc.record({
    read: fc.option(fc.record({ epoch: fc.constantFrom('e1', 'e0'), seq: fc.nat(length) }), { nil: undefined }),
    blocked: fc.constantFrom([], [bia], [caio, bia]),
    max: fc.integer({ min: 1, max: 70 }),
  });
  fc.assert(
    fc.property(query, ({ read, blocked, max }) => {
      const from = read?.epoch === 'e1' ? Math.max(read.seq, 4) : 4;
      const others = said
        .filter(({ seq }) => seq > from)
        .slice(-max)
        .filter(({ user, text }) => user !== ana && text !== '');
      const mentions = others.filter(
        ({ user, text }) => mentioning.includes(text) && !blocked.some((one) => one === user),
      );
      assert.deepEqual(unread({ user: ana, read, blocked, max }), {
        seq: length,
        read: from,
        unread: others.length,
        mentions: mentions.length,
      });
    }),
    { numRuns: 500 },
  );
});

t.test('who is no member has nothing to read', async (t) => {
  const { unread } = room(t, 10);
  t.equal(unread({ user: davi, read: undefined, blocked: [], max: 10 }), undefined);
});
