import t from 'tap';
import { listed } from '../../../src/cli/chat/commands.js';
import { textsIn } from '../../../src/cli/chat/texts.js';

t.test('every text is there in both languages, with the same things put in', async (t) => {
  const [english, portuguese] = [textsIn('en'), textsIn('pt')];
  for (const key of Object.keys(english) as (keyof typeof english)[]) {
    const [en, pt] = [english[key], portuguese[key]];
    if (typeof en === 'function' && typeof pt === 'function') {
      const args = [7, 8, 9] as never[];
      const putIn = (text: string) => (text.match(/[789]/g) ?? []).sort();
      const [said, dito] = [(en as (...of: never[]) => string)(...args), (pt as (...of: never[]) => string)(...args)];
      t.strictSame(putIn(said), putIn(dito), key);
    } else {
      t.type(pt, 'string', key);
      t.not(pt, '', key);
    }
  }
});

t.test('every command has a word, a usage and a description in both languages, no two the same word', async (t) => {
  for (const language of ['en', 'pt'] as const) {
    const commands = listed(language);
    t.equal(new Set(commands.map(({ word }) => word)).size, commands.length);
    for (const { word, usage, doc } of commands) {
      t.ok(usage.startsWith(word), usage);
      t.match(doc, /./, word);
    }
  }
});
