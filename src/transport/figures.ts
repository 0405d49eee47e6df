import type { SupervisorHandle, SupervisorRef } from '../actors/supervisor/supervisor-handle.js';
import { threadLoad } from '../actors/thread-load.js';
import type { Figures, RoomFigures, ThreadFigures } from '../protocol/control.js';
import type { RoomName } from '../protocol/names.js';
import type { Rooms } from './rooms.js';
import type { Session } from './session.js';
import type { Users } from './users.js';

export interface FiguresOptions {
  readonly version: string;
  readonly sessions: ReadonlySet<Session>;
  /** Connections taken since the start. */
  readonly connectionsTotal: number;
  readonly refusals: Figures['refusals'];
  readonly rooms: Rooms;
  readonly users: Users;
  readonly supervisor: SupervisorHandle;
  readonly supervisorRef: SupervisorRef;
  readonly supervisorRestarts: number;
}

/** Gathers what the daemon tells of itself: what the main thread knows, and what the others answer within a second. */
export async function figures(options: FiguresOptions): Promise<Figures> {
  const { version, sessions, connectionsTotal, refusals, rooms, users, supervisorRef } = options;
  const told = await options.supervisor.figures();
  const commits = new Map<RoomName, number>();
  for (const { told: thread } of told?.roomThreads ?? []) {
    for (const [room, count] of thread?.commits ?? []) commits.set(room, count);
  }
  let lagging = 0;
  const ofRooms: RoomFigures[] = [...rooms.all()].map(({ name, ref, feed, members, restarts }) => {
    let readers = 0;
    let lag = 0;
    for (const cursor of feed.cursors) {
      readers++;
      lag = Math.max(lag, cursor.lag);
      if (cursor.lag > 0) lagging++;
    }
    const { pending: mailbox } = ref;
    return { room: name, members, readers, seq: feed.head, lag, mailbox, restarts, commits: commits.get(name) ?? null };
  });
  for (const { inbox } of users.all()) for (const { lag } of inbox.cursors) if (lag > 0) lagging++;
  const threads: ThreadFigures[] = [
    { thread: 'main', rooms: [], load: threadLoad() },
    { thread: 'supervisor', rooms: [], load: told?.load ?? null },
    ...(told?.roomThreads ?? []).map(
      (thread): ThreadFigures => ({ thread: 'room', rooms: thread.rooms, load: thread.told?.load ?? null }),
    ),
  ];
  return {
    version,
    at: Date.now(),
    uptimeMs: Math.round(process.uptime() * 1000),
    rssBytes: process.memoryUsage.rss(),
    connections: sessions.size,
    connectionsTotal,
    users: users.count,
    deliveries: rooms.deliveries + users.deliveries,
    lagging,
    refusals: { ...refusals },
    supervisor: {
      mailbox: supervisorRef.pending,
      restarts: options.supervisorRestarts,
      commits: told?.commits ?? null,
    },
    rooms: ofRooms.sort((one, other) => (one.room < other.room ? -1 : 1)),
    threads,
  };
}
