import fc from 'fast-check';
import t from 'tap';
import { indexedText, matcherOf, parseQuery, wordsOf } from '../../src/protocol/search-query.js';

const finds = (query: string, text: string) => matcherOf(parseQuery(query))(text);

t.test('words are the same whatever their case, their diacritics and their width', async (t) => {
  const same = [
    ['olá', 'OLA'],
    ['ação', 'acao'],
    ['e\u0301', 'é'],
    ['straße', 'STRASSE'],
    ['ΟΔΟΣ', 'οδος'],
    ['İstanbul', 'ıstanbul'],
    ['ｈｅｌｌｏ', 'hello'],
    ['ﬁm', 'fim'],
    ['العربيَّة', 'العربية'],
    ['नि', 'न'],
  ] as const;
  for (const [one, other] of same) t.strictSame(wordsOf(one), wordsOf(other), `${one} and ${other}`);
  t.notSame(wordsOf('ola'), wordsOf('o la'));
});

t.test(
  'a word is a run of letters and digits; where no spaces are written, a character; and a pictograph',
  async (t) => {
    t.strictSame(wordsOf('e-mail: ana_2@x.org!'), ['E', 'MAIL', 'ANA', '2', 'X', 'ORG']);
    t.strictSame(wordsOf('abc你好def'), ['ABC', '你', '好', 'DEF']);
    t.strictSame(wordsOf('oi👋🏽🇧🇷🙂'), ['OI', '👋', '🇧🇷', '🙂']);
    t.strictSame(wordsOf('… — !?\t"*'), []);
  },
);

t.test('all words must be there, a phrase in its order, and pref* may go on', async (t) => {
  t.ok(finds('bolo receita', 'A receita do bolo'));
  t.notOk(finds('bolo receita', 'A receita do pão'));
  t.ok(finds('"receita do bolo"', 'a RECEITA, do… bolo'));
  t.notOk(finds('"bolo receita"', 'A receita do bolo'));
  t.ok(finds('“do bolo”', 'A receita do bolo'), 'as telephones write quotes');
  t.ok(finds('rece*', 'A receita'));
  t.notOk(finds('rece', 'A receita'));
  t.notOk(finds('"rece*"', 'A receita'), 'in quotes nothing is syntax');
  t.ok(finds('ana#1', 'é com ana#1, não comigo'), 'what stands together must stand together');
  t.notOk(finds('ana#1', 'ana tem 1'));
  t.ok(finds('好', '你好吗'));
  t.ok(finds('你好', '你好吗'));
  t.notOk(finds('好你', '你好吗'));
  t.ok(finds('👋', 'oi👋'));
  t.ok(finds('AND', 'and so on'));
});

t.test('what is wrong with a query is nothing: it is read as words', async (t) => {
  t.strictSame(parseQuery('"sem fim'), [{ words: ['SEM', 'FIM'], prefix: false }]);
  t.strictSame(parseQuery('*'), []);
  t.strictSame(parseQuery('""'), []);
  t.strictSame(parseQuery('(a OR b) NEAR/2 -c ^d col:e'), [
    ...['A', 'OR', 'B'].map((word) => ({ words: [word], prefix: false })),
    { words: ['NEAR', '2'], prefix: false },
    ...['C', 'D'].map((word) => ({ words: [word], prefix: false })),
    { words: ['COL', 'E'], prefix: false },
  ]);
});

t.test('whoever searches for words of a text, in any dress, finds it', async (t) => {
  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  fc.assert(
    fc.property(text, text, (before, wanted) => {
      fc.pre(wordsOf(wanted).length > 0);
      const said = `${before} ${wanted}`;
      t.ok(finds(wanted.replace(/["“”*]/g, ' '), said));
      t.strictSame(wordsOf(indexedText(said)), wordsOf(said), 'the index takes the same words');
    }),
  );
});
