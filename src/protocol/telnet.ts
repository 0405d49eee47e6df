/** Telnet's command bytes (RFC 854; the timing mark is RFC 860, the first command, EOF, is RFC 1184). */
const IAC = 0xff;
const DONT = 0xfe;
const DO = 0xfd;
const WONT = 0xfc;
const WILL = 0xfb;
const SB = 0xfa;
const SE = 0xf0;
const EOF = 0xec;
const TIMING_MARK = 6;
const LF = 0x0a;

type State = 'data' | 'command' | 'option' | 'subnegotiation' | 'subnegotiation-command';

/**
 * Takes telnet's commands out of a byte stream, also where they are cut by chunks, and refuses every option
 * once: WILL is answered DONT, DO is answered WONT. DO TIMING-MARK, which telnet sends with Ctrl-C and waits
 * for, is refused each time.
 *
 * 1. A byte 0xFF that begins no command stays in the stream, where it makes its line invalid UTF-8.
 * 2. LF always ends a line, even inside a command. No client we could hear sends one there: the options it
 *    stands for (RFC 652) are refused, and so is every subnegotiation. So garbage swallows one line at most.
 */
export class TelnetFilter {
  #state: State = 'data';
  #verb = 0;
  // Bit v of entry o: option o was refused in answer to verb WILL + v. Made when the first option comes.
  #refused: Uint8Array | undefined;

  /** The chunk without commands; `replies` takes the bytes to send back at once. */
  filter(chunk: Buffer, replies: { put(bytes: Buffer): void }): Buffer {
    if (this.#state === 'data' && !chunk.includes(IAC)) return chunk;
    // One byte more than came in: a lone 0xFF from the chunk before may come out too.
    const out = Buffer.allocUnsafe(chunk.length + 1);
    let length = 0;
    for (const byte of chunk) {
      switch (this.#state) {
        case 'data':
          if (byte === IAC) this.#state = 'command';
          else out[length++] = byte;
          break;
        case 'command':
          if (byte >= WILL && byte <= DONT) {
            this.#verb = byte;
            this.#state = 'option';
          } else if (byte === SB) {
            this.#state = 'subnegotiation';
          } else {
            this.#state = 'data';
            // IAC IAC stands for the byte itself; below EOF there are no commands.
            if (byte === IAC || byte < EOF) out[length++] = IAC;
            if (byte < EOF) out[length++] = byte;
          }
          break;
        case 'option':
          this.#state = 'data';
          if (byte === LF) out[length++] = byte;
          else this.#refuse(byte, replies);
          break;
        case 'subnegotiation':
          if (byte === IAC) this.#state = 'subnegotiation-command';
          else if (byte === LF) {
            this.#state = 'data';
            out[length++] = byte;
          }
          break;
        case 'subnegotiation-command':
          this.#state = byte === SE || byte === LF ? 'data' : 'subnegotiation';
          if (byte === LF) out[length++] = byte;
          break;
        default:
          this.#state satisfies never;
      }
    }
    return out.subarray(0, length);
  }

  /** What is left of a stream that has ended: a last 0xFF began no command. */
  end(): Buffer {
    return Buffer.from(this.#state === 'command' ? [IAC] : []);
  }

  #refuse(option: number, replies: { put(bytes: Buffer): void }): void {
    // WONT and DONT tell of what was never on, and want no answer.
    if (this.#verb !== WILL && this.#verb !== DO) return;
    if (!(this.#verb === DO && option === TIMING_MARK)) {
      this.#refused ??= new Uint8Array(256);
      const bit = 1 << (this.#verb - WILL);
      const before = this.#refused[option] as number;
      if (before & bit) return;
      this.#refused[option] = before | bit;
    }
    replies.put(Buffer.from([IAC, this.#verb === WILL ? DONT : WONT, option]));
  }
}
