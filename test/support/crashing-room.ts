import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Connection } from '../../src/actors/actor-ref.js';
import { ActorThread, serve } from '../../src/actors/actor-thread.js';
import type { Batch, Outcome, RemoteActor } from '../../src/actors/batch.js';
import type { RoomCommand, RoomReply } from '../../src/actors/room/decisions.js';
import { roomPacking } from '../../src/actors/room/packing.js';
import { type Creation, Room, type RoomFrame } from '../../src/actors/room/room.js';
import type { RoomInfo } from '../../src/actors/supervisor/room-threads.js';
import type { RoomEvent } from '../../src/protocol/events.js';
import type { Limits } from '../../src/protocol/limits.js';
import { Crash, type CrashPoint, type FaultyDisk } from './faulty-disk.js';
import { sala1 } from './people.js';

/** Who calls the room: the gateway, who wants frames, and the supervisor, who does not. */
export type Caller = 'gateway' | 'supervisor';
export const callers: readonly Caller[] = ['gateway', 'supervisor'];

/** Who is told what becomes of the room, and throws where that is wrong. */
export interface Witness {
  /** A batch comes to be decided. */
  submitted(caller: Caller, batch: Batch<RoomCommand>): void;
  /** It is decided. */
  decided(): void;
  /**
   * The room died and left this log. `committed`: whether that has the batch which was being decided, where one was
   * and this is known. `inFlight`: how many calls of each caller it leaves unanswered.
   */
  died(log: readonly RoomEvent[], committed: boolean | undefined, inFlight: ReadonlyMap<Caller, number>): void;
  opened(room: Room): void;
}

/** A caller's way to the room: batches on their way there, and answers on their way back. */
interface Way {
  readonly port: MessagePort;
  readonly batches: { readonly calls: number; readonly decide: () => void }[];
  readonly answers: { readonly calls: number; readonly send: () => void }[];
}

interface OpenRoom {
  readonly room: Room;
  readonly thread: ActorThread<RoomCommand, RoomReply, RoomFrame>;
}

/**
 * A room on a real file behind real ports, as a room's thread holds it, without the thread: here it dies where it is
 * told to, and nothing moves before it is told to. A thread that really died would take its own time for either, and
 * no schedule could be had twice.
 */
export class CrashingRoom {
  readonly disk: FaultyDisk;
  readonly #limits: Limits;
  readonly #creation: Creation;
  readonly #witness: Witness;
  readonly #connecting = new Map<Caller, (connection: Connection<RoomInfo>) => void>();
  readonly #ways = new Map<Caller, Way>();
  #open: OpenRoom | undefined;
  /** Whose batch is being decided. */
  #caller: Caller = 'gateway';
  #crash: Crash | undefined;
  #failure: unknown;

  constructor(disk: FaultyDisk, limits: Limits, creation: Creation, witness: Witness) {
    this.disk = disk;
    this.#limits = limits;
    this.#creation = creation;
    this.#witness = witness;
  }

  /** Waits until the room is to be had: see {@link connectNext}. */
  connect(caller: Caller): Promise<Connection<RoomInfo>> {
    return new Promise((resolve) => this.#connecting.set(caller, resolve));
  }

  /** Whether something waits to be moved on. */
  get idle(): boolean {
    const ways = [...this.#ways.values()];
    return this.#connecting.size === 0 && ways.every(({ batches, answers }) => batches.length + answers.length === 0);
  }

  /** Connects a caller who waits for it, to a room that is opened if it is not open. */
  connectNext(caller: Caller): void {
    const resolve = this.#connecting.get(caller);
    if (resolve === undefined) return;
    this.#connecting.delete(caller);
    const { room, thread } = this.#opened();
    const { port1, port2 } = new MessageChannel();
    const way: Way = { port: port2, batches: [], answers: [] };
    this.#ways.set(caller, way);
    serve(port2, this.#held(way, thread.caller(port2, caller === 'gateway')));
    resolve({ endpoint: port1, info: { room: sala1, file: this.disk.file, ...room.status() } });
  }

  /** Has the room decide the caller's next batch; it dies there, or else right after, where it is told to. */
  decideNext(caller: Caller, crashAt?: CrashPoint): void {
    const batch = this.#ways.get(caller)?.batches.shift();
    if (batch === undefined) return;
    this.#caller = caller;
    this.disk.crashAt = crashAt;
    batch.decide();
    this.disk.crashAt = undefined;
    if (this.#failure !== undefined) throw this.#failure;
    if (crashAt !== undefined) this.die();
  }

  /** Lets the next answer go back to the caller. */
  answerNext(caller: Caller): void {
    this.#ways.get(caller)?.answers.shift()?.send();
  }

  /** Ends the room: whatever is on its way is lost, and all that is left is what is on disk. */
  die(): void {
    if (this.#open === undefined) return;
    const { image, committed } = this.#crash ?? new Crash(this.disk.image(), undefined);
    this.#open.room.close();
    this.#open = undefined;
    this.#crash = undefined;
    const inFlight = new Map<Caller, number>();
    for (const [caller, { port, batches, answers }] of this.#ways) {
      inFlight.set(
        caller,
        [...answers, ...batches].reduce((sum, { calls }) => sum + calls, 0),
      );
      port.close();
    }
    this.#ways.clear();
    this.#witness.died(this.disk.restore(image), committed, inFlight);
  }

  close(): void {
    this.#open?.room.close();
    for (const { port } of this.#ways.values()) port.close();
  }

  #opened(): OpenRoom {
    if (this.#open === undefined) {
      const room = new Room(this.disk.file, sala1, this.#creation, this.#limits);
      const actor = { handle: (batch: Batch<RoomCommand>) => this.#handle(room, batch) };
      this.#open = { room, thread: new ActorThread(actor, this.#limits.frameQueueBytesMax, roomPacking) };
      this.#witness.opened(room);
    }
    return this.#open;
  }

  /** What the caller may call, where nothing moves by itself. */
  #held({ batches, answers }: Way, actor: RemoteActor<RoomFrame>): RemoteActor<RoomFrame> {
    return {
      submit: (batch) =>
        new Promise((resolve) => {
          const calls = batch.commands.length;
          const decide = () => {
            const outcome = actor.submit(batch);
            answers.push({ calls, send: () => resolve(outcome) });
          };
          batches.push({ calls, decide });
        }),
      poll: async () => {
        const frames = await actor.poll();
        return new Promise((resolve) => answers.push({ calls: 0, send: () => resolve(frames) }));
      },
    };
  }

  /** What is thrown here would end this process, as it would end a thread: it is told by `decideNext` instead. */
  #handle(room: Room, batch: Batch<RoomCommand>): Outcome<RoomReply, RoomFrame> {
    try {
      this.#witness.submitted(this.#caller, batch);
      const outcome = room.handle(batch);
      this.#witness.decided();
      return outcome;
    } catch (error) {
      if (error instanceof Crash) this.#crash = error;
      else this.#failure = error;
      return { replies: [], frames: [] };
    }
  }
}
