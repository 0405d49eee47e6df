import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { PrivateMessage, RoomEvent } from '../../src/protocol/events.js';
import {
  encodeAnnouncement,
  encodeDraining,
  encodePrivateMessages,
  encodeReset,
  encodeRoomEvents,
} from '../../src/protocol/pushes.js';
import { acceptedTexts, roomNames, userIds, wholeNumbers } from '../support/arbitraries.js';

const sala1 = 'sala1' as never;
const at = 1_700_000_000_000;
const ana = 'ana#1' as never;
const bia = 'bia#1' as never;
const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

/** The one notification in these lines. */
function notification(lines: Uint8Array | string): unknown {
  const text = typeof lines === 'string' ? lines : decode(lines);
  assert.match(text, /^[^\n]+\n$/);
  return JSON.parse(text);
}

const pushed = (method: string, params: object) => ({ jsonrpc: '2.0', method, params });
const inJson = (event: RoomEvent) => notification(encodeRoomEvents(sala1, [event], 'json'));

t.test('in JSON a message has exactly the params of the contract', async (t) => {
  const said: RoomEvent = { type: 'said', seq: 42, at, user: ana, text: 'oi' };
  const params = { room: 'sala1', seq: 42, from: 'ana#1', at, text: 'oi' };
  t.strictSame(inJson(said), pushed('room.message', params));
  t.strictSame(inJson({ ...said, clientMsgId: 'm"1' }), pushed('room.message', { ...params, clientMsgId: 'm"1' }));
});

t.test('in JSON so has everything else that happens in a room', async (t) => {
  const event = { seq: 43, at, user: bia } as const;
  const params = { room: 'sala1', seq: 43, user: 'bia#1', at };
  t.strictSame(inJson({ ...event, type: 'joined', role: 'member' }), pushed('room.joined', params));
  t.strictSame(inJson({ ...event, type: 'left' }), pushed('room.left', params));
  t.strictSame(inJson({ ...event, type: 'left', reason: 'quit' }), pushed('room.left', { ...params, reason: 'quit' }));
  const changed = pushed('room.changed', { room: 'sala1', seq: 43, by: 'bia#1', at, topic: 'café' });
  t.strictSame(inJson({ ...event, type: 'topic-changed', topic: 'café' }), changed);
  t.strictSame(inJson({ ...event, type: 'created', topic: 'café' }), changed);
});

t.test('in JSON a message tells what it answers, and what became of it before it was told', async (t) => {
  const said: RoomEvent = { type: 'said', seq: 42, at, user: ana, text: 'oi', replyTo: 40 };
  const params = { room: 'sala1', seq: 42, from: 'ana#1', at, text: 'oi', replyTo: 40 };
  t.strictSame(inJson(said), pushed('room.message', params));
  t.strictSame(inJson({ ...said, editedAt: at + 1 }), pushed('room.message', { ...params, editedAt: at + 1 }));
  t.strictSame(inJson({ ...said, text: '' }), pushed('room.message', { ...params, text: '', deleted: true }));
  const event = { seq: 43, at, user: bia, target: 42 } as const;
  const about = { room: 'sala1', seq: 43, at, by: 'bia#1', target: 42 };
  t.strictSame(inJson({ ...event, type: 'edited', text: 'olá' }), pushed('room.edited', { ...about, text: 'olá' }));
  t.strictSame(inJson({ ...event, type: 'deleted', author: ana }), pushed('room.deleted', about));
  const reacted = { reaction: '👍', on: false };
  t.strictSame(inJson({ ...event, type: 'reacted', ...reacted }), pushed('room.reacted', { ...about, ...reacted }));
});

t.test('in JSON so have private messages and what the server has to say itself', async (t) => {
  const message = { seq: 7, room: 'sala1', from: 'ana#1', to: 'bia#1', at, text: 'psst' };
  const psst = message as unknown as PrivateMessage;
  t.strictSame(notification(encodePrivateMessages([psst], 'json')), pushed('private.message', message));
  t.strictSame(
    notification(encodeReset(sala1, 'e2', 0, 'json')),
    pushed('room.reset', { room: 'sala1', epoch: 'e2', seq: 0 }),
  );
  t.strictSame(notification(encodeDraining(1000, 'json')), pushed('server.draining', { reconnectAfterMs: 1000 }));
  t.strictSame(
    notification(encodeAnnouncement('oi\ttodos', at, 'json')),
    pushed('server.announcement', { text: 'oi\ttodos', at }),
  );
});

