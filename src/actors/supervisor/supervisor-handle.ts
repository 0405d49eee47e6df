import type { RoomName } from '../../protocol/names.js';
import { ActorRef, type Connection, remote } from '../actor-ref.js';
import { startThread } from '../start-thread.js';
import type { SupervisorCommand, SupervisorReply } from './decisions.js';
import type { RoomInfo } from './room-threads.js';
import type { InboxFrame } from './supervisor.js';
import type { Notice, SupervisorApi, SupervisorData } from './supervisor-thread.js';

/** The supervisor as the process that started it holds it. */
export interface SupervisorHandle {
  /** The directory's rooms and the supervisor's database, or in one line why it cannot be opened. */
  readonly started: Promise<
    { readonly rooms: readonly RoomName[]; readonly file: string } | { readonly failed: string }
  >;
  /** See SupervisorApi; to be called before the first call of a client is. */
  begin(): Promise<{ readonly failed?: string }>;
  /** The way to the actor; to be asked for once. */
  ref(onFrames: (frames: readonly InboxFrame[]) => void): SupervisorRef;
  /** A new connection to a room, or in one line why its database cannot be opened. */
  connect(room: RoomName, hung: boolean): Promise<Connection<RoomInfo> | { readonly failed: string }>;
  /** Closes all databases and ends all threads. */
  close(): Promise<void>;
}

export type SupervisorRef = ActorRef<SupervisorCommand, SupervisorReply, InboxFrame, undefined>;

/** Starts the supervisor's thread, and with it those of the rooms. `onEnd`: it ended unasked, which it should not. */
export function startSupervisor(
  data: SupervisorData,
  onNotice: (notice: Notice) => void,
  onEnd: (reason: string) => void,
): SupervisorHandle {
  const worker = startThread(new URL('./supervisor-thread.js', import.meta.url), data);
  let reason = 'it ended';
  let closing = false;
  worker.on('error', (error) => {
    reason = error.stack ?? String(error);
  });
  worker.on('exit', () => {
    if (!closing) onEnd(reason);
  });
  worker.on('message', (message: Partial<Notice>) => {
    if (message.notice !== undefined) onNotice(message as Notice);
  });
  const api = remote<SupervisorApi>(worker);
  return {
    started: api.start() as Promise<Awaited<SupervisorHandle['started']>>,
    begin: () => api.begin() as ReturnType<SupervisorHandle['begin']>,
    ref: (onFrames) =>
      new ActorRef({
        name: 'the supervisor',
        limits: data.limits,
        connect: async () => ({ endpoint: worker, info: undefined }),
        onFrames,
      }),
    connect: (room, hung) => api.connect(room, hung) as ReturnType<SupervisorHandle['connect']>,
    close: async () => {
      closing = true;
      await api.close();
      await worker.terminate();
    },
  };
}
