import { readFileSync } from 'node:fs';

export const packageFile = new URL('../../../package.json', import.meta.url);

/** This package's version, as its package.json has it. */
export const version = (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
