import { readFileSync, writeFileSync } from 'node:fs';
import { protocolFile, withTables } from './protocol-tables.js';

// `npm run docs`: brings the tables of docs/protocol.md up to date.
writeFileSync(protocolFile, withTables(readFileSync(protocolFile, 'utf8')));
