import { quote } from '../protocol/speech.js';
import { markedArguments } from './arguments.js';
import { exitCodes } from './exit-codes.js';
import { languageIn, languageOf, languageVariable } from './language.js';
import { commandLine, commandOutline, UsageError } from './main.js';
import type { Shell } from './shells.js';
import { wordsIn } from './words.js';

/** `salas`: does what the arguments of this process say. */

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read the output has seen enough of it, as `| head` does.
  if (error.code !== 'EPIPE') throw error;
});

const args = process.argv.slice(2);
try {
  if (args[0] === 'complete') {
    // Asked by the shells' scripts: `salas complete SHELL -- WORD…`. The words are those of a command that is half typed.
    const [, shell, , ...words] = args;
    await (await import('./completion.js')).printCandidates(commandOutline(), shell as Shell, words);
  } else {
    const said = process.env[languageVariable];
    if (said !== undefined && said !== '' && languageIn(said) === undefined) {
      throw new UsageError(wordsIn(languageOf(args, process.env)).langUnknown(quote(said)));
    }
    await commandLine.parseAsync(markedArguments(args));
  }
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`salas: ${error.message}\n`);
    process.exitCode = exitCodes.usage;
  } else {
    process.stderr.write(`salas: ${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = exitCodes.broken;
  }
}
