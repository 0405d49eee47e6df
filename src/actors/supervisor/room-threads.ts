import { randomBytes } from 'node:crypto';
import { MessageChannel, type Worker } from 'node:worker_threads';
import type { RoomFault } from '../../protocol/control.js';
import type { Limits } from '../../protocol/limits.js';
import type { RoomName } from '../../protocol/names.js';
import { refusals } from '../../protocol/refusals.js';
import type { Speech } from '../../protocol/speech.js';
import { roomFile } from '../../storage/data-directory.js';
import { type Connection, remote, withPorts } from '../actor-ref.js';
import { Inquiry } from '../inquiry.js';
import { type Deaths, died, noDeaths, restartDelay } from '../restart.js';
import type { RoomStatus } from '../room/room.js';
import type { DiskNotice, RoomHost, RoomHostData, RoomHostFigures, RoomOpened } from '../room/room-host.js';
import { startThread } from '../start-thread.js';
import type { RoomEntry } from './decisions.js';

/** Where a room is, for whoever connects to it: its state, and its file for readers. */
export interface RoomInfo extends RoomStatus {
  readonly room: RoomName;
  readonly file: string;
}

/** A room's database could not be opened; `said` says why in one line. */
export class RoomUnavailable extends Error {
  override readonly name = 'RoomUnavailable';
  readonly said: Speech;

  constructor(said: Speech) {
    super(said.en);
    this.said = said;
  }
}

/** What a room thread tells of itself; nothing where it did not in time. */
export interface RoomThreadFigures {
  readonly rooms: readonly RoomName[];
  readonly told: RoomHostFigures | undefined;
}

/** A thread holds its rooms' members, and one batch with its answers and frames. */
const heapMiBMax = 256;
const spareAfterMs = 500;

interface RoomThread {
  readonly worker: Worker;
  readonly host: ReturnType<typeof remote<RoomHost>>;
  readonly rooms: Set<RoomName>;
  readonly figures: Inquiry<RoomHostFigures>;
  readonly ended: Promise<'ended'>;
}

/** A thread died with its rooms; they may be opened again after `restartInMs`, which is more than 0 if they died too often. */
export type OnRoomsDeath = (rooms: readonly RoomName[], reason: string, restartInMs: number) => void;

/**
 * The threads that rooms live in. Rooms that are `dedicated` have a thread each; the others share the rest of
 * `threadsMax`, the emptiest first. A thread that dies is replaced when one of its rooms is asked for again, which
 * its callers do at once; the other threads notice nothing. A spare thread waits for that, because a thread takes longer
 * to start than a room to open.
 */
export class RoomThreads {
  readonly #directory: string;
  readonly #limits: Limits;
  readonly #dedicated: ReadonlySet<RoomName>;
  readonly #sharedMax: number;
  readonly #commitTimes: SharedArrayBuffer | undefined;
  readonly #onDeath: OnRoomsDeath;
  readonly #onDisk: (full: boolean) => void;
  readonly #threads = new Set<RoomThread>();
  readonly #byRoom = new Map<RoomName, RoomThread>();
  #spare: RoomThread | undefined;
  #spareDue: NodeJS.Timeout | undefined;
  readonly #deaths = new Map<RoomName, Deaths>();

  constructor(options: {
    readonly directory: string;
    readonly limits: Limits;
    readonly dedicated: readonly RoomName[];
    readonly threadsMax: number;
    /** Where it is to be noted how long transactions take. */
    readonly commitTimes?: SharedArrayBuffer | undefined;
    readonly onDeath: OnRoomsDeath;
    /** Whether something of a room could be written: see DiskWatch. */
    readonly onDisk?: (full: boolean) => void;
  }) {
    this.#directory = options.directory;
    this.#limits = options.limits;
    this.#dedicated = new Set(options.dedicated);
    this.#sharedMax = Math.max(1, options.threadsMax - options.dedicated.length);
    this.#commitTimes = options.commitTimes;
    this.#onDeath = options.onDeath;
    this.#onDisk = options.onDisk ?? (() => {});
    // Threads take longer to start than anything that comes before their first room is asked for.
    for (const room of options.dedicated) this.#place(room, this.#start());
  }

