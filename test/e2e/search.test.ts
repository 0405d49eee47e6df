import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { RoomName } from '../../src/protocol/names.js';
import { roomFile, searchFile } from '../../src/storage/data-directory.js';
import { openForReading } from '../../src/storage/database.js';
import { RoomStore } from '../../src/storage/room-store.js';
import { readIndex, searchDatabase } from '../../src/storage/search-index.js';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { startEmbedded } from '../support/embedded-server.js';
import type { LineClient } from '../support/line-client.js';
import { ana } from '../support/people.js';
import { salas } from '../support/salas.js';
import { until } from '../support/until.js';
import { enter, enterInText, gather, register } from '../support/visitors.js';

const daemon = await startDaemon(t);

const said = [
  'Olá, gente!',
  'a receita do bolo de maçã',
  'Bom dia',
  'dia bom',
  'RECEITAS de família',
  '你好吗',
  'e-mail: ana@x.org 🙂',
];
const [bia, caio] = await gather(t, daemon, 'cozinha', 'bia', 'caio');
const seqs: number[] = [];
for (const text of said) seqs.push((await bia.client.call('room.send', { room: 'cozinha', text })).seq);

/** The texts that are found, in the order in which they are told. */
async function found(client: LineClient, room: string, query: string): Promise<string[]> {
  return (await client.call('room.search', { room, query })).messages.map(({ text }) => text);
}

const searches: readonly [query: string, ...texts: number[]][] = [
  ['ola', 0],
  ['OLÁ gente', 0],
  ['dia bom', 2, 3],
  ['"dia bom"', 3],
  ['"bom dia', 2],
  ['rece*', 1, 4],
  ['receita', 1],
  ['maca familia'],
  ['família', 4],
  ['好', 5],
  ['🙂', 6],
  ['e-mail', 6],
  ['x.org', 6],
  ['"; DROP TABLE messages'],
  ['AND dia'],
];

for (const [query, ...texts] of searches) {
  t.test(`a search for ${query}`, async (t) => {
    t.strictSame(
      await found(caio.client, 'cozinha', query),
      texts.map((i) => said[i]),
    );
  });
}

t.test('what is found is told as a history tells it, ascending, a page at a time', async (t) => {
  const history = await caio.client.call('room.history', { room: 'cozinha' });
  const page = await caio.client.call('room.search', { room: 'cozinha', query: 'd*', limit: 2 });
  const matching = history.messages.filter(({ text }) => /\bd/i.test(text));
  t.strictSame(page.messages, matching.slice(-2));
  t.match(page, { room: 'cozinha', epoch: history.epoch, seq: history.seq, more: true, next: page.messages[0]?.seq });
  const before = page.next as number;
  const earlier = await caio.client.result('buscar_mensagens_publicas', { sala: 'cozinha', busca: 'd*', before });
  t.match(earlier, { messages: matching.slice(0, -2), more: false });
  t.notOk('next' in (earlier as object));
});

t.test('what was edited is found by what it says now, and what was deleted is not found', async (t) => {
  const room = 'editada';
  const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
  const { seq } = await ana.client.call('room.send', { room, text: 'o vaso azul' });
  const { seq: other } = await ana.client.call('room.send', { room, text: 'o vaso verde' });
  await ana.client.call('room.edit', { room, seq, text: 'o jarro azul' });
  await ana.client.call('room.delete', { room, seq: other });
  await bia.client.call('room.react', { room, seq, reaction: '👍' });
  t.strictSame(await found(bia.client, room, 'vaso'), []);
  const { messages } = await bia.client.call('room.search', { room, query: 'jarro' });
  t.match(messages, [
    { seq, text: 'o jarro azul', editedAt: Number, reactions: [{ reaction: '👍', users: 1, mine: true }] },
  ]);
  t.strictSame(messages, (await bia.client.call('room.history', { room })).messages.slice(0, 1));
});

