import t from 'tap';
import { defaultName, nameFrom } from '../../src/cli/default-name.js';
import { parseWord } from '../../src/protocol/names.js';
import { mixedLetters } from '../../src/protocol/scripts.js';

t.test('a login becomes a name that the server takes', async (t) => {
  const names = {
    ana: 'ana',
    'ana.silva': 'ana-silva',
    'EMPRESA\\ana silva': 'EMPRESA-ana-silva',
    'jose\u0301': 'jos\u00e9',
    नमिता: 'नमिता',
    _apt: '_apt',
    Анна: 'Анна',
    'ann\u0430': 'guest',
    ['x'.repeat(40)]: 'x'.repeat(32),
    '': 'guest',
    '...': 'guest',
    '🙂': 'guest',
  };
  for (const [login, name] of Object.entries(names)) {
    t.equal(nameFrom(login), name, JSON.stringify(login));
    t.equal(parseWord(name, 32), name);
    t.equal(mixedLetters(name), undefined);
  }
  t.equal(parseWord(defaultName(), 32), defaultName());
});