  /** Has a spare thread soon, when those that rooms wait for have started. */
  keepSpare(): void {
    this.#spareDue ??= setTimeout(() => {
      this.#spareDue = undefined;
      this.#spare ??= this.#start();
    }, spareAfterMs).unref();
  }

  /**
   * A new connection to a room, whose thread is started where there is none. `hung` ends the thread first.
   *
   * @throws RoomUnavailable
   */
  async connect(room: RoomName, entry: RoomEntry, wantsFrames: boolean, hung: boolean): Promise<Connection<RoomInfo>> {
    if (hung) await this.#byRoom.get(room)?.worker.terminate();
    for (;;) {
      const delay = restartDelay(this.#deaths.get(room) ?? noDeaths, Date.now());
      if (delay > 0) return refusals.busy(room, delay);
      const thread = this.#byRoom.get(room) ?? this.#place(room, this.#choose(room));
      const file = roomFile(this.#directory, room);
      const creation = {
        by: entry.createdBy,
        topic: entry.topic,
        private: entry.private,
        epoch: randomBytes(6).toString('hex'),
        at: Date.now(),
      };
      const { port1, port2 } = new MessageChannel();
      const opening = { room, file, creation, wantsFrames };
      const opened = await Promise.race([
        thread.host.connect(opening, withPorts(port2, [port2])) as Promise<RoomOpened>,
        thread.ended,
      ]);
      if (opened === 'ended') continue;
      if ('failed' in opened) throw new RoomUnavailable(opened.failed);
      return { endpoint: port1, info: { room, file, ...opened } };
    }
  }

  /** What every thread tells of itself within so many ms. */
  figures(withinMs: number): Promise<RoomThreadFigures[]> {
    return Promise.all(
      [...this.#threads].map(async ({ rooms, figures }) => ({
        rooms: [...rooms],
        told: await figures.answer(withinMs),
      })),
    );
  }

  /** Has a fault in the room's thread: fault injection. False if the room has none. */
  async inject(room: RoomName, fault: RoomFault, ms: number): Promise<boolean> {
    const thread = this.#byRoom.get(room);
    if (thread === undefined) return false;
    if (fault === 'crash-room') {
      void thread.worker.terminate();
      return true;
    }
    const injected = thread.host.inject(room, fault, ms);
    // A thread that hangs or fills its heap does not answer.
    if (fault !== 'hang-room' && fault !== 'exhaust-room') await Promise.race([injected, thread.ended]);
    return true;
  }

  /** Closes all rooms and ends their threads. */
  async close(): Promise<void> {
    clearTimeout(this.#spareDue);
    const threads = [...this.#threads];
    this.#threads.clear();
    await Promise.all(
      threads.map(async ({ worker, host, ended }) => {
        await Promise.race([host.close(), ended]);
        await worker.terminate();
      }),
    );
  }

  #choose(room: RoomName): RoomThread {
    if (this.#dedicated.has(room)) return this.#take();
    const shared = [...this.#threads].filter(
      (thread) => thread !== this.#spare && ![...thread.rooms].some((name) => this.#dedicated.has(name)),
    );
    if (shared.length < this.#sharedMax) return this.#take();
    return shared.reduce((emptiest, thread) => (thread.rooms.size < emptiest.rooms.size ? thread : emptiest));
  }

  #place(room: RoomName, thread: RoomThread): RoomThread {
    thread.rooms.add(room);
    this.#byRoom.set(room, thread);
    return thread;
  }

  /** A thread without rooms: the spare one, if there is one. */
  #take(): RoomThread {
    const spare = this.#spare;
    if (spare === undefined) return this.#start();
    this.#spare = undefined;
    this.keepSpare();
    return spare;
  }

  #start(): RoomThread {
    const data: RoomHostData = { limits: this.#limits, commitTimes: this.#commitTimes };
    const worker = startThread(new URL('../room/room-host.js', import.meta.url), data, heapMiBMax);
    let reason = 'it ended';
    worker.on('error', (error) => {
      reason = error.stack ?? String(error);
    });
    worker.on('message', ({ notice, full }: Partial<DiskNotice>) => {
      if (notice === 'disk') this.#onDisk(full === true);
    });
    const ended = new Promise<'ended'>((resolve) => {
      worker.once('exit', () => {
        this.#ended(thread, reason);
        resolve('ended');
      });
    });
    const host = remote<RoomHost>(worker);
    const figures = new Inquiry(() => host.figures());
    const thread: RoomThread = { worker, host, rooms: new Set(), figures, ended };
    this.#threads.add(thread);
    return thread;
  }

  #ended(thread: RoomThread, reason: string): void {
    // After close() an end is no death.
    if (!this.#threads.delete(thread)) return;
    if (thread === this.#spare) this.#spare = undefined;
    const now = Date.now();
    let restartInMs = 0;
    for (const room of thread.rooms) {
      this.#byRoom.delete(room);
      const deaths = died(this.#deaths.get(room) ?? noDeaths, now);
      this.#deaths.set(room, deaths);
      restartInMs = Math.max(restartInMs, restartDelay(deaths, now));
    }
    this.#onDeath([...thread.rooms], reason, restartInMs);
  }
}
