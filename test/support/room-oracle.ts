import assert from 'node:assert/strict';
import type { Batch } from '../../src/actors/batch.js';
import type { RoomCommand, RoomReply } from '../../src/actors/room/decisions.js';
import type { Creation, Room } from '../../src/actors/room/room.js';
import type { RoomEvent } from '../../src/protocol/events.js';
import type { Limits } from '../../src/protocol/limits.js';
import type { Refusal } from '../../src/protocol/refusals.js';
import type { Caller, Witness } from './crashing-room.js';
import type { FaultyDisk } from './faulty-disk.js';
import { ana } from './people.js';
import { asNow, inShort, RoomModel } from './room-model.js';

/** A call, from being made to being answered. */
export interface Call {
  readonly command: RoomCommand;
  /** What it is to be answered, once that can be told. */
  answer: string | undefined;
  /** What it was to be answered when it had its effect, if that is in the log. */
  did: string | undefined;
  /** How often the room died while it was in flight. */
  deaths: number;
  settled: boolean;
}

/** Knows from a model what every call must be answered and what the log must be, whatever becomes of the room. */
export class RoomOracle implements Witness {
  readonly #model: RoomModel;
  readonly #epoch: string;
  readonly #disk: FaultyDisk;
  readonly #calls = { gateway: new Calls(), supervisor: new Calls() };
  /** The batch that is being decided, and where the log stood before it. */
  #deciding: { readonly head: number; readonly decided: readonly Decided[] } | undefined;

  constructor(limits: Limits, creation: Creation, disk: FaultyDisk) {
    this.#model = new RoomModel(limits);
    this.#model.do({ type: 'create', ...creation }, creation.at);
    this.#epoch = creation.epoch;
    this.#disk = disk;
  }

  /** What is in the log for good. */
  get log(): readonly RoomEvent[] {
    return this.#model.log;
  }

  made(caller: Caller, command: RoomCommand): Call {
    const call: Call = { command, answer: undefined, did: undefined, deaths: 0, settled: false };
    this.#calls[caller].all.push(call);
    return call;
  }

  settled(call: Call, outcome: RoomReply | Refusal): void {
    assert.equal(call.settled, false, 'a call is settled once');
    call.settled = true;
    assert.equal(inShort(outcome), call.answer, `the answer to ${JSON.stringify(call.command)}`);
  }

  submitted(caller: Caller, { commands, firstKey, again, at }: Batch<RoomCommand>): void {
    const calls = this.#calls[caller].from(firstKey).slice(0, commands.length);
    assert.deepEqual(
      commands,
      calls.map(({ command }) => command),
      'calls arrive in their order, under their keys',
    );
    for (const call of calls) {
      assert.equal(again, call.deaths > 0, 'a batch tells whether it was in flight at a death');
      assert.ok(call.deaths < 2 && !call.settled, 'what was in flight at two deaths is not handed in a third time');
    }
    const head = this.#model.log.length;
    const decided = calls.map((call): Decided => {
      if (call.did !== undefined) return { call, answer: call.did, effect: false };
      const before = this.#model.log.length;
      const answer = this.#model.do(call.command, at);
      const effect = this.#model.log.length > before;
      if (!effect || !this.#calls[caller].didLater(call)) return { call, answer, effect };
      // It would stand behind calls that were made after it.
      this.#model.log.length = before;
      return { call, answer: 'ACTOR_RESTARTED', effect: false };
    });
    this.#deciding = { head, decided };
  }

  decided(): void {
    const { head, decided } = this.#takeDeciding();
    if (this.#disk.fullAt !== undefined && decided.some(({ effect }) => effect)) {
      this.#model.log.length = head;
      for (const { call } of decided) call.answer = call.did ?? 'BUSY';
    } else {
      for (const { call, answer } of decided) call.answer = answer;
      this.#commit(decided);
    }
  }

  died(log: readonly RoomEvent[], committed: boolean | undefined, inFlight: ReadonlyMap<Caller, number>): void {
    if (this.#deciding !== undefined) {
      const { head, decided } = this.#takeDeciding();
      if (committed ?? log.length > head) this.#commit(decided);
      else this.#model.log.length = head;
    }
    assert.deepEqual(log, asNow(this.log), 'what the room left on disk');
    for (const [caller, count] of inFlight) {
      for (const call of this.#calls[caller].unsettled(count)) {
        call.deaths++;
        call.answer = call.deaths === 2 ? 'ACTOR_RESTARTED' : undefined;
      }
    }
  }

  opened(room: Room): void {
    const { members } = this.#model;
    const topic = this.log.findLast((event) => 'topic' in event)?.topic;
    const status = {
      epoch: this.#epoch,
      head: this.log.length,
      floor: 0,
      members: members.size,
      topic,
      private: false,
      closed: false,
    };
    assert.deepEqual(room.status(), status);
    const commands = [{ type: 'list-members', user: ana } as const];
    const ask = { at: 0, commands, firstKey: 0, again: false, dialects: [] };
    const reply = room.handle(ask).replies[0];
    const expected = [...members].map(([user, role]) => ({ user, role }));
    assert.deepEqual(reply, { type: 'members', head: this.log.length, members: expected });
  }

  /** @throws where a call was never answered. */
  end(): void {
    for (const { all } of Object.values(this.#calls)) {
      for (const { settled, command } of all) assert.ok(settled, `never answered: ${JSON.stringify(command)}`);
    }
  }

  #takeDeciding(): { readonly head: number; readonly decided: readonly Decided[] } {
    assert.ok(this.#deciding !== undefined);
    const deciding = this.#deciding;
    this.#deciding = undefined;
    return deciding;
  }

  #commit(decided: readonly Decided[]): void {
    for (const { call, answer, effect } of decided) if (effect) call.did = answer;
  }
}

interface Decided {
  readonly call: Call;
  readonly answer: string;
  readonly effect: boolean;
}

/** The calls of one caller, in their order. */
class Calls {
  readonly all: Call[] = [];
  #firstKey: number | undefined;

  /** The calls from the one with `key` on. Keys count calls, from anywhere; the first to be told is the oldest's. */
  from(key: number): Call[] {
    this.#firstKey ??= key - this.all.findIndex(({ settled }) => !settled);
    return this.all.slice(key - this.#firstKey);
  }

  unsettled(count: number): Call[] {
    return this.all.filter(({ settled }) => !settled).slice(0, count);
  }

  didLater(call: Call): boolean {
    return this.all.slice(this.all.indexOf(call) + 1).some(({ did }) => did !== undefined);
  }
}
