/** The forms of ISO 8601 that are taken: a date, or a date and a time, the time with or without a zone. */
const form = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)?)?$/;

/**
 * The moment that somebody wrote, in Unix ms: a date is its beginning, and what has no zone is where the reader is.
 * Nothing where it is no such thing.
 */
export function parseMoment(text: string): number | undefined {
  if (!form.test(text)) return undefined;
  // A date alone would be read as UTC (ECMA-262, Date Time String Format).
  const local = text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T');
  const at = Date.parse(local);
  // A day that its month does not have would be one of the next.
  const [year, month, day] = text.slice(0, 10).split('-').map(Number) as [number, number, number];
  const days = new Date(year, month, 0).getDate();
  return Number.isNaN(at) || month < 1 || day > days ? undefined : at;
}
