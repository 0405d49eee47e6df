import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { AnswerStyle } from '../../src/protocol/answers.js';
import type { Dialect } from '../../src/protocol/events.js';
import { defaultLimits, type Limits } from '../../src/protocol/limits.js';
import type { Line } from '../../src/protocol/lines.js';
import { type Look, plainLook } from '../../src/protocol/look.js';
import type { MethodName } from '../../src/protocol/methods.js';
import { refusals } from '../../src/protocol/refusals.js';
import type { Call } from '../../src/transport/call-queue.js';
import { Interpreter } from '../../src/transport/interpreter.js';
import { ana } from '../support/people.js';

/** A client whose calls reach nobody: the test sees them, and answers them when it likes. */
class Visitor {
  user: { readonly id: string } | undefined = { id: ana };
  currentRoom: string | undefined = 'sala1';
  mode: Dialect = 'text';
  look: Look = plainLook;
  readonly dispatched: { method: string; values: object; reply: (outcome: object) => void; style: AnswerStyle }[] = [];
  written = '';
  hasQuit = false;
  readonly #interpreter: Interpreter;

  constructor(limits: Partial<Limits> = {}) {
    this.#interpreter = new Interpreter(this, { ...defaultLimits, ...limits }, () => {});
  }

  call(
    method: MethodName,
    values: Record<string, unknown>,
    reply: (outcome: object) => void,
    style: AnswerStyle,
  ): void {
    this.dispatched.push({ method, values: { ...values }, reply, style });
  }

  send(part: string | Uint8Array): void {
    this.written += typeof part === 'string' ? part : Buffer.from(part).toString();
  }

  quit(): void {
    this.hasQuit = true;
  }

  /** What a line asks for, not started. */
  read(line: string | Line): Call[] {
    return this.#interpreter.read(typeof line === 'string' ? { type: 'text', text: line } : line);
  }

  /** Says a line, starts what it asks for, and answers what is written at once. */
  say(line: string | Line): string {
    for (const { run, reply } of this.read(line)) run(reply);
    return this.taken();
  }

  taken(): string {
    const { written } = this;
    this.written = '';
    return written;
  }

  /** Answers the nth call that was dispatched. */
  answer(call: number, outcome: object): void {
    this.dispatched[call]?.reply(outcome);
  }
}

const json = (method: string, params: unknown, id?: number) => JSON.stringify({ jsonrpc: '2.0', method, params, id });
const codeOf = (line: string) => (JSON.parse(line) as { error: { data: { code: string } } }).error.data.code;

t.test('a call is carried out with its params checked, under their own names in either language', async (t) => {
  const visitor = new Visitor();
  t.equal(visitor.say(json('room.send', { room: 'sala1', text: 'oi' }, 1)), '', 'nothing is answered yet');
  visitor.say(json('enviar_mensagem_publica', { sala: 'sala1', mensagem: 'oi' }, 2));
  visitor.say(json('enviar_mensagem_publica', ['sala1', 'oi'], 3));
  visitor.say('oi');
  visitor.say('/say sala1 oi');
  t.strictSame(
    visitor.dispatched.map(({ method, values }) => ({ method, values })),
    Array.from({ length: 5 }, () => ({ method: 'room.send', values: { room: 'sala1', text: 'oi' } })),
  );
});

t.test('params are checked before everything else, and nothing is carried out where they are wrong', async (t) => {
  const visitor = new Visitor();
  visitor.user = undefined;
  t.equal(codeOf(visitor.say(json('room.send', { room: 'sala1' }, 1))), 'INVALID_PARAMS');
  t.equal(codeOf(visitor.say(json('room.send', { room: 'sala1', text: 'oi' }, 1))), 'NOT_REGISTERED');
  t.equal(codeOf(visitor.say(json('nothing.such', {}, 1))), 'METHOD_NOT_FOUND');
  t.match(visitor.say('/join sala1'), /^-NOT_REGISTERED /);
  visitor.user = { id: ana };
  t.equal(codeOf(visitor.say(json('user.register', { name: 'bia' }, 1))), 'ALREADY_REGISTERED');
  t.equal(codeOf(visitor.say(json('room.history', { room: 'sala1', before: 1, after: 1 }, 1))), 'INVALID_PARAMS');
  t.strictSame(visitor.dispatched, []);
});

