import t from 'tap';
import { columns } from '../../src/protocol/columns.js';

t.test('cells stand below each other, and what is last in its row is not filled up', async (t) => {
  const rows = [
    ['sala1', '#42', '2', 'chá'],
    ['avisos', '#1', '10', ''],
  ];
  t.strictSame(columns(rows), ['sala1  #42 2  chá', 'avisos #1  10']);
  t.strictSame(columns([]), []);
});

t.test('names are as wide as a terminal shows them', async (t) => {
  const rows = [
    ['日本', 'x'],
    ['joa\u0303o', 'x'],
    ['ana', 'x'],
  ];
  t.strictSame(columns(rows), ['日本 x', 'joa\u0303o x', 'ana  x']);
});

t.test('what is put around a cell does not count', async (t) => {
  const rows = [
    ['ana', 'x'],
    ['bernardo', 'x'],
  ];
  t.strictSame(
    columns(rows, (cell, column) => (column === 0 ? `<${cell}>` : cell)),
    ['<ana>      x', '<bernardo> x'],
  );
});