t.test('a search without words, or with too many or too long ones, is refused', async (t) => {
  const refusal = (query: string) => caio.client.refusal('room.search', { room: 'cozinha', query });
  for (const query of ['', ' ', '!!!', '""', '*', Array(17).fill('a').join(' ')]) {
    t.match(await refusal(query), { code: 'INVALID_PARAMS', field: 'query' }, query);
  }
  t.match(await refusal('a'.repeat(513)), { code: 'TEXT_TOO_LONG', field: 'query' });
  t.match(await refusal('a\u0007'), { code: 'TEXT_INVALID', field: 'query' });
  t.strictSame(await found(caio.client, 'cozinha', Array(16).fill('dia').join(' ')), ['Bom dia', 'dia bom']);
  t.strictSame(await found(caio.client, 'cozinha', 'a'.repeat(512)), []);
});

t.test('a search is for members, like the history', async (t) => {
  const davi = await register(t, daemon, 'davi');
  t.match(await davi.client.refusal('room.search', { room: 'cozinha', query: 'dia' }), { code: 'NOT_IN_ROOM' });
  t.match(await davi.client.refusal('room.search', { room: 'nenhuma', query: 'dia' }), { code: 'ROOM_NOT_FOUND' });
});

t.test('people search the room they are in', async (t) => {
  const eva = await enterInText(t, daemon, 'eva', 'cozinha');
  t.strictSame(await eva.client.list('/search bom dia'), [
    `[cozinha #${seqs[2]}] ${bia.userId}: Bom dia`,
    `[cozinha #${seqs[3]}] ${bia.userId}: dia bom`,
  ]);
  t.strictSame(await eva.client.list('/buscar "bom dia"'), [`[cozinha #${seqs[2]}] ${bia.userId}: Bom dia`]);
  t.match(await eva.client.say('/search'), /^-INVALID_PARAMS /);
  t.match(await eva.client.say('/buscar ???'), /^-INVALID_PARAMS uma busca tem/);
});

t.test('private messages are found by those who have them, and by nobody else', async (t) => {
  const room = 'particular';
  const [ana, bia, caio] = await gather(t, daemon, room, 'ana', 'bia', 'caio');
  const tell = (from: typeof ana, to: typeof ana, text: string) =>
    from.client.call('private.send', { room, to: to.userId, text });
  await tell(ana, bia, 'o segredo é água');
  await tell(bia, ana, 'que segredo?');
  await tell(ana, caio, 'não há segredo');
  const texts = async (who: typeof ana, params: { query: string; with?: string; room?: string; limit?: number }) =>
    (await who.client.call('private.search', params)).messages.map(({ text }) => text);
  t.strictSame(await texts(ana, { query: 'SEGREDO' }), ['o segredo é água', 'que segredo?', 'não há segredo']);
  t.strictSame(await texts(ana, { query: 'segredo', with: bia.userId }), ['o segredo é água', 'que segredo?']);
  t.strictSame(await texts(ana, { query: 'segredo', room: 'cozinha' }), []);
  t.strictSame(await texts(caio, { query: 'segredo' }), ['não há segredo']);
  t.strictSame(await texts(caio, { query: 'agua' }), []);
  const page = await ana.client.call('private.search', { query: 'segredo', limit: 2 });
  t.match(page, { more: true, next: page.messages[0]?.seq, seq: 3 });
  const rest = { busca: 'segredo', before: page.next };
  t.match(await ana.client.result('buscar_mensagens_privadas', rest), { messages: [{ seq: 1 }], more: false });
});

const long = 'longa' as RoomName;
const messages = 12_000;

/** Has much said in a room whose daemon is away. */
function fill(file: string): void {
  const store = new RoomStore(file, long);
  const { head, epoch } = store.load();
  store.transaction(() => {
    for (let seq = head + 1; seq <= head + messages; seq++) {
      const text = `mensagem ${seq}${seq % 1000 === 0 ? ' milésima' : ''}`;
      store.append({ type: 'said', seq, at: Date.now(), user: ana, text }, seq, epoch);
    }
  });
  store.close();
}

