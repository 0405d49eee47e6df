/** Rows as lines whose cells stand below each other, a space between them. The last cell of a row is not filled up. */
export function columns(
  rows: readonly (readonly string[])[],
  shown = (cell: string, _column: number) => cell,
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width(cell));
  }
  return rows.map((row) => {
    const end = row.findLastIndex((cell) => cell !== '');
    return row
      .slice(0, end + 1)
      .map((cell, i) => shown(cell, i) + (i === end ? '' : ' '.repeat((widths[i] as number) - width(cell))))
      .join(' ');
  });
}

const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** Columns of a terminal that a name takes: names have letters, marks, digits, `_`, `-` and `#`. */
function width(name: string): number {
  let columns = 0;
  for (const character of name) columns += /\p{M}/u.test(character) ? 0 : wide.test(character) ? 2 : 1;
  return columns;
}
