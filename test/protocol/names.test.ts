import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { nameOf, parseWord, userId } from '../../src/protocol/names.js';
import { userNames, userNumbers } from '../support/arbitraries.js';

const charactersMax = 32;
const parse = (input: string) => parseWord(input, charactersMax);

t.test('a name has letters and digits of any script, _ and -', async (t) => {
  const names: Record<string, string> = {
    Latin: 'ana',
    'Latin with digits and marks': 'João_da-Silva2',
    Greek: 'Αθηνά',
    Cyrillic: 'Настя',
    Arabic: 'محمد',
    'Arabic with vowel marks and digits': 'مُحَمَّد٣',
    Hebrew: 'נֹעָה',
    Devanagari: 'हिन्दी',
    Tamil: 'தமிழ்',
    Bengali: 'বাংলা',
    Thai: 'น้ำทิพย์',
    'Burmese, with four marks on a letter': 'မြို့',
    Chinese: '陈小明',
    'Chinese beyond the basic plane': '𠮷野',
    Japanese: 'さくらパーティー',
    Korean: '김민수',
    Ethiopic: 'ሰላም',
    'no letter at all': '-_7',
  };
  for (const [script, name] of Object.entries(names)) t.equal(parse(name), name.normalize('NFC'), `${script}: ${name}`);
});

t.test('a name is kept in NFC, so that what looks the same is the same', async (t) => {
  t.equal(parse('Joa\u0303o'), 'João');
  t.equal(parse('김민수'.normalize('NFD')), '김민수');
  t.equal(parse('\u212b'), 'Å', 'the sign for the unit is the letter');
});

t.test('a name has 1 to charactersMax characters, counted in NFC', async (t) => {
  t.equal(parse(''), undefined);
  for (const letter of ['a', 'ã', '中', '𠮷']) {
    t.equal(parse(letter.repeat(32)), letter.repeat(32), `32 times ${letter}`);
    t.equal(parse(letter.repeat(33)), undefined, `33 times ${letter}`);
  }
  t.equal(parse('a\u0303'.repeat(32)), 'ã'.repeat(32), 'decomposed it is longer, and counts the same');
  t.equal(parse('ω\u0314\u0342\u0345'.repeat(32)), 'ᾧ'.repeat(32), 'even where one character is four');
  t.equal(parse('a\u0303'.repeat(33)), undefined);
  t.equal(parse('a'.repeat(10_000_000)), undefined, 'a very long one is refused like any other');
});

t.test('whatever could be mistaken, hidden or smeared is refused', async (t) => {
  const refused: Record<string, string> = {
    'a space': 'ana maria',
    'a leading space': ' ana',
    'a non-breaking space': 'ana\u00a0maria',
    TAB: 'ana\t',
    LF: 'ana\n',
    NUL: 'ana\0',
    'an escape sequence': '\x1b[2Jana',
    '# as in user ids': 'ana#1',
    '@ as in positions': 'sala1@42',
    'a slash': '/quit',
    'a quotation mark': 'ana"',
    'a backslash': 'ana\\',
    'a closing bracket': 'ana]',
    'a dot': 'a.b',
    emoji: '👋',
    'an emoji in a name': 'ana👋',
    'an emoji joined with zero width': '👩‍💻',
    'a zero-width space': 'an\u200ba',
    'a zero-width non-joiner': 'an\u200ca',
    'a zero-width joiner': 'an\u200da',
    'a byte order mark': '\ufeffana',
    'a soft hyphen': 'an\u00ada',
    'a right-to-left override': 'an\u202ea',
    'a right-to-left isolate': 'an\u2067a',
    'a line separator': 'ana\u2028',
    'a mark on no letter': '\u0301ana',
    'a mark on a digit': '7\u0301',
    zalgo: 'a\u0302\u0317\u0348\u0346\u0353\u0315na',
    'half of a surrogate pair': 'ana\ud83d',
    'the replacement character': 'ana\ufffd',
    'a Roman numeral, which is no digit': 'anaⅣ',
  };
  for (const [what, name] of Object.entries(refused)) t.equal(parse(name), undefined, what);
});

t.test('what was accepted once is accepted again, unchanged', async () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), (input) => {
      const name = parse(input);
      if (name !== undefined) assert.equal(parse(name), name);
    }),
  );
});

t.test("a user's id is the name and a number, and tells the name", async (t) => {
  t.equal(userId(parse('ana') as never, 1), 'ana#1');
  t.equal(nameOf('ana#12' as never), 'ana');
  fc.assert(
    fc.property(userNames, userNumbers, (name, number) => {
      assert.equal(nameOf(userId(name, number)), name);
    }),
  );
  fc.assert(
    fc.property(userNames, userNumbers, userNames, userNumbers, (name, number, other, otherNumber) => {
      const same = name === other && number === otherNumber;
      assert.equal(userId(name, number) === userId(other, otherNumber), same);
    }),
  );
});
