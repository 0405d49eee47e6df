import fc from 'fast-check';
import t from 'tap';
import type { CommandOutline } from '../../src/cli/command-outline.js';
import { commandOutline } from '../../src/cli/main.js';
import { wanted } from '../../src/cli/typed-words.js';

const salas = commandOutline();
const words = (...typed: string[]) => wanted(salas, typed).candidates.map(({ word }) => word);

t.test('first comes a command, then one inside of it, then what that takes', async (t) => {
  t.strictSame(words('his'), ['history']);
  t.strictSame(words('admin', 'ro'), ['rooms', 'role']);
  t.strictSame(words('completion', ''), ['bash', 'zsh', 'fish']);
  t.strictSame(words('admin', 'role', 'sala1', 'ana#1', 'm'), ['moderator', 'member']);
  t.strictSame(words('admin', 'role', 'sala1', 'history', 'o'), ['owner'], 'a user may be called like a command');
});

t.test('options are offered once, and not behind --', async (t) => {
  t.strictSame(words('history', 'sala1', '--be'), ['--before']);
  t.strictSame(words('history', '--before', '7', '--be'), []);
  t.strictSame(words('history', '--before=7', '--be'), []);
  t.strictSame(words('send', 'sala1', '--', '--'), []);
  t.ok(words('--v').includes('--version'));
});

t.test('the value of an option is one of its choices, in one word or in two', async (t) => {
  t.strictSame(words('serve', '--log-level', 'w'), ['warn']);
  t.strictSame(words('serve', '--log-level=w'), ['--log-level=warn']);
  t.strictSame(words('serve', '--log-level', '=', 'w'), ['warn'], 'as bash cuts it');
  t.strictSame(words('serve', '--log-level', '='), words('serve', '--log-level', ''));
  t.strictSame(words('serve', '--data', 'w'), []);
});

t.test('a room is asked of the server that was named so far', async (t) => {
  const place = { host: '127.0.0.1', port: 4242, tls: false, ca: undefined };
  t.strictSame(wanted(salas, ['send', 'sa']).rooms, { place, typed: 'sa', before: '' });
  t.strictSame(wanted(salas, ['listen', '--host', 'h', '--port=7', '--ca', 'f', 'a,b']).rooms, {
    place: { host: 'h', port: 7, tls: true, ca: 'f' },
    typed: 'b',
    before: 'a,',
  });
  t.equal(wanted(salas, ['send', 'sala1', 'sa']).rooms, undefined, 'a text is no room');
  t.equal(wanted(salas, ['admin', 'audit', 'sa']).rooms, undefined, 'nor is there a server to ask');
});

t.test('whatever was typed, what is offered goes on with the last word', async (t) => {
  const names = (command: CommandOutline): string[] => [
    command.name,
    ...command.options.map(({ name }) => `--${name}`),
    ...command.commands.flatMap(names),
  ];
  const word = fc.oneof(fc.constantFrom('', '-', '--', '=', '--log-level=', ...names(salas)), fc.string());
  fc.assert(
    fc.property(fc.array(word), (typed) => {
      const last = typed.at(-1) ?? '';
      return words(...typed).every((word) => word.startsWith(last === '=' ? '' : last));
    }),
  );
  t.pass('for every line that was tried');
});
