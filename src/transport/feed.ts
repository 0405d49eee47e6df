import type { Lines } from '../actors/batch.js';
import type { Dialect } from '../protocol/events.js';
import type { LinePage } from '../reads/pool.js';

/**
 * A log's live end, and the cursors on it. A room is a log, an inbox is a log; live delivery, a slow reader, a
 * reconnect and a replay are all a cursor that moves on.
 */
/** Whom a cursor writes to. */
export interface Reader {
  readonly dialect: Dialect;
  /** False while more waits to be sent than may; `write` is not called then. */
  readonly ready: boolean;
  write(lines: Uint8Array): void;
}

export interface FeedOptions {
  readonly head: number;
  /** Bytes of recent lines to keep in memory. */
  readonly ringBytesMax: () => number;
  /** Reads what the ring no longer has: a run of lines behind `after`, up to `upTo` at the most. */
  readonly read: (after: number, upTo: number, dialect: Dialect) => Promise<LinePage>;
  /** Tells a reader that what it has not been sent up to `seq` is not kept any more; it is sent what comes behind. */
  readonly onGap?: (reader: Reader, seq: number) => void;
}

const readRetryMs = 100;

export class Feed {
  /** Lines written to readers: a line counts once a reader. */
  deliveries = 0;
  readonly #options: FeedOptions;
  readonly #cursors = new Set<Cursor>();
  // Runs that follow each other without a gap and end at #head.
  #ring: Lines[] = [];
  #ringBytes = 0;
  #head: number;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#head = options.head;
  }

  /** The last `seq` there is, as far as is known here. */
  get head(): number {
    return this.#head;
  }

  get cursors(): Iterable<Cursor> {
    return this.#cursors;
  }

  /**
   * Takes the next run of lines, and passes it on to every cursor that is level with the log. If by it earlier lines
   * are `outdated`, none is kept: who is behind reads from the store what they say now.
   */
  publish(lines: Lines, outdated = false): void {
    // Lines got lost on the way, with a thread that died: the store has them.
    if (outdated || lines.first !== this.#head + 1) this.#clearRing();
    if (!outdated) {
      this.#ring.push(lines);
      this.#ringBytes += bytesOf(lines);
    }
    this.#head = lines.last;
    const max = this.#options.ringBytesMax();
    while (this.#ringBytes > max && this.#ring.length > 0) this.#ringBytes -= bytesOf(this.#ring.shift() as Lines);
    for (const cursor of this.#cursors) cursor.offer(lines);
  }

  /** Learns of a head without its lines; cursors read them from the store. */
  advanceTo(head: number): void {
    if (head <= this.#head) return;
    this.#clearRing();
    this.#head = head;
    for (const cursor of this.#cursors) cursor.advance();
  }

  /** Begins anew at `head` of another log; whatever was before is no longer told to anybody. */
  restartAt(head: number): void {
    this.#clearRing();
    this.#head = head;
    for (const cursor of this.#cursors) cursor.restartAt(head);
  }

  /** A cursor that passes on everything behind `after`; not before `earlier`, of the same reader, is closed. */
  subscribe(reader: Reader, after: number, earlier?: Cursor): Cursor {
    const cursor = new Cursor(this, reader, after);
    this.#cursors.add(cursor);
    if (earlier === undefined) cursor.advance();
    else cursor.waitFor(earlier);
    return cursor;
  }

  /** To be called by a cursor that is closed. */
  drop(cursor: Cursor): void {
    this.#cursors.delete(cursor);
  }

  /** The run in the ring with the line after `position`, if it is still there. */
  find(position: number): Lines | undefined {
    let low = 0;
    let high = this.#ring.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const lines = this.#ring[middle] as Lines;
      if (position + 1 < lines.first) high = middle - 1;
      else if (position + 1 > lines.last) low = middle + 1;
      else return lines;
    }
    return undefined;
  }

  read(after: number, dialect: Dialect): Promise<LinePage> {
    return this.#options.read(after, this.#head, dialect);
  }

  gap(reader: Reader, seq: number): void {
    this.#options.onGap?.(reader, seq);
  }

  #clearRing(): void {
    this.#ring = [];
    this.#ringBytes = 0;
  }
}

/**
 * Where one reader is in a log. The reader gets every line behind its position, each once, in order, without a gap:
 * as it comes while the reader keeps up, else from the ring, else from the store.
 */
export class Cursor {
  readonly #feed: Feed;
  readonly #reader: Reader;
  #position: number;
  // A page is being read, or an earlier cursor comes first.
  #waiting = false;
  #next: Cursor | undefined;
  #closed = false;
  // How often the log was replaced.
  #restarts = 0;
  #end: number | undefined;
  // Lines that the reader does not want: see omit().
  #omitted: Set<number> | undefined;

  constructor(feed: Feed, reader: Reader, position: number) {
    this.#feed = feed;
    this.#reader = reader;
    this.#position = position;
  }

  get reader(): Reader {
    return this.#reader;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** How many lines the reader has not been sent. */
  get lag(): number {
    return this.#feed.head - this.#position;
  }

  /** Takes a run that was just published, if it is what comes next here. */
  offer(lines: Lines): void {
    const bytes = lines[this.#reader.dialect];
    const plain = this.#end === undefined && this.#omitted === undefined;
    if (plain && bytes !== undefined && this.#position + 1 === lines.first && this.#reader.ready && !this.#waiting) {
      this.#feed.deliveries += lines.last - this.#position;
      this.#position = lines.last;
      this.#reader.write(bytes);
    } else {
      this.advance();
    }
  }

  /** Stands still until `earlier` is closed. */
  waitFor(earlier: Cursor): void {
    this.#waiting = true;
    earlier.#next = this;
  }

  /** Moves on as far as the reader takes it. To be called again when the reader is ready again. */
  advance(): void {
    while (!this.#waiting && !this.#closed && this.#reader.ready && this.#position < this.#feed.head) {
      const { dialect } = this.#reader;
      const lines = this.#feed.find(this.#position);
      const bytes = lines?.[dialect];
      if (lines === undefined || bytes === undefined) void this.#readOn(dialect);
      else this.#pass(bytes, lines.first, lines.last);
    }
  }

  /** Closes the cursor once it has passed `seq`. */
  endAt(seq: number): void {
    this.#end = seq;
    if (this.#position >= seq) this.close();
    else this.advance();
  }

  /** Leaves out one line that is still to come. */
  omit(seq: number): void {
    if (seq <= this.#position) return;
    this.#omitted ??= new Set();
    this.#omitted.add(seq);
  }

  restartAt(position: number): void {
    this.#restarts++;
    // What there was still to tell was of the old log.
    if (this.#end !== undefined) this.close();
    this.#position = position;
    this.#omitted = undefined;
  }

  close(): void {
    this.#closed = true;
    this.#feed.drop(this);
    const next = this.#next;
    this.#next = undefined;
    if (next === undefined) return;
    next.#waiting = false;
    next.advance();
  }

  /** Passes on what of a run is behind the position. */
  #pass(bytes: Uint8Array, first: number, last: number): void {
    const to = this.#end === undefined ? last : Math.min(last, this.#end);
    const whole = this.#position + 1 === first && to === last && this.#omitted === undefined;
    const wanted = whole ? bytes : cut(bytes, first, this.#position + 1, to, this.#omitted);
    this.#feed.deliveries += to - this.#position;
    this.#position = to;
    if (wanted.length > 0) this.#reader.write(wanted);
    if (this.#omitted !== undefined) {
      for (const seq of this.#omitted) if (seq <= to && this.#omitted.delete(seq)) this.#feed.deliveries--;
      if (this.#omitted.size === 0) this.#omitted = undefined;
    }
    if (this.#end !== undefined && to >= this.#end) this.close();
  }

  /** What is behind the position up to `seq` is gone. */
  #skipTo(seq: number): void {
    this.#position = seq;
    for (const omitted of this.#omitted ?? []) if (omitted <= seq) this.#omitted?.delete(omitted);
    if (this.#end !== undefined && seq >= this.#end) this.close();
    else this.#feed.gap(this.#reader, seq);
  }

  async #readOn(dialect: Dialect): Promise<void> {
    this.#waiting = true;
    const after = this.#position;
    const restarts = this.#restarts;
    // Too many may read at once, or the store may not be to be had just now: the lines are safe, and can wait.
    const page = await this.#feed.read(after, dialect).catch(() => undefined);
    const empty = page === undefined || page.last < page.first;
    if (empty) await new Promise((resolve) => setTimeout(resolve, readRetryMs).unref());
    this.#waiting = false;
    if (this.#closed) return;
    // While the page was read, the reader may have got behind, or its way of being told or the log itself changed.
    if (!empty && this.#reader.ready && this.#restarts === restarts && this.#reader.dialect === dialect) {
      const { lines, first, last } = page;
      if (first > after + 1) this.#skipTo(first - 1);
      if (this.#closed) return;
      const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
      if (this.#reader.ready) this.#pass(bytes, first, last);
    }
    this.advance();
  }
}

const LF = 0x0a;

/** The lines `from` to `to` of a run that begins with the line `first`, without the omitted ones. */
function cut(bytes: Uint8Array, first: number, from: number, to: number, omitted?: ReadonlySet<number>): Uint8Array {
  const parts: Uint8Array[] = [];
  let start = 0;
  for (let seq = first; seq <= to; seq++) {
    const end = bytes.indexOf(LF, start) + 1;
    if (seq >= from && !omitted?.has(seq)) parts.push(bytes.subarray(start, end));
    start = end;
  }
  return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
}

function bytesOf({ json, text }: Lines): number {
  return (json?.length ?? 0) + (text?.length ?? 0);
}
