import fc from 'fast-check';
import t from 'tap';
import { mixesScripts } from '../../src/protocol/scripts.js';

t.test('a name of one script, or of scripts that are written together, is no mixture', async (t) => {
  const names = [
    ...[
      'ana',
      'João_da-Silva2',
      'Αθηνά',
      'Настя',
      'محمد٣',
      'נֹעָה',
      'हिन्दी',
      'தமிழ்',
      'น้ำทิพย์',
      '陈小明',
      '𠮷野',
      'さくらパーティー',
    ],
    ...['김민수', '김민수Kim', '田中Tanaka', 'ㄅㄆ陳Chen', 'ሰላም', '-_7'],
    // Runes and Ogham: few know them.
    ...['ᚠᚢᚦ', 'ᚑᚌᚐᚋ'],
  ];
  for (const name of names) t.notOk(mixesScripts(name), name);
});

t.test('letters of scripts that look alike are a mixture', async (t) => {
  const names = {
    'Cyrillic а in a Latin name': 'аna',
    'Latin a in a Cyrillic name': 'Нaстя',
    'Greek ο in a Latin name': 'jοao',
    'Cyrillic and Greek': 'Настяα',
    'Armenian and Latin': 'հello',
    'a Japanese and a Korean letter': 'さ김',
    'a rune among Latin letters': 'anaᚠ',
  };
  for (const [what, name] of Object.entries(names)) t.ok(mixesScripts(name), what);
});

t.test('digits, signs and marks change nothing, wherever they are', async () => {
  const neutral = fc.constantFrom('0', '9', '_', '-', '\u0301');
  const letters = fc.constantFrom('a', 'z', 'ã', 'а', 'я', 'α', '中', 'さ', '김', 'ᚠ');
  const words = fc.array(fc.tuple(letters, fc.option(neutral, { nil: '' })), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(words, (pairs) => {
      const bare = pairs.map(([letter]) => letter).join('');
      return mixesScripts(bare) === mixesScripts(pairs.flat().join(''));
    }),
  );
});
