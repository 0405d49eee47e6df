import fc from 'fast-check';
import t, { type Test } from 'tap';
import { defaultLimits } from '../../src/protocol/limits.js';
import { type Method, type MethodName, methods } from '../../src/protocol/methods.js';
import { readParams } from '../../src/protocol/params.js';

const read = (method: MethodName, given: unknown) => readParams(methods[method].params, given, false, defaultLimits);
const readPortuguese = (method: MethodName, given: unknown) =>
  readParams(methods[method].params, given, true, defaultLimits);

function refused(t: Test, outcome: ReturnType<typeof read>, code: string, field: string, what?: string): void {
  const refusal = 'refusal' in outcome ? outcome.refusal : undefined;
  t.strictSame([refusal?.code, refusal?.field], [code, field], what ?? `${field} is refused`);
}

t.test('params go by name, by position, or by the names of the Portuguese alias', async (t) => {
  const values = { room: 'sala1', text: 'oi', clientMsgId: 'm1' };
  t.strictSame(read('room.send', values), { values });
  t.strictSame(read('room.send', ['sala1', 'oi', 'm1']), { values });
  t.strictSame(readPortuguese('room.send', { sala: 'sala1', mensagem: 'oi', clientMsgId: 'm1' }), { values });
  t.strictSame(readPortuguese('room.send', ['sala1', 'oi', 'm1']), { values });
});

t.test('every alias of the table is a name under its Portuguese method', async (t) => {
  t.strictSame(readPortuguese('user.register', { nome: 'ana' }), { values: { name: 'ana' } });
  t.strictSame(readPortuguese('room.create', { sala: 'sala9', topico: 'café' }), {
    values: { room: 'sala9', topic: 'café' },
  });
  t.strictSame(readPortuguese('private.send', { sala: 'sala1', para: 'bia#1', mensagem: 'psst' }), {
    values: { room: 'sala1', to: 'bia#1', text: 'psst' },
  });
  t.strictSame(readPortuguese('private.history', { com: 'bia#1', limit: 5 }), { values: { with: 'bia#1', limit: 5 } });
});

t.test('a language knows its own names only', async (t) => {
  refused(t, read('room.leave', { sala: 'sala1' }), 'INVALID_PARAMS', 'room');
  refused(t, readPortuguese('room.leave', { room: 'sala1' }), 'INVALID_PARAMS', 'sala');
  refused(t, readPortuguese('room.leave', { sala: 'sala1', room: 'sala1' }), 'INVALID_PARAMS', 'room');
});

t.test('what is optional may be left out, by position only from the end', async (t) => {
  t.strictSame(read('room.history', { room: 'sala1', limit: 5 }), { values: { room: 'sala1', limit: 5 } });
  t.strictSame(read('room.history', ['sala1']), { values: { room: 'sala1' } });
  t.strictSame(read('hello', undefined), { values: {} });
  t.strictSame(read('hello', {}), { values: {} });
  t.strictSame(read('hello', []), { values: {} });
  refused(t, read('room.history', ['sala1', null, null, 5]), 'INVALID_PARAMS', 'before', 'null is a value');
  refused(t, read('room.history', { room: 'sala1', before: null }), 'INVALID_PARAMS', 'before', 'also by name');
});

t.test('the first missing param is named', async (t) => {
  refused(t, read('room.send', undefined), 'INVALID_PARAMS', 'room');
  refused(t, read('room.send', {}), 'INVALID_PARAMS', 'room');
  refused(t, read('room.send', { room: 'sala1', clientMsgId: 'm1' }), 'INVALID_PARAMS', 'text');
  refused(t, read('room.send', ['sala1']), 'INVALID_PARAMS', 'text');
  refused(t, readPortuguese('room.send', { sala: 'sala1' }), 'INVALID_PARAMS', 'mensagem');
});

