/** SGR sequences (ECMA-48, section 8.3.117). They are all that this server writes which is no text. */

/** Foregrounds that can be read on light and on dark; black, white and what faults are shown in are left out. */
const nameColours = [32, 33, 34, 35, 36, 92, 94, 95, 96] as const;
const dimSequence = '\u001b[2m';
const dimEnd = '\u001b[22m';
const colourEnd = '\u001b[39m';

export function dim(text: string): string {
  return `${dimSequence}${text}${dimEnd}`;
}

/** A user's id in the colour that this user has everywhere. */
export function coloured(user: string): string {
  return `\u001b[${nameColours[hash(user) % nameColours.length]}m${user}${colourEnd}`;
}

/** FNV-1a over UTF-16 units (http://www.isthe.com/chongo/tech/comp/fnv/). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
