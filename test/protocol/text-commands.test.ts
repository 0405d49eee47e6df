import fc from 'fast-check';
import t, { type Test } from 'tap';
import { defaultLimits } from '../../src/protocol/limits.js';
import { type MethodName, methods } from '../../src/protocol/methods.js';
import { readParams } from '../../src/protocol/params.js';
import type { Language } from '../../src/protocol/speech.js';
import { parseText, type TextRequest } from '../../src/protocol/text-commands.js';
import { formatRefusal } from '../../src/protocol/text-replies.js';
import { acceptedTexts } from '../support/arbitraries.js';

const say = (text: string, room = 'sala1'): TextRequest => ({
  type: 'call',
  method: 'room.send',
  params: { room, text },
});

function call(method: MethodName, params: Record<string, unknown>, language?: Language): TextRequest {
  return { type: 'call', method, params, ...(language === undefined ? {} : { language }) };
}

function refused(
  t: Test,
  line: string,
  code: string,
  message: string | RegExp,
  room: string | undefined = 'sala1',
): void {
  const request = parseText(line, room);
  t.match(request, { type: 'refused', refusal: { code, message: { en: message } } }, line);
}

t.test('every command of the contract, and its Portuguese word, is the call of its method', async (t) => {
  const token = 'x7Qm';
  const commands: readonly [english: string, portuguese: string, MethodName, params: Record<string, unknown>][] = [
    ['/register ana', '/ingressar ana', 'user.register', { name: 'ana' }],
    ['/join sala2', '/entrar sala2', 'room.join', { room: 'sala2' }],
    ['/leave', '/sair', 'room.leave', { room: 'sala1' }],
    ['/leave sala2', '/sair sala2', 'room.leave', { room: 'sala2' }],
    [
      '/msg bia#1 psst, bia',
      '/privada bia#1 psst, bia',
      'private.send',
      { room: 'sala1', to: 'bia#1', text: 'psst, bia' },
    ],
    ['/history', '/mensagens', 'room.history', { room: 'sala1' }],
    ['/history sala2', '/mensagens sala2', 'room.history', { room: 'sala2' }],
    ['/history 20', '/mensagens 20', 'room.history', { room: 'sala1', limit: 20 }],
    ['/history sala2 20', '/mensagens sala2 20', 'room.history', { room: 'sala2', limit: 20 }],
    ['/read', '/lidas', 'room.mark_read', { room: 'sala1', seq: Number.MAX_SAFE_INTEGER }],
    ['/read sala2', '/lidas sala2', 'room.mark_read', { room: 'sala2', seq: Number.MAX_SAFE_INTEGER }],
    ['/read 20', '/lidas 20', 'room.mark_read', { room: 'sala1', seq: 20 }],
    ['/read sala2 20', '/lidas sala2 20', 'room.mark_read', { room: 'sala2', seq: 20 }],
    ['/unread', '/nao_lidas', 'room.unread', {}],
    ['/inbox', '/privadas', 'private.history', {}],
    ['/inbox 20', '/privadas 20', 'private.history', { limit: 20 }],
    ['/users', '/usuarios', 'room.members', { room: 'sala1' }],
    ['/users sala2', '/usuarios sala2', 'room.members', { room: 'sala2' }],
    ['/rooms', '/salas', 'room.list', {}],
    ['/me', '/eu', 'user.me', {}],
    ['/quit', '/tchau', 'user.quit', {}],
    ['/create sala9', '/criar sala9', 'room.create', { room: 'sala9' }],
    ['/create sala9 café e pão', '/criar sala9 café e pão', 'room.create', { room: 'sala9', topic: 'café e pão' }],
  ];
  for (const [english, portuguese, method, params] of commands) {
    t.strictSame(parseText(english, 'sala1'), call(method, params, 'en'), english);
    t.strictSame(parseText(portuguese, 'sala1'), call(method, params, 'pt'), portuguese);
  }
  const inBoth: readonly [line: string, MethodName, params: Record<string, unknown>][] = [
    ['/say sala2 oi, bia', 'room.send', { room: 'sala2', text: 'oi, bia' }],
    ['/ping', 'ping', {}],
    [`/resume ${token}`, 'user.resume', { token }],
    [
      `/resume ${token} sala1@42 sala2@0`,
      'user.resume',
      { token, rooms: { sala1: { after: 42 }, sala2: { after: 0 } } },
    ],
  ];
  for (const [line, method, params] of inBoth) t.strictSame(parseText(line, 'sala1'), call(method, params), line);
});

