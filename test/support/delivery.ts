import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mock } from 'node:test';
import { ActorRef } from '../../src/actors/actor-ref.js';
import type { RoomCommand, RoomReply } from '../../src/actors/room/decisions.js';
import { roomPacking } from '../../src/actors/room/packing.js';
import type { RoomInfo } from '../../src/actors/supervisor/room-threads.js';
import type { Dialect } from '../../src/protocol/events.js';
import { defaultLimits } from '../../src/protocol/limits.js';
import { isRefusal, type Refusal } from '../../src/protocol/refusals.js';
import type { Reads } from '../../src/reads/pool.js';
import roomEvents from '../../src/reads/room-events.js';
import { type Room, Rooms } from '../../src/transport/rooms.js';
import { ChatClient } from './chat-client.js';
import { type Caller, CrashingRoom, callers } from './crashing-room.js';
import type { Schedule, Step } from './delivery-schedules.js';
import { FaultyDisk } from './faulty-disk.js';
import { ana, bia, caio, sala1 } from './people.js';
import { asNow } from './room-model.js';
import { RoomOracle } from './room-oracle.js';
import { anasCreation, storedEvents } from './rooms-on-disk.js';

/**
 * Not everybody gets in, frames that the gateway does not ask for are soon dropped, and no call is given up because the
 * schedule takes its time.
 */
const bounds = { ...defaultLimits, roomMembersMax: 4, frameQueueBytesMax: 150, callDeadlineMs: 2 ** 31 - 1 };
/** A page from the store holds two or three lines. */
const pageBytesMax = 250;
/** {@link Rooms} gives one room this share of `ringBytesMax`. */
const ringShare = 16;

/** Turns of the event loop that it takes until whatever was begun has come to rest at a gate. */
const turnsToRest = 6;
const longerThanARetryMs = 1000;
/** Far more than any schedule's calls take. */
const roundsMax = 1000;

type Outcome = RoomReply | Refusal;

/**
 * A room and all that stands between it and its users' sockets, taken through a schedule a step at a time and held
 * against a model at every step.
 *
 * The ref, the ports, the actor's shell, the room, its database, the feed, its cursors and the readers of the store are
 * the real ones. They are in one thread, and whatever goes from one to the other waits until the schedule says so.
 */
export class Delivery {
  readonly disk: FaultyDisk;
  now = 10_000;
  readonly #oracle: RoomOracle;
  readonly #crashing: CrashingRoom;
  readonly #rooms: Rooms;
  readonly #supervisor: ActorRef<RoomCommand, RoomReply, never, RoomInfo>;
  readonly #pages: ((fails: boolean) => void)[] = [];
  readonly #wrong: unknown[] = [];
  #room: Room | undefined;
  #clients: readonly ChatClient[] = [];