t.test('who the caller is counts when the call starts, not when its line is read', async (t) => {
  const visitor = new Visitor();
  visitor.user = undefined;
  const [call] = visitor.read(json('user.me', {}, 1));
  visitor.user = { id: ana };
  call?.run(call.reply);
  t.equal(visitor.dispatched.length, 1);
});

t.test('answers to JSON leave as they come; those to text wait for the ones before', async (t) => {
  const visitor = new Visitor();
  visitor.say(json('ping', {}, 1));
  visitor.say(json('ping', {}, 2));
  visitor.say('/ping');
  visitor.say('/me');
  visitor.answer(1, { data: null });
  t.equal(visitor.taken(), '{"jsonrpc":"2.0","id":2,"result":{"data":null}}\n');
  visitor.answer(3, { userId: ana, rooms: ['sala1'] });
  t.equal(visitor.say('/help nothing'), '', 'even what is known at once');
  visitor.answer(2, {});
  const [ping, me, help, ...more] = visitor.taken().split('\n');
  t.strictSame([ping, me, more], ['+OK pong', '+OK ana#1 sala1', ['']]);
  t.match(help, /^-METHOD_NOT_FOUND /);
  visitor.answer(0, { data: null });
  t.equal(visitor.taken(), '{"jsonrpc":"2.0","id":1,"result":{"data":null}}\n');
});

t.test('in whatever order they are answered, answers to text keep the order of the commands', async () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }), fc.array(fc.nat()), (commands, picks) => {
      const visitor = new Visitor();
      const open: number[] = [];
      let written = '';
      for (const [i, isMode] of commands.entries()) {
        if (!isMode) open.push(visitor.dispatched.length);
        written += visitor.say(isMode ? '/mode' : `/say sala1 ${i}`);
      }
      for (let n = 0; open.length > 0; n++) {
        const [call] = open.splice((picks[n] ?? 0) % open.length, 1) as [number];
        visitor.answer(call, { seq: (visitor.dispatched[call]?.values as { text: string } | undefined)?.text });
      }
      written += visitor.taken();
      assert.equal(written, commands.map((isMode, i) => (isMode ? '+OK text\n' : `+OK #${i}\n`)).join(''));
    }),
  );
});

t.test('a call without id is carried out, and answered with nothing, not even a refusal', async (t) => {
  const visitor = new Visitor();
  t.equal(visitor.say(json('ping', {})), '');
  visitor.answer(0, { data: null });
  t.equal(visitor.taken(), '');
  t.equal(visitor.say(json('ping', { surplus: 1 })), '');
  t.equal(visitor.say(json('nothing.such', {})), '');
  t.equal(visitor.dispatched.length, 1);
});

t.test('a batch is answered as one array, when its last call is answered, in the order of its calls', async (t) => {
  const visitor = new Visitor();
  const batch = [json('ping', {}, 1), json('ping', {}), '7', json('ping', {}, 2)];
  t.equal(visitor.say(`[${batch.join(',')}]`), '');
  visitor.answer(2, { data: 'second' });
  visitor.answer(0, { data: 'first' });
  t.equal(visitor.taken(), '', 'the call without id is not over');
  visitor.answer(1, { data: 'nobody asked' });
  const answers = visitor.taken();
  t.match(JSON.parse(answers), [
    { id: 1 },
    { id: null, error: { code: -32600 } },
    { id: 2, result: { data: 'second' } },
  ]);
  t.equal(JSON.parse(answers).length, 3);
});

t.test('what is written already is answered as it is, in the dialect that was asked for', async (t) => {
  const visitor = new Visitor();
  const written = (text: string) => Buffer.from(text);
  visitor.say(json('room.history', { room: 'sala1' }, 1));
  visitor.say(json('room.history', { room: 'sala1' }));
  visitor.say('/history sala1');
  visitor.say('/ping');
  const text = { dialect: 'text', look: plainLook };
  t.strictSame(
    visitor.dispatched.map(({ style }) => style),
    [{ dialect: 'json' }, { dialect: 'json' }, text, text],
  );
  visitor.answer(3, {});
  t.equal(visitor.taken(), '', 'answers to text keep their order');
  visitor.answer(2, written('+OK 1\n[sala1 #1] ana#1: olá'));
  t.equal(visitor.taken(), '+OK 1\n[sala1 #1] ana#1: olá\n+OK pong\n');
  visitor.answer(1, written('{"nobody":"asked"}'));
  t.equal(visitor.taken(), '');
  visitor.answer(0, written('{"room":"olá"}'));
  t.equal(visitor.taken(), '{"jsonrpc":"2.0","id":1,"result":{"room":"olá"}}\n');

  visitor.say(`[${json('room.history', { room: 'sala1' }, 2)},${json('ping', {}, 3)}]`);
  visitor.answer(5, { data: 7 });
  visitor.answer(4, written('{}'));
  const batch = '[{"jsonrpc":"2.0","id":2,"result":{}},{"jsonrpc":"2.0","id":3,"result":{"data":7}}]\n';
  t.equal(visitor.taken(), batch);
});

