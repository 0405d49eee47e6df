import type { Socket } from 'node:net';

/** Outboxes with something in them; all are written out at the end of the turn of the event loop. */
let dirty: Outbox[] = [];

function flushAll(): void {
  const outboxes = dirty;
  dirty = [];
  for (const outbox of outboxes) outbox.flush();
}

/**
 * What is to be sent on one socket. Whatever is put in during a turn of the event loop goes out as one write, so a
 * busy server writes once a member and turn, not once a message and member.
 */
export class Outbox {
  readonly #socket: Socket;
  readonly #bytesMax: number;
  readonly #onReady: () => void;
  #parts: (string | Uint8Array)[] = [];
  #bytes = 0;

  /** `onReady` is told when there is room again after there was none. */
  constructor(socket: Socket, bytesMax: number, onReady: () => void) {
    this.#socket = socket;
    this.#bytesMax = bytesMax;
    this.#onReady = onReady;
    socket.on('drain', onReady);
  }

  /** Whether less waits to be sent than may. */
  get ready(): boolean {
    return this.bytes <= this.#bytesMax;
  }

  get empty(): boolean {
    return this.bytes === 0;
  }

  /** Bytes that wait to be sent. */
  get bytes(): number {
    return this.#bytes + this.#socket.writableLength;
  }

  /** Parts go out in this order; those that are put in by one turn together make whole lines. */
  put(part: string | Uint8Array): void {
    if (this.#parts.length === 0) {
      if (dirty.length === 0) process.nextTick(flushAll);
      dirty.push(this);
    }
    const last = this.#parts.length - 1;
    // Characters are counted for bytes: close enough for a bound on what waits for one turn.
    this.#bytes += part.length;
    if (typeof part === 'string' && typeof this.#parts[last] === 'string') this.#parts[last] += part;
    else this.#parts.push(part);
  }

  flush(): void {
    const wasReady = this.ready;
    this.#write();
    // The system may take at once whatever waited, and then the socket has nothing to tell by `drain`.
    if (!wasReady && this.ready) this.#onReady();
  }

  #write(): void {
    const parts = this.#parts;
    this.#parts = [];
    this.#bytes = 0;
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    if (parts.length === 1) {
      this.#socket.write(parts[0] as string | Uint8Array);
      return;
    }
    // Corked bytes leave in one system call; strings among them would take the socket's slow way.
    this.#socket.cork();
    for (const part of parts) this.#socket.write(typeof part === 'string' ? Buffer.from(part) : part);
    this.#socket.uncork();
  }
}
