import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { RoomFault } from '../../protocol/control.js';
import type { RoomName } from '../../protocol/names.js';
import type { Speech } from '../../protocol/speech.js';
import { ActorRef, type Connection, remote } from '../actor-ref.js';
import { Inquiry } from '../inquiry.js';
import { died, noDeaths, restartDelay } from '../restart.js';
import { startThread } from '../start-thread.js';
import type { SupervisorCommand, SupervisorReply } from './decisions.js';
import type { RoomInfo } from './room-threads.js';
import type { InboxFrame } from './supervisor.js';
import type { Notice, SupervisorApi, SupervisorData, SupervisorFigures } from './supervisor-thread.js';

/** The supervisor as the process that started it holds it: when its thread dies, it is started again, with all rooms. */
export interface SupervisorHandle {
  /** The directory's rooms and the supervisor's database, or in one line why it cannot be opened. */
  readonly started: Promise<
    { readonly rooms: readonly RoomName[]; readonly file: string } | { readonly failed: Speech }
  >;
  /** See SupervisorApi; to be called before the first call of a client is. */
  begin(): Promise<{ readonly failed?: Speech }>;
  /** The way to the actor; to be asked for once. `onConnected` is told of the first connection and of each after a death. */
  ref(onFrames: (frames: readonly InboxFrame[]) => void, onConnected: () => void): SupervisorRef;
  /** A new connection to a room, or in one line why its database cannot be opened. */
  connect(room: RoomName, hung: boolean): Promise<Connection<RoomInfo> | { readonly failed: Speech }>;
  /** What its thread and those of the rooms tell of themselves; nothing where it does not tell in time. */
  figures(): Promise<SupervisorFigures | undefined>;
  /** Ends its thread as a fault would, and with it the rooms': fault injection. */
  crash(): Promise<void>;
  /** Has a fault in a room's thread: fault injection. False if there is no such room. */
  inject(room: RoomName, fault: RoomFault, ms?: number): Promise<boolean>;
  /** Closes all databases and ends all threads. */
  close(): Promise<void>;
}

export type SupervisorRef = ActorRef<SupervisorCommand, SupervisorReply, InboxFrame, undefined>;

/** One thread of the supervisor's, from its start to its end. */
interface Life {
  readonly worker: Worker;
  readonly api: ReturnType<typeof remote<SupervisorApi>>;
  readonly figures: Inquiry<SupervisorFigures>;
  readonly ended: Promise<'ended'>;
}

/** It holds who is connected and the directory of rooms. */
const heapMiBMax = 1024;
/** How long it has to tell its figures; it waits for those of the rooms. */
const figuresMsMax = 1000;

/** Starts the supervisor's thread, and with it those of the rooms. `onDeath`: it died, and is started again. */
export function startSupervisor(
  data: SupervisorData,
  onNotice: (notice: Notice) => void,
  onDeath: (reason: string) => void,
): SupervisorHandle {
  let deaths = noDeaths;
  let closing = false;
  let diskFull = false;

  const launch = (): Life => {
    const worker = startThread(new URL('./supervisor-thread.js', import.meta.url), data, heapMiBMax);
    let reason = 'it ended';
    worker.on('error', (error) => {
      reason = error.stack ?? String(error);
    });
    worker.on('message', (message: Partial<Notice>) => {
      // All databases are on one disk, so what several actors find out is told once.
      if (message.notice === 'disk' && message.full === diskFull) return;
      if (message.notice === 'disk') diskFull = message.full === true;
      if (message.notice !== undefined) onNotice(message as Notice);
    });
    const ended = new Promise<'ended'>((resolve) => {
      worker.once('exit', () => {
        resolve('ended');
        if (closing) return;
        onDeath(reason);
        // Whoever is told of the end by the worker itself finds the next life begun.
        life = revive();
      });
    });
    const api = remote<SupervisorApi>(worker);
    return { worker, api, figures: new Inquiry(() => api.figures()), ended };
  };

  /** The next life, as soon as it may begin and its databases are open. While it closes there is none after it. */
  const revive = async (): Promise<Life> => {
    deaths = died(deaths, Date.now());
    await sleep(restartDelay(deaths, Date.now()));
    const next = launch();
    const { worker, api, ended } = next;
    const started = await Promise.race([api.start() as SupervisorHandle['started'], ended]);
    const begun = started === 'ended' || 'failed' in started ? started : await Promise.race([api.begin(true), ended]);
    if (begun === 'ended') return closing ? next : life;
    if (begun.failed === undefined) return next;
    onDeath(begun.failed.en);
    // Its end begins the next life.
    await worker.terminate();
    return closing ? next : life;
  };

  const first = launch();
  let life: Promise<Life> = Promise.resolve(first);
  // A server that does not even begin is not tried again.
  const stillborn = first.ended.then(() => ({
    failed: { en: 'the supervisor died at the start', pt: 'o supervisor morreu ao iniciar' },
  }));
  return {
    started: Promise.race([first.api.start() as SupervisorHandle['started'], stillborn]),
    begin: () => Promise.race([first.api.begin(false) as ReturnType<SupervisorHandle['begin']>, stillborn]),
    ref: (onFrames, onConnected) =>
      new ActorRef({
        name: 'the supervisor',
        limits: data.limits,
        connect: async (hung) => {
          if (hung) await (await life).worker.terminate();
          return { endpoint: (await life).worker, info: undefined };
        },
        onConnected,
        onFrames,
      }),
    connect: async (room, hung) => {
      for (;;) {
        const { api, ended } = await life;
        const connection = await Promise.race([
          api.connect(room, hung) as ReturnType<SupervisorHandle['connect']>,
          ended,
        ]);
        if (connection !== 'ended') return connection;
      }
    },
    figures: async () => {
      // A life that is only beginning tells nothing yet.
      const now = await Promise.race([life, sleep(figuresMsMax)]);
      return now?.figures.answer(figuresMsMax);
    },
    crash: async () => {
      await (await life).worker.terminate();
    },
    inject: async (room, fault, ms) => {
      const { api, ended } = await life;
      const injected = await Promise.race([api.inject(room, fault, ms), ended]);
      return injected !== 'ended' && injected;
    },
    close: async () => {
      closing = true;
      const { worker, api, ended } = await life;
      await Promise.race([api.close(), ended]);
      await worker.terminate();
    },
  };
}
