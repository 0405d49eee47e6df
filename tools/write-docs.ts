import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { freshPage, manPages } from './man-pages.js';
import { protocolFile, withTables } from './protocol-tables.js';

// `npm run docs`: brings the tables of docs/protocol.md and the man pages up to date.
writeFileSync(protocolFile, withTables(readFileSync(protocolFile, 'utf8')));
for (const page of manPages) {
  mkdirSync(new URL('.', page.file), { recursive: true });
  writeFileSync(page.file, freshPage(page));
}
