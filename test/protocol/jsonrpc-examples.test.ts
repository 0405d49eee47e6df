import t from 'tap';
import { encodeRefusal, encodeResult, parseRequests, type Request } from '../../src/protocol/jsonrpc.js';
import { defaultLimits } from '../../src/protocol/limits.js';
import { refusals } from '../../src/protocol/refusals.js';

/** The methods that the examples of the JSON-RPC 2.0 specification call. */
const exampleMethods: Record<string, (params: unknown) => unknown> = {
  subtract: (params) => {
    const [minuend, subtrahend] = Array.isArray(params) ? params : [named(params).minuend, named(params).subtrahend];
    return minuend - subtrahend;
  },
  sum: (params) => (params as number[]).reduce((a, b) => a + b),
  get_data: () => ['hello', 5],
  update: () => 'nobody is told',
  notify_sum: () => 'nobody is told',
  notify_hello: () => 'nobody is told',
};
const named = (params: unknown) => params as Record<string, number>;

function answer(request: Request): string | undefined {
  if (request.type === 'refused') return encodeRefusal(request.id, request.refusal, 'en');
  const { method, params, id } = request;
  if (id === undefined) return undefined;
  const run = exampleMethods[method];
  return run === undefined ? encodeRefusal(id, refusals.methodNotFound(), 'en') : encodeResult(id, run(params));
}

/** What the server sends back for a line; undefined for nothing. */
function answerLine(line: string): string | undefined {
  const parsed = parseRequests(line, defaultLimits);
  if (parsed.type === 'one') return answer(parsed.request);
  const answers = parsed.requests.map(answer).filter((one) => one !== undefined);
  return answers.length === 0 ? undefined : `[${answers.join(',')}]`;
}

/** The answer as the specification prints it: `data` is the server's own. */
function asPrinted(line: string | undefined): unknown {
  return line && JSON.parse(line, (key, value) => (key === 'data' ? undefined : value));
}

interface Example {
  readonly what: string;
  readonly sent: string;
  readonly answered?: string;
}

/** Section 7 of https://www.jsonrpc.org/specification, whole and in its order. */
const examples: readonly Example[] = [
  {
    what: 'rpc call with positional parameters',
    sent: '{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}',
    answered: '{"jsonrpc": "2.0", "result": 19, "id": 1}',
  },
  {
    what: 'rpc call with positional parameters, the other way round',
    sent: '{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}',
    answered: '{"jsonrpc": "2.0", "result": -19, "id": 2}',
  },
  {
    what: 'rpc call with named parameters',
    sent: '{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
    answered: '{"jsonrpc": "2.0", "result": 19, "id": 3}',
  },
  {
    what: 'rpc call with named parameters, the other way round',
    sent: '{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
    answered: '{"jsonrpc": "2.0", "result": 19, "id": 4}',
  },
  { what: 'a notification', sent: '{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}' },
  { what: 'a notification of a method that is not there', sent: '{"jsonrpc": "2.0", "method": "foobar"}' },
  {
    what: 'rpc call of non-existent method',
    sent: '{"jsonrpc": "2.0", "method": "foobar", "id": "1"}',
    answered: '{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"}',
  },
  {
    what: 'rpc call with invalid JSON',
    sent: '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]',
    answered: '{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}',
  },
  {
    what: 'rpc call with invalid Request object',
    sent: '{"jsonrpc": "2.0", "method": 1, "params": "bar"}',
    answered: '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}',
  },
  {
    what: 'rpc call Batch, invalid JSON',
    sent: '[ {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method" ]',
    answered: '{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}',
  },
  {
    what: 'rpc call with an empty Array',
    sent: '[]',
    answered: '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}',
  },
  {
    what: 'rpc call with an invalid Batch (but not empty)',
    sent: '[1]',
    answered: '[ {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null} ]',
  },
  {
    what: 'rpc call with invalid Batch',
    sent: '[1,2,3]',
    answered: `[
      {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
      {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
      {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}
    ]`,
  },
  {
    what: 'rpc call Batch',
    sent: `[
      {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
      {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
      {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
      {"foo": "boo"},
      {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
      {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
    ]`,
    answered: `[
      {"jsonrpc": "2.0", "result": 7, "id": "1"},
      {"jsonrpc": "2.0", "result": 19, "id": "2"},
      {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
      {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"},
      {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}
    ]`,
  },
  {
    what: 'rpc call Batch (all notifications)',
    sent: `[
      {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
      {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
    ]`,
  },
];

for (const { what, sent, answered } of examples) {
  t.test(`the specification's example: ${what}`, async (t) => {
    t.strictSame(asPrinted(answerLine(sent)), asPrinted(answered));
  });
}
