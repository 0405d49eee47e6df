import assert from 'node:assert/strict';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { encodeRefusal, encodeResult, parseRequests, type Request } from '../../src/protocol/jsonrpc.js';
import { defaultLimits } from '../../src/protocol/limits.js';
import { refusals } from '../../src/protocol/refusals.js';

/** The one request of a line that is no batch. */
function parseOne(line: string): Request {
  const parsed = parseRequests(line, defaultLimits);
  assert(parsed.type === 'one');
  return parsed.request;
}

const call = (more: object) => parseOne(JSON.stringify({ jsonrpc: '2.0', method: 'ping', ...more }));

function refused(t: Test, request: Request, code: string, field: string | undefined, id: unknown, what: string): void {
  assert(request.type === 'refused', what);
  t.strictSame([request.refusal.code, request.refusal.field, request.id], [code, field, id], what);
}

t.test('an id is a string, a number or null, and comes back as it was', async (t) => {
  for (const id of ['1', '', 'é', 0, -1, 1.5, 1e21, null]) {
    t.strictSame(
      call({ id }),
      { type: 'call', method: 'ping', params: undefined, id },
      `${JSON.stringify(id)} is read`,
    );
    t.strictSame(JSON.parse(encodeResult(id, {})), { jsonrpc: '2.0', id, result: {} });
  }
});

t.test('a call with "id":null is answered, one without id is not', async (t) => {
  t.equal((call({ id: null }) as { id: unknown }).id, null);
  t.equal((call({}) as { id: unknown }).id, undefined);
});

t.test('an id of another kind is refused, and not repeated', async (t) => {
  for (const id of [true, false, {}, [], [1], { id: 1 }]) {
    refused(t, call({ id }), 'INVALID_REQUEST', 'id', null, JSON.stringify(id));
  }
  refused(t, parseOne('{"jsonrpc":"2.0","method":"ping","id":1e999}'), 'INVALID_REQUEST', 'id', null, 'infinite');
});

t.test('params are an object or an array; nothing else, not even null', async (t) => {
  for (const params of [{}, [], { data: 1 }, [1]]) {
    t.strictSame(call({ params, id: 1 }), { type: 'call', method: 'ping', params, id: 1 });
  }
  for (const params of [null, 'bar', 1, true]) {
    refused(t, call({ params, id: 1 }), 'INVALID_REQUEST', 'params', 1, JSON.stringify(params));
    refused(t, call({ params }), 'INVALID_REQUEST', 'params', null, `${JSON.stringify(params)} in a call without id`);
  }
});

t.test('a request says "jsonrpc":"2.0" and a method', async (t) => {
  for (const jsonrpc of [undefined, null, '1.0', '2', 2]) {
    refused(t, call({ jsonrpc, id: 'a' }), 'INVALID_REQUEST', 'jsonrpc', 'a', `version ${jsonrpc}`);
  }
  for (const method of [undefined, null, 1, {}, ['ping']]) {
    refused(t, call({ method, id: 'a' }), 'INVALID_REQUEST', 'method', 'a', `method ${method}`);
  }
});

t.test('what is no object is no request', async (t) => {
  for (const line of ['[]', 'null', '1', '"ping"', 'true']) {
    refused(t, parseOne(line), 'INVALID_REQUEST', undefined, null, line);
  }
  const parsed = parseRequests('[[],null,[{}]]', defaultLimits);
  assert(parsed.type === 'batch');
  for (const request of parsed.requests) refused(t, request, 'INVALID_REQUEST', undefined, null, 'in a batch');
});

t.test('what is no JSON is a parse error', async (t) => {
  for (const line of ['{', '[', '{]', "{'id':1}", '{"id":1}{"id":2}', '{"id":01}', '\ufeff{}', '']) {
    refused(t, parseOne(line), 'PARSE_ERROR', undefined, null, JSON.stringify(line));
  }
});

t.test('a batch holds batchMax calls and not one more', async (t) => {
  const batch = (size: number) =>
    JSON.stringify(Array.from({ length: size }, (_, id) => ({ jsonrpc: '2.0', method: 'ping', id })));
  const parsed = parseRequests(batch(64), defaultLimits);
  assert(parsed.type === 'batch');
  t.strictSame(
    parsed.requests.map((request) => request.id),
    Array.from({ length: 64 }, (_, id) => id),
    'all of them, in order',
  );
  refused(t, parseOne(batch(65)), 'BATCH_TOO_LARGE', undefined, null, '65 calls');
  refused(t, parseOne(`[${'1,'.repeat(999)}1]`), 'BATCH_TOO_LARGE', undefined, null, 'a thousand that are none');
});

t.test('any id, with half of a surrogate pair or a line end inside, comes back as one line of JSON', async () => {
  const units = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 1 }),
    fc.constantFrom('\ud83d', '\udc4b', '\n', '\u2028'),
  );
  const ids = fc.oneof(
    fc.string({ unit: units }),
    fc.double({ noDefaultInfinity: true, noNaN: true }),
    fc.constant(null),
  );
  fc.assert(
    fc.property(ids, (given) => {
      const id = (call({ id: given }) as { id: string | number | null }).id;
      for (const line of [encodeResult(id, {}), encodeRefusal(id, refusals.internal(), 'en')]) {
        assert(line.isWellFormed() && !/\p{Cc}/u.test(line));
        assert.equal(JSON.stringify(JSON.parse(line).id), JSON.stringify(given));
      }
    }),
  );
});

t.test('deep nesting throws nothing, wherever it stands', async (t) => {
  const arrays = '['.repeat(8000) + ']'.repeat(8000);
  const objects = `${'{"a":'.repeat(2500)}1${'}'.repeat(2500)}`;
  for (const deep of [arrays, objects]) {
    refused(t, parseOne(`{"jsonrpc":"2.0","method":"ping","id":${deep}}`), 'INVALID_REQUEST', 'id', null, 'as id');
    refused(t, parseOne(`{"jsonrpc":"2.0","id":7,"method":${deep}}`), 'INVALID_REQUEST', 'method', 7, 'as method');
    t.match(parseOne(`{"jsonrpc":"2.0","method":"ping","params":[${deep}]}`), { type: 'call' }, 'as params');
  }
  t.match(parseRequests(arrays, defaultLimits), { type: 'batch', requests: [{ type: 'refused' }] }, 'as a batch');
});

t.test('data that a client may nest, the server can write back', async (t) => {
  const { dataDepthMax } = defaultLimits;
  const data = JSON.parse(`${'{"a":'.repeat(dataDepthMax)}1${'}'.repeat(dataDepthMax)}`);
  t.strictSame(JSON.parse(encodeResult(1, { data })).result.data, data);
});

t.test('the key __proto__ is a key like any other', async (t) => {
  const hidden = '{"__proto__":{"jsonrpc":"2.0","method":"ping","id":1}}';
  refused(t, parseOne(hidden), 'INVALID_REQUEST', 'method', null, 'it lends no method');
  const beside = '{"jsonrpc":"2.0","method":"ping","__proto__":{"id":1},"constructor":1}';
  t.strictSame(parseOne(beside), { type: 'call', method: 'ping', params: undefined, id: undefined }, 'it lends no id');
  t.equal(({} as { id?: unknown }).id, undefined, 'and changes no other object');
});

t.test('no line at all throws', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (line) => {
      parseRequests(line, defaultLimits);
    }),
  );
});
