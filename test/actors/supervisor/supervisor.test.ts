import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import type { SupervisorCommand } from '../../../src/actors/supervisor/decisions.js';
import { Supervisor } from '../../../src/actors/supervisor/supervisor.js';
import { encodePrivateMessage } from '../../../src/protocol/jsonrpc.js';
import { defaultLimits } from '../../../src/protocol/limits.js';
import type { UserName } from '../../../src/protocol/names.js';
import { formatPrivateMessage } from '../../../src/protocol/text-replies.js';
import { withFullDisk } from '../../support/full-disk.js';
import { ana, bia, caio, sala1, sala2 } from '../../support/people.js';
import { crashImage } from '../../support/rooms-on-disk.js';
import { arrivalWith } from '../../support/supervisor-in-memory.js';

const limits = { ...defaultLimits, resumeSeconds: 300 };

function open(t: Test, file = join(t.testdir(), 'supervisor.db'), now = 1000) {
  const supervisor = new Supervisor(file, limits);
  supervisor.begin(now);
  t.teardown(() => supervisor.close());
  const ask = (commands: readonly SupervisorCommand[], at = 1000) =>
    supervisor.handle({ at, commands, firstKey: 1, again: false, dialects: [] });
  return { supervisor, ask, file };
}

const register = (name: string): SupervisorCommand => ({
  type: 'register',
  name: name as UserName,
  ...arrivalWith(name),
});
const resume = (name: string): SupervisorCommand => ({ type: 'resume', ...arrivalWith(name) });
const disconnectAna: SupervisorCommand = { type: 'disconnect', user: ana };
const write: SupervisorCommand = { type: 'send-private', from: ana, to: bia, room: sala1, text: 'oi "bia"' };

t.test('a private message is a line in either dialect for each of its two people, and for nobody else', async (t) => {
  const { ask } = open(t);
  ask([register('ana'), register('bia'), register('caio'), { ...write, from: caio }]);
  const { replies, frames } = ask([{ type: 'inbox-head', user: ana }, write], 2000);
  t.strictSame(replies, [
    { type: 'inbox', head: 0 },
    { type: 'sent', seq: 1, at: 2000, duplicate: false },
  ]);
  t.strictSame(
    frames.map(({ user, first, last, json, text }) => {
      return { user, first, last, json: Buffer.from(json ?? []).toString(), text: Buffer.from(text ?? []).toString() };
    }),
    [
      { user: ana, seq: 1 },
      { user: bia, seq: 2 },
    ].map(({ user, seq }) => {
      const message = { seq, room: sala1, from: ana, to: bia, at: 2000, text: 'oi "bia"' };
      const json = `${encodePrivateMessage(message)}\n`;
      return { user, first: seq, last: seq, json, text: `${formatPrivateMessage(message)}\n` };
    }),
  );
});

t.test('a repeated or refused message reaches nobody', async (t) => {
  const { ask } = open(t);
  ask([register('ana'), register('bia')]);
  const first = { ...write, clientMsgId: 'x' };
  const { frames } = ask([first, first, { ...first, text: 'olá' }]);
  t.strictSame(
    frames.map(({ user }) => user),
    [ana, bia],
  );
});

t.test('an identity lives as long as one of its connections, and a while longer', async (t) => {
  const { supervisor, ask } = open(t);
  ask([register('ana'), register('bia'), resume('ana'), { type: 'note-room', user: ana, room: sala2 }]);
  ask([{ type: 'note-room', user: ana, room: sala1 }, disconnectAna], 2000);
  t.strictSame(supervisor.expired(1_000_000, 10), [], 'one connection is still there');
  ask([disconnectAna], 3000);
  t.strictSame(supervisor.expired(302_999, 10), [], 'not yet');
  t.strictSame(supervisor.expired(303_000, 10), [{ user: ana, rooms: [sala1, sala2] }]);
  ask([{ type: 'end', user: ana }]);
  t.strictSame(supervisor.expired(303_000, 10), [], 'it is over once');
  t.strictSame(ask([{ type: 'list-rooms', user: ana }]).replies, [{ type: 'rooms', rooms: [] }]);
});

t.test('who comes back in time does not expire', async (t) => {
  const { supervisor, ask } = open(t);
  ask([register('ana'), disconnectAna]);
  t.match(ask([resume('ana')], 300_999).replies, [{ type: 'resumed', user: ana }]);
  t.strictSame(supervisor.expired(10_000_000, 10), []);
});

t.test('expired identities come the longest over first, some at a time', async (t) => {
  const { supervisor, ask } = open(t);
  ask([register('ana'), register('bia'), register('caio')]);
  ask([{ type: 'disconnect', user: caio }], 2000);
  ask([{ type: 'disconnect', user: ana }], 3000);
  ask([{ type: 'disconnect', user: bia }], 4000);
  const users = (limit: number) => supervisor.expired(1_000_000, limit).map(({ user }) => user);
  t.strictSame(users(2), [caio, ana]);
  t.strictSame(users(10), [caio, ana, bia]);
});

t.test('after a restart everybody has as long to come back as after a lost connection', async (t) => {
  const directory = t.testdir();
  const { ask, file } = open(t, join(directory, 'supervisor.db'));
  ask([register('ana'), register('bia'), resume('ana')]);
  ask([{ type: 'disconnect', user: bia }], 2000);

  const image = crashImage(file, directory);
  const again = open(t, image, 100_000);
  t.strictSame(again.supervisor.expired(301_999, 10), []);
  t.strictSame(again.supervisor.expired(302_000, 10), [{ user: bia, rooms: [] }], "bia's time goes on");
  t.strictSame(again.supervisor.expired(399_999, 10), [{ user: bia, rooms: [] }]);
  t.strictSame(again.supervisor.expired(400_000, 10), [
    { user: bia, rooms: [] },
    { user: ana, rooms: [] },
  ]);
  again.ask([resume('ana'), disconnectAna], 150_000);
  t.strictSame(again.supervisor.expired(450_000, 10).length, 2, 'connections from before are not counted');
});

