import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import t, { type Test } from 'tap';
import { ActorRef } from '../../src/actors/actor-ref.js';
import { defaultPolicy } from '../../src/actors/restart.js';
import type { RoomCommand, RoomReply } from '../../src/actors/room/decisions.js';
import { roomPacking } from '../../src/actors/room/packing.js';
import type { RoomFrame } from '../../src/actors/room/room.js';
import { type RoomInfo, RoomThreads } from '../../src/actors/supervisor/room-threads.js';
import { serverActor } from '../../src/protocol/events.js';
import { defaultLimits } from '../../src/protocol/limits.js';
import type { RoomName } from '../../src/protocol/names.js';
import { isRefusal, type Refusal } from '../../src/protocol/refusals.js';
import { roomFile } from '../../src/storage/data-directory.js';
import { isAscending } from '../support/ascending.js';
import { newDirectory } from '../support/new-directory.js';
import { ana, sala1 } from '../support/people.js';
import { storedEvents } from '../support/rooms-on-disk.js';
import { type Random, seeded } from '../support/seeded.js';
import { until } from '../support/until.js';

const sala2 = 'sala2' as RoomName;
const inFlight = 300;
const entry = { topic: '', createdBy: serverActor };

type Ref = ActorRef<RoomCommand, RoomReply, RoomFrame, RoomInfo>;

/** Real rooms in real threads, which can be ended at any moment. */
class DyingRooms {
  readonly deaths: RoomName[] = [];
  readonly refs = new Map<RoomName, Ref>();
  readonly frames = new Map<RoomName, RoomFrame[]>();
  readonly #directory: string;
  readonly #threads: RoomThreads;

  constructor(t: Test, rooms: readonly RoomName[]) {
    this.#directory = newDirectory(t);
    mkdirSync(join(this.#directory, 'rooms'));
    this.#threads = new RoomThreads({
      directory: this.#directory,
      limits: defaultLimits,
      dedicated: rooms,
      threadsMax: rooms.length,
      onDeath: (dead) => this.deaths.push(...dead),
    });
    for (const room of rooms) {
      const frames: RoomFrame[] = [];
      this.frames.set(room, frames);
      const connect = (hung: boolean) => this.#threads.connect(room, entry, true, hung);
      const onFrames = (more: readonly RoomFrame[]) => void frames.push(...more);
      this.refs.set(room, new ActorRef({ name: room, limits: defaultLimits, packing: roomPacking, connect, onFrames }));
    }
    t.teardown(async () => {
      for (const ref of this.refs.values()) ref.close();
      await this.#threads.close();
    });
  }

  ref(room: RoomName): Ref {
    return this.refs.get(room) as Ref;
  }

  /** Ends the room's thread in the midst of whatever it does. Answers whether there is a new one. */
  async kill(room: RoomName): Promise<boolean> {
    // That is what a caller asks for who takes it for hung.
    const connection = await this.#threads.connect(room, entry, false, true);
    if (isRefusal(connection)) return false;
    (connection.endpoint as MessagePort).close();
    return true;
  }

  stored(room: RoomName) {
    return storedEvents(roomFile(this.#directory, room));
  }
}

/** Ana, who talks without a pause in one room. */
class Talk {
  /** By the number of the message. */
  readonly outcomes: (RoomReply | Refusal)[] = [];
  readonly #over: Promise<unknown>;
  #ending = false;
  #said = 0;

  constructor(ref: Ref) {
    const line = async (): Promise<void> => {
      while (!this.#ending) {
        const number = this.#said++;
        this.outcomes[number] = await ref.ask({ type: 'send', user: ana, text: textOf(number) });
      }
    };
    this.#over = Promise.all(Array.from({ length: inFlight }, line));
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#over;
  }
}

t.test('when the thread of a room dies under load, each call is settled and has one effect', async (t) => {
  const random = seeded(t);
  const rooms = new DyingRooms(t, [sala1, sala2]);
  await rooms.ref(sala1).ask({ type: 'join', user: ana });
  await rooms.ref(sala2).ask({ type: 'join', user: ana });
  const talk = new Talk(rooms.ref(sala1));
  const beside = new Talk(rooms.ref(sala2));
  for (let death = 1; death <= defaultPolicy.deathsMax; death++) {
    await underLoad(talk, random);
    await rooms.kill(sala1);
  }
  await underLoad(talk, random);
  await Promise.all([talk.end(), beside.end()]);

  const unknown = talk.outcomes.filter(isRefusal);
  t.comment(
    `${talk.outcomes.length} calls, ${unknown.length} of an unknown fate; ${beside.outcomes.length} beside them`,
  );
  t.ok(
    unknown.every(({ code }) => code === 'ACTOR_RESTARTED'),
    'who is not answered is told that the fate of the call is unknown',
  );
  const log = rooms.stored(sala1).filter((event) => event.type === 'said');
  const bySeq = new Map(log.map(({ seq, text }) => [seq, text]));
  const wrong = talk.outcomes.filter((outcome, i) => 'seq' in outcome && bySeq.get(outcome.seq) !== textOf(i));
  t.strictSame(wrong, [], 'every answered message is stored under its seq');
  t.equal(new Set(log.map(({ text }) => text)).size, log.length, 'none is stored twice');
  t.ok(isAscending(log.map(({ text }) => numberIn(text))), 'they are stored in the order in which they were said');
  const told = rooms.frames.get(sala1) ?? [];
  t.ok(isAscending(told.flatMap(({ first, last }) => [first, last + 0.5])), 'no event was told twice, or late');

  t.strictSame(rooms.deaths, Array(defaultPolicy.deathsMax).fill(sala1), 'the thread of the other room lives');
  t.strictSame(beside.outcomes.filter(isRefusal), [], 'and nothing was refused there');
});

t.test('a room whose thread dies again and again is held back, and comes back by itself', async (t) => {
  const random = seeded(t);
  const rooms = new DyingRooms(t, [sala1]);
  await rooms.ref(sala1).ask({ type: 'join', user: ana });
  const talk = new Talk(rooms.ref(sala1));
  do await underLoad(talk, random);
  while (await rooms.kill(sala1));
  t.equal(rooms.deaths.length, defaultPolicy.deathsMax + 1, 'one death too many, and there is no new thread');
  await talk.end();
  const refused = talk.outcomes.filter(isRefusal);
  t.ok(
    refused.every(({ code, retryAfterMs = 0 }) => code === 'ACTOR_RESTARTED' || (code === 'BUSY' && retryAfterMs > 0)),
    'nobody waits in vain: the fate of a call is unknown, or the room is busy for a while',
  );
  const again = () => rooms.ref(sala1).ask({ type: 'send', user: ana, text: 'olá de novo' });
  // What waits in an ActorRef keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  await until('the room is there again', async () => !isRefusal(await again()));
  clearInterval(alive);
});

/** Waits for a moment at which much is being done. */
async function underLoad(talk: Talk, random: Random): Promise<void> {
  const before = talk.outcomes.length;
  await until('the room answers', () => talk.outcomes.length > before + inFlight);
  await delay(random.between(0, 20));
}

function textOf(number: number): string {
  return `olá ${number}`;
}

function numberIn(text: string): number {
  return Number(text.slice(textOf(0).length - 1));
}
