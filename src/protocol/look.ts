import { type Refusal, refusals } from './refusals.js';
import type { Language } from './speech.js';
import { findTimeZone, localTime, suggestTimeZone } from './time-zones.js';
import { coloured, dim } from './user-colours.js';

/** How somebody at a terminal wants what a text connection is told: what /lang, /timezone and /color choose. */
export interface Look {
  /** undefined while none was chosen: then refusals speak as the commands do, and all else is English. */
  readonly language: Language | undefined;
  /** In which zone times are told; undefined tells none. See time-zones.ts. */
  readonly zone: string | undefined;
  readonly colour: boolean;
}

/** As everybody is told who chose nothing. */
export const plainLook: Look = { language: undefined, zone: undefined, colour: false };

export function isPlain({ language, zone, colour }: Look): boolean {
  return language !== 'pt' && zone === undefined && !colour;
}

/** A user's id. */
export function shownUser(user: string, look: Look): string {
  return look.colour ? coloured(user) : user;
}

/** What stands in brackets before a line. */
export function shownOrigin(origin: string, look: Look): string {
  return look.colour ? dim(`[${origin}]`) : `[${origin}]`;
}

export type LookCommand = '/lang' | '/timezone' | '/color';

/** The look as a command changes it; a refusal if it cannot be so. */
export function changeLook(look: Look, command: LookCommand, said: string): Look | Refusal {
  const word = said.toLowerCase();
  switch (command) {
    case '/lang':
      if (word !== 'en' && word !== 'pt') return refusals.languageUnknown(said);
      return { ...look, language: word };
    case '/color':
      if (word !== 'on' && word !== 'off') return refusals.usage({ en: '/color on|off', pt: '/cor on|off' });
      return { ...look, colour: word === 'on' };
    case '/timezone': {
      if (word === 'off') return { ...look, zone: undefined };
      const zone = findTimeZone(said);
      return zone === undefined ? refusals.timeZoneUnknown(said, suggestTimeZone(said)) : { ...look, zone };
    }
    default:
      return command satisfies never;
  }
}

/** How something is now, and for a time zone which time it is there. */
export function tellLook({ language, zone, colour }: Look, command: LookCommand, spoken: Language): string {
  switch (command) {
    case '/lang':
      return language ?? spoken;
    case '/color':
      return colour ? 'on' : 'off';
    case '/timezone':
      return zone === undefined ? 'off' : `${zone} ${localTime(Date.now(), zone)}`;
    default:
      return command satisfies never;
  }
}
