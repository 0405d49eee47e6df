import { join } from 'node:path';
import Database from 'better-sqlite3';
import t, { type Test } from 'tap';
import type { SupervisorCommand, SupervisorReply } from '../../../src/actors/supervisor/decisions.js';
import { Supervisor } from '../../../src/actors/supervisor/supervisor.js';
import { defaultLimits, type Limits } from '../../../src/protocol/limits.js';
import { type SessionId, sessionId, type UserId, type UserName } from '../../../src/protocol/names.js';
import type { Refusal } from '../../../src/protocol/refusals.js';
import { supervisorDatabase } from '../../../src/storage/supervisor-store.js';
import { withFullDisk } from '../../support/full-disk.js';
import { ana, bia, sala1 } from '../../support/people.js';
import { crashImage } from '../../support/rooms-on-disk.js';
import { arrivalWith, hashOf } from '../../support/supervisor-in-memory.js';

const ana2 = 'ana#2' as UserId;

function open(t: Test, limits: Partial<Limits> = {}, file = join(t.testdir(), 'supervisor.db'), now = 1000) {
  const supervisor = new Supervisor(file, { ...defaultLimits, ...limits });
  supervisor.begin(now);
  t.teardown(() => supervisor.close());
  let keys = 1;
  const ask = (command: SupervisorCommand, at = 1000): SupervisorReply | Refusal => {
    const { replies } = supervisor.handle({ at, commands: [command], firstKey: keys++, again: false, dialects: [] });
    return replies[0] as SupervisorReply | Refusal;
  };
  const sessions = (user: UserId) => {
    const outcome = ask({ type: 'list-sessions', user });
    if (!('sessions' in outcome)) throw new Error('no sessions');
    return outcome.sessions;
  };
  return { supervisor, ask, sessions, file };
}

const register = (name: string, token: string): SupervisorCommand => {
  return { type: 'register', name: name as UserName, ...arrivalWith(token) };
};
const create = (user: UserId, reserve = false, password = 'hash'): SupervisorCommand => {
  return { type: 'create-account', user, password, reserve };
};
const logIn = (user: UserId, token: string, password = 'hash'): SupervisorCommand => {
  return { type: 'log-in', user, password, ...arrivalWith(token) };
};
const resume = (token: string): SupervisorCommand => ({ type: 'resume', ...arrivalWith(token) });
const sessionOf = (token: string): SessionId => sessionId(hashOf(token));

t.test('who has an account does not expire, neither by a lost connection nor by a restart', async (t) => {
  const directory = t.testdir();
  const { supervisor, ask, file } = open(t, {}, join(directory, 'supervisor.db'));
  ask(register('ana', 'a'));
  ask(register('bia', 'b'));
  ask(create(ana));
  ask({ type: 'disconnect', user: ana });
  ask({ type: 'disconnect', user: bia });
  const late = 1_000_000_000;
  t.match(supervisor.expired(late, 10), [{ user: bia }]);
  t.match(ask(resume('a'), late), { type: 'resumed', user: ana });

  const again = open(t, {}, crashImage(file, directory), 2000);
  t.match(again.supervisor.expired(late, 10), [{ user: bia }]);
  t.match(again.ask(resume('a'), late), { type: 'resumed', user: ana });
  again.ask({ type: 'disconnect', user: ana });
  t.match(again.supervisor.expired(late, 10), [{ user: bia }]);
});

t.test('whose connection ended while the password was being hashed stays all the same', async (t) => {
  const { supervisor, ask } = open(t);
  ask(register('ana', 'a'));
  ask({ type: 'disconnect', user: ana });
  t.match(ask(create(ana)), { type: 'done' });
  t.strictSame(supervisor.expired(1_000_000_000, 10), []);
  t.match(ask(create(bia)), { code: 'NOT_REGISTERED' }, 'but not who is no more');
});

t.test('a login starts a session with a token of its own, in the rooms of the user', async (t) => {
  const { ask, sessions } = open(t);
  ask(register('ana', 'a'));
  t.match(ask(logIn(ana, 'b')), { code: 'CREDENTIALS_INVALID' }, 'not before there is an account');
  ask(create(ana));
  ask({ type: 'note-room', user: ana, room: sala1 });
  t.strictSame(ask(logIn(ana, 'b')), { type: 'resumed', user: ana, rooms: [sala1], inboxHead: 0, ended: [] });
  t.match(ask(logIn(ana, 'c', 'the one before')), { code: 'CREDENTIALS_INVALID' });
  for (const token of ['a', 'b']) t.match(ask(resume(token), 2000), { user: ana });
  t.match(ask(resume('c')), { code: 'TOKEN_INVALID' });
  t.strictSame(
    sessions(ana).map(({ session, createdAt, lastUsedAt }) => ({ session, createdAt, lastUsedAt })),
    ['a', 'b'].map((token) => ({ session: sessionOf(token), createdAt: 1000, lastUsedAt: 2000 })),
  );
});

t.test('a session that is ended brings nobody back, and the others do', async (t) => {
  const { ask } = open(t);
  ask(register('ana', 'a'));
  ask(register('bia', 'b'));
  ask(create(ana));
  ask(logIn(ana, 'c'));
  t.match(ask({ type: 'end-session', user: bia, session: sessionOf('c') }), { code: 'SESSION_NOT_FOUND' });
  t.match(ask({ type: 'end-session', user: ana, session: sessionOf('c') }), { type: 'done' });
  t.match(ask({ type: 'end-session', user: ana, session: sessionOf('c') }), { code: 'SESSION_NOT_FOUND' });
  t.match(ask(resume('c')), { code: 'TOKEN_INVALID' });
  t.match(ask(resume('a')), { user: ana });
});

