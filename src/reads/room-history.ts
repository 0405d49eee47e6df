import type { PageRange } from '../storage/pages.js';
import { roomReaders } from './room-readers.js';

/** A page of what was said in a room, ascending. */
export default function roomHistory({ file, range }: { readonly file: string; readonly range: PageRange }) {
  return roomReaders(file).messages(range);
}
