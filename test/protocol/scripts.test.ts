import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { mixedLetters } from '../../src/protocol/scripts.js';

t.test('a name may have the letters of one script, with marks, digits, _ and -', async (t) => {
  const names = [
    'ana',
    'João_da-Silva2',
    'Αθηνά-7',
    'Настя_2',
    'مُحَمَّد٣',
    'נֹעָה',
    'हिन्दी2',
    'தமிழ்',
    'বাংলা৪',
    'น้ำทิพย์',
    'မြို့',
    'ሰላም',
    'Հայկ',
    'ᏣᎳᎩ',
    '𝒜𝒷',
    '-_7',
    '٣٤7',
  ];
  for (const name of names) t.equal(mixedLetters(name.normalize('NFC')), undefined, name);
});

t.test('scripts that people write together may be together', async (t) => {
  const names = ['さくらパーティー', '陈小明Ming', '田中Taroさん', '김민수Kim', '金민수', 'ㄅㄆ中文abc', '𠮷野'];
  for (const name of names) t.equal(mixedLetters(name), undefined, name);
});

t.test('letters that go with any script do', async (t) => {
  for (const name of ['Kaʻiulani', 'Соловʼян', 'oʼbrien']) t.equal(mixedLetters(name), undefined, name);
});

t.test('a letter of another script is told, with one that it does not fit', async (t) => {
  const mixed: Record<string, [string, string]> = {
    аna: ['n', 'а'],
    pаypal: ['а', 'p'],
    αna: ['n', 'α'],
    'ana-Ж': ['Ж', 'a'],
    αж: ['ж', 'α'],
    anaم: ['م', 'a'],
    anaՕ: ['Օ', 'a'],
    anaᎪ: ['Ꭺ', 'a'],
    a𝐧a: ['𝐧', 'a'],
    さ김: ['김', 'さ'],
    ab中さㄅ: ['ㄅ', 'さ'],
    'ж-1-中': ['中', 'ж'],
  };
  for (const [name, letters] of Object.entries(mixed)) t.strictSame(mixedLetters(name), letters, name);
});

const latin = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCãéçñøßİı');
const confusable = fc.constantFrom(...'аеосрхуіАВЕКМНОРСТХαορνΑΒΕΖΗΙΚΜΝΟΡΤΥΧ');
const neutral = fc.constantFrom(...'0123456789_-٣');

t.test('no name has letters of Latin beside those of Cyrillic or Greek, wherever they stand', async () => {
  const rest = fc.array(fc.oneof(latin, confusable, neutral), { maxLength: 29 });
  fc.assert(
    fc.property(latin, confusable, rest, fc.nat(), fc.nat(), (one, other, letters, here, there) => {
      const name = [...letters];
      name.splice(here % (name.length + 1), 0, one);
      name.splice(there % (name.length + 1), 0, other);
      assert.notEqual(mixedLetters(name.join('')), undefined);
    }),
  );
});

t.test('what is told is in the name, and the name before it is not mixed', async () => {
  const any: fc.Arbitrary<string> = fc.constantFrom(
    'a',
    'ã',
    'ж',
    'α',
    'م',
    'न',
    'ไ',
    '中',
    'さ',
    'パ',
    '김',
    'ㄅ',
    '𝒜',
    'ʼ',
    '7',
    '_',
  );
  fc.assert(
    fc.property(fc.array(any, { maxLength: 32 }), (letters) => {
      const mixed = mixedLetters(letters.join(''));
      if (mixed === undefined) return;
      const [misfit, other] = mixed;
      const at = letters.indexOf(misfit);
      assert.equal(mixedLetters(letters.slice(0, at).join('')), undefined);
      assert.ok(letters.slice(0, at).includes(other));
      assert.notEqual(mixedLetters(other + misfit), undefined);
    }),
  );
});
