import type { Limits } from '../protocol/limits.js';
import type { Speech } from '../protocol/speech.js';
import { controlSocket, freeControlSocket } from '../storage/data-directory.js';
import { StorageError } from '../storage/database.js';
import { type ControlHandlers, type ControlServer, listenForControl } from '../transport/control.js';

/** The operator's socket cannot be had; `said` says why in one line. */
export class NoControl extends Error {
  override readonly name = 'NoControl';
  readonly said: Speech;

  constructor(cause: Error) {
    super(cause.message, { cause });
    this.said = cause instanceof StorageError ? cause.said : { en: cause.message, pt: cause.message };
  }
}

/**
 * Takes the operator's calls on the directory, which is the daemon's. `onBug` is told of calls that failed by a bug.
 *
 * @throws NoControl
 */
export async function openControl(
  directory: string,
  handlers: ControlHandlers,
  limits: Limits,
  onBug: (method: string, error: unknown) => void,
): Promise<ControlServer> {
  try {
    const path = controlSocket(directory);
    freeControlSocket(path);
    return await listenForControl(path, handlers, limits, onBug);
  } catch (error) {
    throw new NoControl(error as Error);
  }
}
