import t from 'tap';
import { languageOf, wordsIn } from '../../src/cli/words.js';

t.test('the language is that of the first variable set: LC_ALL, LC_MESSAGES, LANG', async (t) => {
  t.equal(languageOf({}), 'en');
  t.equal(languageOf({ LANG: 'pt_BR.UTF-8' }), 'pt');
  t.equal(languageOf({ LANG: 'pt_PT' }), 'pt');
  t.equal(languageOf({ LANG: 'C' }), 'en');
  t.equal(languageOf({ LANG: 'de_DE.UTF-8' }), 'en');
  t.equal(languageOf({ LANG: 'pt_BR.UTF-8', LC_MESSAGES: 'en_US.UTF-8' }), 'en');
  t.equal(languageOf({ LANG: 'en_US.UTF-8', LC_MESSAGES: 'en_US.UTF-8', LC_ALL: 'pt_BR.UTF-8' }), 'pt');
  t.equal(languageOf({ LANG: 'pt_BR.UTF-8', LC_MESSAGES: '', LC_ALL: '' }), 'pt', 'an empty one is not set');
});

t.test('every text is there in both languages, with the same things put in', async (t) => {
  const [english, portuguese] = [wordsIn('en'), wordsIn('pt')];
  for (const key of Object.keys(english) as (keyof typeof english)[]) {
    const [en, pt] = [english[key], portuguese[key]];
    if (typeof en === 'function' && typeof pt === 'function') {
      const args = [7, 8, 9] as never[];
      const putIn = (text: string) => (text.match(/[789]/g) ?? []).sort();
      const [said, dito] = [(en as (...of: never[]) => string)(...args), (pt as (...of: never[]) => string)(...args)];
      t.strictSame(putIn(said), putIn(dito), key);
    } else if (typeof en === 'object' && typeof pt === 'object') {
      t.strictSame(Object.keys(pt), Object.keys(en), key);
      for (const text of Object.values(pt)) t.match(text, /./, key);
    } else {
      t.type(pt, 'string', key);
      t.not(pt, '', key);
    }
  }
});
