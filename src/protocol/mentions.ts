import { nameOf, type UserId } from './names.js';

/** What names are made of, and what therefore may not stand right before an `@`, as it does in an address of mail. */
const nameCharacters = String.raw`[\p{L}\p{M}\p{Nd}_-]`;

/**
 * Tells of texts whether they mention a user: by name, as in `@ana`, which is everybody of that name, or by id, as in
 * `@ana#2`. Case and composition do not matter, and a name goes as far as it can: `@ana-maria` is not ana.
 */
export function mentionOf(user: UserId): (text: string) => boolean {
  const name = verbatim(folded(nameOf(user)));
  const number = verbatim(user.slice(user.lastIndexOf('#') + 1));
  // One search a text: there may be thousands of `@` in it.
  const whole = `#${number}(?!${nameCharacters})|(?!${nameCharacters}|#${nameCharacters})`;
  const mention = new RegExp(`(?<!${nameCharacters})@${name}(?:${whole})`, 'u');
  return (text) => text.includes('@') && mention.test(folded(text));
}

/** By way of capitals, so that `ß` is `ss`, and with one sigma, which is another at the end of a word. */
function folded(text: string): string {
  return text.normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
}

/** As a regular expression has it; a client's server may call it anything. */
function verbatim(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
