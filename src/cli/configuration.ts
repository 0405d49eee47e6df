import { type Language, quote, type Speech } from '../protocol/speech.js';
import { suggestion } from '../protocol/suggestion.js';
import { languageVariable } from './language.js';
import { type SettingName, type Settings, settingNames, settingNeeds, settingOf, variableOf } from './settings.js';
import type { Entry } from './settings-file.js';
import { wordsIn } from './words.js';

/** Where values come from, the weightiest first. */
export type Source = 'flag' | 'variable' | 'file' | 'default';

/** What was said about the settings, in all places where it can be. */
export interface Given {
  /** Checked already, and only those that were given. */
  readonly flags: Partial<Settings>;
  readonly env: NodeJS.ProcessEnv;
  /** What `--config` or `SALAS_CONFIG` names. */
  readonly file: string | undefined;
}

/** A setting as it was settled. */
export interface Settled {
  readonly name: SettingName;
  readonly value: unknown;
  readonly from: Source;
  /** The flag, the variable, or the file with the line; nothing for a default. */
  readonly where: string | null;
}

export interface Configuration {
  readonly values: Settings;
  readonly settled: readonly Settled[];
  /** What must be mended before the values may be used, a line each. */
  readonly problems: readonly string[];
  /** What may be a mistake, a line each. */
  readonly warnings: readonly Speech[];
}

export const fileVariable = variableOf('config');

/** Settles every setting: what a flag says counts more than a variable, that more than the file, that more than the default. */
export async function configure({ flags, env, file }: Given, language: Language): Promise<Configuration> {
  const words = wordsIn(language);
  const problems: string[] = [];
  const settled = new Map<SettingName, Settled>(
    settingNames.map((name) => [name, { name, value: settingOf(name).byDefault, from: 'default', where: null }]),
  );
  const take = (name: SettingName, said: unknown, from: Source, where: string, label: string): void => {
    const reading = settingOf(name).kind.read(said, language);
    if ('wrong' in reading) problems.push(`${label} ${reading.wrong}`);
    else settled.set(name, { name, value: reading.value, from, where });
  };

  for (const { key, value, where } of await entriesOf(file, language, problems)) {
    const name = settingNames.find((name) => name === key);
    if (name !== undefined) take(name, value, 'file', where, `${where}: ${key}`);
    else problems.push(`${where}: ${words.settingUnknown(quote(key), suggestion(key, settingNames))}`);
  }
  for (const name of settingNames) {
    const variable = variableOf(name);
    const said = env[variable];
    // One that is empty is as good as not set: that is how compose files and units pass on what nobody gave.
    if (said !== undefined && said !== '') {
      take(name, settingOf(name).kind.fromText(said), 'variable', variable, variable);
    }
    const flag = flags[name];
    if (flag !== undefined) settled.set(name, { name, value: flag, from: 'flag', where: `--${name}` });
  }
  const isSet = (name: SettingName) => ![undefined, false].includes(settled.get(name)?.value as undefined | false);
  for (const [name, needed] of settingNeeds) {
    if (isSet(name) && !isSet(needed)) problems.push(words.settingNeeds(name, needed));
  }
  const all = [...settled.values()];
  return {
    values: Object.fromEntries(all.map(({ name, value }) => [name, value])) as unknown as Settings,
    settled: all,
    problems,
    warnings: unknownVariables(env).map(({ variable, meant }) => ({
      en: wordsIn('en').variableUnknown(variable, meant),
      pt: wordsIn('pt').variableUnknown(variable, meant),
    })),
  };
}

async function entriesOf(file: string | undefined, language: Language, problems: string[]): Promise<readonly Entry[]> {
  if (file === undefined) return [];
  // The parser is loaded only where there is something to parse.
  const read = (await import('./settings-file.js')).readSettingsFile(file, language);
  if ('entries' in read) return read.entries;
  problems.push(...read.wrong);
  return [];
}

function unknownVariables(env: NodeJS.ProcessEnv): { variable: string; meant: string | undefined }[] {
  const known = [fileVariable, languageVariable, ...settingNames.map(variableOf)];
  return Object.keys(env)
    .filter((variable) => variable.startsWith('SALAS_') && !known.includes(variable))
    .map((variable) => ({ variable: quote(variable).slice(1, -1), meant: suggestion(variable, known, 'SALAS_') }));
}