t.test('an unknown param is named, and a surplus one by its position', async (t) => {
  refused(t, read('room.leave', { room: 'sala1', colour: 'red' }), 'INVALID_PARAMS', 'colour');
  refused(t, read('user.me', { name: 'ana' }), 'INVALID_PARAMS', 'name');
  refused(t, read('room.leave', { room: 'sala1', Room: 'sala1' }), 'INVALID_PARAMS', 'Room', 'case matters');
  refused(t, read('room.leave', ['sala1', 'sala2']), 'INVALID_PARAMS', '1');
  refused(t, read('user.me', ['ana']), 'INVALID_PARAMS', '0');
});

t.test('a mistyped param is named, by name and by position', async (t) => {
  for (const room of [null, 1, true, ['sala1'], { room: 'sala1' }]) {
    refused(t, read('room.leave', { room }), 'INVALID_PARAMS', 'room', JSON.stringify(room));
    refused(t, read('room.leave', [room]), 'INVALID_PARAMS', 'room', `${JSON.stringify(room)} by position`);
  }
  refused(t, readPortuguese('private.send', ['sala1', 7, 'oi']), 'INVALID_PARAMS', 'para');
  refused(t, read('hello', { protocol: '1' }), 'INVALID_PARAMS', 'protocol');
  refused(t, read('hello', { client: 1 }), 'INVALID_PARAMS', 'client');
});

t.test('keys that every object inherits are not params, and are params when they are given', async (t) => {
  for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    refused(t, read('room.leave', JSON.parse(`{"room":"sala1","${key}":{}}`)), 'INVALID_PARAMS', key);
  }
  refused(t, read('room.leave', JSON.parse('{"__proto__":{"room":"sala1"}}')), 'INVALID_PARAMS', 'room');
});

t.test('a resume tells where the client stands in each room', async (t) => {
  const rooms = { sala1: { epoch: 'e1', after: 42 }, sala2: { after: 0 } };
  t.same(read('user.resume', { token: 'T', rooms, inboxAfter: 7 }), { values: { token: 'T', rooms, inboxAfter: 7 } });
  const wrong: unknown[] = [null, [], [{ after: 1 }], 'sala1', 1];
  for (const at of [null, 5, [], {}, { epoch: 'e1' }, { after: -1 }, { after: 1.5 }, { after: '1' }])
    wrong.push({ sala1: at });
  wrong.push({ sala1: { after: 1, epoch: 1 } }, { sala1: { after: 1, more: 1 } });
  for (const given of wrong) {
    refused(t, read('user.resume', { token: 'T', rooms: given }), 'INVALID_PARAMS', 'rooms', JSON.stringify(given));
  }
});

t.test('in a resume, rooms whose names every object inherits are rooms like the others', async (t) => {
  for (const room of ['constructor', 'prototype', '__proto__', 'toString']) {
    const given = (at: string) => JSON.parse(`{"token":"T","rooms":{"${room}":${at}}}`);
    refused(t, read('user.resume', given('5')), 'INVALID_PARAMS', 'rooms', `${room} needs a position`);
    const outcome = read('user.resume', given('{"after":5}'));
    const { rooms } = ('values' in outcome ? outcome.values : {}) as { rooms: Record<string, unknown> };
    t.strictSame(rooms[room], { after: 5 }, `${room} is found`);
    t.equal(rooms.valueOf, undefined, 'and no other');
  }
});

t.test('no JSON at all makes it throw', async () => {
  const keys = fc.constantFrom('room', 'sala', 'text', 'token', 'rooms', 'data', 'limit', '__proto__', 'constructor');
  const values = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('sala1', 'ana', 0, -1, 2 ** 53, '\ud83d', { a: { after: 1 } }),
  );
  const given = fc.oneof(values, fc.array(values, { maxLength: 5 }), fc.dictionary(keys, values));
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.values(methods) as Method[])),
      given,
      fc.boolean(),
      (method, params, portuguese) => {
        const outcome = readParams(method.params, params, portuguese, defaultLimits);
        return 'values' in outcome !== 'refusal' in outcome;
      },
    ),
    { numRuns: 2000 },
  );
});