t.test('help, mode and the like are about the connection itself', async (t) => {
  t.strictSame(parseText('/help', undefined), { type: 'help', about: undefined, language: 'en' });
  t.strictSame(parseText('/help join', undefined), { type: 'help', about: 'join', language: 'en' });
  t.strictSame(parseText('/help account create ', undefined), {
    type: 'help',
    about: 'account create',
    language: 'en',
  });
  t.strictSame(parseText('/help  ', undefined), { type: 'help', about: undefined, language: 'en' });
  t.strictSame(parseText('/ajuda', undefined), { type: 'help', about: undefined, language: 'pt' });
  t.strictSame(parseText('/ajuda /entrar', undefined), { type: 'help', about: '/entrar', language: 'pt' });
  t.match(parseText('/mode json', undefined), { type: 'setting', setting: '/mode', value: 'json' });
  t.match(parseText('/mode text', undefined), { type: 'setting', setting: '/mode', value: 'text' });
  t.match(parseText('/mode', undefined), { type: 'setting', setting: '/mode', value: '' });
  const lisbon = { type: 'setting', setting: '/timezone', value: 'Europe/Lisbon', language: 'pt' };
  t.strictSame(parseText('/fuso  Europe/Lisbon ', undefined), lisbon);
});

t.test('plain text goes to the current room as it was typed', async (t) => {
  for (const text of ['oi', '  oi  ', 'oi /quit', '#1', '-1', '+OK', 'a\tb', '\ufeffoi']) {
    t.strictSame(parseText(text, 'sala1'), say(text), JSON.stringify(text));
  }
  fc.assert(
    fc.property(acceptedTexts, (text) => {
      fc.pre(text.trim() !== '' && !text.trimStart().startsWith('/'));
      const request = parseText(text, 'sala1');
      return request.type === 'call' && request.params.text === text;
    }),
  );
});

t.test('two slashes send a text that begins with one', async (t) => {
  t.strictSame(parseText('//quit', 'sala1'), say('/quit'));
  t.strictSame(parseText('///', 'sala1'), say('//'));
  t.strictSame(parseText('//', 'sala1'), say('/'));
  t.strictSame(parseText('  //quit now ', 'sala1'), say('/quit now '));
});

t.test('an empty line, or one of spaces, asks for nothing', async (t) => {
  for (const line of ['', ' ', '   \t ']) t.strictSame(parseText(line, 'sala1'), { type: 'nothing' });
});

t.test('spaces before a command and around its arguments do not matter; those in a text do', async (t) => {
  t.strictSame(parseText('  /join   sala2  ', undefined), call('room.join', { room: 'sala2' }, 'en'));
  t.strictSame(parseText('/history  sala2   20 ', 'sala1'), call('room.history', { room: 'sala2', limit: 20 }, 'en'));
  t.strictSame(parseText('/rooms  ', undefined), call('room.list', {}, 'en'));
  t.strictSame(parseText('/say sala2  oi  bia ', undefined), say(' oi  bia ', 'sala2'));
  t.strictSame(
    parseText('/resume T  sala1@1   sala2@2 ', undefined),
    call('user.resume', {
      token: 'T',
      rooms: { sala1: { after: 1 }, sala2: { after: 2 } },
    }),
  );
});

t.test('a room may be called by a number where no number of messages can be meant', async (t) => {
  t.strictSame(parseText('/history 7 20', 'sala1'), call('room.history', { room: '7', limit: 20 }, 'en'));
  t.strictSame(parseText('/users 7', 'sala1'), call('room.members', { room: '7' }, 'en'));
});

