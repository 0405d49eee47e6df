import { type Listed, listed } from './commands.js';
import { type Editor, replace } from './editor.js';
import { type ChatState, type Completion, shownConversation } from './state.js';

/** Tab: commands at the beginning of a line, rooms behind the commands that take one, users anywhere else. */

/** Candidates that Tab goes through. */
export const candidatesMax = 200;

/** The state after Tab, or Shift-Tab where `step` is -1: the next candidate is in the place of the word. */
export function completed(state: ChatState, step: 1 | -1): ChatState {
  const { editor } = state;
  const completion = state.completion === undefined ? begun(state) : moved(state.completion, step);
  if (completion === undefined) return state;
  const candidate = completion.candidates[completion.index] as string;
  const isOnly = completion.candidates.length === 1;
  return {
    ...state,
    editor: replace(editor, completion.start, candidate),
    completion: isOnly ? undefined : completion,
  };
}

function moved(completion: Completion, step: number): Completion {
  const { length } = completion.candidates;
  return { ...completion, index: (completion.index + step + length) % length };
}

function begun(state: ChatState): Completion | undefined {
  const { start, word } = wordBefore(state.editor);
  const candidates = candidatesFor(state, word, state.editor.text.slice(0, start));
  return candidates.length === 0 ? undefined : { start, candidates: candidates.slice(0, candidatesMax), index: 0 };
}

function wordBefore({ text, cursor }: Editor): { start: number; word: string } {
  let start = cursor;
  while (start > 0 && !/\s/.test(text[start - 1] as string)) start--;
  return { start, word: text.slice(start, cursor) };
}

const takesRoom = /^\s*\/(join|entrar|leave|sair|say|history|mensagens|create|criar)\s+$/i;
const isCommand = /^\s*\/(?!\/)/;

function candidatesFor(state: ChatState, word: string, before: string): string[] {
  if (before.trim() === '' && word.startsWith('/')) {
    const words = listed(state.language).map(({ word }: Listed) => word);
    return matching(words, word).map((name) => `${name} `);
  }
  if (takesRoom.test(before)) {
    const joined = state.conversations.filter(({ type }) => type === 'room').map(({ key }) => key);
    return matching([...new Set([...state.rooms, ...joined])].sort(), word).map((name) => `${name} `);
  }
  const mark = word.startsWith('@') || !isCommand.test(before) ? '@' : '';
  if (word === '') return [];
  return matching(people(state), word.replace(/^@/, '')).map((user) => `${mark}${user} `);
}

/** The users of the conversation, who spoke last first; without oneself. */
function people(state: ChatState): string[] {
  const { entries, members, type, key } = shownConversation(state);
  const speakers = entries.flatMap((entry) => (entry.type === 'said' ? [entry.from] : [])).reverse();
  const other = type === 'private' ? [key.slice(1)] : [];
  const all = new Set([...other, ...speakers, ...members.map(({ userId }) => userId).sort()]);
  all.delete(state.me);
  return [...all];
}

function matching(words: readonly string[], beginning: string): string[] {
  const wanted = folded(beginning);
  return words.filter((word) => folded(word).startsWith(wanted));
}

/** Without case and accents, so that `jo` finds `João`. */
function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
