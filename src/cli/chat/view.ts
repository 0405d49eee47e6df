import { cellsOf, cellsOfRow, clip, clusters, cut, displayed, type Span } from './cells.js';
import type { Editor } from './editor.js';
import { isPending } from './entries.js';
import { nameSpans, type Row } from './entry-rows.js';
import { layoutOf, visibleRows } from './scrolling.js';
import { type ChatState, type Conversation, shownConversation } from './state.js';
import { type Texts, textsIn } from './texts.js';
import { nameStyle, type Style } from './themes.js';

/** A text at a column, counted from 0. Each says where it stands, so that one that a terminal draws wider moves no other. */
export interface Placed extends Span<Style> {
  readonly column: number;
}

/** A whole screen: as many rows as it has, none wider than it is, and where the cursor stands. */
export interface Frame {
  readonly rows: readonly (readonly Placed[])[];
  readonly cursor: { readonly row: number; readonly column: number };
}

/** The parts of a screen. Lists beside the messages are only for wide ones. */
export interface Places {
  readonly left: number;
  readonly right: number;
  readonly width: number;
  readonly title: number;
  readonly height: number;
  readonly status: number;
  readonly input: number;
}

const listWidth = 20;
const membersFrom = 96;
const conversationsFrom = 120;
const inputRowsMax = 6;
const prompt = '› ';

/** How a screen is shared out in this state. */
export function placesOf(state: ChatState): Places {
  const { columns, rows } = state.size;
  const { type } = shownConversation(state);
  const left = columns >= conversationsFrom ? listWidth : 0;
  const right = columns >= membersFrom && type === 'room' ? listWidth + 4 : 0;
  const status = rows >= 2 ? 1 : 0;
  const title = rows >= 4 ? 1 : 0;
  const input = Math.min(inputOf(state).rows.length, inputRowsMax, Math.max(1, rows - status - title - 1));
  const width = columns - (left > 0 ? left + 1 : 0) - (right > 0 ? right + 1 : 0);
  return { left, right, width, title, status, input, height: Math.max(0, rows - title - status - input) };
}

/** Draws the state on a screen of its size. */
export function view(state: ChatState): Frame {
  const { columns, rows } = state.size;
  const places = placesOf(state);
  const shown = shownConversation(state);
  const texts = textsIn(state.language);
  const input = inputOf(state);
  const firstInputRow = Math.max(0, Math.min(input.cursor.row - places.input + 1, input.rows.length - places.input));
  const drawn = [
    ...(places.title > 0 ? [placed(titleRow(shown, columns, texts), 0, columns)] : []),
    ...bodyRows(state, shown, places),
    ...(places.status > 0 ? [placed(statusRow(state, shown, places, texts), 0, columns)] : []),
    ...input.rows.slice(firstInputRow, firstInputRow + places.input).map((row) => placed(row, 0, columns)),
  ].slice(0, rows);
  return {
    rows: drawn,
    cursor: {
      row: Math.min(rows - 1, places.title + places.height + places.status + input.cursor.row - firstInputRow),
      column: Math.min(columns - 1, input.cursor.column),
    },
  };
}

function bodyRows(state: ChatState, shown: Conversation, places: Places): Placed[][] {
  const { left, right, width, height } = places;
  const messages = visibleRows(shown, layoutOf(state, shown, width), height);
  const above = height - messages.length;
  const conversations = left > 0 ? conversationRows(state, left, height) : [];
  const members = right > 0 ? memberRows(state, shown, right, height) : [];
  return Array.from({ length: height }, (_, index) => [
    ...(left > 0 ? [...placed(conversations[index] ?? [], 0, left), divider(left)] : []),
    ...placed(messages[index - above] ?? [], left > 0 ? left + 1 : 0, width),
    ...(right > 0
      ? [divider(state.size.columns - right - 1), ...placed(members[index] ?? [], state.size.columns - right, right)]
      : []),
  ]);
}

function divider(column: number): Placed {
  return { text: '│', style: 'separator', column };
}

function titleRow(shown: Conversation, columns: number, texts: Texts): Row {
  const online = shown.members.filter((member) => member.online).length;
  const about =
    shown.type === 'room' ? shown.topic : shown.type === 'private' ? texts.privateWith(shown.key.slice(1)) : '';
  const count = shown.type === 'room' ? ` ${texts.members(shown.members.length, online)} ` : '';
  return barRow(
    [
      { text: ` ${nameOf(shown)} `, style: 'bar-strong' },
      { text: about === '' ? '' : ` ${about}`, style: 'bar' },
    ],
    [{ text: count, style: 'bar-dim' }],
    columns,
  );
}

