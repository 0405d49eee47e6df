import t from 'tap';
import { startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { gather, register } from '../support/visitors.js';

const daemon = await startDaemon(t);

// Codes that other files show in all their forms: INVALID_PARAMS (params), NAME_INVALID, ALREADY_REGISTERED
// (registration), TOKEN_INVALID (resume), USER_NOT_FOUND, USER_NOT_IN_ROOM (private), DUPLICATE_CONFLICT
// (repeated-sends), FORBIDDEN (rooms), RATE_LIMITED (flood), LINE_TOO_LONG, INVALID_UTF8 (lines), PARSE_ERROR,
// INVALID_REQUEST, BATCH_TOO_LARGE and BUSY (json-rpc, batches).

function refused(code: string, field?: string) {
  return field === undefined ? { code, temporary: false } : { code, temporary: false, field };
}

t.test('NOT_REGISTERED: everything but four methods is for users', async (t) => {
  const client = await LineClient.connect(t, daemon);
  const calls: [string, unknown[]][] = [
    ['user.me', []],
    ['user.quit', []],
    ['room.list', []],
    ['room.create', ['nova']],
    ['room.join', ['sala1']],
    ['room.leave', ['sala1']],
    ['room.send', ['sala1', 'oi']],
    ['room.history', ['sala1']],
    ['room.members', ['sala1']],
    ['room.topic', ['sala1', 'oi']],
    ['private.send', ['sala1', 'ana#1', 'oi']],
    ['private.history', []],
  ];
  for (const [method, params] of calls) t.strictSame(await client.refusal(method, params), refused('NOT_REGISTERED'));
  await client.call('hello');
  t.strictSame((await client.call('ping')).heads, {});
  t.strictSame(await client.refusal('user.resume', ['x']), refused('TOKEN_INVALID'));
});

t.test('ROOM_NOT_FOUND names the room', async (t) => {
  const { client, userId } = await register(t, daemon, 'ana');
  const calls: [string, unknown[]][] = [
    ['room.join', ['nenhuma']],
    ['room.leave', ['nenhuma']],
    ['room.send', ['nenhuma', 'oi']],
    ['room.history', ['nenhuma']],
    ['room.members', ['nenhuma']],
    ['room.topic', ['nenhuma', 'oi']],
    ['private.send', ['nenhuma', userId, 'oi']],
  ];
  for (const [method, params] of calls) {
    const reply = await client.request(method, params);
    t.match(reply, { error: { message: /"nenhuma"/, data: refused('ROOM_NOT_FOUND') } });
  }
});

t.test('ROOM_NAME_INVALID: a room is 1 to 64 letters, digits, _ or -', async (t) => {
  const { client } = await register(t, daemon, 'ana');
  for (const room of ['', 'x'.repeat(65), 'a b', '#sala1', 'a/b', '../x', 'a\u0000', 'a\n', '\u001b[A', '🙂']) {
    t.strictSame(await client.refusal('room.join', { room }), refused('ROOM_NAME_INVALID', 'room'));
    t.strictSame(await client.refusal('criar_sala', { sala: room }), refused('ROOM_NAME_INVALID', 'sala'));
  }
  for (const room of ['x'.repeat(64), '𝒜'.repeat(64), 'São_Paulo-2', '0', '-']) {
    t.match(await client.call('room.create', { room }), { room, seq: 2 });
  }
});

t.test('NOT_IN_ROOM: what members do is for members', async (t) => {
  const { client, userId } = await register(t, daemon, 'ana');
  const calls: [string, unknown[]][] = [
    ['room.leave', ['sala1']],
    ['room.send', ['sala1', 'oi']],
    ['room.history', ['sala1']],
    ['room.topic', ['sala1', 'oi']],
    ['private.send', ['sala1', userId, 'oi']],
  ];
  for (const [method, params] of calls) t.strictSame(await client.refusal(method, params), refused('NOT_IN_ROOM'));
});

t.test('TEXT_INVALID: empty texts and control characters but TAB', async (t) => {
  const [{ client, userId }] = await gather(t, daemon, 'texto', 'ana');
  const controls = [...Array(0x20).keys(), 0x7f, ...Array.from({ length: 0x20 }, (_, i) => 0x80 + i)]
    .map((code) => String.fromCharCode(code))
    .filter((character) => character !== '\t');
  for (const text of ['', ...controls.map((character) => `a${character}b`), '\ud800', '\udc00 a']) {
    t.strictSame(await client.refusal('room.send', ['texto', text]), refused('TEXT_INVALID', 'text'));
  }
  t.strictSame(await client.refusal('private.send', ['texto', userId, '\n']), refused('TEXT_INVALID', 'text'));
  t.strictSame(await client.refusal('room.topic', ['texto', '\u0007']), refused('TEXT_INVALID', 'topic'));
  t.strictSame(await client.refusal('criar_sala', ['x', '\u0007']), refused('TEXT_INVALID', 'topico'));
  t.match(await client.call('room.send', { room: 'texto', text: '\t' }), { seq: 3 });
});

t.test('TEXT_TOO_LONG counts bytes of UTF-8', async (t) => {
  const [{ client, userId }] = await gather(t, daemon, 'longo', 'ana');
  for (const text of ['x'.repeat(8192), 'ã'.repeat(4096), '🙂'.repeat(2048)]) {
    await client.call('room.send', { room: 'longo', text });
    await client.call('private.send', { room: 'longo', to: userId, text });
    t.strictSame(await client.refusal('room.send', ['longo', `${text}x`]), refused('TEXT_TOO_LONG', 'text'));
    const inPortuguese = await client.refusal('enviar_mensagem_privada', ['longo', userId, `${text}x`]);
    t.strictSame(inPortuguese, refused('TEXT_TOO_LONG', 'mensagem'));
  }
  await client.call('room.topic', { room: 'longo', topic: 'x'.repeat(512) });
  t.strictSame(await client.refusal('room.topic', ['longo', 'x'.repeat(513)]), refused('TEXT_TOO_LONG', 'topic'));
});

t.test('PROTOCOL_UNSUPPORTED: the connection lives', async (t) => {
  const client = await LineClient.connect(t, daemon);
  for (const protocol of [0, 2, -1, 999]) {
    t.strictSame(await client.refusal('hello', { protocol }), refused('PROTOCOL_UNSUPPORTED', 'protocol'));
  }
  t.equal((await client.call('hello', { protocol: 1 })).protocol, 1);
});

t.test('ping takes data of 64 levels, no more', async (t) => {
  const client = await LineClient.connect(t, daemon);
  const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
  t.strictSame((await client.call('ping', { data: nested(64) })).data, nested(64));
  t.strictSame(await client.refusal('ping', { data: nested(65) }), refused('INVALID_PARAMS', 'data'));
  client.send(`{"jsonrpc":"2.0","method":"ping","params":{"data":${'['.repeat(8000)}${']'.repeat(8000)}},"id":"x"}`);
  t.match(await client.nextReply('x'), { error: { data: refused('INVALID_PARAMS', 'data') } });
});

t.test('what one is told is in the language one called in', async (t) => {
  const client = await LineClient.connect(t, daemon);
  t.match(await client.request('room.join', {}), { error: { message: '"room" is missing' } });
  t.match(await client.request('entrar_na_sala', {}), { error: { message: 'falta "sala"' } });
  t.match(await client.request('listar_salas'), { error: { message: /ingressar_no_sistema/ } });
  await client.result('ingressar_no_sistema', { nome: 'ana' });
  t.match(await client.request('entrar_na_sala', ['nenhuma']), { error: { message: /não existe a sala "nenhuma"/ } });
  t.match(await client.request('room.join', ['nenhuma']), { error: { message: /there is no room "nenhuma"/ } });
});

t.test('what was wrong is quoted, and harmless', async (t) => {
  const { client } = await register(t, daemon, 'ana');
  await client.result('room.join', ['sala1']);
  const reply = await client.request('private.send', ['sala1', '\u001b[2J\u009b"', 'oi']);
  t.match(reply, { error: { message: /"\\u001b\[2J\\u009b\\""/ } });
  t.match(await client.request('room.join', { '\u009b': 1, room: 'x' }), { error: { data: { field: '\u009b' } } });
});
