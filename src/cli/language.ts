import type { Language } from '../protocol/speech.js';

/** In which language the commands speak. */

export const languages = ['en', 'pt'] as const satisfies readonly Language[];
export const languageVariable = 'SALAS_LANG';

/** By `--lang`, else by SALAS_LANG, else by the locale. What is no language here is passed over. */
export function languageOf(args: readonly string[], env: NodeJS.ProcessEnv): Language {
  return languageIn(flagOf(args)) ?? languageIn(env[languageVariable]) ?? localeOf(env);
}

export function languageIn(said: string | undefined): Language | undefined {
  return languages.find((language) => language === said);
}

/** What `--lang` says, which has to be known before there are words to describe it with. */
function flagOf(args: readonly string[]): string | undefined {
  const end = args.indexOf('--');
  const read = end === -1 ? args : args.slice(0, end);
  const at = read.findLastIndex((arg) => arg === '--lang' || arg.startsWith('--lang='));
  const arg = read[at];
  return arg === '--lang' ? read[at + 1] : arg?.slice('--lang='.length);
}

/**
 * Of a person with this environment: by the first of the locale's variables that is set (POSIX), but where that names a
 * language, LANGUAGE tells which ones they would rather have (GNU gettext, "Specifying a Priority List of Languages").
 */
function localeOf(env: NodeJS.ProcessEnv): Language {
  const locale = [env.LC_ALL, env.LC_MESSAGES, env.LANG].find((value) => value !== undefined && value !== '');
  if (locale === undefined || /^(C|POSIX)\b/.test(locale)) return 'en';
  const wanted = [...(env.LANGUAGE ?? '').split(':'), locale].map((name) => languageIn(name.slice(0, 2).toLowerCase()));
  return wanted.find((language) => language !== undefined) ?? 'en';
}
