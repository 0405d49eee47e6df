import fc from 'fast-check';
import t from 'tap';
import type { MethodName, Result } from '../../src/protocol/methods.js';
import { formatList, formatPrivateMessage, formatResult, formatRoomEvent } from '../../src/protocol/text-replies.js';
import { acceptedTexts, roomNames, userIds, wholeNumbers } from '../support/arbitraries.js';

const format = <M extends MethodName>(method: M, result: Result<M>) => formatResult(method, result);
const ana = { userId: 'ana#1', name: 'ana', role: 'owner', online: true } as const;
const bia = { userId: 'bia#1', name: 'bia', role: 'member', online: false } as const;
const at = 1_700_000_000_000;

t.test('a command that was carried out is answered +OK, and what it brought', async (t) => {
  const token = 'x7Qm';
  const registered = { userId: 'ana#1', name: 'ana', token, resumeSeconds: 300 };
  t.equal(format('user.register', registered), '+OK ana#1 token x7Qm');
  t.equal(format('room.send', { room: 'sala1', epoch: 'e1', seq: 42, at, duplicate: false }), '+OK #42');
  t.equal(format('private.send', { seq: 7, at, duplicate: false, online: true }), '+OK #7');
  t.equal(
    format('room.join', { room: 'sala1', epoch: 'e1', seq: 42, topic: 'café', members: [ana] }),
    '+OK sala1 #42 café',
  );
  t.equal(format('room.join', { room: 'sala1', epoch: 'e1', seq: 42, topic: '', members: [] }), '+OK sala1 #42');
  t.equal(format('room.leave', { room: 'sala1', seq: 43 }), '+OK sala1 #43');
  t.equal(format('room.create', { room: 'sala9', epoch: 'e1', seq: 2 }), '+OK sala9 #2');
  t.equal(format('room.topic', { room: 'sala9', seq: 3 }), '+OK sala9 #3');
  t.equal(format('user.me', { userId: 'ana#1', name: 'ana', rooms: ['sala1', 'sala2'] }), '+OK ana#1 sala1 sala2');
  t.equal(format('ping', { at, heads: {} }), '+OK pong');
  t.equal(format('user.quit', {}), '+OK');
});

t.test('a resume tells what became of each room, in one line', async (t) => {
  const rooms = [
    { room: 'sala1', epoch: 'e1', seq: 42, status: 'resumed' as const },
    { room: 'sala2', epoch: 'e2', seq: 0, status: 'reset' as const },
  ];
  const reply = format('user.resume', { userId: 'ana#1', name: 'ana', rooms, inboxSeq: 7 });
  t.equal(reply, '+OK ana#1 sala1@42 resumed sala2@0 reset inbox@7');
});

t.test('a list is +OK N and then N lines, which stand in columns', async (t) => {
  t.equal(formatList([]), '+OK 0');
  t.equal(formatList(['a', 'b']), '+OK 2\na\nb');
  t.equal(
    format('room.list', {
      rooms: [
        { room: 'sala1', topic: 'café', members: 2, seq: 42 },
        { room: 'sala2', topic: '', members: 0, seq: 1 },
      ],
    }),
    '+OK 2\nsala1 #42 2 café\nsala2 #1  0',
  );
  t.equal(
    format('room.members', { room: 'sala1', seq: 42, members: [ana, bia] }),
    '+OK 2\nana#1 owner  online\nbia#1 member offline',
  );
  t.equal(format('private.history', { messages: [], more: false, seq: 0 }), '+OK 0');
});

t.test('a history has its messages as they were pushed', async (t) => {
  const messages = [
    { seq: 41, from: 'ana#1', at, text: 'oi' },
    { seq: 42, from: 'bia#1', at, text: 'oi, ana: tudo bem?' },
  ];
  t.equal(
    format('room.history', { room: 'sala1', epoch: 'e1', seq: 42, messages, more: true }),
    '+OK 2\n[sala1 #41] ana#1: oi\n[sala1 #42] bia#1: oi, ana: tudo bem?',
  );
  const psst = { seq: 7, room: 'sala1', from: 'ana#1', to: 'bia#1', at, text: 'psst' };
  t.equal(
    format('private.history', { messages: [psst], more: false, seq: 7 }),
    '+OK 1\n[sala1 private #7] ana#1 -> bia#1: psst',
  );
});

