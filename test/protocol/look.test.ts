import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import type { RoomEvent } from '../../src/protocol/events.js';
import { changeLook, isPlain, type Look, plainLook } from '../../src/protocol/look.js';
import {
  dress,
  encodeAnnouncement,
  encodeDraining,
  encodeInvitation,
  encodePrivateMessages,
  encodeReset,
  encodeRoomEvents,
} from '../../src/protocol/pushes.js';
import { formatResult } from '../../src/protocol/text-replies.js';
import { clockTime } from '../../src/protocol/time-zones.js';
import { acceptedTexts, roomNames, userIds, wholeNumbers } from '../support/arbitraries.js';

const sala1 = 'sala1' as never;
const [ana, bia] = ['ana#1', 'bia#1'] as never[] as [never, never];
const at = Date.UTC(2026, 10, 22, 12, 0);
const portuguese: Look = { ...plainLook, language: 'pt' };
const dressed = (event: RoomEvent, look: Look) => dress(encodeRoomEvents(sala1, [event], 'json'), look).trimEnd();
const plain = (event: RoomEvent) => new TextDecoder().decode(encodeRoomEvents(sala1, [event], 'text')).trimEnd();

const by = { at, seq: 43, user: ana } as const;
const target = bia;
/** One of every kind, with the words that tell of it in Portuguese. */
const happenings: readonly (readonly [RoomEvent, string])[] = [
  [{ ...by, type: 'said', text: 'oi' }, 'ana#1: oi'],
  [{ ...by, type: 'said', text: 'oi', replyTo: 40, editedAt: at }, 'ana#1 (para #40, editada): oi'],
  [{ ...by, type: 'said', text: '' }, '* uma mensagem de ana#1 que foi apagada'],
  [{ ...by, type: 'edited', target: 42, text: 'olá' }, '* ana#1 editou #42: olá'],
  [{ ...by, type: 'deleted', target: 42 }, '* ana#1 apagou #42'],
  [{ ...by, type: 'reacted', target: 42, reaction: '👍', on: true }, '* ana#1 reagiu a #42: 👍'],
  [{ ...by, type: 'reacted', target: 42, reaction: '👍', on: false }, '* ana#1 retirou 👍 de #42'],
  [{ ...by, type: 'joined', role: 'member' }, '* ana#1 entrou'],
  [{ ...by, type: 'left' }, '* ana#1 saiu'],
  [{ ...by, type: 'left', reason: 'expired' }, '* ana#1 saiu (expirou)'],
  [{ ...by, type: 'created', seq: 1, topic: '' }, '* ana#1 criou a sala'],
  [{ ...by, type: 'topic-changed', topic: 'chá\tpreto' }, '* ana#1 mudou o tópico para: chá preto'],
  [{ ...by, type: 'kicked', target, note: 'spam' }, '* bia#1 saiu (expulso por ana#1: spam)'],
  [{ ...by, type: 'banned', target }, '* ana#1 baniu bia#1 para sempre'],
  [{ ...by, type: 'muted', target, until: at, note: 'x' }, '* ana#1 silenciou bia#1 até 2026-11-22T12:00:00.000Z: x'],
  [{ ...by, type: 'unbanned', target }, '* ana#1 desbaniu bia#1'],
  [{ ...by, type: 'unmuted', target }, '* ana#1 dessilenciou bia#1'],
  [{ ...by, type: 'invited', target }, '* ana#1 convidou bia#1'],
  [{ ...by, type: 'role-changed', target, role: 'moderator' }, '* ana#1 fez de bia#1 moderador'],
  [{ ...by, type: 'slow-mode-changed', seconds: 5 }, '* ana#1 pôs o modo lento em 5 s'],
  [{ ...by, type: 'closed', note: 'fim' }, '* ana#1 fechou a sala: fim'],
];

t.test('whatever happens is told in Portuguese to who chose it', async (t) => {
  for (const [event, words] of happenings) t.equal(dressed(event, portuguese), `[sala1 #${event.seq}] ${words}`);
});

t.test('without a look, lines made from JSON are those that everybody is sent', async (t) => {
  for (const [event] of happenings) t.equal(dressed(event, plainLook), plain(event));
});

