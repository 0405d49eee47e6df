import fc from 'fast-check';
import t from 'tap';
import type { RoomCommand, RoomReply } from '../../../src/actors/room/decisions.js';
import { roomPacking } from '../../../src/actors/room/packing.js';
import type { RoomName, UserId } from '../../../src/protocol/names.js';
import { type Refusal, refusals } from '../../../src/protocol/refusals.js';

const user = fc.constantFrom('ana#1', 'josé#12', 'မြို့#3').map((id) => id as UserId);
const text = fc.string({ unit: 'binary', minLength: 1 });
const seq = fc.nat();
const at = fc.integer({ min: 0, max: 2 ** 45 });

const command: fc.Arbitrary<RoomCommand> = fc.oneof(
  fc.record({ type: fc.constant('send' as const), user, text }, { noNullPrototype: true }),
  fc.record({ type: fc.constant('send' as const), user, text, clientMsgId: text }, { noNullPrototype: true }),
  fc.record({ type: fc.constant('join' as const), user }, { noNullPrototype: true }),
);
const reply: fc.Arbitrary<RoomReply | Refusal> = fc.oneof(
  fc.record({ type: fc.constant('sent' as const), seq, at, duplicate: fc.boolean() }, { noNullPrototype: true }),
  fc.record({ type: fc.constant('done' as const), seq }, { noNullPrototype: true }),
  fc.constant(refusals.notInRoom('sala1' as RoomName)),
);

t.test('what is packed comes out as it went in, after a clone as well', async () => {
  fc.assert(
    fc.property(command, (command) => {
      const { packCommand, unpackCommand } = roomPacking;
      t.strictSame(unpackCommand(structuredClone(packCommand(command))), command);
    }),
  );
  fc.assert(
    fc.property(reply, at, fc.boolean(), (reply, other, now) => {
      const { packReply, unpackReply } = roomPacking;
      const time = now && 'at' in reply ? reply.at : other;
      t.strictSame(unpackReply(structuredClone(packReply(reply, time)), time), reply);
    }),
  );
});

t.test('a plain message travels as one string, and its answer as one number', async (t) => {
  t.equal(roomPacking.packCommand({ type: 'send', user: 'ana#1' as UserId, text: ' oi, bia' }), 'ana#1  oi, bia');
  t.equal(roomPacking.packReply({ type: 'sent', seq: 7, at: 1000, duplicate: false }, 1000), 7);
  t.type(
    roomPacking.packReply({ type: 'sent', seq: 7, at: 1001, duplicate: false }, 1000),
    'object',
    'of another time',
  );
  t.type(roomPacking.packReply({ type: 'sent', seq: 7, at: 1000, duplicate: true }, 1000), 'object', 'of a repetition');
});
