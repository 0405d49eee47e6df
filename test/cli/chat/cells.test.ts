import fc from 'fast-check';
import t from 'tap';
import { cellsOf, cellsOfRow, clip, clusters, cut, displayed, fit, wrap } from '../../../src/cli/chat/cells.js';
import { hostileText } from '../../support/hostile-text.js';

t.test('what is displayed moves no cursor and turns nothing around, whatever was said', async (t) => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const shown = displayed(text);
      return !/[\p{Cc}\u{2028}\u{2029}\u{202a}-\u{202e}\u{2066}-\u{2069}]/u.test(shown) && shown.isWellFormed();
    }),
  );
  t.equal(displayed('\u001b[2Jolá\u0007'), '\ufffd[2Jolá\ufffd');
  t.equal(displayed('a\tb\u2028c'), 'a b c');
  t.equal(displayed('مرحبا'), 'مرحبا');
  t.equal(displayed(`z${'\u0301'.repeat(9)}`), `z${'\u0301'.repeat(4)}`);
});

t.test('wide characters take two cells, accents and joiners none', async (t) => {
  for (const [text, cells] of [
    ['olá', 3],
    ['日本', 4],
    ['👨‍👩‍👧', 2],
    ['❤️', 2],
    ['🇧🇷', 2],
    ['e\u0301', 1],
    ['한국', 4],
    ['مرحبا', 5],
  ] as const) {
    t.equal(cellsOf(text), cells, text);
  }
});

t.test('no line is wider than it may be, and nothing is left out of it but blanks', async () => {
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 2, max: 40 }), (text, width) => {
      const lines = wrap(text, width);
      const withoutBlanks = (some: string) => some.replaceAll(/\s/gu, '');
      return (
        lines.every((line) => cellsOf(line) <= width) &&
        // What is wider than two cells, as no character should be, is a question mark.
        (clusters(displayed(text)).some(({ cells }) => cells > 2) ||
          withoutBlanks(lines.join('')) === withoutBlanks(displayed(text)))
      );
    }),
  );
});

t.test('lines break between words, beside wide characters, and in the middle only of what is too long', async (t) => {
  t.strictSame(wrap('um dois três', 8), ['um dois', 'três']);
  t.strictSame(wrap('um dois', 7), ['um dois']);
  t.strictSame(wrap('um  dois', 3), ['um', 'doi', 's']);
  t.strictSame(wrap('abcdefgh', 3), ['abc', 'def', 'gh']);
  t.strictSame(wrap('a 日本語', 5), ['a 日', '本語']);
  t.strictSame(wrap('日本語', 3), ['日', '本', '語']);
  t.strictSame(wrap('日', 1), ['?']);
  t.strictSame(wrap('', 5), ['']);
  t.strictSame(wrap('مرحبا بالجميع', 8), ['مرحبا', 'بالجميع'], 'words stay whole');
});

t.test('what is cut says so, and what is fitted has its width', async (t) => {
  t.equal(cut('comprido', 5), 'comp…');
  t.equal(cut('日本語', 4), '日…');
  t.equal(cut('abc', 0), '');
  fc.assert(
    fc.property(hostileText, fc.integer({ min: 0, max: 40 }), fc.constantFrom('left', 'right'), (text, width, side) => {
      return cellsOf(cut(text, width)) <= width && cellsOf(fit(text, width, side)) === width;
    }),
  );
});

t.test('a row that is clipped keeps its beginning, and no half of a character', async (t) => {
  const span = fc.record({ text: hostileText, style: fc.constant('text') });
  fc.assert(
    fc.property(fc.array(span), fc.integer({ min: 0, max: 40 }), (row, width) => {
      const clipped = clip(row, width);
      const whole = row.map(({ text }) => displayed(text)).join('');
      return cellsOfRow(clipped) <= width && whole.startsWith(clipped.map(({ text }) => text).join(''));
    }),
  );
  t.strictSame(clip([{ text: 'a日本', style: 0 }], 4), [{ text: 'a日', style: 0 }]);
});
