import t from 'tap';
import { languageOf as languageFor } from '../../src/cli/language.js';
import { wordsIn } from '../../src/cli/words.js';

const languageOf = (env: NodeJS.ProcessEnv) => languageFor([], env);

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

t.test('LANGUAGE says which one is rather had, where the locale names a language at all', async (t) => {
  t.equal(languageOf({ LANG: 'de_DE.UTF-8', LANGUAGE: 'de:pt_BR:en' }), 'pt');
  t.equal(languageOf({ LANG: 'pt_BR.UTF-8', LANGUAGE: 'en' }), 'en');
  t.equal(languageOf({ LANG: 'C.UTF-8', LANGUAGE: 'pt' }), 'en');
  t.equal(languageOf({ LANGUAGE: 'pt' }), 'en');
});

t.test('--lang counts more than SALAS_LANG, and that more than the locale', async (t) => {
  const env = { LANG: 'pt_BR.UTF-8', SALAS_LANG: 'en' };
  t.equal(languageFor([], env), 'en');
  t.equal(languageFor(['rooms', '--lang', 'pt'], env), 'pt');
  t.equal(languageFor(['--lang=pt', 'rooms'], env), 'pt');
  t.equal(languageFor(['send', 'sala1', '--', '--lang', 'pt'], env), 'en', 'a text is no option');
  t.equal(languageFor(['--lang', 'fr'], env), 'en');
  t.equal(languageFor([], { LANG: 'pt_BR.UTF-8', SALAS_LANG: '' }), 'pt');
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
      if (/\p{L}{2,} \p{L}{2,}/u.test(en as string)) t.not(pt, en, `${key} is translated`);
    }
  }
});