export function nameOf({ key, type }: Conversation): string {
  return type === 'console' ? 'salas' : key;
}

function statusRow(state: ChatState, shown: Conversation, places: Places, texts: Texts): Row {
  const pending = state.conversations.reduce((sum, { entries }) => sum + entries.filter(isPending).length, 0);
  const lines = state.editor.text.split('\n').length;
  const hint = candidateRow(state) ?? [
    ...(lines > 1 ? [{ text: ` ${texts.pasteLines(lines)} `, style: 'bar-alert' } as const] : []),
    ...(places.left > 0 ? [] : tabSpans(state)),
  ];
  const isUp = shown.anchor !== undefined || !shown.isLive;
  const loading = shown.loading?.type === 'before' ? ` ${texts.loading} ` : '';
  return barRow(
    [
      ...connectionSpans(state, texts),
      { text: state.me === '' ? '' : ` ${state.me} `, style: 'bar' },
      { text: pending > 0 ? ` ${texts.waiting(pending)} ` : '', style: 'bar-alert' },
      ...hint,
    ],
    [{ text: loading !== '' ? loading : isUp ? ` ${texts.newBelow(shown.unread)} ` : '', style: 'bar-alert' }],
    state.size.columns,
  );
}

function connectionSpans({ connection, now }: ChatState, texts: Texts): Row {
  switch (connection.type) {
    case 'connected':
      return [{ text: ` ● ${texts.connected}`, style: 'bar-good' }];
    case 'connecting':
      return [{ text: ` ○ ${texts.connecting}`, style: 'bar-alert' }];
    case 'replaying':
      return [{ text: ` ◌ ${texts.replaying}`, style: 'bar-alert' }];
    case 'away': {
      const seconds = Math.ceil((connection.since + connection.retryMs - now) / 1000);
      return [{ text: ` ○ ${texts.reconnecting(Math.max(0, seconds))}`, style: 'bar-alert' }];
    }
    default:
      return connection satisfies never;
  }
}

/** The candidates of a completion, around the one that is chosen. */
function candidateRow({ completion }: ChatState): Row | undefined {
  if (completion === undefined || completion.candidates.length < 2) return undefined;
  const from = Math.max(0, completion.index - 2);
  return completion.candidates.slice(from, from + candidatesShown).map((candidate, offset) => ({
    text: ` ${candidate.trim()} `,
    style: from + offset === completion.index ? 'current' : 'bar-dim',
  }));
}

const candidatesShown = 12;

function tabSpans(state: ChatState): Row {
  return state.conversations.map((one) => ({ text: ` ${label(one, state)} `, style: tabStyle(one, state, 'bar-dim') }));
}

function label(one: Conversation, state: ChatState): string {
  return one.unread === 0 || one.key === state.current ? nameOf(one) : `${nameOf(one)} ${one.unread}`;
}

function tabStyle(one: Conversation, state: ChatState, quiet: Style): Style {
  if (one.key === state.current) return 'current';
  if (isUrgent(one)) return quiet === 'bar-dim' ? 'bar-alert' : 'mention';
  if (one.unread > 0) return quiet === 'bar-dim' ? 'bar-strong' : 'unread';
  return quiet;
}

/** Whether somebody waits for this reader in particular. */
export function isUrgent({ type, unread, mentions }: Conversation): boolean {
  return mentions > 0 || (type === 'private' && unread > 0);
}

/** The conversations with what is unread at the right; the shown one is always among them. */
function conversationRows(state: ChatState, width: number, height: number): Row[] {
  const { conversations } = state;
  const shown = conversations.findIndex(({ key }) => key === state.current);
  const first = Math.max(0, Math.min(shown - height + 1, conversations.length - height));
  return conversations.slice(first, first + height).map((one, offset) => {
    const style = tabStyle(one, state, 'dim');
    const count = one.unread > 0 && one.key !== state.current ? ` ${one.unread} ` : ' ';
    const number = first + offset < 10 ? `${(first + offset) % 10}` : ' ';
    const name = cut(` ${nameOf(one)}`, width - 3 - count.length);
    const blanks = ' '.repeat(Math.max(0, width - 2 - cellsOf(name) - count.length));
    return [
      { text: ` ${number}`, style: one.key === state.current ? 'current' : 'dim' },
      { text: name + blanks + count, style },
    ];
  });
}

