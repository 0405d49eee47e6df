import fc from 'fast-check';
import t from 'tap';
import { cellsOf } from '../../../src/cli/chat/cells.js';
import type { ChatEvent, Effect, HistoryMessage } from '../../../src/cli/chat/events.js';
import { type ChatState, entriesMax, find, initialState, pendingMax } from '../../../src/cli/chat/state.js';
import { update } from '../../../src/cli/chat/update.js';
import { view } from '../../../src/cli/chat/view.js';
import { hostileText } from '../../support/hostile-text.js';

const size = { columns: 80, rows: 24 };
const start = initialState({
  address: 'localhost:4242',
  language: 'en',
  size,
  now: Date.UTC(2026, 0, 2),
  session: 's',
});

interface Told {
  readonly state: ChatState;
  readonly effects: readonly Effect[];
}

function after(events: readonly ChatEvent[], from: ChatState = start): Told {
  return events.reduce<Told>(
    (so, event) => {
      const { state, effects } = update(so.state, event);
      return { state, effects: [...so.effects, ...effects] };
    },
    { state: from, effects: [] },
  );
}

const typed = (text: string): ChatEvent[] => [
  { type: 'pasted', text },
  { type: 'key', key: { name: 'return' } },
];
const connected: ChatEvent = { type: 'connection', state: { type: 'connected' } };
const joined = (room: string, seq = 1): ChatEvent => ({
  type: 'joined',
  joined: { room, seq, topic: '', members: [{ userId: 'ana#1', role: 'member', online: true }] },
  show: true,
});
const message = (seq: number, text = `m${seq}`, from = 'bia#1') => ({ seq, from, at: seq, text });
const said = (room: string, seq: number, text?: string, from?: string, clientMsgId?: string): ChatEvent => ({
  type: 'pushed',
  push: {
    method: 'room.message',
    params: { room, ...message(seq, text, from), ...(clientMsgId === undefined ? {} : { clientMsgId }) },
  },
});
const page = (messages: HistoryMessage[], more = false): Extract<ChatEvent, { type: 'page' }> => ({
  type: 'page',
  key: 'sala1',
  page: { type: 'latest' },
  history: { seq: messages.at(-1)?.seq ?? 0, messages, more },
});
const inside = after([
  connected,
  { type: 'entered', userId: 'ana#1', rooms: [], wanted: [] },
  joined('sala1'),
  page([]),
]).state;

const texts = (state: ChatState, key: string) => find(state, key)?.entries.map(({ text }) => text);

t.test('what is said waits at the end until the server has it, then stands where the server put it', async (t) => {
  const { state, effects } = after(typed('oi'), inside);
  const say = effects.find((effect) => effect.type === 'say');
  t.match(say, { room: 'sala1', text: 'oi', to: undefined });
  if (say?.type !== 'say') return;
  const other = after([said('sala1', 5)], state).state;
  t.strictSame(texts(other, 'sala1'), ['m5', 'oi']);
  const { clientMsgId } = say;
  const answer: ChatEvent = { type: 'sent', key: 'sala1', clientMsgId, seq: 6, at: 6 };
  const own = said('sala1', 6, 'oi', 'ana#1', clientMsgId);
  for (const events of [[answer, own], [own, answer], [own], [answer]]) {
    const done = after(events, other).state;
    t.strictSame(
      find(done, 'sala1')?.entries.map(({ seq }) => seq),
      [5, 6],
      'once, in whatever order it is told',
    );
    t.notOk(find(done, 'sala1')?.entries.some((entry) => entry.type === 'said' && entry.pending));
  }
  const refused = after([{ type: 'refused', key: 'sala1', clientMsgId, text: 'oi', why: 'muted' }], other).state;
  t.match(find(refused, 'sala1')?.entries.at(-1), { pending: false, refused: 'muted' });
});

t.test(
  'what is typed while the first room is being joined is said there, and is not lost if it cannot be',
  async (t) => {
    const entered: ChatEvent = { type: 'entered', userId: 'ana#1', rooms: ['sala3'], wanted: ['sala1', 'sala2'] };
    const { state, effects } = after([connected, entered, ...typed('oi')]);
    t.equal(state.current, 'sala1');
    const say = effects.find((effect) => effect.type === 'say');
    t.match(say, { key: 'sala1', text: 'oi' });
    const there = after([joined('sala1'), page([message(1)])], state).state;
    t.strictSame(texts(there, 'sala1'), ['m1', 'oi']);
    const clientMsgId = say?.type === 'say' ? say.clientMsgId : '';
    const refusals: ChatEvent[] = [
      { type: 'join-refused', room: 'sala1', why: 'banned' },
      { type: 'refused', key: 'sala1', clientMsgId, text: 'oi', why: 'no member' },
    ];
    const out = after(refusals, state).state;
    t.notOk(find(out, 'sala1'));
    t.strictSame(texts(out, out.current)?.slice(-2), ['banned', 'no member: oi']);
    const again = after([{ type: 'join-refused', room: 'sala1', why: 'busy' }], there).state;
    t.equal(again.current, 'sala1', 'who is in a room stays there');
  },
);

