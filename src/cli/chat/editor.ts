import { clusters } from './cells.js';

/** The line that is being written: plain state, and what keys do to it (as readline and Emacs have them). */
export interface Editor {
  readonly text: string;
  /** Where the next character comes: an index of `text` between two characters as readers see them. */
  readonly cursor: number;
  /** What Ctrl-K, Ctrl-U and Ctrl-W took last; Ctrl-Y brings it back. */
  readonly killed: string;
  /** What was entered, the latest last. */
  readonly history: readonly string[];
  /** Which of the history is shown, and what was being written before; none while that is shown. */
  readonly recalled: { readonly index: number; readonly draft: string } | undefined;
}

export interface Key {
  /** As node:readline names it; missing for most characters. */
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
  readonly shift?: boolean | undefined;
  /** What the key writes. */
  readonly text?: string | undefined;
}

export const inputCharactersMax = 16_384;
export const inputHistoryMax = 500;

export const emptyEditor: Editor = { text: '', cursor: 0, killed: '', history: [], recalled: undefined };

/** The editor after an editing key; undefined for any other key. */
export function pressed(editor: Editor, key: Key): Editor | undefined {
  const command = commandOf(key);
  if (command !== undefined) return edits[command](editor);
  const { text, ctrl, meta } = key;
  return ctrl || meta || text === undefined || text === '' || /^\p{Cc}/u.test(text) ? undefined : insert(editor, text);
}

/** Writes at the cursor, as far as there is room. */
export function insert(editor: Editor, text: string): Editor {
  const { text: old, cursor } = editor;
  const fitting = text.slice(0, inputCharactersMax - old.length).toWellFormed();
  return at(editor, old.slice(0, cursor) + fitting + old.slice(cursor), cursor + fitting.length);
}

/** Puts something else between `start` and the cursor. */
export function replace(editor: Editor, start: number, text: string): Editor {
  return insert(at(editor, editor.text.slice(0, start) + editor.text.slice(editor.cursor), start), text);
}

/** Entered: the editor is empty again, and the history has the text. */
export function entered(editor: Editor): Editor {
  const { text, history } = editor;
  const remembered = text.trim() === '' || text === history.at(-1) ? history : [...history, text];
  return { ...emptyEditor, killed: editor.killed, history: remembered.slice(-inputHistoryMax) };
}

function commandOf({ name, ctrl = false, meta = false }: Key): keyof typeof edits | undefined {
  if (name === undefined) return undefined;
  return keys[`${ctrl ? 'ctrl-' : ''}${meta ? 'meta-' : ''}${name}`];
}

const keys: Readonly<Record<string, keyof typeof edits>> = {
  left: 'left',
  'ctrl-b': 'left',
  right: 'right',
  'ctrl-f': 'right',
  'ctrl-left': 'wordLeft',
  'meta-left': 'wordLeft',
  'meta-b': 'wordLeft',
  'ctrl-right': 'wordRight',
  'meta-right': 'wordRight',
  'meta-f': 'wordRight',
  home: 'home',
  'ctrl-a': 'home',
  end: 'end',
  'ctrl-e': 'end',
  backspace: 'rubOut',
  'ctrl-h': 'rubOut',
  delete: 'delete',
  'ctrl-d': 'delete',
  'ctrl-k': 'killToEnd',
  'ctrl-u': 'killToStart',
  'ctrl-w': 'killWord',
  'meta-backspace': 'killWord',
  'ctrl-backspace': 'killWord',
  'meta-d': 'killWordAfter',
  'ctrl-y': 'yank',
  up: 'earlier',
  down: 'later',
};

