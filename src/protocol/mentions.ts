import { nameOf, type UserId } from './names.js';

/** What names are made of, and what therefore may not stand right before an `@`, as it does in an address of mail. */
const nameCharacters = String.raw`[\p{L}\p{M}\p{Nd}_-]`;
const mention = new RegExp(`(?<!${nameCharacters})@(${nameCharacters}+)(?:#(${nameCharacters}+))?`, 'gu');

/**
 * Tells of texts whether they mention a user: by name, as in `@ana`, which is everybody of that name, or by id, as in
 * `@ana#2`. Case and composition do not matter, and a name goes as far as it can: `@ana-maria` is not ana.
 */
export function mentionOf(user: UserId): (text: string) => boolean {
  const name = folded(nameOf(user));
  const number = user.slice(user.lastIndexOf('#') + 1);
  return (text) => {
    if (!text.includes('@')) return false;
    for (const [, said, numbered] of text.normalize('NFC').matchAll(mention)) {
      if ((numbered === undefined || numbered === number) && folded(said as string) === name) return true;
    }
    return false;
  };
}

/** By way of capitals, so that `ß` is `ss`, and the sigma at the end of a word the one within. */
function folded(name: string): string {
  return name.toUpperCase().toLowerCase().normalize('NFC');
}