t.test('entries ascend by seq, each once, however events and pages come', async () => {
  const event: fc.Arbitrary<ChatEvent> = fc.oneof(
    fc.integer({ min: 1, max: 60 }).map((seq) => said('sala1', seq)),
    fc.integer({ min: 1, max: 60 }).map(
      (seq): ChatEvent => ({
        type: 'pushed',
        push: { method: 'room.joined', params: { room: 'sala1', seq, at: seq, user: `u#${seq}` } },
      }),
    ),
    fc
      .tuple(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 10 }),
        fc.constantFrom('latest', 'before', 'after', 'around'),
      )
      .map(
        ([from, count, type]): ChatEvent => ({
          ...page(Array.from({ length: count }, (_, i) => message(from + i))),
          page: { type, seq: from } as never,
        }),
      ),
    fc.constantFrom(...typed('oi')),
    fc
      .integer({ min: 0, max: 99 })
      .map((n): ChatEvent => ({ type: 'sent', key: 'sala1', clientMsgId: `s-${n}`, seq: n + 1, at: n })),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const entries = find(after(events, inside).state, 'sala1')?.entries ?? [];
      const seqs = entries.flatMap(({ seq }) => (seq === undefined ? [] : [seq]));
      const keys = new Set(entries.map(({ key }) => key));
      return seqs.every((seq, i) => i === 0 || seq > (seqs[i - 1] as number)) && keys.size === entries.length;
    }),
    { numRuns: 300 },
  );
});

t.test('no screen is larger than the terminal, or has a character that moves a cursor', async () => {
  const event: fc.Arbitrary<ChatEvent> = fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 60 }))
      .map(([columns, rows]): ChatEvent => ({ type: 'resized', size: { columns, rows } })),
    fc
      .tuple(fc.constantFrom('sala1', 'sala2'), fc.integer({ min: 1, max: 500 }), hostileText, hostileText)
      .map(([room, seq, text, from]) => said(room, seq, text, from)),
    fc.tuple(hostileText, hostileText).map(
      ([topic, user]): ChatEvent => ({
        type: 'joined',
        joined: { room: 'sala1', seq: 1, topic, members: [{ userId: user, role: 'owner', online: true }] },
        show: true,
      }),
    ),
    fc.tuple(hostileText, hostileText, fc.nat()).map(
      ([from, text, seq]): ChatEvent => ({
        type: 'pushed',
        push: { method: 'private.message', params: { seq, room: 'sala1', from, to: 'ana#1', at: seq, text } },
      }),
    ),
    hostileText.map(
      (text): ChatEvent => ({ type: 'pushed', push: { method: 'server.announcement', params: { text, at: 0 } } }),
    ),
    hostileText.map((text): ChatEvent => ({ type: 'told', key: 'sala1', text, isError: true })),
    hostileText.map((text): ChatEvent => ({ type: 'pasted', text })),
    fc
      .constantFrom('return', 'pageup', 'pagedown', 'tab', 'escape', 'up', 'left', 'home', 'end')
      .map((name): ChatEvent => ({ type: 'key', key: { name } })),
    fc.constantFrom('n', 'p', 'u', 'w').map((name): ChatEvent => ({ type: 'key', key: { name, ctrl: true } })),
    fc.integer({ min: 1, max: 9e12 }).map((now): ChatEvent => ({ type: 'ticked', now })),
    fc.constant<ChatEvent>({
      type: 'connection',
      state: { type: 'away', failures: 1, retryMs: 5000, error: new Error('gone') },
    }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (events) => {
      const { state } = after(events, inside);
      const { rows, cursor } = view(state);
      const { size } = state;
      const fits = rows.every((row) =>
        row.every(({ text, column }, i) => {
          const end = row[i + 1]?.column ?? size.columns;
          return column >= 0 && column + cellsOf(text) <= end && !/[\p{Cc}\u{202a}-\u{202e}]/u.test(text);
        }),
      );
      const cursorIsOn =
        cursor.row >= 0 && cursor.row < size.rows && cursor.column >= 0 && cursor.column < size.columns;
      return fits && rows.length === size.rows && cursorIsOn;
    }),
    { numRuns: 300 },
  );
});