t.test('the pushes are those of the contract', async (t) => {
  const event = { at, user: 'ana#1' as never };
  t.equal(formatRoomEvent('sala1', { ...event, type: 'said', seq: 42, text: 'oi' }), '[sala1 #42] ana#1: oi');
  t.equal(
    formatRoomEvent('sala1', { type: 'joined', seq: 43, at, user: 'bia#1' as never, role: 'member' }),
    '[sala1 #43] * bia#1 joined',
  );
  t.equal(formatRoomEvent('sala1', { ...event, type: 'left', seq: 44 }), '[sala1 #44] * ana#1 left');
  t.equal(
    formatRoomEvent('sala1', { ...event, type: 'left', seq: 44, reason: 'expired' }),
    '[sala1 #44] * ana#1 left (expired)',
  );
  t.equal(
    formatPrivateMessage({ seq: 7, room: 'sala1', from: 'ana#1', to: 'bia#1', at, text: 'psst' } as never),
    '[sala1 private #7] ana#1 -> bia#1: psst',
  );
});

t.test(
  'a message tells what it answers and that it was edited where nobody can write that, and reactions after it',
  async (t) => {
    const message = { seq: 42, from: 'ana#1', at, text: 'oi' };
    const reactions = [
      { reaction: '👍', users: 2, mine: true },
      { reaction: ':)', users: 1, mine: false },
    ];
    const messages = [
      { ...message, replyTo: 40 },
      { ...message, editedAt: at },
      { ...message, replyTo: 40, editedAt: at, reactions },
      { ...message, text: '', replyTo: 40, deleted: true as const },
    ];
    t.equal(
      format('room.history', { room: 'sala1', epoch: 'e1', seq: 42, messages, more: false }),
      [
        '+OK 4',
        '[sala1 #42] ana#1 (to #40): oi',
        '[sala1 #42] ana#1 (edited): oi',
        '[sala1 #42] ana#1 (to #40, edited): oi [👍 2] [:) 1]',
        '[sala1 #42] * a message of ana#1 that was deleted',
      ].join('\n'),
    );
  },
);

t.test('a list has as many lines as it says, whatever people wrote', async () => {
  const message = fc.record({ seq: wholeNumbers, from: userIds, at: wholeNumbers, text: acceptedTexts });
  fc.assert(
    fc.property(roomNames, fc.array(message), (room, messages) => {
      const reply = format('room.history', { room, epoch: 'e1', seq: 1, messages, more: false });
      const [first, ...lines] = reply.split('\n');
      return first === `+OK ${messages.length}` && lines.length === messages.length;
    }),
  );
});

t.test('an account is told in one line, and each of its sessions too', async (t) => {
  const back = { userId: 'ana#1', name: 'ana', rooms: [], inboxSeq: 7 };
  t.equal(format('account.create', { userId: 'ana#1', name: 'ana', reserved: false }), '+OK ana#1');
  t.equal(format('account.create', { userId: 'ana#1', name: 'ana', reserved: true }), '+OK ana#1 reserved ana');
  t.equal(format('account.login', { ...back, token: 'x7Qm' }), '+OK ana#1 inbox@7 token x7Qm');
  t.equal(format('account.change_password', { sessionsEnded: 2 }), '+OK sessions ended: 2');
  const session = { session: 'a1', createdAt: at, lastUsedAt: at + 1000, address: '', current: false };
  const times = 'made 2023-11-14T22:13:20.000Z used 2023-11-14T22:13:21.000Z';
  t.equal(
    format('session.list', { sessions: [session, { ...session, address: '192.0.2.1', current: true }] }),
    `+OK 2\na1 ${times}\na1 ${times} from 192.0.2.1 current`,
  );
});
