import type { Unread, UnreadQuery } from '../storage/unread.js';
import { roomReaders } from './room-readers.js';

/** What a user has not read in a room; undefined where they are no member. */
export default function unread({ file, ...query }: UnreadQuery & { readonly file: string }): Unread | undefined {
  return roomReaders(file).unread(query);
}
