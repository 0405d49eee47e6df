import { quote } from '../protocol/speech.js';
import { markedArguments } from './arguments.js';
import { exitCodes } from './exit-codes.js';
import { languageIn, languageOf, languageVariable } from './language.js';
import { commandLine, commandOutline, UsageError } from './main.js';
import type { Shell } from './shells.js';
import { wordsIn } from './words.js';

/** `salas`: does what the arguments of this process say. */

// There is nobody else to be told.
process.stderr.on('error', () => {});
let unseen = false;
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  // Whoever read the output has seen enough of it, as `| head` does.
  if (code === 'EPIPE' || unseen) return;
  unseen = true;
  process.stderr.write(`salas: stdout: ${message}\n`);
  // What was not seen was not done, whatever the command takes its end for.
  process.once('exit', () => {
    process.exitCode ||= exitCodes.refused;
  });
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
