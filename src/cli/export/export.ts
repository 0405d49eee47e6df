import { once } from 'node:events';
import { createWriteStream, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Participant } from '../../client/participant.js';
import { exitCodes } from '../exit-codes.js';
import { tellFailure } from '../failure.js';
import type { OneShotOptions } from '../one-shot.js';
import { progress } from '../progress.js';
import { visit } from '../visit.js';
import { wordsIn } from '../words.js';
import type { ExportFormat } from './formats.js';
import { positionBefore } from './span.js';
import { type Message, writerOf } from './writers.js';

export interface ExportOptions {
  readonly format: ExportFormat;
  /** Unix ms: messages from then on. */
  readonly since: number | undefined;
  /** Unix ms: messages before then. */
  readonly until: number | undefined;
  /** The file to write; else stdout. */
  readonly output: string | undefined;
}

/** As many as a page has at most. */
const pageMessages = 500;

/** What was exported could not be written; `message` says why in one line. */
class OutputFailure extends Error {
  /** Whether whoever read it has seen enough, as `| head` does. */
  readonly enough: boolean;

  constructor(name: string, { message, code }: NodeJS.ErrnoException) {
    super(`${name}: ${message}`);
    this.enough = code === 'EPIPE';
  }
}

/**
 * Writes out what was said in a room, page by page, as somebody who is in it or joins it for that. What was said after
 * the beginning is not in it. Answers the exit code.
 */
export async function exportRoom(room: string, what: ExportOptions, options: OneShotOptions): Promise<number> {
  const words = wordsIn(options.language);
  try {
    await visit(options, 'connected', async (user) => {
      await user.join(room);
      const output = openOutput(what.output);
      const bar = progress();
      try {
        const writer = writerOf(what.format, room, words);
        await output.write(writer.begin());
        for await (const page of pages(user, room, what)) {
          await output.write(page.map((message) => writer.message(message)).join(''));
          for (const _ of page) bar.step(room);
        }
        await output.write(writer.end());
        await output.finish();
      } catch (error) {
        await output.abandon();
        throw error;
      } finally {
        bar.end();
      }
    });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof OutputFailure) {
      if (error.enough) return exitCodes.done;
      // Of stdout every command is told.
      if (what.output !== undefined) process.stderr.write(`salas: ${error.message}\n`);
      return exitCodes.refused;
    }
    return tellFailure(error, options, words);
  }
}

/** The messages that are asked for, ascending. */
async function* pages(user: Participant, room: string, { since, until }: ExportOptions): AsyncGenerator<Message[]> {
  const first = async (after: number) => {
    const { messages } = await user.call('room.history', { room, after, limit: 1 });
    return messages[0];
  };
  const { seq: head } = await user.call('room.history', { room, limit: 1 });
  let after = since === undefined ? 0 : await positionBefore(since, head, first);
  for (;;) {
    const { messages, more } = await user.call('room.history', { room, after, limit: pageMessages });
    const wanted = messages.filter(({ seq, at }) => seq <= head && (until === undefined || at < until));
    yield wanted;
    const last = messages.at(-1);
    if (!more || last === undefined || wanted.length < messages.length) return;
    after = last.seq;
  }
}

/** Where the export goes: stdout, or a file that has its name only when it is whole. A device or a pipe is written itself. */
function openOutput(path: string | undefined) {
  const partial = path !== undefined && mayBeReplaced(path) ? `${path}.partial` : undefined;
  const stream: Writable =
    path === undefined ? process.stdout : createWriteStream(partial ?? path, { flush: partial !== undefined });
  let failure: OutputFailure | undefined;
  stream.once('error', (error) => {
    failure = new OutputFailure(path ?? 'stdout', error);
  });
  const settled = async (event: 'drain' | 'finish'): Promise<void> => {
    // The error is told by whoever asks next.
    await once(stream, event).catch(() => {});
    if (failure !== undefined) throw failure;
  };
  return {
    async write(text: string): Promise<void> {
      if (failure !== undefined) throw failure;
      if (text !== '' && !stream.write(text)) await settled('drain');
    },
    async finish(): Promise<void> {
      if (failure !== undefined) throw failure;
      if (path === undefined) return;
      stream.end();
      await settled('finish');
      if (partial === undefined) return;
      await rename(partial, path).catch((error: NodeJS.ErrnoException) => {
        throw new OutputFailure(path, error);
      });
    },
    async abandon(): Promise<void> {
      if (path === undefined) return;
      stream.destroy();
      if (partial !== undefined) await rm(partial, { force: true });
    },
  };
}

function mayBeReplaced(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    // It is not there, or what is wrong with it is told when it is opened.
    return true;
  }
}
