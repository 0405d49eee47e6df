import { exitCodes } from './exit-codes.js';
import { tellFailure } from './failure.js';
import { jsonLine, printable } from './printable.js';
import { type Visit, type VisitOptions, visit } from './visit.js';
import { type Words, wordsIn } from './words.js';

/** A command that asks the server one thing and shows the answer. */
export interface OneShot<Result> {
  /** Asks; what it answers is what `--json` prints. */
  ask(visit: Visit): Promise<Result>;
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
    const { result, userId } = await visit(visitOptions, async (user) => ({
      result: await command.ask(user),
      userId: user.userId,
    }));
    if (options.json) {
      process.stdout.write(`${jsonLine(result)}\n`);
      return exitCodes.done;
    }
    const { text, note } = command.show(result, words, userId);
    if (text !== '') process.stdout.write(`${text}\n`);
    if (note !== undefined) process.stderr.write(`${printable(note)}\n`);
    return exitCodes.done;
  } catch (error) {
    return tellFailure(error, options, words);
  }
}