t.test('who is in no room is told to join one, if the room is not given', async (t) => {
  for (const line of ['oi', '//oi', '/leave', '/msg bia#1 psst', '/history', '/history 20', '/users']) {
    const request = parseText(line, undefined);
    t.match(request, { type: 'refused', refusal: { code: 'NOT_IN_ROOM', message: { en: /\/join ROOM/ } } }, line);
  }
  t.strictSame(parseText('/inbox', undefined), call('private.history', {}, 'en'), 'the inbox is of all rooms');
  t.strictSame(parseText('/users sala2', undefined), call('room.members', { room: 'sala2' }, 'en'));
});

t.test('a missing, surplus or malformed argument is answered with the usage', async (t) => {
  refused(t, '/join', 'INVALID_PARAMS', 'usage: /join ROOM');
  refused(t, '/register', 'INVALID_PARAMS', 'usage: /register NAME');
  refused(t, '/register ana maria', 'INVALID_PARAMS', 'usage: /register NAME');
  refused(t, '/resume', 'INVALID_PARAMS', 'usage: /resume TOKEN [ROOM@AFTER …]');
  refused(t, '/resume T sala1', 'INVALID_PARAMS', /usage/);
  refused(t, '/resume T sala1@', 'INVALID_PARAMS', /usage/);
  refused(t, '/resume T sala1@-1', 'INVALID_PARAMS', /usage/);
  refused(t, '/resume T sala1@1 oi', 'INVALID_PARAMS', /usage/);
  refused(t, '/msg', 'INVALID_PARAMS', 'usage: /msg USERID TEXT');
  refused(t, '/say', 'INVALID_PARAMS', 'usage: /say ROOM TEXT');
  refused(t, '/history sala1 all', 'INVALID_PARAMS', 'usage: /history [ROOM] [N]');
  refused(t, '/history sala1 20 30', 'INVALID_PARAMS', /usage/);
  refused(t, '/inbox all', 'INVALID_PARAMS', 'usage: /inbox [N]');
  refused(t, '/leave sala1 sala2', 'INVALID_PARAMS', /usage/);
  refused(t, '/rooms all', 'INVALID_PARAMS', 'usage: /rooms');
});

t.test('the usage is in the language of the word', async (t) => {
  const refusal = { code: 'INVALID_PARAMS', message: { pt: 'uso: /entrar SALA' } };
  t.match(parseText('/entrar', undefined), { type: 'refused', refusal, language: 'pt' });
});

t.test('an empty text is left to the check of texts, which says more than the usage', async (t) => {
  for (const line of ['/say sala1', '/say sala1 ', '/msg bia#1']) {
    const request = parseText(line, 'sala1');
    t.match(request, { type: 'call', params: { text: '' } }, line);
  }
});

t.test('an unknown command is refused and sent to nobody', async (t) => {
  for (const line of ['/foobar', '/', '/ join', '/joinsala1', '/sala1 oi', '/constructor', '/__proto__']) {
    refused(t, line, 'METHOD_NOT_FOUND', /there is no command/);
  }
  refused(
    t,
    '/foobar oi',
    'METHOD_NOT_FOUND',
    'there is no command "/foobar"; /help lists them, and // sends a text that begins with /',
  );
});

t.test('no control character of a line comes back raw', async (t) => {
  refused(
    t,
    '/\x1b[2J\x9b\x7f',
    'METHOD_NOT_FOUND',
    'there is no command "/\\u001b[2J\\u009b\\u007f"; /help lists them, and // sends a text that begins with /',
  );
  const words = fc.constantFrom(
    '/',
    '/join ',
    '/msg ',
    '/resume ',
    '/history ',
    '/help ',
    '//',
    ' ',
    '20',
    'sala1@',
    '\x1b[2J',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(words, fc.string({ unit: 'binary' }))), fc.boolean(), (parts, joined) => {
      const request = parseText(parts.join(''), joined ? 'sala1' : undefined);
      return request.type !== 'refused' || !/\p{Cc}/u.test(formatRefusal(request.refusal, 'pt'));
    }),
    { numRuns: 1000 },
  );
});