t.test('what comes elsewhere is unread until it is looked at, and names call their users', async (t) => {
  const { state } = after([joined('sala2'), said('sala1', 2, 'oi @Ana!'), said('sala1', 3)], inside);
  t.match(find(state, 'sala1'), { unread: 2, mentions: 1 });
  t.match(find(state, 'sala2'), { unread: 0 });
  const back = after([{ type: 'key', key: { name: 'p', ctrl: true } }], state);
  t.equal(back.state.current, 'sala1');
  t.match(find(back.state, 'sala1'), { unread: 0, mentions: 0 });
  t.ok(
    back.effects.some((effect) => effect.type === 'mark-read' && effect.seq === 3),
    'the server is told',
  );
  t.notOk(find(after([said('sala2', 2)], state).state, 'sala2')?.unread, 'what is on the screen is read');
});

t.test('who reads what was said before stays there, while messages come', async (t) => {
  const many = Array.from({ length: 100 }, (_, i) => message(i + 2));
  const full = after([{ ...page(many, true) }], inside).state;
  const up = after([{ type: 'key', key: { name: 'pageup' } }], full).state;
  const shown = (state: ChatState) =>
    view(state)
      .rows.slice(1, -2)
      .map((row) => row.map(({ text }) => text).join(''));
  t.notSame(shown(up), shown(full));
  const later = after([said('sala1', 200), said('sala1', 201)], up).state;
  t.strictSame(shown(later), shown(up));
  t.equal(find(later, 'sala1')?.unread, 2);
  t.strictSame(
    shown(after([{ type: 'key', key: { name: 'escape' } }], later).state)
      .at(-1)
      ?.includes('m201'),
    true,
  );
});

t.test('older messages are asked for before the reader comes to the first, once at a time', async (t) => {
  const many = Array.from({ length: 100 }, (_, i) => message(i + 1000));
  const full = after([page(many, true)], inside).state;
  const ups = Array.from({ length: 6 }, (): ChatEvent => ({ type: 'key', key: { name: 'pageup' } }));
  const { state, effects } = after(ups, full);
  const loads = effects.filter((effect) => effect.type === 'load');
  t.match(loads, [{ key: 'sala1', page: { type: 'before', seq: 1000 } }]);
  t.equal(loads.length, 1);
  const older = Array.from({ length: 100 }, (_, i) => message(i + 900));
  const more = after([{ ...page(older, false), page: { type: 'before', seq: 1000 } }], state).state;
  t.match(find(more, 'sala1'), { isWhole: true, loading: undefined });
  t.equal(find(more, 'sala1')?.entries.filter(({ type }) => type === 'said').length, 200);
});

t.test('memory is bounded: entries of a conversation, and messages that wait', async (t) => {
  let state = inside;
  for (let seq = 2; seq < entriesMax + 500; seq++) state = after([said('sala1', seq)], state).state;
  const kept = find(state, 'sala1');
  t.ok((kept?.entries.length ?? 0) <= entriesMax);
  t.match(kept, { isWhole: false, isLive: true });
  t.equal(kept?.entries.at(-1)?.seq, entriesMax + 499, 'the latest stay');

  let away = inside;
  for (let i = 0; i <= pendingMax; i++) away = after(typed(`${i}`), away).state;
  const entries = find(away, 'sala1')?.entries ?? [];
  t.equal(entries.filter((entry) => entry.type === 'said' && entry.pending).length, pendingMax);
  t.match(entries.at(-1), { type: 'notice', tone: 'error' });
});

t.test('messages are edited, deleted and reacted to where they stand, each amendment once', async (t) => {
  type Pushed = Extract<ChatEvent, { type: 'pushed' }>['push'];
  const amendment = (method: string, seq: number, more: object): ChatEvent => ({
    type: 'pushed',
    push: { method, params: { room: 'sala1', seq, at: seq, by: 'bia#1', target: 2, ...more } } as Pushed,
  });
  const there = after([said('sala1', 2, 'oi'), said('sala1', 3)], inside).state;
  const is = (events: ChatEvent[], wanted: object) =>
    t.match(find(after(events, there).state, 'sala1')?.entries, [wanted, {}]);
  is([amendment('room.edited', 4, { text: 'olá, @ana' })], { seq: 2, text: 'olá, @ana', editedAt: 4, mention: true });
  is([amendment('room.deleted', 4, {})], { seq: 2, text: '', deleted: true });
  const heart = amendment('room.reacted', 4, { reaction: '❤️', on: true });
  const own = amendment('room.reacted', 5, { reaction: '❤️', on: true, by: 'ana#1' });
  is([heart, heart, own], { reactions: [{ reaction: '❤️', users: 2, mine: true }] });
  is([heart, own, amendment('room.reacted', 6, { reaction: '❤️', on: false, by: 'ana#1' })], {
    reactions: [{ reaction: '❤️', users: 1, mine: false }],
  });
  const told = { ...message(2), reactions: [{ reaction: '❤️', users: 1, mine: false }] };
  const loaded = after([{ ...page([told]), history: { seq: 4, messages: [told], more: false } }], inside).state;
  t.match(
    find(after([heart], loaded).state, 'sala1')?.entries.at(-1),
    { reactions: [{ users: 1 }] },
    'the page had it',
  );
});

