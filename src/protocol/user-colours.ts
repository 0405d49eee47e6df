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
  return `\u001b[${nameColours[colourOf(user, nameColours.length)]}m${user}${colourEnd}`;
}

/** Which of so many colours is a user's, from 0. */
export function colourOf(user: string, colours: number): number {
  // FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/): neighbours as ana#1 and ana#2 get different colours.
  let hash = 0x811c9dc5;
  for (let i = 0; i < user.length; i++) hash = Math.imul(hash ^ user.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % colours;
}
