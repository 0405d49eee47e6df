import type { Keeping } from '../storage/room-reads.js';
import { roomReaders } from './room-readers.js';

/** Up to which event a room's log may be pruned; 0 where it may not. */
export default function roomPrunable({ file, keeping }: { readonly file: string; readonly keeping: Keeping }): number {
  return roomReaders(file).prunable(keeping);
}
