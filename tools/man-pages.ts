import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);

/** The man pages, made from what the command line itself declares; each in its locale. */
export const manPages = [
  { file: new URL('man/salas.1', root), locale: 'C' },
  { file: new URL('man/pt_BR/salas.1', root), locale: 'pt_BR.UTF-8' },
] as const;

export type ManPage = (typeof manPages)[number];

/** A page as it is to be, as of the day that it was last changed. */
export function freshPage({ file, locale }: ManPage): string {
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const [, date = ''] = /^\.TH SALAS 1 "(.*?)"/.exec(before) ?? [];
  const same = print(locale, date);
  return same === before ? same : print(locale, new Date().toISOString().slice(0, 10));
}

/** In an environment of its own: nothing of whoever calls it is in the page. */
function print(locale: string, date: string): string {
  const program = fileURLToPath(new URL('man-page.js', import.meta.url));
  return execFileSync(process.execPath, [program, date], { encoding: 'utf8', env: { LC_ALL: locale } });
}