/** What of its log an index covers; nothing where it cannot be read. */
function coverage(file: string) {
  try {
    const db = openForReading(file, searchDatabase);
    try {
      return readIndex(db).coverage();
    } finally {
      db.close();
    }
  } catch {
    return undefined;
  }
}

const untilIndexed = (file: string) => until('the log is indexed', () => coverage(file)?.first === 1);

const thousandths = Array.from({ length: messages / 1000 }, (_, i) => `mensagem ${(i + 1) * 1000} milésima`);

t.test('a long room is indexed in the background, and found in whatever becomes of the index', async (t) => {
  const folder = t.testdir();
  const data = join(folder, 'data');
  const serve = (): Promise<Daemon> => startDaemon(t, { data, rooms: [long] });
  const first = await serve();
  await first.stop();
  const log = roomFile(data, long);
  const index = searchFile(log);
  fill(log);

  const running = await serve();
  const { client, token } = await enter(t, running, 'ana', long);
  t.strictSame(await found(client, long, 'milesima'), thousandths, 'before it is indexed');
  await untilIndexed(index);
  t.strictSame(await found(client, long, 'milesima'), thousandths, 'by the index');
  const { seq: mine } = await client.call('room.send', { room: long, text: 'mais uma' });
  await client.call('room.edit', { room: long, seq: mine, text: 'a milésima e uma' });
  t.strictSame(await found(client, long, 'milesima'), [...thousandths, 'a milésima e uma'], 'with what was just said');

  rmSync(index);
  t.strictSame(await found(client, long, '"a milesima"'), ['a milésima e uma'], 'when it was removed');
  await untilIndexed(index);
  t.strictSame(await found(client, long, '12000'), ['mensagem 12000 milésima'], 'when it was made again');

  await running.kill();
  t.match((await salas(['admin', 'check', '--data', data])).code, 0, 'a check does not mind it');
  writeFileSync(index, 'this is no database'.repeat(1000));
  const again = await serve();
  const back = await enter(t, again, 'bia', long);
  t.strictSame(await found(back.client, long, '"a milesima"'), ['a milésima e uma'], 'when it is damaged');
  await untilIndexed(index);
  t.strictSame(await found(back.client, long, 'milesima'), [...thousandths, 'a milésima e uma'], 'when it was mended');

  const shown = await salas([
    'search',
    long,
    'milesima',
    '"mensagem',
    '3000"',
    '--port',
    `${again.port}`,
    '--token',
    token,
  ]);
  t.match(shown, { code: 0, stdout: /^\[longa #3000\] ana#1: mensagem 3000 milésima\n$/ });
  await again.stop();

  const copy = join(folder, 'copy');
  const restored = join(folder, 'restored');
  t.match((await salas(['admin', 'backup', copy, '--data', data])).code, 0);
  t.match((await salas(['restore', copy, '--data', restored])).code, 0);
  t.notOk(statSync(searchFile(roomFile(copy, long)), { throwIfNoEntry: false }), 'a copy has no index');
  const third = await startDaemon(t, { data: restored, rooms: [long] });
  const davi = await enter(t, third, 'davi', long);
  t.strictSame(await found(davi.client, long, 'milesima'), [...thousandths, 'a milésima e uma']);
});

t.test('more searches than may wait are told when to come back', async (t) => {
  const server = await startEmbedded(t, ['sala1'], { searchQueueMax: 1 });
  const people = [];
  for (let i = 0; i < 12; i++) people.push(await enter(t, server, `p${i}`, 'sala1'));
  const ids = people.map(({ client }) => client.ask('room.search', { room: 'sala1', query: 'oi' }));
  const replies = await Promise.all(people.map(({ client }, i) => client.nextReply(ids[i] as number)));
  const refused = replies.flatMap((reply) => ('error' in reply ? [reply.error.data] : []));
  t.ok(refused.length > 0 && refused.length < people.length, `${refused.length} of ${people.length}`);
  for (const data of refused) t.match(data, { code: 'BUSY', temporary: true, retryAfterMs: Number });
});
