import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { languageParam } from '../protocol/control.js';
import { encodeRefusal, encodeResult, parseRequests } from '../protocol/jsonrpc.js';
import type { Limits } from '../protocol/limits.js';
import { type Line, LineSplitter } from '../protocol/lines.js';
import { type ParamTable, readParams } from '../protocol/params.js';
import { isRefusal, refusals } from '../protocol/refusals.js';
import type { Language } from '../protocol/speech.js';

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
  /** Takes no more calls, and ends every connection: at once, or when the call that it waits for is answered. */
  close(): Promise<void>;
}

const connectionsMax = 16;
/** How long a connection may say nothing while no call of it is carried out. */
const idleMsMax = 60_000;
/** How long the last answers may take to be read. */
const closeMsMax = 1000;
const closePollMs = 10;

/** Told of a call that failed by a bug; its caller is answered `INTERNAL_ERROR`. */
export type OnBug = (method: string, error: unknown) => void;

interface Conversation {
  readonly answer: (line: Line) => Promise<string | undefined>;
  /** Whether nothing more is to be answered. */
  readonly over: () => boolean;
}

/**
 * Listens on the Unix socket `path`. The path must be free, and its directory the daemon's.
 *
 * @throws the system's error, for instance EADDRINUSE, or EINVAL where the path is longer than sockets may be.
 */
export function listenForControl(
  path: string,
  handlers: ControlHandlers,
  limits: Limits,
  onBug: OnBug,
): Promise<ControlServer> {
  // Whether a call of each connection is being carried out.
  const conversations = new Map<Socket, { busy: boolean }>();
  let closing = false;
  return new Promise((resolve, reject) => {
    const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
      const state = { busy: false };
      conversations.set(socket, state);
      socket.on('close', () => conversations.delete(socket));
      // A broken connection ends like any other.
      socket.on('error', () => {});
      socket.setTimeout(idleMsMax, () => {
        if (!state.busy) socket.destroy();
      });
      const conversation: Conversation = {
        answer: async (line) => {
          state.busy = true;
          const answered = await answerTo(line, handlers, limits, onBug);
          state.busy = false;
          return answered;
        },
        over: () => closing,
      };
      void converse(socket, limits, conversation);
    });
    server.maxConnections = connectionsMax;
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      server.on('error', () => {});
      resolve({
        close: async () => {
          closing = true;
          server.close();
          for (const [socket, { busy }] of conversations) if (!busy) socket.destroy();
          const deadline = performance.now() + closeMsMax;
          while (conversations.size > 0 && performance.now() < deadline) await sleep(closePollMs);
          for (const socket of conversations.keys()) socket.destroy();
        },
      });
    });
  });
}

/** Answers a connection's calls, one after the other; it is not read meanwhile, nor while its answers are not. */
async function converse(socket: Socket, limits: Limits, { answer, over }: Conversation): Promise<void> {
  const splitter = new LineSplitter(limits.lineBytesMax);
  const answerAll = async (lines: readonly Line[]): Promise<void> => {
    for (const line of lines) {
      if (over()) return;
      const said = await answer(line);
      if (said !== undefined && !socket.write(`${said}\n`)) await drained(socket);
    }
  };
  try {
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      await answerAll(splitter.push(chunk));
      if (over()) break;
    }
    await answerAll(splitter.end());
  } catch {
    // The connection broke: nobody waits for an answer any more.
  }
  socket.end();
}

async function answerTo(
  line: Line,
  handlers: ControlHandlers,
  limits: Limits,
  onBug: OnBug,
): Promise<string | undefined> {
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
  const language = languageOf(request.params);
  const read = readParams({ ...handler.params, language: languageParam }, request.params, false, limits);
  if ('refusal' in read) return encodeRefusal(id, read.refusal, language);
  const { language: _, ...values } = read.values;
  let outcome: object;
  try {
    outcome = await handler.run(values);
  } catch (error) {
    onBug(request.method, error);
    outcome = refusals.internal();
  }
  return isRefusal(outcome) ? encodeRefusal(id, outcome, language) : encodeResult(id, outcome);
}

/** What the caller speaks, also where its other params are wrong. */
function languageOf(params: unknown): Language {
  return (params as { readonly language?: unknown } | undefined)?.language === 'pt' ? 'pt' : 'en';
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    socket.once('drain', resolve);
    socket.once('close', resolve);
  });
}
