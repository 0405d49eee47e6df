import { text } from 'node:stream/consumers';
import { read } from 'read';
import type { Words } from './words.js';

/** A new password is asked for twice: nobody sees what they type. */
export type PasswordKind = 'current' | 'new';

/**
 * Asks for passwords at the terminal, where they are not shown; without one, stdin has them, a line each.
 * `failed` says for people why there are none.
 */
export async function askPasswords(
  kinds: readonly PasswordKind[],
  words: Words,
): Promise<{ readonly passwords: readonly string[] } | { readonly failed: string }> {
  if (process.stdin.isTTY !== true) {
    const passwords = (await text(process.stdin)).split(/\r?\n/).slice(0, kinds.length);
    const complete = passwords.length === kinds.length && !passwords.includes('');
    return complete ? { passwords } : { failed: words.passwordMissing };
  }
  const passwords: string[] = [];
  for (const kind of kinds) {
    const password = await ask(kind === 'new' ? words.newPassword : words.password);
    if (password === '') return { failed: words.passwordMissing };
    if (kind === 'new' && (await ask(words.newPasswordAgain)) !== password) return { failed: words.passwordsDiffer };
    passwords.push(password);
  }
  return { passwords };
}

/** What is typed, or nothing if that is broken off. */
async function ask(prompt: string): Promise<string> {
  // At the end of the input (Ctrl-D) the library answers never, and nothing is left to wait for.
  let brokenOff: () => void = () => undefined;
  const end = new Promise<string>((resolve) => {
    brokenOff = () => resolve('');
    process.once('beforeExit', brokenOff);
  });
  // stdout is for what the command answers.
  const typed = read({ prompt, silent: true, output: process.stderr }).catch(() => '');
  const password = await Promise.race([typed, end]);
  process.off('beforeExit', brokenOff);
  // Not even the end of the line was shown.
  process.stderr.write('\n');
  return password;
}
