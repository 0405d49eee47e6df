import assert from 'node:assert/strict';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { defaultLimits } from '../../src/protocol/limits.js';
import {
  accountId,
  anyJson,
  clientMsgId,
  messageText,
  newPassword,
  type ParamKind,
  pageLimit,
  password,
  position,
  readParams,
  roomName,
  topicText,
  userName,
  wholeNumber,
} from '../../src/protocol/params.js';
import { acceptedTexts } from '../support/arbitraries.js';

/** What becomes of a value given for the param `x` of this kind. */
function read<Wire, Value>(kind: ParamKind<Wire, Value>, x: unknown) {
  return readParams({ x: { kind } }, { x }, false, defaultLimits);
}

function accepted<Wire, Value>(t: Test, kind: ParamKind<Wire, Value>, given: unknown, value = given): void {
  t.strictSame(read(kind, given), { values: { x: value } }, `${short(given)} is accepted`);
}

function refused<Wire, Value>(t: Test, kind: ParamKind<Wire, Value>, given: unknown, code = 'INVALID_PARAMS'): void {
  t.match(read(kind, given), { refusal: { code, field: 'x' } }, `${short(given)} is refused`);
}

/** The value in ASCII, cut short: for what a test says of it. */
function short(value: unknown): string {
  const text = JSON.stringify(value).replace(
    /[^ -~]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return text.length > 60 ? `${text.slice(0, 60)}… (${text.length})` : text;
}

t.test('a name has 1 to 32 characters and a room 1 to 64', async (t) => {
  for (const letter of ['a', 'ã', '中', '𠮷']) {
    accepted(t, userName, letter.repeat(32));
    refused(t, userName, letter.repeat(33), 'NAME_INVALID');
    accepted(t, roomName, letter.repeat(64));
    refused(t, roomName, letter.repeat(65), 'ROOM_NAME_INVALID');
  }
  refused(t, userName, '', 'NAME_INVALID');
  refused(t, roomName, '', 'ROOM_NAME_INVALID');
});

t.test('names are kept in NFC, and those with other characters refused', async (t) => {
  accepted(t, userName, 'Joa\u0303o', 'João');
  accepted(t, roomName, 'sa\u0303o-paulo', 'são-paulo');
  for (const name of ['ana maria', 'ana#1', 'an\u202ea', '👋', 'ana\n']) {
    refused(t, userName, name, 'NAME_INVALID');
    refused(t, roomName, name, 'ROOM_NAME_INVALID');
  }
});

t.test('a text has 1 to 8192 bytes, and a topic 0 to 512', async (t) => {
  for (const [character, bytes] of [
    ['a', 1],
    ['é', 2],
    ['中', 3],
    ['👋', 4],
  ] as const) {
    for (const [kind, bytesMax] of [
      [messageText, 8192],
      [topicText, 512],
    ] as const) {
      const fitting = character.repeat(Math.floor(bytesMax / bytes));
      const full = fitting + 'a'.repeat(bytesMax % bytes);
      accepted(t, kind, full);
      refused(t, kind, `${full}a`, 'TEXT_TOO_LONG');
      refused(t, kind, fitting + character, 'TEXT_TOO_LONG');
    }
  }
  refused(t, messageText, '', 'TEXT_INVALID');
  accepted(t, topicText, '');
});

t.test('a text that is too long is told its size and the bound', async (t) => {
  const outcome = read(messageText, '中'.repeat(3000));
  t.match(outcome, { refusal: { message: { en: /9000 bytes.* 8192/, pt: /9000 bytes.* 8192/ } } });
});

t.test('a text has no control characters but TAB', async (t) => {
  for (let code = 0; code < 0xa0; code++) {
    const text = `oi${String.fromCharCode(code)}ana`;
    const control = (code < 0x20 && code !== 0x09) || code >= 0x7f;
    for (const kind of [messageText, topicText]) {
      if (control) refused(t, kind, text, 'TEXT_INVALID');
      else accepted(t, kind, text);
    }
  }
});

t.test('a text with half of a surrogate pair is refused, one with the pair is not', async (t) => {
  for (const text of ['oi \ud83d', '\udc4b oi', '\udc4b\ud83d']) {
    refused(t, messageText, text, 'TEXT_INVALID');
    refused(t, topicText, text, 'TEXT_INVALID');
  }
  accepted(t, messageText, 'oi \ud83d\udc4b');
});

t.test('every other text is kept as it came, also where it could be normalised or trimmed', async (t) => {
  for (const text of [' oi ', '\t', 'a\u0303', '\ufeff\u200b\u202e\u2028\ufffd', '/quit', '{"jsonrpc":"2.0"}']) {
    accepted(t, messageText, text);
  }
  fc.assert(
    fc.property(acceptedTexts, (text) => {
      assert.deepEqual(read(messageText, text), { values: { x: text } });
    }),
  );
});

t.test('a clientMsgId has 1 to 64 characters of any kind', async (t) => {
  for (const character of ['a', 'é', '中', '👋', ' ', '"']) {
    accepted(t, clientMsgId, character.repeat(64));
    refused(t, clientMsgId, character.repeat(65));
  }
  refused(t, clientMsgId, '');
  refused(t, clientMsgId, '\ud83d');
  refused(t, clientMsgId, 7);
});

t.test('a limit is a whole number from 1 to 500', async (t) => {
  for (const limit of [1, 2, 50, 499, 500]) accepted(t, pageLimit, limit);
  for (const limit of [0, 501, -1, 1.5, 2 ** 53, '50', null, true]) refused(t, pageLimit, limit);
});

t.test('a position is a whole number from 0, as far as those are exact', async (t) => {
  for (const after of [0, 1, 42, 2 ** 53 - 1]) accepted(t, position, after);
  for (const after of [-1, 0.5, 2 ** 53, 2 ** 53 + 2, 1e21, '42', null, false, [], {}]) refused(t, position, after);
});

t.test('a protocol is a whole number; which ones are spoken is not asked here', async (t) => {
  for (const protocol of [-1, 0, 1, 2]) accepted(t, wholeNumber, protocol);
  for (const protocol of [1.5, 2 ** 53, '1', null]) refused(t, wholeNumber, protocol);
});

t.test('data is any JSON value, at most 64 levels deep', async (t) => {
  const nested = (levels: number) => JSON.parse(`${'['.repeat(levels - 1)}{"a":1}${']'.repeat(levels - 1)}`);
  for (const data of [null, 0, '', '\ud83d\x1b', [], {}, { a: [1, { b: null }] }, nested(64)])
    accepted(t, anyJson, data);
  refused(t, anyJson, nested(65));
  refused(t, anyJson, nested(4000));
});

t.test('an account is named by an id or by a name, and by nothing else', async (t) => {
  for (const id of ['ana', 'ana#1', 'João-2#999999999999999']) accepted(t, accountId, id);
  accepted(t, accountId, 'Joa\u0303o#7', 'João#7');
  for (const id of ['', '#1', 'ana#', 'ana#0', 'ana#01', 'ana#1#2', 'ana#1x', 'a b', `ana#${'9'.repeat(16)}`]) {
    refused(t, accountId, id);
  }
  accepted(t, accountId, `${'𠮷'.repeat(32)}#1`);
  refused(t, accountId, `${'𠮷'.repeat(33)}#1`);
});

t.test('a new password has 8 characters at least; any has 1024 bytes at most, as it is hashed', async (t) => {
  accepted(t, newPassword, '12345678');
  accepted(t, newPassword, '𠮷'.repeat(8));
  refused(t, newPassword, '1234567', 'PASSWORD_INVALID');
  refused(t, newPassword, 'e\u0301'.repeat(7), 'PASSWORD_INVALID');
  accepted(t, password, '1');
  refused(t, password, '', 'PASSWORD_INVALID');
  for (const kind of [password, newPassword]) {
    accepted(t, kind, 'a'.repeat(1024));
    refused(t, kind, 'a'.repeat(1025), 'PASSWORD_INVALID');
    // In NFC these letters have three times their bytes.
    accepted(t, kind, '\u0958'.repeat(170), '\u0915\u093c'.repeat(170));
    refused(t, kind, '\u0958'.repeat(171), 'PASSWORD_INVALID');
  }
});
