import type { ErrorCode } from '../protocol/refusals.js';

/** The error object of a JSON-RPC answer, as it came (PROTOCOL.md, section 3). */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data: {
    readonly code: ErrorCode;
    readonly temporary: boolean;
    readonly retryAfterMs?: number;
    readonly field?: string;
  };
}

/** The server refused the call. `code` is the contract's, `message` is for people. */
export class CallRefused extends Error {
  override readonly name = 'CallRefused';
  readonly code: ErrorCode;
  /** The same call may succeed later, after `retryAfterMs` where the server tells it. */
  readonly temporary: boolean;
  readonly retryAfterMs: number | undefined;
  /** The param that was wrong. */
  readonly field: string | undefined;
  /** The error as it came. */
  readonly wire: WireError;

  constructor(wire: WireError) {
    super(wire.message);
    this.wire = wire;
    ({ code: this.code, temporary: this.temporary } = wire.data);
    this.retryAfterMs = wire.data.retryAfterMs;
    this.field = wire.data.field;
  }
}

/** No answer within the call's deadline. Whether it took effect is unknown: repeat a send with the same `clientMsgId`. */
export class CallTimedOut extends Error {
  override readonly name = 'CallTimedOut';
  readonly deadlineMs: number;

  constructor(method: string, deadlineMs: number) {
    super(`${method} was not answered within ${deadlineMs} ms`);
    this.deadlineMs = deadlineMs;
  }
}

/** The call was not sent: the server has not read, or not answered, what was said before, and that fills the queue. */
export class SendQueueFull extends Error {
  override readonly name = 'SendQueueFull';

  constructor(method: string, queueMax: string) {
    super(`${method} was not sent: ${queueMax} wait for the server already`);
  }
}

/** The connection ended. Whether the calls that were not answered took effect is unknown. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** What answers there says what no salas server says. */
export class NotSalas extends ConnectionLost {
  constructor(cause?: unknown) {
    super('what answers there is not a salas server', { cause });
  }
}

/** What is wrong with a server's TLS. */
export type TlsFault =
  | 'expired'
  | 'not-yet-valid'
  | 'self-signed'
  /** Signed by an authority that is not trusted here. */
  | 'unknown-authority'
  /** The certificate is another host's. */
  | 'wrong-host'
  /** What answers there does not speak TLS. */
  | 'not-offered'
  | 'other';

/** The server answers, but no connection with it can be trusted. */
export class TlsFailed extends Error {
  override readonly name = 'TlsFailed';
  readonly fault: TlsFault;
  /** The names that the certificate is for, where it is another host's. */
  readonly names: string | undefined;

  constructor(message: string, fault: TlsFault, names: string | undefined, cause: Error) {
    super(message, { cause });
    this.fault = fault;
    this.names = names;
  }
}

/** No connection could be made. */
export class ServerUnreachable extends Error {
  override readonly name = 'ServerUnreachable';
}