t.test('a batch of calls without id is answered with nothing', async (t) => {
  const visitor = new Visitor();
  visitor.say(`[${json('ping', {})},${json('ping', {})}]`);
  visitor.answer(0, {});
  visitor.answer(1, {});
  t.equal(visitor.taken(), '');
});

t.test(
  'when the answers to a batch are too large, the calls that are left are refused and not carried out',
  async (t) => {
    const visitor = new Visitor({ batchReplyBytesMax: 150 });
    const calls = visitor.read(`[${[1, 2, 3].map((id) => json('ping', {}, id)).join(',')}]`);
    for (const [i, { run, reply }] of calls.entries()) {
      run(reply);
      visitor.answer(i, { data: 'é'.repeat(30) });
    }
    t.equal(visitor.dispatched.length, 2);
    t.match(JSON.parse(visitor.taken()), [{ id: 1 }, { id: 2 }, { id: 3, error: { data: { code: 'BUSY' } } }]);
  },
);

t.test('the language of the words is the language of the refusals', async (t) => {
  const visitor = new Visitor();
  const messageOf = (line: string) => (JSON.parse(line) as { error: { message: string } }).error.message;
  visitor.say(json('entrar_na_sala', { sala: 'sala9' }, 1));
  visitor.answer(0, refusals.roomNotFound('sala9'));
  t.match(messageOf(visitor.taken()), /^não existe a sala/);
  visitor.say(json('room.join', { room: 'sala9' }, 1));
  visitor.answer(1, refusals.roomNotFound('sala9'));
  t.match(messageOf(visitor.taken()), /^there is no room/);
  visitor.say('/entrar sala9');
  visitor.say('/join sala9');
  visitor.answer(3, refusals.roomNotFound('sala9'));
  visitor.answer(2, refusals.roomNotFound('sala9'));
  t.match(visitor.taken(), /^-ROOM_NOT_FOUND não existe .*\n-ROOM_NOT_FOUND there is .*\n$/);
});

t.test('pushes are text until the first JSON line, unless a mode was chosen', async (t) => {
  const visitor = new Visitor();
  visitor.say('/help');
  t.equal(visitor.mode, 'text');
  visitor.say('   {"jsonrpc');
  t.equal(visitor.mode, 'json', 'however bad the JSON');
  t.equal(visitor.say('/mode text'), '+OK text\n');
  visitor.say(json('ping', {}));
  t.equal(visitor.mode, 'text');
  t.equal(visitor.say('/mode'), '+OK text\n');
  t.match(visitor.say('/mode morse'), /^-INVALID_PARAMS .*json\|text/);
  t.equal(visitor.mode, 'text');
});

t.test('a line that is no text is refused in the dialect it began in', async (t) => {
  const visitor = new Visitor();
  t.equal(codeOf(visitor.say({ type: 'too-long', json: true })), 'LINE_TOO_LONG');
  t.equal(codeOf(visitor.say({ type: 'invalid-utf8', json: true })), 'INVALID_UTF8');
  t.match(visitor.say({ type: 'too-long', json: false }), /^-LINE_TOO_LONG .*\n$/);
  t.match(visitor.say({ type: 'invalid-utf8', json: false }), /^-INVALID_UTF8 .*\n$/);
});

t.test('empty lines and blanks ask for nothing', async (t) => {
  const visitor = new Visitor();
  for (const line of ['', ' ', '\t \t']) t.strictSame(visitor.read(line), [], JSON.stringify(line));
});

t.test('who never said who they are may leave as well', async (t) => {
  const visitor = new Visitor();
  visitor.user = undefined;
  t.equal(visitor.say('/tchau'), '+OK\n');
  t.ok(visitor.hasQuit);
  const registered = new Visitor();
  registered.say('/quit');
  t.notOk(registered.hasQuit, 'who has, is taken out of the rooms first');
  t.equal(registered.dispatched[0]?.method, 'user.quit');
});