t.test('more sessions than a user may have end the one used least recently', async (t) => {
  const { ask, sessions } = open(t, { userSessionsMax: 2 });
  ask(register('ana', 'a'), 1000);
  ask(create(ana));
  ask(logIn(ana, 'b'), 2000);
  ask(resume('a'), 3000);
  t.match(ask(logIn(ana, 'c'), 4000), { type: 'resumed', ended: [sessionOf('b')] });
  t.strictSame(
    sessions(ana).map(({ session }) => session),
    [sessionOf('a'), sessionOf('c')],
  );
  t.match(ask(resume('b')), { code: 'TOKEN_INVALID' });
});

t.test('another password ends all sessions but the one that changed it', async (t) => {
  const { ask } = open(t);
  ask(register('ana', 'a'));
  ask(create(ana));
  ask(logIn(ana, 'b'));
  const change = { type: 'change-password', user: ana, session: sessionOf('b'), from: 'hash', to: 'next' } as const;
  t.match(ask({ ...change, from: 'other' }), { code: 'CREDENTIALS_INVALID' });
  t.strictSame(ask(change), { type: 'sessions-ended', ended: [sessionOf('a')] });
  t.match(ask(change), { code: 'CREDENTIALS_INVALID' }, 'the one before is no longer hers');
  t.match(ask(resume('a')), { code: 'TOKEN_INVALID' });
  t.match(ask(resume('b')), { user: ana });
  t.match(ask(logIn(ana, 'c')), { code: 'CREDENTIALS_INVALID' });
  t.match(ask(logIn(ana, 'c', 'next')), { user: ana });
});

t.test('an account ends with its password only, and nothing is left of it', async (t) => {
  const { ask, sessions } = open(t);
  ask(register('ana', 'a'));
  ask(create(ana, true));
  t.match(ask({ type: 'end', user: ana }), { code: 'CREDENTIALS_INVALID' }, 'a quit that took her for a guest');
  t.match(ask({ type: 'end', user: ana, password: 'hash' }), { type: 'done' });
  t.match(ask(resume('a')), { code: 'TOKEN_INVALID' });
  t.match(ask({ type: 'find-account', id: ana }), { type: 'no-account' });
  t.match(ask({ type: 'find-account', id: 'ana' }), { type: 'no-account' });
  t.strictSame(sessions(ana), []);
  t.match(ask(register('ana', 'b')), { user: ana2 }, 'the name is free, the id is not used again');
});

t.test('nobody else registers under a reserved name, or gets an account with it', async (t) => {
  const { ask } = open(t);
  ask(register('ana', 'a'));
  ask(register('ana', 'b'));
  t.match(ask(create(ana, true)), { type: 'done' });
  t.match(ask({ type: 'find-account', id: 'ana' }), { type: 'account', user: ana, password: 'hash' });
  t.match(ask(register('ana', 'c')), { code: 'NAME_RESERVED' });
  t.match(ask(create(ana2)), { code: 'NAME_RESERVED' }, 'who was there before stays a guest');
  t.match(ask(register('anabela', 'd')), { type: 'registered' });
  t.match(ask({ type: 'find-account', id: 'bia' }), { type: 'no-account' });
});

t.test('a name under which somebody else has an account is not reserved', async (t) => {
  const { ask } = open(t);
  for (const [i, name] of ['ana', 'ana', 'an', 'ana-b', 'anab'].entries()) ask(register(name, `${i}`));
  for (const user of ['an#1', 'ana-b#1', 'anab#1', 'ana#2']) ask(create(user as UserId));
  t.match(ask(create(ana, true)), { code: 'NAME_RESERVED', field: 'reserve' });
  t.match(ask(create(ana)), { type: 'done' });
  t.match(ask(create(ana)), { code: 'ACCOUNT_EXISTS' });
});

t.test('there are so many accounts and no more', async (t) => {
  const { ask } = open(t, { accountsMax: 1 });
  ask(register('ana', 'a'));
  ask(register('bia', 'b'));
  t.match(
    withFullDisk(t, () => ask(create(bia))),
    { code: 'BUSY' },
  );
  t.match(ask(create(ana)), { type: 'done' }, 'one that was not written is not counted');
  t.match(ask(create(bia)), { code: 'FORBIDDEN' });
  ask({ type: 'end', user: ana, password: 'hash' });
  t.match(ask(create(bia)), { type: 'done' }, 'one that was deleted makes room');
});

t.test('a database from before there were sessions keeps its users and their tokens', async (t) => {
  const directory = t.testdir();
  const file = join(directory, 'supervisor.db');
  const old = new Database(file);
  for (const step of supervisorDatabase.migrations.slice(0, 2)) old.exec(step);
  old.pragma(`application_id = ${supervisorDatabase.applicationId}`);
  old.pragma('user_version = 2');
  old.prepare('INSERT INTO names VALUES (?, ?)').run('ana', 1);
  const tokenHash = hashOf('a');
  old.prepare('INSERT INTO users VALUES (?, ?, ?, 1, NULL)').run(ana, tokenHash.subarray(0, 8), tokenHash);
  old.close();
  const { ask, supervisor, sessions } = open(t, {}, file, 1000);
  t.match(supervisor.expired(301_000, 10), [{ user: ana }], 'her time is counted');
  t.match(ask(resume('a')), { type: 'resumed', user: ana });
  t.match(sessions(ana), [{ session: sessionOf('a'), lastUsedAt: 1000, address: '192.0.2.1' }]);
  t.match(ask(register('ana', 'b')), { user: ana2 });
});