t.test('rooms are listed in the order in which they were made, with what they began with', async (t) => {
  const { supervisor, ask } = open(t);
  ask([
    register('ana'),
    { type: 'create-room', room: sala2, topic: 'chá', by: 'salas' },
    { type: 'create-room', room: sala1, topic: 'café', by: ana },
  ]);
  t.strictSame(supervisor.rooms(), [sala2, sala1]);
  t.strictSame(supervisor.room(sala1), { topic: 'café', createdBy: ana });
  t.equal(supervisor.room('sala3' as typeof sala1), undefined);
});

t.test('a token is on disk only as its hash', async (t) => {
  const { ask, file } = open(t);
  const token = '8befc682a02f92ae299d477549cc1296';
  const tokenHash = new Uint8Array(createHash('sha256').update(token).digest());
  ask([{ type: 'register', name: 'ana' as UserName, tokenHash, address: '' }]);
  t.match(ask([{ type: 'resume', tokenHash, address: '' }]).replies, [{ user: ana }]);
  const bytes = Buffer.concat([readFileSync(file), readFileSync(`${file}-wal`)]);
  t.ok(bytes.includes(Buffer.from(tokenHash)), 'the hash is there');
  t.notOk(bytes.includes(token), 'the token is not');
  t.notOk(bytes.includes(Buffer.from(token, 'hex')), 'nor are its bits');
});

t.test('hashes that only begin alike are different tokens', async (t) => {
  const { ask } = open(t);
  const like = (last: number) => new Uint8Array(32).fill(7).with(31, last);
  ask([1, 2].map((last) => ({ type: 'register', name: 'ana' as UserName, tokenHash: like(last), address: '' })));
  const found = [1, 2, 3].map((last) => ask([{ type: 'resume', tokenHash: like(last), address: '' }]).replies[0]);
  t.match(found, [{ user: 'ana#1' }, { user: 'ana#2' }, { code: 'TOKEN_INVALID' }]);
});

t.test('when the disk is full the whole batch is refused, nothing has happened, and all goes on', async (t) => {
  const { supervisor, ask } = open(t);
  const commands = [register('ana'), register('bia'), write];
  const { replies, frames } = withFullDisk(t, () => ask(commands));
  t.match(replies, [{ code: 'BUSY', retryAfterMs: Number }, { code: 'BUSY' }, { code: 'BUSY' }]);
  t.strictSame(frames, []);
  t.match(ask(commands).replies, [{ user: ana }, { user: bia }, { seq: 1 }], 'no number is spent');
  t.equal(supervisor.rooms().length, 0);
});

t.test('a batch is on disk as a whole or not at all', async (t) => {
  const { ask } = open(t);
  const broken = { type: 'note-room', user: ana, room: {} } as unknown as SupervisorCommand;
  t.throws(() => ask([register('ana'), broken]), 'a bug is not answered');
  t.match(ask([register('ana')]).replies, [{ user: 'ana#1' }]);
});

t.test('what comes again after a crash is answered as it was, and not done again', async (t) => {
  const { supervisor, ask, file } = open(t);
  const commands = [register('ana'), register('bia'), write, { type: 'inbox-head', user: bia } as const];
  const first = ask(commands, 1000);
  const after = open(t, crashImage(file, dirname(file)));
  const again = after.supervisor.handle({ at: 2000, commands, firstKey: 1, again: true, dialects: [] });
  t.strictSame(again.replies, first.replies);
  t.strictSame(again.frames, [], 'whoever waits for them reads the store');
  t.match(after.ask([register('ana')]).replies, [{ user: 'ana#2' }], 'she was registered once');
  t.match(
    supervisor.handle({ at: 2000, commands, firstKey: 50, again: true, dialects: [] }).replies,
    [{ user: 'ana#2' }, { user: 'bia#2' }, { seq: 2 }, { head: 2 }],
    'what was not done before is done',
  );
});

t.test('what was done before a crash is answered as it was though the disk is full by now', async (t) => {
  const { ask, file } = open(t);
  const first = ask([register('ana')], 1000);
  const after = open(t, crashImage(file, dirname(file)));
  const commands = [register('ana'), register('bia')];
  const again = { at: 1000, commands, firstKey: 1, again: true, dialects: [] };
  const { replies } = withFullDisk(t, () => after.supervisor.handle(again));
  t.strictSame(replies[0], first.replies[0]);
  t.match(replies[1], { code: 'BUSY' });
});

t.test('only the last answers are kept, as many as can be in flight', async (t) => {
  const file = join(t.testdir(), 'supervisor.db');
  const supervisor = new Supervisor(file, { ...limits, commandBatchMax: 2 });
  t.teardown(() => supervisor.close());
  const batch = { at: 1000, again: false, dialects: [] };
  for (let key = 1; key <= 20; key++) supervisor.handle({ ...batch, commands: [register('ana')], firstKey: key });
  const commands = Array.from({ length: 20 }, () => register('ana'));
  const { replies } = supervisor.handle({ ...batch, commands, firstKey: 1, again: true });
  t.match(replies[0], { user: 'ana#21' }, 'one that was answered long ago is not remembered');
  t.match(
    replies.slice(-4),
    [17, 18, 19, 20].map((number) => ({ user: `ana#${number}` })),
  );
});
