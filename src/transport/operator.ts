import type { SupervisorRef } from '../actors/supervisor/supervisor-handle.js';
import type { AddressBan, Figures, SessionFigures, UserFigures } from '../protocol/control.js';
import { controlListMax, controlParams } from '../protocol/control.js';
import { type Dialect, serverActor } from '../protocol/events.js';
import type { RoomName } from '../protocol/names.js';
import { encodeAnnouncement } from '../protocol/pushes.js';
import { isRefusal, refusals } from '../protocol/refusals.js';
import type { AddressBans } from './address-bans.js';
import type { ControlHandlers } from './control.js';
import type { Rooms } from './rooms.js';
import type { Session } from './session.js';
import type { User, Users } from './users.js';

export interface OperatorOptions {
  readonly sessions: ReadonlySet<Session>;
  readonly users: Users;
  readonly supervisor: SupervisorRef;
  readonly rooms: Rooms;
  readonly bans: AddressBans;
  readonly figures: () => Promise<Figures>;
}

const msPerMinute = 60_000;

/** What an operator sees and does of those who are connected. */
export function operatorCalls({ sessions, users, supervisor, rooms, bans, figures }: OperatorOptions) {
  const end = (ended: Iterable<Session>, reason: string): number => {
    let count = 0;
    const refusal = refusals.endedByOperator(reason);
    for (const session of ended) {
      count++;
      const { [session.language]: why } = refusal.message;
      session.write(encodeAnnouncement(why, Date.now(), session.dialect));
      session.finish(refusal);
    }
    return count;
  };

  return {
    status: { params: controlParams.status, run: figures },

    sessions: {
      params: controlParams.sessions,
      run: ({ user }: { user?: string }) => {
        const found = user === undefined ? [...sessions] : [...sessions].filter((session) => session.user?.id === user);
        return { sessions: found.slice(0, controlListMax).map(describeSession), more: found.length > controlListMax };
      },
    },

    users: {
      params: controlParams.users,
      run: () => {
        const found = [...users.all()];
        return { users: found.slice(0, controlListMax).map(describeUser), more: found.length > controlListMax };
      },
    },

    kick: {
      params: controlParams.kick,
      run: ({ session: number, user, reason = '' }: { session?: number; user?: string; reason?: string }) => {
        if (number === undefined && user === undefined) return refusals.paramMissing('session');
        const meant = [...sessions].filter((session) =>
          number === undefined ? session.user?.id === user : session.number === number,
        );
        const ended = end(meant, reason);
        return ended === 0 ? refusals.notConnected(user ?? String(number)) : { ended };
      },
    },

    announce: {
      params: controlParams.announce,
      run: ({ text }: { text: string }) => {
        const at = Date.now();
        const lines = { json: encodeAnnouncement(text, at, 'json'), text: encodeAnnouncement(text, at, 'text') };
        // Who does not read what was sent is not sent more.
        const ready = [...sessions].filter((session) => session.ready);
        for (const session of ready) session.write(lines[session.dialect satisfies Dialect]);
        return { told: ready.length, behind: sessions.size - ready.length };
      },
    },

    'ban-address': {
      params: controlParams['ban-address'],
      run: async ({ address, minutes, reason = '' }: { address: string; minutes?: number; reason?: string }) => {
        const at = Date.now();
        const ban: AddressBan = {
          address,
          reason,
          at,
          until: minutes === undefined ? null : at + minutes * msPerMinute,
        };
        const refusal = await bans.add(ban);
        if (refusal !== undefined) return refusal;
        const meant = [...sessions].filter((session) => bans.against(session.address, at)?.address === address);
        return { ...ban, ended: end(meant, reason) };
      },
    },

    'unban-address': {
      params: controlParams['unban-address'],
      run: async ({ address }: { address: string }) => (await bans.remove(address, Date.now())) ?? {},
    },

    addresses: {
      params: controlParams.addresses,
      run: () => ({ addresses: bans.list(Date.now()) }),
    },

    'adopt-room': {
      params: controlParams['adopt-room'],
      run: async ({ room: name }: { room: RoomName }) => {
        const outcome = await supervisor.ask({ type: 'create-room', room: name, topic: '', by: serverActor });
        if (isRefusal(outcome)) return outcome;
        const room = await rooms.open(name);
        return isRefusal(room) ? room : { room: name, epoch: room.epoch, seq: room.feed.head };
      },
    },
  } satisfies ControlHandlers;
}

function describeSession(session: Session): SessionFigures {
  const { number, address, user, since, rooms, mode: dialect, calls, queuedBytes, lag } = session;
  return {
    session: number,
    address,
    user: user?.id ?? null,
    since,
    rooms: rooms.size,
    dialect,
    calls,
    queuedBytes,
    lag,
  };
}

function describeUser({ id, sessions }: User): UserFigures {
  const rooms = new Set(sessions.flatMap((session) => [...session.rooms.keys()]));
  return { user: id, sessions: sessions.length, rooms: rooms.size, lag: Math.max(...sessions.map(({ lag }) => lag)) };
}