const roleMarks: Readonly<Record<string, string>> = { owner: '★', moderator: '✦' };
const roleOrder = ['owner', 'moderator', 'member'];

function memberRows({ me }: ChatState, { members }: Conversation, width: number, height: number): Row[] {
  const rank = ({ role, online }: Conversation['members'][number]) => (online ? 0 : 10) + roleOrder.indexOf(role);
  const order = [...members].sort((one, other) => rank(one) - rank(other) || (one.userId < other.userId ? -1 : 1));
  const shown = order.length > height ? order.slice(0, Math.max(0, height - 1)) : order;
  const rows = shown.map(({ userId, role, online }): Row => {
    const mark = roleMarks[role] ?? '';
    const name = nameSpans(userId, width - 5, userId === me);
    return [
      { text: online ? ' ● ' : ' ○ ', style: online ? 'online' : 'dim' },
      ...(online ? name : name.map(({ text }) => ({ text, style: 'dim' as const }))),
      { text: mark === '' ? '' : ` ${mark}`, style: nameStyle(userId) },
    ];
  });
  const left = order.length - shown.length;
  return left > 0 ? [...rows, [{ text: ` +${left}`, style: 'dim' }]] : rows;
}

/** A row with something at its left and, if there is room, at its right, on the bars' background. */
function barRow(left: Row, right: Row, width: number): Row {
  const rightCells = cellsOfRow(right);
  const room = rightCells < width / 2 ? width - rightCells : width;
  const shown = clip(left, room);
  const blanks = { text: ' '.repeat(room - cellsOfRow(shown)), style: 'bar' as const };
  return [...shown, blanks, ...(room < width ? right : [])];
}

interface Input {
  readonly rows: readonly Row[];
  readonly cursor: { readonly row: number; readonly column: number };
}

const inputs = new WeakMap<Editor, Map<string, Input>>();

/** The editor's text in rows, and where the cursor is among them. */
function inputOf(state: ChatState): Input {
  const { editor, language, size } = state;
  const about = `${size.columns} ${language} ${state.current === ''}`;
  const known = inputs.get(editor)?.get(about);
  if (known !== undefined) return known;
  const texts = textsIn(language);
  const hint = state.current === '' ? texts.placeholderConsole : texts.placeholder;
  const made =
    editor.text === ''
      ? {
          rows: [
            [
              { text: prompt, style: 'prompt' },
              { text: hint, style: 'dim' },
            ] as Row,
          ],
          cursor: { row: 0, column: prompt.length },
        }
      : laidOut(editor, Math.max(2, size.columns - prompt.length));
  inputs.set(editor, new Map([[about, made]]));
  return made;
}

function laidOut({ text, cursor }: Editor, width: number): Input {
  const rows: string[] = [''];
  let cells = 0;
  let index = 0;
  let place = { row: 0, column: 0 };
  const newRow = () => {
    rows.push('');
    cells = 0;
  };
  for (const { text: cluster } of clusters(text)) {
    if (index <= cursor) place = { row: rows.length - 1, column: cells };
    if (cluster === '\n') newRow();
    else {
      const shown = displayed(cluster);
      const wide = cellsOf(shown);
      if (cells + wide > width) newRow();
      if (index <= cursor) place = { row: rows.length - 1, column: cells };
      rows[rows.length - 1] += shown;
      cells += wide;
    }
    index += cluster.length;
  }
  if (cursor >= text.length) {
    if (cells >= width) newRow();
    place = { row: rows.length - 1, column: cells };
  }
  return {
    rows: rows.map((row, i) => [
      { text: i === 0 ? prompt : ' '.repeat(prompt.length), style: 'prompt' },
      { text: row, style: 'text' },
    ]),
    cursor: { row: place.row, column: place.column + prompt.length },
  };
}

/** Spans from a column on, cut to a width. */
function placed(spans: Row, column: number, width: number): Placed[] {
  let at = column;
  return clip(spans, width).map((span) => {
    const here = { ...span, column: at };
    at += cellsOf(span.text);
    return here;
  });
}
