import type { Language } from '../protocol/speech.js';
import { configure, type Given, type Settled } from './configuration.js';
import { exitCodes } from './exit-codes.js';
import { jsonLine, printable } from './printable.js';
import { settingOf } from './settings.js';
import { table } from './table.js';
import { type Words, wordsIn } from './words.js';

/** What `salas config` tells of the settings that `salas serve` would run with. */

export interface ConfigOptions {
  readonly json: boolean;
  readonly language: Language;
}

/** Shows every setting and where its value comes from. Answers the exit code: 1 where something is wrong. */
export async function print(given: Given, { json, language }: ConfigOptions): Promise<number> {
  const words = wordsIn(language);
  const { settled, problems, warnings } = await told(given, json ? 'en' : language);
  if (json) {
    const list = settled.map((setting) => ({
      ...setting,
      value: setting.value ?? null,
      reloadable: settingOf(setting.name).reloadable,
    }));
    say(jsonLine({ ok: problems.length === 0, settings: list, problems, warnings }));
  } else {
    const rows = settled.map((setting) => [setting.name, shown(setting, words), setting.where ?? words.byDefault]);
    say(table([words.columnSetting, words.columnValue, words.columnFrom], rows));
  }
  return conclude(problems, warnings);
}

/** Tells what is wrong with the settings. Answers the exit code: 1 where something is. */
export async function check(given: Given, { json, language }: ConfigOptions): Promise<number> {
  const { problems, warnings } = await told(given, json ? 'en' : language);
  if (json) say(jsonLine({ ok: problems.length === 0, problems, warnings }));
  else if (problems.length === 0) say(wordsIn(language).configGood);
  return conclude(problems, warnings);
}

/** The settings, with what is said of them in one language. */
async function told(given: Given, language: Language) {
  const { warnings, ...configuration } = await configure(given, language);
  return { ...configuration, warnings: warnings.map((warning) => warning[language]) };
}

function conclude(problems: readonly string[], warnings: readonly string[]): number {
  for (const line of [...problems, ...warnings]) process.stderr.write(`salas: ${printable(line)}\n`);
  return problems.length === 0 ? exitCodes.done : exitCodes.refused;
}

/** The value as a variable would say it. */
function shown({ name, value }: Settled, words: Words): string {
  const { otherwise } = settingOf(name);
  return value === undefined && otherwise !== undefined ? words[otherwise] : String(value);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
