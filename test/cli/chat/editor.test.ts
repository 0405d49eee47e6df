import fc from 'fast-check';
import t from 'tap';
import {
  type Editor,
  emptyEditor,
  entered,
  inputCharactersMax,
  inputHistoryMax,
  insert,
  type Key,
  pressed,
} from '../../../src/cli/chat/editor.js';
import { hostileText } from '../../support/hostile-text.js';

const names = [
  'left',
  'right',
  'home',
  'end',
  'backspace',
  'delete',
  'up',
  'down',
  'a',
  'b',
  'd',
  'e',
  'f',
  'k',
  'u',
  'w',
  'y',
];
const key: fc.Arbitrary<Key> = fc.record({
  name: fc.constantFrom(...names),
  ctrl: fc.boolean(),
  meta: fc.boolean(),
});

/** Keys as they are written: `C-a`, `M-b`, `left`; anything else is typed. */
function after(keys: readonly string[], editor: Editor = emptyEditor): Editor {
  return keys.reduce((so, name) => {
    const [, mark, rest] = /^([CM])-(.+)$/.exec(name) ?? [];
    const special = mark !== undefined || names.includes(name);
    return special
      ? (pressed(so, { name: rest ?? name, ctrl: mark === 'C', meta: mark === 'M' }) ?? so)
      : insert(so, name);
  }, editor);
}

const withCursor = ({ text, cursor }: Editor) => `${text.slice(0, cursor)}|${text.slice(cursor)}`;

t.test('keys do what readline has them do', async (t) => {
  const does = (keys: string[], shown: string) => t.equal(withCursor(after(keys)), shown, keys.join(' '));
  does(['olá mundo', 'home', 'right'], 'o|lá mundo');
  does(['olá mundo', 'C-a'], '|olá mundo');
  does(['olá mundo', 'C-a', 'C-e'], 'olá mundo|');
  does(['olá mundo', 'M-b'], 'olá |mundo');
  does(['olá mundo', 'C-left', 'M-b', 'M-f'], 'olá| mundo');
  does(['olá mundo', 'C-w'], 'olá |');
  does(['olá mundo  ', 'C-w', 'C-y', 'C-y'], 'olá mundo  mundo  |');
  does(['olá mundo', 'M-b', 'C-k'], 'olá |');
  does(['olá mundo', 'M-b', 'C-u'], '|mundo');
  does(['olá mundo', 'C-a', 'M-d'], '| mundo');
  does(['olá', 'backspace', 'backspace'], 'o|');
  does(['olá', 'home', 'delete'], '|lá');
  does(['👨‍👩‍👧e\u0301', 'left', 'left'], '|👨‍👩‍👧e\u0301');
  does(['👨‍👩‍👧', 'backspace'], '|');
  does(['um\ndois', 'home'], 'um\n|dois');
  does(['um\ndois', 'home', 'left', 'end'], 'um|\ndois');
});

t.test('what was entered comes back, and what was being written is there below it', async (t) => {
  const editor = entered(insert(entered(insert(emptyEditor, 'um')), 'dois'));
  t.equal(editor.text, '');
  t.equal(withCursor(after(['rascunho', 'up'], editor)), 'dois|');
  t.equal(withCursor(after(['rascunho', 'up', 'up', 'up'], editor)), 'um|');
  t.equal(withCursor(after(['rascunho', 'up', 'up', 'down', 'down'], editor)), 'rascunho|');
  t.strictSame(entered(insert(editor, 'dois')).history, ['um', 'dois'], 'the same twice in a row is kept once');
  t.strictSame(entered(insert(editor, '  ')).history, ['um', 'dois'], 'blanks are not kept');
});

t.test('whatever is pressed and pasted, the cursor is in a text that is whole and within its bound', async () => {
  const action = fc.oneof(key, hostileText);
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const editor = actions.reduce<Editor>(
        (so, one) => (typeof one === 'string' ? insert(so, one) : (pressed(so, one) ?? so)),
        emptyEditor,
      );
      const { text, cursor } = editor;
      return cursor >= 0 && cursor <= text.length && text.isWellFormed() && text.slice(0, cursor).isWellFormed();
    }),
  );
});

t.test('text and history are bounded', async (t) => {
  t.equal(insert(insert(emptyEditor, 'x'), 'y'.repeat(inputCharactersMax + 5)).text.length, inputCharactersMax);
  let editor = emptyEditor;
  for (let i = 0; i < inputHistoryMax + 10; i++) editor = entered(insert(editor, `${i}`));
  t.equal(editor.history.length, inputHistoryMax);
  t.equal(editor.history.at(-1), `${inputHistoryMax + 9}`);
});
