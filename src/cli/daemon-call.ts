import { resolve } from 'node:path';
import { callDaemon } from '../client/control.js';
import { CallRefused, CallTimedOut, ConnectionLost, ServerUnreachable } from '../client/errors.js';
import type { ControlMethod } from '../protocol/control.js';
import { controlSocket } from '../storage/data-directory.js';
import { StorageError } from '../storage/database.js';
import type { AdminOptions } from './admin.js';
import { exitCodes } from './exit-codes.js';
import { whyLost } from './failure.js';
import { jsonLine, printable } from './printable.js';
import { wordsIn } from './words.js';

/** Calls a method of the daemon that runs on the directory. */
export type Ask = <Result>(method: ControlMethod, params?: object, deadlineMs?: number) => Promise<Result>;

/** Runs a command that asks the daemon on `data`, and tells on stderr why it failed. Answers the exit code. */
export async function asking(
  { data, json, language }: AdminOptions,
  command: (ask: Ask) => Promise<void>,
): Promise<number> {
  const words = wordsIn(language);
  const directory = resolve(data);
  // Programs are told the same in every language.
  const spoken = json ? {} : { language };
  const ask: Ask = async <Result>(method: ControlMethod, params: object = {}, deadlineMs?: number) =>
    (await callDaemon(controlSocket(directory), method, { ...params, ...spoken }, deadlineMs)) as Result;
  try {
    await command(ask);
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CallRefused) {
      if (json) process.stdout.write(`${jsonLine(error.wire)}\n`);
      complain(`${error.code} ${error.message}`);
      return exitCodes.refused;
    }
    if (error instanceof ServerUnreachable) {
      const { code } = error.cause as NodeJS.ErrnoException;
      complain(code === 'EACCES' ? words.notOperator(directory) : words.noDaemon(directory));
    } else if (error instanceof ConnectionLost) complain(whyLost(error, words));
    else if (error instanceof CallTimedOut) complain(words.timedOut(error.deadlineMs / 1000));
    else if (error instanceof StorageError) complain(error.said[language]);
    else throw error;
    return exitCodes.unreachable;
  }
}

function complain(message: string): void {
  process.stderr.write(`salas: ${printable(message)}\n`);
}
