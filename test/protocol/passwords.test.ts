import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { preparePassword } from '../../src/protocol/passwords.js';

t.test('a password is the same on every keyboard: the examples of RFC 8265, section 4.3', async (t) => {
  t.equal(preparePassword('correct horse battery staple'), 'correct horse battery staple');
  t.equal(preparePassword('Correct Horse Battery Staple'), 'Correct Horse Battery Staple', 'case is kept');
  t.equal(preparePassword('\u03c0\u00df\u00e5'), 'πßå');
  t.equal(preparePassword('Jack of \u2666s'), 'Jack of ♦s');
  t.equal(preparePassword('foo\u1680bar'), 'foo bar', 'a space is a space');
  t.equal(preparePassword(''), undefined);
  t.equal(preparePassword('my cat is a \u0009by'), undefined, 'a control character');
});

t.test('what is not shown, or is no character, is not taken', async (t) => {
  for (const character of ['\0', '\n', '\x7f', '\u0085', '\u200b', '\u202e', '\ufeff', '\ufe0f', '\ud83d', '\ue000']) {
    t.equal(preparePassword(`senha${character}boa`), undefined, character.charCodeAt(0).toString(16));
  }
  for (const character of ['\u0378', '\u1100', '\ua960', '\u2028']) t.equal(preparePassword(character), undefined);
  for (const character of ['👋', 'ﾊ', '한', '١', '~']) t.equal(preparePassword(character), character);
});

t.test('however a password is composed it is prepared alike, and what is prepared stays as it is', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (input) => {
      const prepared = preparePassword(input);
      assert.equal(preparePassword(input.normalize('NFD')), prepared);
      if (prepared !== undefined) assert.equal(preparePassword(prepared), prepared);
    }),
  );
});
