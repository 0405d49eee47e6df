import type { AnswerStyle } from '../protocol/answers.js';
import type { Dialect } from '../protocol/events.js';
import type { Limits } from '../protocol/limits.js';
import type { Line } from '../protocol/lines.js';
import { isPlain, type Look, plainLook } from '../protocol/look.js';
import type { MethodName } from '../protocol/methods.js';
import type { RoomName, SessionId } from '../protocol/names.js';
import { type Refusal, refusals } from '../protocol/refusals.js';
import type { Language, Speech } from '../protocol/speech.js';
import { type Call, type Caller, CallQueue } from './call-queue.js';
import { dressed } from './dressing.js';
import type { Cursor, Reader } from './feed.js';
import { Interpreter, type Speaker } from './interpreter.js';
import type { Origin } from './origins.js';
import type { Room } from './rooms.js';
import type { Connection, ConnectionHandler } from './tcp.js';
import type { User } from './users.js';

/** Carries out one call, whose params are checked, and answers it once, with a value or written in `style`: see dispatch.ts. */
export type Dispatch = (
  session: Session,
  method: MethodName,
  values: Record<string, unknown>,
  reply: (outcome: object) => void,
  style: AnswerStyle,
) => void;

/** How many connections want their pushes in which dialect. */
export type Audience = { [D in Dialect]: number };

export interface SessionOptions {
  readonly limits: Limits;
  readonly dispatch: Dispatch;
  readonly audience: Audience;
  readonly onRefusal: (refusal: Refusal) => void;
  readonly onClosed: (session: Session) => void;
}

/**
 * One connection: who is there, what it asked for, and its cursors on rooms and inbox.
 * While a call waits to start, or more waits to be sent than may, the connection is not read.
 */
export class Session implements ConnectionHandler, Reader, Speaker, Caller {
  /** Names the connection for as long as the daemon runs. */
  readonly number: number;
  /** When it came, Unix time in ms. */
  readonly since = Date.now();
  user: User | undefined;
  /** What it has in common with others from its address; undefined where those are not limited. */
  origin: Origin | undefined;
  /** The session of the user's, in the contract's sense, with whose token this connection came. */
  sessionId: SessionId | undefined;
  currentRoom: RoomName | undefined;
  /** Whether the connection is over. */
  gone = false;
  /** Cursors on the rooms whose events this connection is sent. */
  readonly rooms = new Map<Room, Cursor>();
  readonly #connection: Connection;
  readonly #interpreter: Interpreter;
  readonly #queue: CallQueue;
  readonly #options: SessionOptions;
  #dialect: Dialect = 'text';
  #mode: Dialect = 'text';
  #look = plainLook;
  /** The look that pushes are given here, which are for everybody else without. */
  #dressed: Look | undefined;
  #inbox: Cursor | undefined;
  /** Cursors on rooms that the user has left, which are still on their way to that, in the order of leaving. */
  #parting: { readonly room: Room; readonly cursor: Cursor }[] = [];
  // What came in and was not read as calls yet, last first.
  #lines: Line[] = [];
  #calls: Call[] = [];
  /** The client will send no more: it gets its answers, then the connection ends. */
  #ending = false;
  /** The server will read no more: it gives the answers that are due, then ends the connection. */
  #finished = false;

