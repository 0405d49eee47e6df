import { createConnection } from 'node:net';
import { LineSplitter } from '../protocol/lines.js';
import { CallRefused, CallTimedOut, ConnectionLost, NotSalas, ServerUnreachable } from './errors.js';
import { parseMessage } from './messages.js';

const answerBytesMax = 16 * 1024 * 1024;

/**
 * Calls a method of the daemon whose control socket is at `path`; `params` go by name. Answers its result.
 *
 * @throws {ServerUnreachable} no daemon listens there; its `cause` tells more
 * @throws {CallRefused} the daemon said no
 * @throws {CallTimedOut} no answer within `deadlineMs`
 * @throws {ConnectionLost} the daemon ended before it answered
 */
export function callDaemon(
  path: string,
  method: string,
  params: object,
  deadlineMs = 30_000,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const lines = new LineSplitter(answerBytesMax);
    const socket = createConnection(path);
    let connected = false;
    const timer = setTimeout(() => fail(new CallTimedOut(method, deadlineMs)), deadlineMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    socket.on('connect', () => {
      connected = true;
      socket.end(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}\n`);
    });
    socket.on('data', (chunk) => {
      for (const line of lines.push(chunk)) {
        const message = line.type === 'text' ? parseMessage(line.text) : undefined;
        if (message?.type === 'refused') return fail(new CallRefused(message.error));
        if (message?.type !== 'result') return fail(new NotSalas());
        clearTimeout(timer);
        socket.destroy();
        return resolve(message.result as Record<string, unknown>);
      }
    });
    socket.on('error', (cause) => {
      if (connected) fail(new ConnectionLost(`the connection broke: ${cause.message}`, { cause }));
      else fail(new ServerUnreachable(`no daemon answers at ${path}`, { cause }));
    });
    socket.on('close', () => fail(new ConnectionLost('the daemon ended the connection')));
  });
}
