import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every file below a directory, as paths in it. */
export function filesBelow(directory: string): string[] {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => statSync(join(directory, path)).isFile());
}

/** The files below a directory that have these bytes in them. */
export function filesWith(directory: string, bytes: Buffer): string[] {
  return filesBelow(directory).filter((path) => readFileSync(join(directory, path)).includes(bytes));
}
