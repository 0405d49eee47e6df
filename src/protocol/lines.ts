import { isUtf8 } from 'node:buffer';

/** One line as it came in: its text, or why it has none, and then whether it began like JSON. */
export type Line =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'too-long' | 'invalid-utf8'; readonly json: boolean };

const LF = 0x0a;
const CR = 0x0d;
const NUL = 0x00;
const SPACE = 0x20;
const TAB = 0x09;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const carryBytesMin = 64;

/**
 * Splits a byte stream into lines (PROTOCOL.md, section 1).
 *
 * 1. LF ends a line, and one CR before it is dropped. CR NUL ends a line too (telnet, RFC 854).
 * 2. A line over `lineBytesMax` is told once, as soon as that is certain, and its rest is discarded; so at most
 *    `lineBytesMax + 1` bytes are kept, whatever is sent (the one more is a CR that may belong to the end).
 * 3. The lines do not depend on how the stream was cut into chunks.
 */
export class LineSplitter {
  readonly #lineBytesMax: number;
  // The unfinished line: the first #carried bytes of #carry. It grows by doubling, so that a connection which
  // sends a byte at a time costs neither much memory nor much copying.
  #carry: Buffer | undefined;
  #carried = 0;
  #discarding = false;
  #lastWasCr = false;

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax;
  }

  /** The lines that `chunk` completes, in order. */
  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    const valid = isUtf8(chunk);
    let start = 0;
    // The next candidates for an end; each search goes on where the one before stopped.
    let lf = chunk.indexOf(LF);
    let nul = this.#crNul(chunk, 0);
    while (lf !== -1 || nul !== -1) {
      const end = lf === -1 ? nul : nul === -1 ? lf : Math.min(lf, nul);
      this.#finish(chunk, start, end, valid, lines);
      start = end + 1;
      if (end === lf) lf = chunk.indexOf(LF, start);
      else nul = this.#crNul(chunk, start);
    }
    this.#keep(chunk, start, lines);
    return lines;
  }

  /** The last line of a stream that ended without LF, if there is one. */
  end(): Line[] {
    const lines: Line[] = [];
    if (this.#carried > 0) this.#finish(Buffer.alloc(0), 0, 0, false, lines);
    return lines;
  }

  /** Where the next NUL after a CR is, from `start` on; -1 if nowhere. */
  #crNul(chunk: Buffer, start: number): number {
    let nul = chunk.indexOf(NUL, start);
    while (nul !== -1 && !(nul > 0 ? chunk[nul - 1] === CR : this.#lastWasCr)) nul = chunk.indexOf(NUL, nul + 1);
    return nul;
  }

  /** Ends the line whose last bytes are `chunk[start, end)`. */
  #finish(chunk: Buffer, start: number, end: number, chunkValid: boolean, lines: Line[]): void {
    if (this.#discarding) {
      this.#discarding = false;
      return;
    }
    const length = this.#carried + end - start;
    if (length > this.#lineBytesMax + 1) {
      lines.push(this.#tooLong(chunk, start));
    } else if (this.#carried === 0) {
      lines.push(this.#decode(chunk, start, end, chunkValid));
    } else {
      this.#append(chunk, start, end);
      this.#carried = 0;
      lines.push(this.#decode(this.#carry as Buffer, 0, length, false));
    }
    this.#carry = undefined;
  }

  /** Keeps `chunk` from `start` on for the next chunk to complete. */
  #keep(chunk: Buffer, start: number, lines: Line[]): void {
    if (chunk.length === 0) return;
    this.#lastWasCr = chunk[chunk.length - 1] === CR;
    if (start === chunk.length || this.#discarding) return;
    const length = this.#carried + chunk.length - start;
    if (length > this.#lineBytesMax + (this.#lastWasCr ? 1 : 0)) {
      lines.push(this.#tooLong(chunk, start));
      this.#discarding = true;
    } else {
      this.#append(chunk, start, chunk.length);
    }
  }

  /** Gives up the line whose next bytes are in `chunk` from `start` on. */
  #tooLong(chunk: Buffer, start: number): Line {
    // Only the line's first lineBytesMax bytes are looked at: those are here wherever the stream was cut.
    const kept = Math.min(this.#carried, this.#lineBytesMax);
    const first =
      (this.#carry && firstAfterSpaces(this.#carry, 0, kept)) ??
      firstAfterSpaces(chunk, start, start + this.#lineBytesMax - kept);
    this.#carried = 0;
    this.#carry = undefined;
    return { type: 'too-long', json: beginsJson(first) };
  }

  #append(chunk: Buffer, start: number, end: number): void {
    const length = this.#carried + end - start;
    if (this.#carry === undefined || this.#carry.length < length) {
      const grown = Buffer.allocUnsafeSlow(Math.min(Math.max(carryBytesMin, 2 * length), this.#lineBytesMax + 1));
      this.#carry?.copy(grown, 0, 0, this.#carried);
      this.#carry = grown;
    }
    chunk.copy(this.#carry, this.#carried, start, end);
    this.#carried = length;
  }

  #decode(bytes: Buffer, start: number, end: number, valid: boolean): Line {
    const last = end > start && bytes[end - 1] === CR ? end - 1 : end;
    const tooLong = last - start > this.#lineBytesMax;
    if (!tooLong && (valid || isUtf8(bytes.subarray(start, last)))) {
      return { type: 'text', text: bytes.toString('utf8', start, last) };
    }
    const first = firstAfterSpaces(bytes, start, Math.min(last, start + this.#lineBytesMax));
    return { type: tooLong ? 'too-long' : 'invalid-utf8', json: beginsJson(first) };
  }
}

/** The first byte of `bytes[start, end)` that is no space; undefined if there is none. */
function firstAfterSpaces(bytes: Buffer, start: number, end: number): number | undefined {
  let i = start;
  while (i < end && (bytes[i] === SPACE || bytes[i] === TAB)) i++;
  return i < end ? bytes[i] : undefined;
}

/** Whether a line whose first byte after spaces is `first` is JSON-RPC. */
function beginsJson(first: number | undefined): boolean {
  return first === OPEN_BRACE || first === OPEN_BRACKET;
}
