import { once } from 'node:events';
import { exitCodes } from './exit-codes.js';
import { tellFailure } from './failure.js';
import { eventLine } from './message-lines.js';
import type { OneShotOptions } from './one-shot.js';
import { jsonLine } from './printable.js';
import { visit } from './visit.js';
import { wordsIn } from './words.js';

const stops = ['SIGINT', 'SIGTERM'] as const;

/**
 * Shows what happens in rooms from now on, and private messages, a line each, until it is stopped or its reader has
 * seen enough. Answers the exit code.
 */
export async function listen(rooms: readonly string[], options: OneShotOptions): Promise<number> {
  const words = wordsIn(options.language);
  const { stdout } = process;
  try {
    await visit(options, 'connected', async (user) => {
      const events = user.events();
      const stop = () => void events.return?.();
      for (const signal of stops) process.once(signal, stop);
      stdout.once('error', stop);
      for (const room of rooms) await user.join(room);
      for await (const event of events) {
        // The client library has seen to it.
        if (event.method === 'server.draining') continue;
        const written = stdout.write(`${options.json ? jsonLine(event) : eventLine(event, words)}\n`);
        if (!written) await once(stdout, 'drain').catch(stop);
      }
    });
    return exitCodes.done;
  } catch (error) {
    return tellFailure(error, options, words);
  }
}