const edits = {
  left: (editor: Editor) => moved(editor, editor.cursor - lastOf(editor.text.slice(0, editor.cursor)).length),
  right: (editor: Editor) => moved(editor, editor.cursor + firstOf(editor.text.slice(editor.cursor)).length),
  wordLeft: (editor: Editor) => moved(editor, wordStart(editor)),
  wordRight: (editor: Editor) => moved(editor, wordEnd(editor)),
  home: (editor: Editor) => moved(editor, editor.text.lastIndexOf('\n', editor.cursor - 1) + 1),
  end: (editor: Editor) => {
    const end = editor.text.indexOf('\n', editor.cursor);
    return moved(editor, end === -1 ? editor.text.length : end);
  },
  rubOut: (editor: Editor) => without(editor, editor.cursor - lastOf(editor.text.slice(0, editor.cursor)).length),
  delete: (editor: Editor) => {
    const end = editor.cursor + firstOf(editor.text.slice(editor.cursor)).length;
    return at(editor, editor.text.slice(0, editor.cursor) + editor.text.slice(end), editor.cursor);
  },
  killToEnd: (editor: Editor) => ({
    ...at(editor, editor.text.slice(0, editor.cursor), editor.cursor),
    killed: editor.text.slice(editor.cursor),
  }),
  killToStart: (editor: Editor) => killedFrom(editor, 0),
  // As the terminal's own Ctrl-W does: back to a blank.
  killWord: (editor: Editor) => killedFrom(editor, back(editor.text, back(editor.text, editor.cursor, /\s/), /\S/)),
  killWordAfter: (editor: Editor) => {
    const end = wordEnd(editor);
    const killed = editor.text.slice(editor.cursor, end);
    return {
      ...at(editor, editor.text.slice(0, editor.cursor) + editor.text.slice(end), editor.cursor),
      killed,
    };
  },
  yank: (editor: Editor) => insert(editor, editor.killed),
  earlier: (editor: Editor) => recalled(editor, (editor.recalled?.index ?? editor.history.length) - 1),
  later: (editor: Editor) => (editor.recalled === undefined ? editor : recalled(editor, editor.recalled.index + 1)),
} satisfies Record<string, (editor: Editor) => Editor>;

function recalled(editor: Editor, index: number): Editor {
  const { history } = editor;
  const draft = editor.recalled?.draft ?? editor.text;
  if (index < 0) return editor;
  const text = index >= history.length ? draft : (history[index] as string);
  return { ...editor, text, cursor: text.length, recalled: index >= history.length ? undefined : { index, draft } };
}

function at(editor: Editor, text: string, cursor: number): Editor {
  return { ...editor, text, cursor };
}

function moved(editor: Editor, cursor: number): Editor {
  return { ...editor, cursor: Math.max(0, Math.min(cursor, editor.text.length)) };
}

function without(editor: Editor, start: number): Editor {
  return at(editor, editor.text.slice(0, start) + editor.text.slice(editor.cursor), start);
}

function killedFrom(editor: Editor, start: number): Editor {
  return { ...without(editor, start), killed: editor.text.slice(start, editor.cursor) };
}

const wordCharacter = /[\p{L}\p{M}\p{N}_\p{Cs}]/u;
const notWordCharacter = /[^\p{L}\p{M}\p{N}_\p{Cs}]/u;

function wordStart({ text, cursor }: Editor): number {
  return back(text, back(text, cursor, notWordCharacter), wordCharacter);
}

function wordEnd({ text, cursor }: Editor): number {
  return forth(text, forth(text, cursor, notWordCharacter), wordCharacter);
}

function back(text: string, from: number, over: RegExp): number {
  let index = from;
  while (index > 0 && over.test(text[index - 1] as string)) index--;
  return index;
}

function forth(text: string, from: number, over: RegExp): number {
  let index = from;
  while (index < text.length && over.test(text[index] as string)) index++;
  return index;
}

/** No character that readers see as one is longer than this, but for heaps of marks, which are then taken apart. */
const clusterCharactersMax = 64;

function firstOf(text: string): string {
  return clusters(text.slice(0, clusterCharactersMax).toWellFormed())[0]?.text ?? '';
}

function lastOf(text: string): string {
  return clusters(text.slice(-clusterCharactersMax).toWellFormed()).at(-1)?.text ?? '';
}