  constructor(connection: Connection, number: number, options: SessionOptions) {
    const { limits, audience, onRefusal } = options;
    this.number = number;
    this.#connection = connection;
    this.#options = options;
    audience[this.#dialect]++;
    this.#interpreter = new Interpreter(this, limits, onRefusal);
    this.#queue = new CallQueue(this, limits.inFlightMax);
  }

  /** How lines are to be given to {@link write}. Whoever has a look of their own is given JSON, and pays for it alone. */
  get dialect(): Dialect {
    return this.#dialect;
  }

  get mode(): Dialect {
    return this.#mode;
  }

  set mode(mode: Dialect) {
    this.#mode = mode;
    this.#chooseDialect();
  }

  get look(): Look {
    return this.#look;
  }

  set look(look: Look) {
    this.#look = look;
    this.#chooseDialect();
  }

  /** What people are spoken to in here. */
  get language(): Language {
    return this.#interpreter.language;
  }

  #chooseDialect(): void {
    const { audience } = this.#options;
    this.#dressed = this.#mode === 'text' && !isPlain(this.#look) ? this.#look : undefined;
    audience[this.#dialect]--;
    this.#dialect = this.#dressed === undefined ? this.#mode : 'json';
    audience[this.#dialect]++;
  }

  /** Where the client is; empty where that is no longer known. */
  get address(): string {
    return this.#connection.address;
  }

  get encrypted(): boolean {
    return this.#connection.encrypted;
  }

  get ready(): boolean {
    return this.#connection.outbox.ready;
  }

  /** Bytes that wait to be read by the client. */
  get queuedBytes(): number {
    return this.#connection.outbox.bytes;
  }

  /** Calls not answered yet. */
  get calls(): number {
    return this.#queue.inFlight;
  }

  /** How many events it has not been sent, of the log where it is furthest behind. */
  get lag(): number {
    let lag = this.#inbox?.lag ?? 0;
    for (const cursor of this.rooms.values()) lag = Math.max(lag, cursor.lag);
    return lag;
  }

  /** Whether something has come in that is not started yet. */
  get #waiting(): boolean {
    return this.#queue.waiting || this.#lines.length > 0 || this.#calls.length > 0;
  }

  call(
    method: MethodName,
    values: Record<string, unknown>,
    reply: (outcome: object) => void,
    style: AnswerStyle,
  ): void {
    this.#options.dispatch(this, method, values, reply, style);
  }

  send(part: string | Uint8Array): void {
    this.#connection.outbox.put(part);
  }

  quit(): void {
    this.finish(refusals.notRegistered());
  }

  /** Sends whole lines that were not asked for. */
  write(lines: string | Uint8Array): void {
    if (this.#ending) return;
    this.#connection.outbox.put(this.#dressed === undefined ? lines : dressed(lines, this.#dressed));
  }

  /** Says something to people, which programs ignore. */
  comment(speech: Speech): void {
    this.write(`# ${speech[this.language]}\n`);
  }

  /** Begins to be sent what happens in a room behind `after`; where it is sent already, from there again. */
  follow(room: Room, after: number): void {
    this.rooms.get(room)?.close();
    if (this.#ending) return;
    // Who left and came back is told first what happened until they left.
    const left = this.#parting.findLast(({ room: one, cursor }) => one === room && !cursor.closed);
    this.rooms.set(room, room.feed.subscribe(this, after, left?.cursor));
  }

  /** The user left the room: what happened up to `seq` is still sent. */
  part(room: Room, seq: number): void {
    const cursor = this.rooms.get(room);
    cursor?.endAt(seq);
    if (cursor?.closed === false) this.#parting.push({ room, cursor });
    this.rooms.delete(room);
    if (this.currentRoom === room.name) this.currentRoom = undefined;
  }

  /** Begins to be sent the private messages behind `after`. */
  followInbox(user: User, after: number): void {
    if (!this.#ending) this.#inbox = user.inbox.subscribe(this, after);
  }

  /** A text connection is not sent its own messages: it was told `+OK`. */
  omitOwn(room: Room, seq: number): void {
    if (this.#mode === 'text') this.rooms.get(room)?.omit(seq);
  }

  omitOwnPrivate(seq: number): void {
    if (this.#mode === 'text') this.#inbox?.omit(seq);
  }

  lines(lines: readonly Line[]): void {
    if (this.#finished) return;
    this.#lines = this.#lines.length === 0 ? lines.toReversed() : [...lines.toReversed(), ...this.#lines];
    this.#queue.pump();
  }

  ended(): void {
    this.#ending = true;
    this.#closeCursors();
    this.#queue.pump();
  }

  drained(): void {
    // Before the cursors fill it up again: who is far behind is answered all the same.
    this.#queue.pump();
    for (const { cursor } of this.#parting) cursor.advance();
    this.#parting = this.#parting.filter(({ cursor }) => !cursor.closed);
    for (const cursor of this.rooms.values()) cursor.advance();
    this.#inbox?.advance();
    this.#queue.pump();
  }

  closed(): void {
    this.gone = true;
    this.finish(refusals.draining());
    this.#options.audience[this.#dialect]--;
    this.#options.onClosed(this);
  }

  /**
   * Ends the connection once the calls in flight are answered. Calls that were read and have not started, as the
   * rest of a batch, are refused with `refusal`; whatever came after them is dropped.
   */
  finish(refusal: Refusal): void {
    this.#finished = true;
    this.#lines = [];
    const held = this.#queue.takeBack();
    const unstarted = [...(held === undefined ? [] : [held]), ...this.#calls.reverse()];
    this.#calls = [];
    for (const call of unstarted) call.reply(refusal);
    this.ended();
  }

  nextCall(): Call | undefined {
    while (this.#calls.length === 0) {
      const line = this.#lines.pop();
      if (line === undefined) return undefined;
      this.#calls = this.#interpreter.read(line).reverse();
    }
    return this.#calls.pop();
  }

  callsChanged(): void {
    if (this.#ending && !this.#waiting && this.#queue.inFlight === 0) this.#connection.finish();
    else this.#connection.reading = !this.#waiting && this.ready;
  }

  #closeCursors(): void {
    const parting = this.#parting.map(({ cursor }) => cursor);
    for (const cursor of [...this.rooms.values(), ...parting.reverse()]) cursor.close();
    this.rooms.clear();
    this.#parting = [];
    this.#inbox?.close();
    this.#inbox = undefined;
  }
}
