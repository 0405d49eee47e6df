import type { WireError } from './errors.js';
import { hasShape, type Push, pushShapes } from './pushes.js';

/** What one line of the server says. */
export type Message =
  | { readonly type: 'push'; readonly push: Push }
  /** A push of a newer server: nothing for this client. */
  | { readonly type: 'unknown-push' }
  | { readonly type: 'result'; readonly id: unknown; readonly result: unknown }
  | { readonly type: 'refused'; readonly id: unknown; readonly error: WireError };

/** Reads a line; undefined if no salas server would send it. What is in results is the server's word. */
export function parseMessage(line: string): Message | undefined {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(json) || json.jsonrpc !== '2.0') return undefined;
  const { id, method, params, result, error } = json;
  if (typeof method === 'string') {
    if (!isObject(params)) return undefined;
    if (!Object.hasOwn(pushShapes, method)) return { type: 'unknown-push' };
    if (!hasShape(params, pushShapes[method as Push['method']])) return undefined;
    return { type: 'push', push: { method, params } as unknown as Push };
  }
  if (error === undefined) return isObject(result) ? { type: 'result', id, result } : undefined;
  return isWireError(error) ? { type: 'refused', id, error } : undefined;
}

function isWireError(error: unknown): error is WireError {
  return (
    isObject(error) && typeof error.message === 'string' && isObject(error.data) && typeof error.data.code === 'string'
  );
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null;
}