t.test('a room whose log was replaced is loaded anew, and what waits to be sent waits on', async (t) => {
  const waiting = after([said('sala1', 5), ...typed('oi')], inside).state;
  const reset: ChatEvent = {
    type: 'pushed',
    push: { method: 'room.reset', params: { room: 'sala1', epoch: 'e', seq: 1 } },
  };
  const { state, effects } = after([reset], waiting);
  t.match(effects, [{ type: 'load', page: { type: 'latest' } }]);
  t.strictSame(
    find(state, 'sala1')
      ?.entries.filter(({ type }) => type === 'said')
      .map(({ text }) => text),
    ['oi'],
  );
});

t.test('who is put out of a room, or closes it, is told, and the room is gone', async (t) => {
  const kicked: ChatEvent = {
    type: 'pushed',
    push: {
      method: 'room.left',
      params: { room: 'sala1', seq: 9, at: 9, user: 'ana#1', reason: 'kicked', by: 'bia#1' },
    },
  };
  const { state } = after([kicked], inside);
  t.equal(find(state, 'sala1'), undefined);
  t.equal(state.current, '');
  t.match(texts(state, '')?.at(-1), /sala1.*kicked.*bia#1/);
  const left = after(typed('/leave'), inside);
  t.match(left.effects, [{ type: 'leave', room: 'sala1' }]);
});

t.test('Tab goes through commands, rooms and people, who spoke last first', async (t) => {
  const tab: ChatEvent = { type: 'key', key: { name: 'tab' } };
  const shiftTab: ChatEvent = { type: 'key', key: { name: 'tab', shift: true } };
  const there = after(
    [
      {
        type: 'rooms',
        rooms: ['sala1', 'sala2', 'outra'].map((room) => ({ room, topic: '', members: 0 })),
        show: false,
      },
      said('sala1', 2, 'a', 'bia#1'),
      said('sala1', 3, 'b', 'Béa#1'),
    ],
    inside,
  ).state;
  const completes = (text: string, keys: ChatEvent[], to: string) => {
    t.equal(after([{ type: 'pasted', text }, ...keys], there).state.editor.text, to, text);
  };
  completes('/jo', [tab], '/join ');
  completes('/join sa', [tab], '/join sala1 ');
  completes('/join sa', [tab, tab], '/join sala2 ');
  completes('/join sa', [tab, tab, tab], '/join sala1 ');
  completes('/join sa', [tab, shiftTab], '/join sala2 ');
  completes('/jo', [tab, tab], '/join outra ');
  completes('oi b', [tab], 'oi @Béa#1 ');
  completes('oi b', [tab, tab], 'oi @bia#1 ');
  completes('/msg bi', [tab], '/msg bia#1 ');
  completes('nada', [tab], 'nada');
});

t.test('a private conversation begins by a name, or by a message that comes', async (t) => {
  const there = after([said('sala1', 2, 'a', 'bia#1')], inside).state;
  const withBia = {
    ...there,
    conversations: there.conversations.map((one) =>
      one.key === 'sala1' ? { ...one, members: [{ userId: 'bia#1', role: 'member', online: true }] } : one,
    ),
  };
  const { state, effects } = after(typed('/msg bia psst'), withBia);
  t.equal(state.current, '@bia#1');
  t.match(
    effects.find(({ type }) => type === 'say'),
    { key: '@bia#1', room: 'sala1', to: 'bia#1', text: 'psst' },
  );
  const push: ChatEvent = {
    type: 'pushed',
    push: {
      method: 'private.message',
      params: { seq: 1, room: 'sala1', from: 'ana#1', to: 'bia#1', at: 1, text: 'psst' },
    },
  };
  t.strictSame(texts(after([push], state).state, '@bia#1'), ['psst'], 'one’s own is shown once');
});