t.test('what a command asks for, the method takes, or says what is wrong with it', async (t) => {
  const values = (line: string) => {
    const request = parseText(line, 'sala1');
    if (request.type !== 'call') return request;
    return readParams(methods[request.method].params, request.params, false, defaultLimits);
  };
  t.strictSame(values('/history 20'), { values: { room: 'sala1', limit: 20 } });
  t.strictSame(values('/msg bia#1 psst'), { values: { room: 'sala1', to: 'bia#1', text: 'psst' } });
  t.strictSame(values('/ban bia#1 60 3 avisos'), {
    values: { room: 'sala1', user: 'bia#1', seconds: 60, reason: '3 avisos' },
  });
  t.strictSame(values('/ban bia#1 spam'), { values: { room: 'sala1', user: 'bia#1', reason: 'spam' } });
  t.strictSame(values('/mute bia#1'), { values: { room: 'sala1', user: 'bia#1' } });
  t.strictSame(values('/create --private sala9 café'), { values: { room: 'sala9', topic: 'café', private: true } });
  t.strictSame(values('/criar --privada sala9'), { values: { room: 'sala9', private: true } });
  t.strictSame(values('/create sala9 --private'), { values: { room: 'sala9', topic: '--private' } });
  t.match(values('/slow x'), { type: 'refused' });
  t.match(values('/role bia#1 king'), { refusal: { code: 'INVALID_PARAMS', field: 'role' } });
  t.match(values('/ban bia#1 999999999'), { refusal: { code: 'INVALID_PARAMS', field: 'seconds' } });
  t.match(values('/history 501'), { refusal: { code: 'INVALID_PARAMS', field: 'limit' } });
  t.match(values('/say sala1'), { refusal: { code: 'TEXT_INVALID', field: 'text' } });
  t.match(values('/register ana#1'), { refusal: { code: 'NAME_INVALID', field: 'name' } });
  t.match(values('oi \x1b[2J'), { refusal: { code: 'TEXT_INVALID', field: 'text' } });
});

t.test('commands about accounts, some of two words', async (t) => {
  const create = { password: 'uma-senha-boa' };
  t.strictSame(parseText('/account create uma-senha-boa', undefined), call('account.create', create, 'en'));
  t.strictSame(parseText('/CONTA  Criar  uma-senha-boa', undefined), call('account.create', create, 'pt'));
  for (const word of ['reserve', 'reservar']) {
    const request = parseText(`/conta criar uma-senha-boa ${word}`, undefined);
    t.strictSame(request, call('account.create', { ...create, reserve: true }, 'pt'));
  }
  t.strictSame(
    parseText('/account password velha nova', 'sala1'),
    call('account.change_password', { password: 'velha', newPassword: 'nova' }, 'en'),
  );
  t.strictSame(parseText('/conta apagar x', 'sala1'), call('account.delete', { password: 'x' }, 'pt'));
  t.strictSame(
    parseText('/login ana#1 x sala1@7', undefined),
    call('account.login', { userId: 'ana#1', password: 'x', rooms: { sala1: { after: 7 } } }, 'en'),
  );
  t.strictSame(parseText('/sessoes', undefined), call('session.list', {}, 'pt'));
  t.strictSame(parseText('/revoke a1', undefined), call('session.revoke', { session: 'a1' }, 'en'));
});

t.test('what is wrong with a command about accounts is told without what was said', async (t) => {
  const family =
    'usage: /account create PASSWORD [reserve], /account password PASSWORD NEWPASSWORD, /account delete PASSWORD';
  for (const line of ['/account', '/account segredo', '/conta criarsegredo x', '/account  segredo create']) {
    refused(t, line, 'INVALID_PARAMS', family);
  }
  refused(t, '/account create', 'INVALID_PARAMS', 'usage: /account create PASSWORD [reserve]');
  refused(t, '/account create segredo please', 'INVALID_PARAMS', 'usage: /account create PASSWORD [reserve]');
  refused(t, '/login ana#1', 'INVALID_PARAMS', 'usage: /login USERID PASSWORD [ROOM@AFTER …]');
  refused(t, '/login ana#1 segredo segredo', 'INVALID_PARAMS', 'usage: /login USERID PASSWORD [ROOM@AFTER …]');
});