  constructor(file: string, { commandBatchMax, ringBytes }: Schedule) {
    const limits = { ...bounds, commandBatchMax, ringBytesMax: ringShare * ringBytes };
    this.disk = new FaultyDisk(file);
    this.#oracle = new RoomOracle(limits, anasCreation, this.disk);
    this.#crashing = new CrashingRoom(this.disk, limits, anasCreation, this.#oracle);
    this.#rooms = new Rooms({
      limits,
      reads: { roomEvents: (query) => this.#page(query) } as Reads,
      connect: () => this.#crashing.connect('gateway'),
      onParted: (_room, parted) => {
        for (const { user, seq } of parted) this.#clientOf(user)?.part(seq);
      },
      dialects: () => {
        const connected = this.#clients.filter(({ connection }) => connection !== undefined);
        return [...new Set(connected.map(({ dialect }) => dialect))];
      },
    });
    const connect = () => this.#crashing.connect('supervisor');
    this.#supervisor = new ActorRef({ name: sala1, limits, packing: roomPacking, connect });
  }

  async open(): Promise<void> {
    const opening = this.#rooms.open(sala1);
    this.#crashing.connectNext('gateway');
    this.#crashing.connectNext('supervisor');
    const room = await opening;
    assert.ok(!isRefusal(room));
    this.#room = room;
    const client = (user: typeof ana, dialect: Dialect) =>
      new ChatClient(
        user,
        dialect,
        room.feed,
        () => this.#oracle.log,
        (check) => this.#guard(check),
      );
    this.#clients = [client(ana, 'json'), client(bia, 'text'), client(caio, 'json')];
    await this.#rest();
  }

  async take(step: Step): Promise<void> {
    switch (step.type) {
      case 'call':
        for (const command of step.commands) this.#call(command);
        break;
      case 'expire':
        for (const user of step.users) this.#ask('supervisor', { type: 'leave', user, reason: 'expired' });
        break;
      case 'decide':
        this.#crashing.decideNext(step.caller, step.crashAt);
        break;
      case 'decide-all':
        // At the most two batches each are on their way: see batchesInFlightMax.
        for (const caller of [...callers, ...callers]) {
          this.#crashing.decideNext(caller);
          await this.#rest();
        }
        break;
      case 'answer':
        this.#crashing.answerNext(step.caller);
        break;
      case 'connect':
        this.#crashing.connectNext(step.caller);
        break;
      case 'die':
        this.#crashing.die();
        break;
      case 'flow':
        await this.#flow();
        break;
      case 'disk':
        this.disk.fullAt = step.fullAt;
        break;
      case 'clock':
        this.now += step.ms;
        break;
      case 'pages':
        this.#settlePages(step.fail);
        break;
      case 'retry':
        mock.timers.tick(longerThanARetryMs);
        break;
      case 'take':
        this.#clientOf(step.user)?.take(step.writes);
        break;
      case 'dialect':
        (this.#clientOf(step.user) as ChatClient).dialect = step.dialect;
        break;
      case 'disconnect':
        this.#clientOf(step.user)?.disconnect();
        break;
      case 'resume':
        this.#resume(this.#clientOf(step.user) as ChatClient);
        break;
      default:
        step satisfies never;
    }
    await this.#rest();
  }

  /** Lets everything come to its end, and looks at what has become of it. */
  async end(): Promise<void> {
    this.disk.fullAt = undefined;
    await this.#flow();
    for (const client of this.#clients) {
      client.take(Number.POSITIVE_INFINITY);
      if (client.connection === undefined) this.#resume(client);
    }
    await this.#rest();
    await this.#flow();
    this.#oracle.end();
    for (const client of this.#clients) client.checkComplete();
    const stored = storedEvents(this.disk.file);
    assert.deepEqual(stored, asNow(this.#oracle.log), 'the log on disk');
    for (const [i, { at }] of stored.entries()) assert.ok(at >= (stored[i - 1]?.at ?? 0), 'time never runs backwards');
    assert.equal(this.#room?.feed.head, stored.length, 'the gateway knows the head');
  }

  close(): void {
    for (const client of this.#clients) client.disconnect();
    this.#rooms.close();
    this.#supervisor.close();
    this.#crashing.close();
    for (const part of ['', '-wal', '-shm']) rmSync(this.disk.file + part, { force: true });
  }

  #clientOf(user: string): ChatClient | undefined {
    return this.#clients.find((client) => client.user === user);
  }

  #ask(caller: Caller, command: RoomCommand, settle: (outcome: Outcome) => void = () => undefined): void {
    const ref = caller === 'gateway' ? (this.#room as Room).ref : this.#supervisor;
    const call = this.#oracle.made(caller, command);
    ref.call(command, (outcome) => {
      this.#guard(() => this.#oracle.settled(call, outcome));
      settle(outcome);
    });
  }

  /** Makes a call as the handlers of src/transport/room-calls.ts do. */
  #call(command: RoomCommand): void {
    const client = 'user' in command ? this.#clientOf(command.user) : undefined;
    const connection = client?.connection;
    // Who waits for the answer goes on when its frames are passed on already; who is called back, before.
    const afterwards = (work: (outcome: Outcome, client: ChatClient) => void) => (outcome: Outcome) => {
      void Promise.resolve().then(() => {
        if (client !== undefined && client.connection === connection) this.#guard(() => work(outcome, client));
      });
    };
    switch (command.type) {
      case 'join':
        this.#ask(
          'gateway',
          command,
          afterwards((outcome, { following }) => {
            if (!('type' in outcome) || outcome.type !== 'joined' || following) return;
            client?.follow(outcome.since === outcome.seq ? outcome.seq - 1 : outcome.seq);
          }),
        );
        break;
      case 'leave':
        this.#ask(
          'gateway',
          command,
          afterwards((outcome) => {
            if (!isRefusal(outcome)) client?.part('seq' in outcome ? outcome.seq : 0);
            else if (outcome.code === 'NOT_IN_ROOM') client?.part((this.#room as Room).feed.head);
          }),
        );
        break;
      case 'send':
      case 'reply':
        this.#ask('gateway', command, (outcome) => {
          if ('type' in outcome && outcome.type === 'sent' && client?.connection === connection) {
            client?.omitOwn(outcome.seq);
          }
        });
        break;
      default:
        this.#ask('gateway', command);
    }
  }

  /** Comes back as `user.resume` does, with the last line that was seen. */
  #resume(client: ChatClient): void {
    if (client.connection !== undefined) return;
    const connection = client.reconnect();
    this.#ask('gateway', { type: 'read', user: client.user }, (outcome) => {
      void Promise.resolve().then(() => {
        if (client.connection !== connection || client.following) return;
        if (isRefusal(outcome) && outcome.code === 'NOT_IN_ROOM') {
          client.seen = undefined;
          return;
        }
        const head = 'head' in outcome ? outcome.head : (this.#room as Room).feed.head;
        this.#guard(() => assert.ok((client.seen ?? 0) <= head, 'what was seen is in the log that is told of'));
        client.follow(client.seen ?? head);
      });
    });
  }

  /** Everything that waits moves on, until nothing does. */
  async #flow(): Promise<void> {
    let rounds = 0;
    do {
      assert.ok(++rounds <= roundsMax, 'everything comes to its end');
      for (const caller of callers) {
        this.#crashing.connectNext(caller);
        await this.#rest();
        this.#crashing.decideNext(caller);
        await this.#rest();
        this.#crashing.answerNext(caller);
        await this.#rest();
      }
      this.#settlePages(false);
      mock.timers.tick(longerThanARetryMs);
      await this.#rest();
    } while (!this.#crashing.idle || this.#pages.length > 0);
  }

  #page(query: Parameters<typeof roomEvents>[0]): ReturnType<Reads['roomEvents']> {
    return new Promise((resolve, reject) => {
      this.#pages.push((fails) => {
        if (fails) reject(new Error('too many reads'));
        else resolve(roomEvents({ ...query, bytesMax: pageBytesMax }));
      });
    });
  }

  #settlePages(fails: boolean): void {
    for (const settle of this.#pages.splice(0)) settle(fails);
  }

  #guard(check: () => void): void {
    try {
      check();
    } catch (error) {
      this.#wrong.push(error);
    }
  }

  async #rest(): Promise<void> {
    for (let i = 0; i < turnsToRest; i++) await new Promise((resolve) => setImmediate(resolve));
    if (this.#wrong.length > 0) throw this.#wrong[0];
  }
}
