import { createServer, type Server, type Socket } from 'node:net';
import { encodeRefusal, encodeResult, parseRequests } from '../protocol/jsonrpc.js';
import type { Limits } from '../protocol/limits.js';
import { type Line, LineSplitter } from '../protocol/lines.js';
import { type ParamTable, readParams } from '../protocol/params.js';
import { isRefusal, refusals } from '../protocol/refusals.js';

/**
 * The operator's socket: JSON-RPC lines as clients speak them, but one call after the other, and methods of its own.
 * Who may connect is the file system's to say: the socket lies in a directory of the daemon's user alone. See ADR 15.
 */

/** A method: its params, and what it does; it answers a result or a refusal. */
export interface ControlHandler {
  readonly params: ParamTable;
  // biome-ignore lint/suspicious/noExplicitAny: a table holds handlers of values of every shape
  readonly run: (values: any) => object | Promise<object>;
}

export type ControlHandlers = Readonly<Record<string, ControlHandler>>;

export interface ControlServer {
  /** Takes no more calls; connections end. */
  close(): void;
}

const connectionsMax = 16;
/** How long a connection may say nothing. */
const idleMsMax = 60_000;

/**
 * Listens on the Unix socket `path`. The path must be free, and its directory the daemon's.
 *
 * @throws the system's error, for instance EADDRINUSE, or EINVAL where the path is longer than sockets may be.
 */
export function listenForControl(path: string, handlers: ControlHandlers, limits: Limits): Promise<ControlServer> {
  const sockets = new Set<Socket>();
  return new Promise((resolve, reject) => {
    const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      // A broken connection ends like any other.
      socket.on('error', () => {});
      socket.setTimeout(idleMsMax, () => socket.destroy());
      void converse(socket, handlers, limits);
    });
    server.maxConnections = connectionsMax;
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve({
        close: () => {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
    });
  });
}

/** Answers a connection's calls, one after the other; it is not read meanwhile, nor while its answers are not. */
async function converse(socket: Socket, handlers: ControlHandlers, limits: Limits): Promise<void> {
  const splitter = new LineSplitter(limits.lineBytesMax);
  const answerAll = async (lines: readonly Line[]): Promise<void> => {
    for (const line of lines) {
      const answer = await answerTo(line, handlers, limits);
      if (answer !== undefined && !socket.write(`${answer}\n`)) await drained(socket);
    }
  };
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) await answerAll(splitter.push(chunk));
    await answerAll(splitter.end());
  } catch {
    // The connection broke: nobody waits for an answer any more.
  }
  socket.end();
}

async function answerTo(line: Line, handlers: ControlHandlers, limits: Limits): Promise<string | undefined> {
  if (line.type !== 'text') {
    const refusal = line.type === 'too-long' ? refusals.lineTooLong(limits) : refusals.invalidUtf8();
    return encodeRefusal(null, refusal, 'en');
  }
  if (line.text.trim() === '') return undefined;
  const parsed = parseRequests(line.text, limits);
  if (parsed.type === 'batch') return encodeRefusal(null, refusals.invalidRequest(undefined), 'en');
  const { request } = parsed;
  if (request.type === 'refused') return encodeRefusal(request.id, request.refusal, 'en');
  const id = request.id ?? null;
  const handler = Object.hasOwn(handlers, request.method) ? handlers[request.method] : undefined;
  if (handler === undefined) return encodeRefusal(id, refusals.methodNotFound(), 'en');
  const read = readParams(handler.params, request.params, false, limits);
  if ('refusal' in read) return encodeRefusal(id, read.refusal, 'en');
  const outcome = await handler.run(read.values);
  return isRefusal(outcome) ? encodeRefusal(id, outcome, 'en') : encodeResult(id, outcome);
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', resolve);
  });
}
