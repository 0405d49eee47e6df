import { NotSalas } from '../client/errors.js';
import type { Participant } from '../client/participant.js';
import { exitCodes } from './exit-codes.js';
import { tellFailure } from './failure.js';
import { jsonLine, printable } from './printable.js';
import { type VisitOptions, visit } from './visit.js';
import { type Words, wordsIn } from './words.js';

/** A command that asks the server one thing, as some user, and shows the answer. */
export interface OneShot<Result, User = Participant> {
  /** Asks; what it answers is what `--json` prints. */
  ask(user: User): Promise<Result>;
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

/** A way to come to a server, to do `work` there as some user, and to go. */
export type Coming<User> = <Done>(options: VisitOptions, work: (user: User) => Promise<Done>) => Promise<Done>;

/** As {@link visit} does. */
export const asVisitor: Coming<Participant> = (options, work) => visit(options, 'done', work);

/** Runs the command and tells its outcome on stdout and stderr. Answers the exit code. */
export async function runOneShot<Result, User extends { readonly userId: string }>(
  command: OneShot<Result, User>,
  options: OneShotOptions,
  come: Coming<User>,
): Promise<number> {
  const words = wordsIn(options.language);
  // Programs are told the same in every language: a refusal names the params by the names of the call.
  const visitOptions: VisitOptions = options.json ? { ...options, language: 'en' } : options;
  try {
    return await come(visitOptions, async (user) => {
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
    throw new NotSalas(cause);
  }
}
