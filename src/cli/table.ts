import Table from 'cli-table3';
import { colours } from './colours.js';
import { printable } from './printable.js';

const noLines = {
  ...{
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    mid: '',
    'mid-mid': '',
    'left-mid': '',
    'right-mid': '',
  },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', right: '', middle: '  ' },
};

/** Rows in columns under a head, without lines between, so that `grep` and `awk` can read it too. Numbers stand right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const numeric = head.map((_, column) => typeof rows[0]?.[column] === 'number');
  const made = new Table({
    head: head.map((title) => colours.bold(title)),
    chars: noLines,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: numeric.map((number) => (number ? 'right' : 'left')),
  });
  made.push(...rows.map((row) => row.map((cell) => printable(String(cell)))));
  return made.toString().replace(/ +$/gm, '');
}