t.test('the time stands with the place, by the zone that was chosen', async (t) => {
  const look = { ...plainLook, zone: '-03:00' };
  const said = { ...by, type: 'said', text: 'oi', at: Date.UTC(2001, 0, 1, 12, 0) } as const;
  t.equal(dressed(said, look), '[sala1 #43 2001-01-01 09:00] ana#1: oi');
  t.match(dressed({ ...said, at: Date.now() }, look), /^\[sala1 #43 \d\d:\d\d\] ana#1: oi$/);
  const muted = { ...by, type: 'muted', target, until: at } as const;
  t.match(dressed(muted, look), / muted bia#1 until 2026-11-22 09:00$/, 'and so has each time among the words');
  const message = { seq: 7, room: sala1, from: ana, to: bia, at: Date.UTC(2001, 0, 1, 12, 0), text: 'psst' };
  const line = '[sala1 private #7 2001-01-01 09:00] ana#1 -> bia#1: psst\n';
  t.equal(dress(encodePrivateMessages([message], 'json'), look), line);
});

t.test('in colour everybody has their own, the same everywhere, and what the server adds is dim', async (t) => {
  const look = { ...plainLook, colour: true };
  const line = dressed({ ...by, type: 'said', text: 'oi' }, look);
  t.match(line, /^\p{Cc}\[2m\[sala1 #43\]\p{Cc}\[22m \p{Cc}\[\d\dmana#1\p{Cc}\[39m: oi$/u);
  const ofAna = /\p{Cc}\[\d\dmana#1/u.exec(line)?.[0] as string;
  t.ok(dressed({ ...by, type: 'kicked', target }, look).includes(ofAna));
  const members = [{ userId: 'ana#1', name: 'ana', role: 'owner' as const, online: true }];
  t.ok(formatResult('room.members', { room: 'sala1', seq: 1, members }, look).includes(ofAna));
});

t.test('the only control sequences are ours, whatever people write', async () => {
  const look: Look = { language: 'pt', zone: 'Europe/Lisbon', colour: true };
  const ours = /\p{Cc}\[(?:2|22|39|3[2-6]|9[2456])m/gu;
  const times = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
  fc.assert(
    fc.property(roomNames, userIds, wholeNumbers, times, acceptedTexts, (room, user, seq, at, text) => {
      const lines = encodeRoomEvents(room, [{ type: 'said', seq, at, user, text }], 'json');
      const line = dress(lines, look);
      assert.equal(line.replace(ours, '').search(/[^\P{Cc}\n]/u), -1);
      const time = clockTime(at, 'Europe/Lisbon');
      assert.equal(line.replace(ours, ''), `[${room} #${seq} ${time}] ${user}: ${text.replaceAll('\t', ' ')}\n`);
    }),
  );
});

t.test('a run of lines stays as many, in order, and comments stay as they are', async (t) => {
  const events = happenings.map(([event]) => event);
  const lines = dress(encodeRoomEvents(sala1, events, 'json'), portuguese).split('\n');
  t.equal(lines.pop(), '');
  t.strictSame(
    lines,
    happenings.map(([event, words]) => `[sala1 #${event.seq}] ${words}`),
  );
  t.equal(dress('# oi\n', portuguese), '# oi\n');
});

t.test('what is told of no time has none', async (t) => {
  const look = { ...portuguese, zone: '-03:00' };
  t.match(
    dress(encodeReset(sala1, 'e2', 7, 'json'), look),
    /^\[sala1 #7\] \* o registro desta sala começa aqui; .+\n$/,
  );
  t.equal(dress(encodeInvitation(sala1, bia, 'json'), look), '[sala1] * bia#1 convida você; /entrar sala1\n');
  t.equal(dress(encodeAnnouncement('oi\ttodos', at, 'json'), look), '# oi todos\n');
  t.match(dress(encodeDraining(1000, 'json'), look), /^# o servidor está encerrando; .* 1000 ms\n$/);
});

t.test('answers are in the language that was chosen', async (t) => {
  const members = [
    { userId: 'ana#1', name: 'ana', role: 'owner' as const, online: true },
    { userId: 'beatriz#12', name: 'beatriz', role: 'member' as const, online: false },
  ];
  const answer = formatResult('room.members', { room: 'sala1', seq: 1, members }, portuguese);
  t.equal(answer, '+OK 2\nana#1      dono   online\nbeatriz#12 membro offline');
  t.equal(formatResult('account.change_password', { sessionsEnded: 2 }, portuguese), '+OK sessões encerradas: 2');
});

t.test('what is no language, switch or zone changes nothing, and is told', async (t) => {
  t.match(changeLook(plainLook, '/lang', 'fr'), { code: 'INVALID_PARAMS', message: { en: /"fr".*\/lang en/ } });
  t.match(changeLook(plainLook, '/color', 'yes'), { code: 'INVALID_PARAMS' });
  t.match(changeLook(plainLook, '/timezone', 'lisbon'), { message: { en: /did you mean Europe\/Lisbon\?/ } });
  t.match(changeLook(plainLook, '/timezone', '\u001b[2J'), { message: { en: /^\P{Cc}+$/u } });
});

t.test('who has chosen what everybody has, has no look of their own', async (t) => {
  t.ok(isPlain(plainLook));
  t.ok(isPlain({ ...plainLook, language: 'en' }));
  t.notOk(isPlain(portuguese));
  t.notOk(isPlain({ ...plainLook, zone: 'UTC' }));
  t.notOk(isPlain({ ...plainLook, colour: true }));
});
