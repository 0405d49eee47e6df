import type { Purpose } from '../reads/databases.js';
import { openForReading } from '../storage/database.js';
import { openIndex } from '../storage/search-index.js';

/** What logs and their indexes are held open for. */
export const searching: Purpose = { name: 'searching', open: openForReading };
export const indexing: Purpose = { name: 'indexing', open: openForReading };
export const writing: Purpose = { name: 'writing', open: openIndex };
