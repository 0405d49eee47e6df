import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { gather } from '../support/visitors.js';

const daemon = await startDaemon(t);

/** The reply as the JSON-RPC specification prints it: `data` is the server's own. */
function asPrinted(line: string): unknown {
  return JSON.parse(line, (key, value) => (key === 'data' ? undefined : value));
}

// Section 7 of https://www.jsonrpc.org/specification, as far as it does not need methods that are not here.
const examples: readonly [what: string, sent: string, answered: string][] = [
  [
    'rpc call of non-existent method',
    '{"jsonrpc": "2.0", "method": "foobar", "id": "1"}',
    '{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"}',
  ],
  [
    'rpc call with invalid JSON',
    '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]',
    '{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}',
  ],
  [
    'rpc call with invalid Request object',
    '{"jsonrpc": "2.0", "method": 1, "params": "bar"}',
    '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}',
  ],
  [
    'rpc call Batch, invalid JSON',
    '[ {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method" ]',
    '{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}',
  ],
  [
    'rpc call with an empty Array',
    '[]',
    '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}',
  ],
  [
    'rpc call with an invalid Batch (but not empty)',
    '[1]',
    '[{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}]',
  ],
  [
    'rpc call with invalid Batch',
    '[1,2,3]',
    `[
      {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
      {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
      {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}
    ]`,
  ],
];

for (const [what, sent, answered] of examples) {
  t.test(`the specification's example: ${what}`, async (t) => {
    const client = await LineClient.connect(t, daemon);
    client.send(sent);
    t.strictSame(asPrinted(await client.next()), JSON.parse(answered));
    await client.call('ping');
  });
}

t.test('the specification’s examples that have no answer have none', async (t) => {
  const client = await LineClient.connect(t, daemon);
  client.send(
    '{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}',
    '{"jsonrpc": "2.0", "method": "foobar"}',
    '[{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]}, {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}]',
  );
  t.strictSame(await client.soFar(), []);
});

t.test('an id comes back as it was sent', async (t) => {
  const client = await LineClient.connect(t, daemon);
  for (const id of [
    1,
    0,
    -7,
    1.5,
    Number.MAX_SAFE_INTEGER,
    '',
    '1',
    'ana 🙂',
    '"\\',
    null,
    '\u001b\u0000\u009b\u007f',
  ]) {
    client.send(JSON.stringify({ jsonrpc: '2.0', method: 'ping', id }));
    t.match(await client.nextReply(id), { id, result: {} });
    client.send(JSON.stringify({ jsonrpc: '2.0', method: 'nenhum', id }));
    t.match(await client.nextReply(id), { id, error: { code: -32601, data: { code: 'METHOD_NOT_FOUND' } } });
  }
});

t.test('what is no id is refused', async (t) => {
  const client = await LineClient.connect(t, daemon);
  for (const id of ['true', 'false', '[]', '[1]', '{}', '1e999']) {
    client.send(`{"jsonrpc":"2.0","method":"ping","id":${id}}`);
    const data = { code: 'INVALID_REQUEST', temporary: false, field: 'id' };
    t.match(await client.nextReply(null), { id: null, error: { code: -32600, data } });
  }
});

t.test('what is no request is refused, under its id where it has one', async (t) => {
  const client = await LineClient.connect(t, daemon);
  const cases: [string, string | undefined, number | null][] = [
    ['{}', 'method', null],
    ['{"jsonrpc":"2.0","id":1}', 'method', 1],
    ['{"jsonrpc":"2.0","method":null,"id":2}', 'method', 2],
    ['{"jsonrpc":"2.0","method":["ping"],"id":3}', 'method', 3],
    ['{"method":"ping","id":4}', 'jsonrpc', 4],
    ['{"jsonrpc":"1.0","method":"ping","id":5}', 'jsonrpc', 5],
    ['{"jsonrpc":2.0,"method":"ping","id":6}', 'jsonrpc', 6],
    ['{"jsonrpc":"2.0","method":"ping","params":1,"id":7}', 'params', 7],
    ['{"jsonrpc":"2.0","method":"ping","params":"x","id":8}', 'params', 8],
    ['{"jsonrpc":"2.0","method":"ping","params":null,"id":9}', 'params', 9],
    ['{"jsonrpc":"2.0","method":"ping","params":true,"id":10}', 'params', 10],
    ['{"jsonrpc":"2.0","method":"ping","params":7}', 'params', null],
  ];
  for (const [line, field, id] of cases) {
    client.send(line);
    const data = { code: 'INVALID_REQUEST', temporary: false, field };
    t.match(await client.nextReply(id), { error: { code: -32600, message: /^Invalid Request/, data } }, line);
  }
});

t.test('what is no JSON is refused, and the connection lives', async (t) => {
  const client = await LineClient.connect(t, daemon);
  for (const line of [
    '{',
    '[',
    '{]',
    '[}',
    '{"a":01}',
    "{'a':1}",
    '{"a":1}}',
    '[1,]',
    '{"a":"\t"}',
    '{"a":"\\u00"}',
    `${'['.repeat(9000)}`,
  ]) {
    client.send(line);
    t.match(await client.nextReply(null), { error: { code: -32700, data: { code: 'PARSE_ERROR', temporary: false } } });
  }
  client.send('{"jsonrpc":"2.0","method":"ping","params":{"data":1},"id":1,"id":2}');
  t.match(await client.nextReply(2), { result: { data: 1 } }, 'of two the last counts, as in JavaScript');
});

t.test('names that JavaScript knows are no methods', async (t) => {
  const client = await LineClient.connect(t, daemon);
  for (const method of [
    '',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'ROOM.SEND',
    'rpc.discover',
    '/ping',
  ]) {
    t.strictSame(await client.refusal(method), { code: 'METHOD_NOT_FOUND', temporary: false });
  }
});

t.test('a call without id is carried out, and nobody is answered', async (t) => {
  const [ana, bia] = await gather(t, daemon, 'sem-resposta', 'ana', 'bia');
  ana.client.notify('room.send', { room: 'sem-resposta', text: 'oi' });
  ana.client.notify('enviar_mensagem_publica', ['sem-resposta', 'olá']);
  ana.client.notify('room.send', { room: 'sem-resposta' });
  ana.client.notify('room.send', { room: 'nenhuma', text: 'oi' });
  for (const { client } of [ana, bia]) {
    t.match(await client.nextPush('room.message'), { text: 'oi' });
    t.match(await client.nextPush('room.message'), { text: 'olá' });
  }
  t.strictSame(await ana.client.soFar(), []);
});

t.test('spaces around the JSON do not matter', async (t) => {
  const client = await LineClient.connect(t, daemon);
  client.send(
    '   { "jsonrpc" : "2.0" , "method" : "ping" , "id" : 1 }   ',
    '  [ {"jsonrpc":"2.0","method":"ping","id":2} ] ',
  );
  t.match(await client.nextReply(1), { result: {} });
  t.match(await client.nextBatch(), [{ id: 2 }]);
});
