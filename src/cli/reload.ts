import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { configure, type Given } from './configuration.js';
import { type ReloadableName, type Settings, settingNames, settingOf } from './settings.js';

/** What has to be done so that a daemon goes by a setting's new value. */
export type Appliers = { readonly [Name in ReloadableName]: (value: Settings[Name]) => void | Promise<void> };

/**
 * Reads the settings again, and has the daemon go by those that can be changed while it runs. The log is told what
 * changed, and what did not because it takes a restart. Settings with anything wrong in them change nothing.
 */
export function settingsReloader(
  given: Given,
  settings: Settings,
  apply: Appliers,
  logger: () => Promise<Logger>,
): () => Promise<void> {
  let current = settings;
  return async () => {
    const log = await logger();
    const { values, problems } = await configure(given, 'en');
    if (problems.length > 0) {
      log.error({ problems }, 'the settings could not be read again; those that were stay');
      return;
    }
    for (const setting of settingNames) {
      const [from, to] = [current[setting], values[setting]];
      if (isDeepStrictEqual(from, to)) continue;
      if (settingOf(setting).reloadable) {
        // Told first: it may be the log that is to be silent.
        log.info({ setting, from, to }, 'a setting is changed');
        await applyOne(setting as ReloadableName, values, apply);
        current = { ...current, [setting]: to };
      } else {
        log.warn(
          { setting, from, to },
          'a setting cannot be changed while the server runs: it counts from the next start on',
        );
      }
    }
    log.info('the settings were read again');
  };
}

function applyOne<Name extends ReloadableName>(name: Name, values: Settings, apply: Appliers): void | Promise<void> {
  return apply[name](values[name] as never);
}

/** Runs `work` when it is called; when it is called meanwhile, once more after that. */
export function inTurn(work: () => Promise<void>): () => void {
  let last: Promise<void> = Promise.resolve();
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    last = last.then(() => {
      waiting = false;
      return work();
    });
  };
}
