import { suggestion } from './suggestion.js';

/** Times as the clock on somebody's wall has them: by the name of a zone (IANA) or by its offset from UTC. */

/** Formatters are large and slow to make, so they are kept: so many, those that were needed last. */
const formattersMax = 64;
const formatters = new Map<string, Intl.DateTimeFormat>();

/** All zones by their cities, once somebody was looking for one. */
let zones: ReadonlyMap<string, string> | undefined;

/** Longer than any zone is called. */
const nameCharactersMax = 40;
const offsetPattern = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?([0-5]\d))?$/i;
const offsetHoursMax = 14;
const minuteMs = 60_000;

/** The zone that somebody means, by the name to give to {@link localTime}; undefined if there is none. */
export function findTimeZone(said: string): string | undefined {
  const offset = offsetPattern.exec(said);
  if (offset !== null) {
    const [, sign, hours, minutes = '00'] = offset as unknown as [string, string, string, string?];
    return Number(hours) > offsetHoursMax ? undefined : `${sign}${hours.padStart(2, '0')}:${minutes}`;
  }
  if (said.length > nameCharactersMax) return undefined;
  try {
    const { timeZone } = formatterOf(said).resolvedOptions();
    // Of a zone with two names the standard's may be the older one: then it stays as it was said.
    return timeZone.toLowerCase() === said.toLowerCase() ? timeZone : said;
  } catch {
    return undefined;
  }
}

/** The zone that was probably meant, by its city or by what is spelled nearly so. */
export function suggestTimeZone(said: string): string | undefined {
  zones ??= new Map(Intl.supportedValuesOf('timeZone').map((zone) => [cityOf(zone), zone]));
  return zones.get(cityOf(said)) ?? suggestion(said, [...zones.values()]);
}

/** `2026-11-22 14:03`. */
export function localTime(at: number, zone: string): string {
  const offset = offsetPattern.exec(zone);
  if (offset === null) return formatterOf(zone).format(at);
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  const shifted = at + (offset[1] === '-' ? -minutes : minutes) * minuteMs;
  return new Date(shifted).toISOString().slice(0, 16).replace('T', ' ');
}

/** `14:03`, and before it the day where that is not today. */
export function clockTime(at: number, zone: string, now = Date.now()): string {
  const time = localTime(at, zone);
  return time.slice(0, 10) === localTime(now, zone).slice(0, 10) ? time.slice(11) : time;
}

/** @throws RangeError where there is no such zone */
function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  const formatter = known ?? new Intl.DateTimeFormat('sv-SE', { ...fields, timeZone: zone });
  formatters.delete(zone);
  formatters.set(zone, formatter);
  if (formatters.size > formattersMax) formatters.delete(formatters.keys().next().value as string);
  return formatter;
}

/** Swedish writes dates and times as ISO 8601 does, with a space between them. */
const fields = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;

/** Of a name like `America/Sao_Paulo` the city, without accents. */
function cityOf(name: string): string {
  const city = name.slice(name.lastIndexOf('/') + 1);
  return city.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('_', ' ').toLowerCase();
}
