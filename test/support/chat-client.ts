import assert from 'node:assert/strict';
import type { Dialect, RoomEvent } from '../../src/protocol/events.js';
import type { UserId } from '../../src/protocol/names.js';
import { encodeRoomEvents } from '../../src/protocol/pushes.js';
import type { Cursor, Feed, Reader } from '../../src/transport/feed.js';
import { sala1 } from './people.js';
import { asNow } from './room-model.js';

/** Runs a check where what it throws would be lost. */
export type Guard = (check: () => void) => void;

/**
 * A user's connections to one room, one after the other, as far as it is sent what happens there: what a session does,
 * without the socket and the calls. It holds each line that it is sent against the log.
 */
export class ChatClient {
  readonly user: UserId;
  readonly feed: Feed;
  /** What is in the log for good. */
  readonly log: () => readonly RoomEvent[];
  readonly guard: Guard;
  dialect: Dialect;
  /** How many more writes it takes before its socket is full. */
  patience = Number.POSITIVE_INFINITY;
  /** The number of the present connection; undefined while there is none. */
  connection: number | undefined = 1;
  /** The last line it was sent; undefined where it follows nothing. */
  seen: number | undefined;
  #connections = 1;
  #listening: Listening | undefined;
  #parting: Listening[] = [];

  constructor(user: UserId, dialect: Dialect, feed: Feed, log: () => readonly RoomEvent[], guard: Guard) {
    this.user = user;
    this.dialect = dialect;
    this.feed = feed;
    this.log = log;
    this.guard = guard;
  }

  get following(): boolean {
    return this.#listening !== undefined;
  }

  follow(after: number): void {
    this.#listening?.close();
    const left = this.#parting.findLast(({ open }) => open);
    this.#listening = new Listening(this, after, left);
    this.#listening.begin();
  }

  /** Left the room with the event `seq`: up to that it is still sent what happened. */
  part(seq: number): void {
    const listening = this.#listening;
    this.#listening = undefined;
    this.seen = undefined;
    if (listening === undefined) return;
    listening.endAt(seq);
    this.#parting.push(listening);
  }

  /** Is told of its own message by an answer, and need not be sent it. */
  omitOwn(seq: number): void {
    if (this.dialect === 'text') this.#listening?.omit(seq);
  }

  /** Its socket takes so many more writes. */
  take(writes: number): void {
    this.patience = writes;
    for (const listening of this.#parting) listening.advance();
    this.#listening?.advance();
  }

  disconnect(): void {
    this.#listening?.close();
    this.#listening = undefined;
    for (const listening of this.#parting.toReversed()) listening.close();
    this.#parting = [];
    this.connection = undefined;
  }

  reconnect(): number {
    this.connection = ++this.#connections;
    return this.connection;
  }

  /** @throws where it was not sent all that it should have been. */
  checkComplete(): void {
    for (const listening of this.#parting) listening.checkComplete();
    this.#listening?.checkComplete();
  }
}

/** One run of lines that a client is sent, from a position on. */
class Listening implements Reader {
  readonly #client: ChatClient;
  readonly #omitted = new Set<number>();
  #position: number;
  #end = Number.POSITIVE_INFINITY;
  #closed = false;
  #cursor: Cursor | undefined;
  /** What it was sent before it left, which comes first. */
  readonly #earlier: Listening | undefined;

  constructor(client: ChatClient, after: number, earlier?: Listening) {
    this.#client = client;
    this.#earlier = earlier;
    this.#position = after;
  }

  get dialect(): Dialect {
    return this.#client.dialect;
  }

  get ready(): boolean {
    return this.#client.patience > 0;
  }

  get cursor(): Cursor | undefined {
    return this.#cursor;
  }

  get open(): boolean {
    return this.#cursor?.closed === false;
  }

  begin(): void {
    this.#cursor = this.#client.feed.subscribe(this, this.#position, this.#earlier?.cursor);
  }

  write(lines: Uint8Array): void {
    this.#client.guard(() => {
      assert.ok(this.ready, 'a full socket is not written to');
      assert.ok(!this.#closed, 'who is gone is sent nothing');
      assert.ok(this.#earlier?.open !== true, 'who came back is sent first what happened until it left');
      this.#client.patience--;
      for (const line of Buffer.from(lines).toString().split('\n').slice(0, -1)) this.#check(line);
    });
  }

  advance(): void {
    this.#cursor?.advance();
  }

  omit(seq: number): void {
    if (seq > this.#position) this.#omitted.add(seq);
    this.#cursor?.omit(seq);
  }

  endAt(seq: number): void {
    // What was sent already cannot be taken back.
    this.#end = Math.max(seq, this.#position);
    this.#cursor?.endAt(seq);
  }

  close(): void {
    this.#closed = true;
    this.#cursor?.close();
  }

  checkComplete(): void {
    this.#skipOmitted();
    const end = Math.min(this.#end, this.#client.log().length);
    assert.equal(this.#position, end, `${this.#client.user} is sent all up to the end`);
  }

  #check(line: string): void {
    this.#skipOmitted();
    const event = this.#client.log()[this.#position];
    assert.ok(event !== undefined, `${this.#client.user} sees what is not in the log: ${line}`);
    const due = this.#versions(event.seq).map((version) =>
      Buffer.from(encodeRoomEvents(sala1, [version], this.dialect)).toString(),
    );
    if (!due.includes(`${line}\n`)) assert.equal(`${line}\n`, due[0], `${this.#client.user} is sent what comes next`);
    assert.ok(event.seq <= this.#end, `${this.#client.user} sees what happened after it left: ${line}`);
    this.#position = event.seq;
    if (this.#end === Number.POSITIVE_INFINITY) this.#client.seen = event.seq;
  }

  /** An event as it was told when it happened, and as it was read at any time since. */
  #versions(seq: number): RoomEvent[] {
    const log = this.#client.log();
    const first = log[seq - 1] as RoomEvent;
    if (first.type !== 'said' && first.type !== 'edited') return [first];
    return log.slice(seq - 1).map((_, i) => asNow(log.slice(0, seq + i))[seq - 1] as RoomEvent);
  }

  #skipOmitted(): void {
    while (this.#omitted.has(this.#position + 1)) this.#position++;
  }
}
