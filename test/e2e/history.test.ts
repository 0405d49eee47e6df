import t from 'tap';
import type { Params } from '../../src/protocol/methods.js';
import { startDaemon } from '../support/daemon.js';
import { gather } from '../support/visitors.js';

const daemon = await startDaemon(t);

const room = 'longa';
const total = 120;
/** Before the first message the room was made, and two people joined. */
const first = 4;
const last = first + total - 1;
const [ana, bia] = await gather(t, daemon, room, 'ana', 'bia');
const ids = Array.from({ length: total }, (_, i) => ana.client.ask('room.send', { room, text: `${first + i}` }));
for (const id of ids) await ana.client.nextReply(id);

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

interface Page {
  readonly asked: Omit<Params<'room.history'>, 'room'>;
  readonly seqs: readonly number[];
  readonly more: boolean;
}

const pages: readonly Page[] = [
  { asked: {}, seqs: range(last - 49, last), more: true },
  { asked: { limit: 1 }, seqs: [last], more: true },
  { asked: { limit: 500 }, seqs: range(first, last), more: false },
  { asked: { limit: total }, seqs: range(first, last), more: false },
  { asked: { limit: total - 1 }, seqs: range(first + 1, last), more: true },
  { asked: { before: first + 3 }, seqs: [first, first + 1, first + 2], more: false },
  { asked: { before: first + 3, limit: 3 }, seqs: [first, first + 1, first + 2], more: false },
  { asked: { before: first + 3, limit: 2 }, seqs: [first + 1, first + 2], more: true },
  { asked: { before: first }, seqs: [], more: false },
  { asked: { before: 0 }, seqs: [], more: false },
  { asked: { before: last + 1, limit: 2 }, seqs: [last - 1, last], more: true },
  { asked: { before: Number.MAX_SAFE_INTEGER, limit: 2 }, seqs: [last - 1, last], more: true },
  { asked: { after: 0 }, seqs: range(first, first + 49), more: true },
  { asked: { after: first, limit: 2 }, seqs: [first + 1, first + 2], more: true },
  { asked: { after: last - 2, limit: 2 }, seqs: [last - 1, last], more: false },
  { asked: { after: last - 1 }, seqs: [last], more: false },
  { asked: { after: last }, seqs: [], more: false },
  { asked: { after: Number.MAX_SAFE_INTEGER }, seqs: [], more: false },
  { asked: { around: first + 60 }, seqs: range(first + 35, first + 84), more: true },
  { asked: { around: first + 60, limit: 5 }, seqs: range(first + 58, first + 62), more: true },
  { asked: { around: first + 60, limit: 1 }, seqs: [first + 60], more: true },
  { asked: { around: first + 1, limit: 6 }, seqs: range(first, first + 5), more: true },
  { asked: { around: last - 1, limit: 6 }, seqs: range(last - 5, last), more: true },
  { asked: { around: 0, limit: 2 }, seqs: [first, first + 1], more: true },
  { asked: { around: Number.MAX_SAFE_INTEGER, limit: 2 }, seqs: [last - 1, last], more: true },
  { asked: { around: last, limit: 500 }, seqs: range(first, last), more: false },
];

for (const { asked, seqs, more } of pages) {
  t.test(`a page with ${JSON.stringify(asked)}`, async (t) => {
    const page = await bia.client.call('room.history', { room, ...asked });
    t.strictSame(
      page.messages.map(({ seq }) => seq),
      seqs,
    );
    t.match(page, { room, seq: last, more });
    for (const { seq, from, text } of page.messages) t.strictSame([from, text], [ana.userId, `${seq}`]);
  });
}

t.test('pages put together are the whole, in either direction', async (t) => {
  const backwards: number[] = [];
  for (let before = last + 1, more = true; more; before = backwards[0] as number) {
    const page = await bia.client.call('room.history', { room, before, limit: 7 });
    backwards.unshift(...page.messages.map(({ seq }) => seq));
    more = page.more;
  }
  t.strictSame(backwards, range(first, last));
  const forwards: number[] = [];
  for (let after = 0, more = true; more; after = forwards.at(-1) as number) {
    const page = await bia.client.call('room.history', { room, after, limit: 7 });
    forwards.push(...page.messages.map(({ seq }) => seq));
    more = page.more;
  }
  t.strictSame(forwards, range(first, last));
});

t.test('limits beyond the bounds are refused, as are both directions at once', async (t) => {
  for (const limit of [0, -1, 501, 1.5]) {
    t.match(await bia.client.refusal('room.history', { room, limit }), { code: 'INVALID_PARAMS', field: 'limit' });
    t.match(await bia.client.refusal('private.history', { limit }), { code: 'INVALID_PARAMS', field: 'limit' });
  }
  for (const method of ['room.history', 'private.history']) {
    t.match(await bia.client.refusal(method, { room, before: 9, after: 1 }), {
      code: 'INVALID_PARAMS',
      field: 'after',
    });
  }
  for (const other of ['before', 'after']) {
    const refusal = await bia.client.refusal('room.history', { room, [other]: 9, around: 9 });
    t.match(refusal, { code: 'INVALID_PARAMS', field: other });
  }
});

t.test('the history is the members’', async (t) => {
  const [caio] = await gather(t, daemon, 'de-caio', 'caio');
  t.strictSame(await caio.client.refusal('room.history', { room }), { code: 'NOT_IN_ROOM', temporary: false });
  t.equal((await caio.client.call('room.members', { room })).members.length, 2, 'the members are for anyone');
  await caio.client.call('room.join', { room });
  t.equal((await caio.client.call('room.history', { room })).messages.length, 50);
  await caio.client.call('room.leave', { room });
  t.strictSame(await caio.client.refusal('room.history', { room }), { code: 'NOT_IN_ROOM', temporary: false });
});

t.test('a history is as long as was said, with what was said as it was said', async (t) => {
  const [caio] = await gather(t, daemon, 'curta', 'caio');
  t.match(await caio.client.call('room.history', { room: 'curta' }), { seq: 2, messages: [], more: false });
  const texts = ['  espaços  ', 'tab\taqui', '"aspas" \\ / ', 'ção 山 🙂 \u202e \u2028', 'e\u0301', '/quit', '{}', ' '];
  for (const text of texts) {
    const { seq, at } = await caio.client.call('room.send', { room: 'curta', text });
    const said = { room: 'curta', seq, from: caio.userId, at, text };
    t.strictSame(await caio.client.nextPush('room.message'), said);
  }
  const { messages } = await caio.client.call('room.history', { room: 'curta' });
  t.strictSame(
    messages.map(({ text }) => text),
    texts,
  );
});