t.test('in text a push is the line of the contract', async (t) => {
  const events: RoomEvent[] = [
    { type: 'said', seq: 42, at, user: ana, text: 'oi', clientMsgId: 'm1' },
    { type: 'joined', seq: 43, at, user: bia, role: 'member' },
  ];
  t.equal(decode(encodeRoomEvents(sala1, events, 'text')), '[sala1 #42] ana#1: oi\n[sala1 #43] * bia#1 joined\n');
  const psst: PrivateMessage = { seq: 7, room: sala1, from: ana, to: bia, at, text: 'psst' };
  t.equal(decode(encodePrivateMessages([psst], 'text')), '[sala1 private #7] ana#1 -> bia#1: psst\n');
  t.match(encodeReset(sala1, 'e2', 0, 'text'), /^\[sala1 #0\] \* [^\n]+\n$/);
  t.match(encodeDraining(1000, 'text'), /^# [^\n]+1000 ms\n$/, 'which programs ignore, for it begins with #');
  t.equal(encodeAnnouncement('oi\ttodos', at, 'text'), '# oi todos\n');
});

t.test('nothing happened is nothing to push', async (t) => {
  t.equal(encodeRoomEvents(sala1, [], 'json').length, 0);
  t.equal(encodePrivateMessages([], 'text').length, 0);
});

const topics = fc.oneof(fc.constant(''), acceptedTexts);
const common = { seq: wholeNumbers, at: wholeNumbers, user: userIds };
const roomEvents: fc.Arbitrary<RoomEvent> = fc.oneof(
  fc.record({ type: fc.constant('said' as const), ...common, text: acceptedTexts }),
  fc.record({ type: fc.constant('said' as const), ...common, text: acceptedTexts, clientMsgId: acceptedTexts }),
  fc.record({
    type: fc.constant('said' as const),
    ...common,
    text: topics,
    replyTo: wholeNumbers,
    editedAt: wholeNumbers,
  }),
  fc.record({ type: fc.constant('edited' as const), ...common, target: wholeNumbers, text: topics }),
  fc.record({ type: fc.constant('deleted' as const), ...common, target: wholeNumbers }),
  fc.record({
    ...{ type: fc.constant('reacted' as const), ...common, target: wholeNumbers },
    ...{ reaction: fc.constantFrom('👍', ':)'), on: fc.boolean() },
  }),
  fc.record({ type: fc.constant('joined' as const), ...common, role: fc.constantFrom('owner', 'member') }),
  fc.record({ type: fc.constant('left' as const), ...common, reason: fc.constantFrom('quit', 'expired') }),
  fc.record({ type: fc.constant('topic-changed' as const), ...common, topic: topics }),
  fc.record({ type: fc.constant('created' as const), ...common, topic: topics }),
);

t.test(
  'every event is exactly one line in either dialect, in order, and no control character leaves in text',
  async () => {
    fc.assert(
      fc.property(roomNames, fc.array(roomEvents), (room, events) => {
        const text = decode(encodeRoomEvents(room, events, 'text')).split('\n');
        const json = decode(encodeRoomEvents(room, events, 'json')).split('\n');
        assert.equal(text.pop(), '');
        assert.equal(json.pop(), '');
        assert.deepEqual(
          text.map((line) => line.slice(0, line.indexOf(']'))),
          events.map(({ seq }) => `[${room} #${seq}`),
        );
        assert.deepEqual(
          json.map((line) => JSON.parse(line).params.seq),
          events.map(({ seq }) => seq),
        );
        assert(text.every((line) => !/[^\P{Cc}\t]/u.test(line)));
      }),
    );
  },
);

t.test('a text arrives as it was sent, but for TAB, which a text connection is shown as a space', async () => {
  fc.assert(
    fc.property(roomNames, userIds, userIds, wholeNumbers, acceptedTexts, (room, from, to, seq, text) => {
      const said: RoomEvent = { type: 'said', seq, at, user: from, text, clientMsgId: text };
      const json = notification(encodeRoomEvents(room, [said], 'json'));
      assert.deepEqual(json, pushed('room.message', { room, seq, from, at, text, clientMsgId: text }));
      const shown = text.replaceAll('\t', ' ');
      assert.equal(decode(encodeRoomEvents(room, [said], 'text')), `[${room} #${seq}] ${from}: ${shown}\n`);
      const message: PrivateMessage = { seq, room, from, to, at, text };
      assert.deepEqual(notification(encodePrivateMessages([message], 'json')), pushed('private.message', message));
      const line = `[${room} private #${seq}] ${from} -> ${to}: ${shown}\n`;
      assert.equal(decode(encodePrivateMessages([message], 'text')), line);
    }),
  );
});

t.test('a run of lines is an array of exactly its bytes, fit to be handed to another thread', async () => {
  fc.assert(
    fc.property(roomNames, fc.array(roomEvents), fc.constantFrom('json', 'text'), (room, events, dialect) => {
      const lines = encodeRoomEvents(room, events, dialect);
      return lines.buffer.byteLength === lines.byteLength;
    }),
  );
});
