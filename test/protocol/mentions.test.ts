import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { mentionOf } from '../../src/protocol/mentions.js';
import { nameOf, type UserId } from '../../src/protocol/names.js';
import { acceptedTexts, userIds } from '../support/arbitraries.js';

const mentioned = (id: string, text: string) => mentionOf(id as UserId)(text);

t.test('a name with an @ before it mentions everybody of that name, an id only its owner', async (t) => {
  for (const id of ['ana#1', 'ana#12']) t.ok(mentioned(id, 'oi, @ana!'), id);
  t.ok(mentioned('ana#12', '@ana#12: oi'));
  for (const id of ['ana#1', 'ana#2', 'ana#123', 'bia#12']) t.notOk(mentioned(id, '@ana#12: oi'), id);
  t.ok(mentioned('ana#1', '@bia#1 e @ana#1'), 'the second of two');
});

t.test('a name is mentioned whole, and not within another or in an address of mail', async (t) => {
  for (const text of [
    '@ana',
    '(@ana)',
    '@ana.',
    '@ana,@bia',
    '.@ana',
    '@@ana',
    '@ana@bia',
    'é @ana',
    '@ana’s',
    '@ana # 2',
  ]) {
    t.ok(mentioned('ana#1', text), text);
  }
  const others = [
    'ana',
    '@ anna',
    '@ana-maria',
    '@ana_',
    '@ana2',
    '@anã',
    '@mariana',
    'joao@ana',
    '-@ana',
    '@ana#1x',
    '@',
  ];
  for (const text of others) t.notOk(mentioned('ana#1', text), text);
});

t.test('case and composition do not matter', async (t) => {
  for (const text of ['@JOÃO', '@joa\u0303o', '@Joa\u0303O#3', '@joÃo']) t.ok(mentioned('João#3', text), text);
  t.ok(mentioned('groß#1', '@GROSS'));
  t.ok(mentioned('Σίσυφος#1', '@ΣΊΣΥΦΟΣ'));
  t.ok(mentioned('Σίσυφος#1', '@ΣΊΣΥΦΟΣ:α'), 'whatever stands behind it');
  t.ok(mentioned('김민수#1', `@${'김민수'.normalize('NFD')}`));
  t.notOk(mentioned('João#3', '@Joao'), 'a mark makes another letter');
});

t.test('whatever a name is, it is mentioned by itself and its id, wherever no name can go on', async () => {
  const around = acceptedTexts.filter((text) => !/[@#]/.test(text));
  const ends = (text: string) => !/[\p{L}\p{M}\p{Nd}_-]/u.test(text);
  const inText = fc.tuple(around, around).filter(([before, after]) => {
    return ends([...before.normalize('NFC')].at(-1) as string) && ends([...after.normalize('NFC')][0] as string);
  });
  fc.assert(
    fc.property(userIds, inText, (id, [before, after]) => {
      for (const said of [nameOf(id), id, nameOf(id).toUpperCase(), id.normalize('NFD')]) {
        assert.ok(mentioned(id, `${before}@${said}${after}`));
      }
      assert.ok(!mentioned(id, `${before}${id}${after}`), 'not without an @');
    }),
  );
});

t.test('nobody is mentioned by the id of another', async () => {
  fc.assert(
    fc.property(userIds, userIds, (id, other) => {
      fc.pre(nameOf(id).toUpperCase() !== nameOf(other).toUpperCase());
      assert.ok(!mentioned(id, `@${other} @${nameOf(other)}`));
    }),
  );
});

t.test('a text of nothing but @ is looked through in passing', async (t) => {
  t.notOk(mentioned('ana#1', '@'.repeat(8192)));
  t.notOk(mentioned('ana#1', '@an'.repeat(2730)));
});

t.test('what no name can be is nobody, and no more', async (t) => {
  for (const id of ['a(b#1', '.*#1', 'a\\#1', '[#1', 'anb#(', '\ud83d#1']) t.notOk(mentioned(id, 'oi, @ana #1'), id);
});
