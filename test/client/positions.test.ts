import fc from 'fast-check';
import t from 'tap';
import { Positions } from '../../src/client/positions.js';
import type { Push } from '../../src/client/pushes.js';

const me = 'ana#1';
const said = (seq: number, room = 'sala1'): Push => ({
  method: 'room.message',
  params: { room, seq, from: 'bia#1', at: 1, text: `${seq}` },
});
const psst = (seq: number): Push => ({
  method: 'private.message',
  params: { seq, room: 'sala1', from: 'bia#1', to: me, at: 1, text: 'psiu' },
});

t.test('however often the connection is lost, each event is told once and in order', async (t) => {
  // A server that goes on from any position, and a connection that ends after any number of pushes.
  const lives = fc.array(fc.record({ pushes: fc.nat(8), published: fc.nat(6) }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(lives, fc.nat(3), (lives, before) => {
      const positions = new Positions();
      positions.joined({ room: 'sala1', epoch: 'e1', seq: before + 1 });
      let head = before + 1;
      const told: number[] = [];
      for (const { pushes, published } of lives) {
        head += published;
        const after = positions.params.rooms?.sala1?.after ?? 0;
        // The server may know of an earlier position than the client has come to.
        for (let seq = Math.max(1, after - 1); seq <= head && seq < after + pushes; seq++) {
          if (positions.take(said(seq), me)) told.push(seq);
        }
        positions.resumed({ rooms: [{ room: 'sala1', epoch: 'e1', seq: head, status: 'resumed' }], inboxSeq: 0 });
      }
      t.strictSame(
        told,
        told.map((_, i) => before + 1 + i),
      );
    }),
  );
});

t.test('the push of the own joining may come before the answer, or after it', async (t) => {
  const joined: Push = { method: 'room.joined', params: { room: 'sala1', seq: 7, user: me, at: 1 } };
  for (const answerFirst of [true, false]) {
    const positions = new Positions();
    if (answerFirst) positions.joined({ room: 'sala1', epoch: 'e1', seq: 7 });
    t.ok(positions.take(joined, me));
    if (!answerFirst) positions.joined({ room: 'sala1', epoch: 'e1', seq: 7 });
    t.strictSame(positions.params, { rooms: { sala1: { after: 7, epoch: 'e1' } } });
  }
});

t.test('a log that was replaced is told, and goes on from its head', async (t) => {
  const positions = new Positions();
  positions.joined({ room: 'sala1', epoch: 'e1', seq: 9 });
  const reset = { method: 'room.reset', params: { room: 'sala1', epoch: 'e2', seq: 4 } };
  t.strictSame(positions.resumed({ rooms: [{ room: 'sala1', epoch: 'e2', seq: 4, status: 'reset' }], inboxSeq: 3 }), [
    reset,
  ]);
  t.ok(positions.take(said(5), me));
  t.notOk(positions.take(said(5), me));
  t.strictSame(positions.params, { rooms: { sala1: { epoch: 'e2', after: 5 } }, inboxAfter: 3 });
  t.ok(positions.take({ method: 'room.reset', params: { room: 'sala1', epoch: 'e3', seq: 2 } }, me));
  t.strictSame(positions.params.rooms, { sala1: { epoch: 'e3', after: 2 } });
});

t.test('a room that was left is asked for no more, one that the server tells of is', async (t) => {
  const positions = new Positions();
  positions.joined({ room: 'sala1', epoch: 'e1', seq: 1 });
  positions.joined({ room: 'sala2', epoch: 'e1', seq: 1 });
  positions.left('sala2');
  t.ok(positions.take({ method: 'room.left', params: { room: 'sala1', seq: 2, user: me, at: 1 } }, me));
  t.strictSame(positions.params, { rooms: {} });
  t.strictSame(
    positions.resumed({ rooms: [{ room: 'sala3', epoch: 'e1', seq: 5, status: 'resumed' }], inboxSeq: 2 }),
    [],
  );
  t.strictSame(positions.params, { rooms: { sala3: { epoch: 'e1', after: 5 } }, inboxAfter: 2 });
});

t.test('a room that was closed is asked for no more; an invitation moves nothing', async (t) => {
  const positions = new Positions();
  positions.joined({ room: 'sala1', epoch: 'e1', seq: 1 });
  t.ok(positions.take({ method: 'room.invited', params: { room: 'segredo', by: me } }, me));
  t.strictSame(positions.params, { rooms: { sala1: { epoch: 'e1', after: 0 } } });
  t.ok(positions.take({ method: 'room.changed', params: { room: 'sala1', seq: 2, by: me, at: 1, closed: true } }, me));
  t.strictSame(positions.params, { rooms: {} });
});

t.test('what becomes of a message moves on as the message did, and is told once', async (t) => {
  const positions = new Positions();
  positions.joined({ room: 'sala1', epoch: 'e1', seq: 1 });
  const about = { room: 'sala1', at: 1, by: me, target: 1 };
  const pushes: Push[] = [
    { method: 'room.edited', params: { ...about, seq: 2, text: 'oi' } },
    { method: 'room.reacted', params: { ...about, seq: 3, reaction: '👍', on: true } },
    { method: 'room.deleted', params: { ...about, seq: 4 } },
  ];
  for (const push of pushes) t.ok(positions.take(push, me), push.method);
  for (const push of pushes) t.notOk(positions.take(push, me), 'not twice');
  t.strictSame(positions.params, { rooms: { sala1: { epoch: 'e1', after: 4 } } });
});

t.test('private messages are told once', async (t) => {
  const positions = new Positions();
  t.ok(positions.take(psst(1), me));
  t.notOk(positions.take(psst(1), me));
  t.ok(positions.take(psst(2), me));
  t.equal(positions.params.inboxAfter, 2);
});

t.test('what was missed counts down to nothing as it is told, whatever the rooms', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }), fc.nat(3), (missed, whispers) => {
      const positions = new Positions();
      const rooms = missed.map((count, i) => ({ room: `sala${i}`, epoch: 'e1', seq: 1 + count, count }));
      for (const { room, epoch } of rooms) positions.joined({ room, epoch, seq: 2 });
      positions.resumed({ rooms: rooms.map((room) => ({ ...room, seq: 1, status: 'resumed' })), inboxSeq: 4 });
      if (positions.behind !== 0) return false;
      positions.resumed({ rooms: rooms.map((room) => ({ ...room, status: 'resumed' })), inboxSeq: 4 + whispers });
      const pushes = [
        ...rooms.flatMap(({ room, count }) => Array.from({ length: count }, (_, i) => said(2 + i, room))),
        ...Array.from({ length: whispers }, (_, i) => psst(5 + i)),
      ];
      return pushes.every((push, told) => {
        const before = positions.behind;
        positions.take(push, me);
        return before === pushes.length - told && positions.behind === before - 1;
      });
    }),
  );
  t.pass('for every number of events and rooms that was tried');
});

t.test('a room that was left, or whose log was replaced, is waited for no longer', async (t) => {
  const positions = new Positions();
  for (const room of ['sala1', 'sala2', 'sala3']) positions.joined({ room, epoch: 'e1', seq: 1 });
  const back = (room: string, status: 'resumed' | 'reset') => ({ room, epoch: 'e1', seq: 9, status });
  positions.resumed({ rooms: [back('sala1', 'resumed'), back('sala2', 'reset')], inboxSeq: 0 });
  t.equal(positions.behind, 9);
  t.strictSame(positions.rooms, ['sala1', 'sala2']);
  positions.left('sala1');
  t.equal(positions.behind, 0);
});
