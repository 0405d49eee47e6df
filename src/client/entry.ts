import { type EnterOptions, enter, type Identity, type Participant } from './participant.js';

/** What `import … from 'salas/client'` has. */

export type { MethodName, Params, Result } from '../protocol/methods.js';
export type { ErrorCode } from '../protocol/refusals.js';
export type { Backoff } from './backoff.js';
export type { CallOptions } from './client.js';
export type { TlsOptions } from './connect.js';
export { CallRefused, CallTimedOut, ConnectionLost, SendQueueFull, ServerUnreachable, TlsFailed } from './errors.js';
export type { ConnectionState, Identity, Participant, SendOptions, WhisperOptions } from './participant.js';
export type { Push } from './pushes.js';
export type { Room } from './room.js';

/** Where to, as whom, and how patiently. */
export type ConnectOptions = Omit<EnterOptions, 'as'> & Identity;

/**
 * Connects to a server as a user, who stays: when the connection is lost it is made again, and goes on where it was. The
 * user comes new by a `name`, back by a `token`, or by the `userId` and `password` of an account.
 *
 * @throws {ServerUnreachable | TlsFailed} nobody answers there, or nobody to be trusted; only this first attempt is not
 *   repeated
 * @throws {CallRefused} the server does not take the name, the token or the password
 * @throws the signal's reason
 *
 * @example
 * const ana = await connect({ port: 4242, name: 'ana' });
 * const events = ana.events(); // Before she joins, or what is said right then is missed.
 * await ana.join('sala1');
 * await ana.send('sala1', 'oi, gente');
 * for await (const { method, params } of events) {
 *   if (method === 'room.message') console.log(`${params.from}: ${params.text}`);
 * }
 */
export function connect(options: ConnectOptions): Promise<Participant> {
  return enter({ ...options, as: identity(options) });
}

function identity(options: Identity): Identity {
  if ('name' in options) return { name: options.name };
  if ('token' in options) return { token: options.token };
  return { userId: options.userId, password: options.password };
}
