import fc from 'fast-check';
import type { SupervisorCommand } from '../../src/actors/supervisor/decisions.js';
import { type RoomName, sessionId, type UserId, type UserName } from '../../src/protocol/names.js';
import { refusals } from '../../src/protocol/refusals.js';
import { hashOf } from './supervisor-in-memory.js';

/** What is asked of a supervisor in the course of a day, as long as the ids are those it gives. */

const names = fc.constantFrom('ana', 'bia') as fc.Arbitrary<UserName>;
const user = fc.constantFrom('ana#1', 'ana#2', 'bia#1', 'bia#2') as fc.Arbitrary<UserId>;
const rooms = fc.constantFrom('sala1', 'sala2', 'sala3') as fc.Arbitrary<RoomName>;
const words = fc.constantFrom('oi', 'olá');
const letters = ['a', 'b', 'c', 'd', 'e', 'f'];
const tokenHash = fc.constantFrom(...letters).map(hashOf);
const address = fc.constant('192.0.2.1');
const sessions = fc.constantFrom(...letters).map((letter) => sessionId(hashOf(letter)));
const passwords = fc.constantFrom('p', 'q');
const ids = fc.option(fc.constantFrom('x', 'y'), { nil: undefined });

const commands: fc.Arbitrary<SupervisorCommand> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('register'), name: names, tokenHash, address }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('resume'), tokenHash, address }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('disconnect'), user }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('end'), user }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('list-rooms'), user }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('create-room'), room: rooms, topic: words, by: user }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('note-room'), user, room: rooms }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('forget-room'), user, room: rooms }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('send-private'),
      from: user,
      to: user,
      room: rooms,
      text: words,
      clientMsgId: ids,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('inbox-head'), user }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('mark-read'),
      user,
      room: rooms,
      seq: fc.nat(20),
      log: fc.record({ epoch: fc.constantFrom('e1', 'e2'), head: fc.integer({ min: 5, max: 15 }), since: fc.nat(5) }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('create-account'), user, password: passwords, reserve: fc.boolean() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('log-in'), user, password: passwords, tokenHash, address }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('change-password'),
      user,
      session: sessions,
      from: passwords,
      to: passwords,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('end-session'), user, session: sessions }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('end'), user, password: passwords }) },
);

const dayMs = 24 * 60 * 60 * 1000;
const ticks = fc.oneof(fc.nat(1000), fc.constantFrom(0, 299_999, 300_000, dayMs, dayMs + 1));

export const schedules = fc.array(fc.record({ command: commands, tick: ticks }), { maxLength: 50, size: 'max' });

/**
 * The command as the gateway would hand it in, or undefined where it would not: nobody acts who is not registered,
 * no token is drawn twice, and for a private message the room has been asked.
 */
export function asHandedIn(
  command: SupervisorCommand,
  isRegistered: (user: string) => boolean,
  tokensUsed: Set<string>,
): SupervisorCommand | undefined {
  switch (command.type) {
    case 'log-in':
    case 'register': {
      if (command.type === 'log-in' && !isRegistered(command.user)) return undefined;
      const token = String(command.tokenHash[0]);
      if (tokensUsed.has(token)) return undefined;
      tokensUsed.add(token);
      return command;
    }
    case 'resume':
    case 'find-account':
      return command;
    case 'create-room':
      return isRegistered(command.by) ? command : undefined;
    case 'send-private': {
      if (!isRegistered(command.from)) return undefined;
      const { to, room } = command;
      return isRegistered(to) ? command : { ...command, objection: refusals.userNotInRoom(to, room) };
    }
    default:
      return isRegistered(command.user) ? command : undefined;
  }
}
