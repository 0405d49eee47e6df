import { ConnectionLost } from '../client/errors.js';
import type { Participant } from '../client/participant.js';
import { exitCodes } from './exit-codes.js';
import { tellFailure } from './failure.js';
import { jsonLine, printable } from './printable.js';
import { type VisitOptions, visit } from './visit.js';
import { type Words, wordsIn } from './words.js';

/** A command that asks the server one thing and shows the answer. */
export interface OneShot<Result> {
  /** Asks; what it answers is what `--json` prints. */
  ask(user: Participant): Promise<Result>;
  /** The result for people. */
  show(result: Result, words: Words, userId: string): Shown;
}

export interface Shown {
  /** What was asked for. */
  readonly text: string;
  /** A word about it, which is no part of it. */
  readonly note?: string | undefined;
}

export interface OneShotOptions extends VisitOptions {
  readonly json: boolean;
}

/** Runs the command and tells its outcome on stdout and stderr. Answers the exit code. */
export async function runOneShot<Result>(command: OneShot<Result>, options: OneShotOptions): Promise<number> {
  const words = wordsIn(options.language);
  // Programs are told the same in every language: a refusal names the params by the names of the call.
  const visitOptions: VisitOptions = options.json ? { ...options, language: 'en' } : options;
  try {
    return await visit(visitOptions, 'done', async (user) => {
      const result = await command.ask(user);
      if (options.json) {
        process.stdout.write(`${jsonLine(result)}\n`);
        return exitCodes.done;
      }
      const { text, note } = shown(() => command.show(result, words, user.userId));
      if (text !== '') process.stdout.write(`${text}\n`);
      if (note !== undefined) process.stderr.write(`${printable(note)}\n`);
      return exitCodes.done;
    });
  } catch (error) {
    return tellFailure(error, options, words);
  }
}

/** What a server answers is not checked before it is shown: what cannot be shown was no answer of a salas server. */
function shown(show: () => Shown): Shown {
  try {
    return show();
  } catch (cause) {
    throw new ConnectionLost('what answers there is not a salas server', { cause });
  }
}
