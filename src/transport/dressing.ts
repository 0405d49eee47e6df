import type { Look } from '../protocol/look.js';
import { dress } from '../protocol/pushes.js';

/** Looks for which lines are kept; whoever has another pays for it alone. */
const looksMax = 16;

/** What was dressed last. Members who are level with a log are given the same lines one after the other. */
let last: string | Uint8Array = '';
const byLook = new Map<string, string>();

/** Pushes in JSON as this look shows them, made once for all who have the same. */
export function dressed(lines: string | Uint8Array, look: Look): string {
  if (lines !== last) {
    last = lines;
    byLook.clear();
  }
  const key = `${look.language} ${look.zone} ${look.colour}`;
  const known = byLook.get(key);
  if (known !== undefined) return known;
  const made = dress(lines, look);
  if (byLook.size < looksMax) byLook.set(key, made);
  return made;
}
