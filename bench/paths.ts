import { fileURLToPath } from 'node:url';

/** This runs in build/bench; what is not TypeScript stays in bench. */
export const projectFolder = fileURLToPath(new URL('../..', import.meta.url));
export const sourceFolder = fileURLToPath(new URL('../../bench', import.meta.url));
export const buildFolder = fileURLToPath(new URL('.', import.meta.url));
