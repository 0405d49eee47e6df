import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { clockTime, findTimeZone, localTime, suggestTimeZone } from '../../src/protocol/time-zones.js';

const noonInLisbon = Date.UTC(2026, 10, 22, 12, 0);

t.test('a zone is known by its name, in any case, or by its offset from UTC, however it is written', async (t) => {
  for (const said of ['Europe/Lisbon', 'europe/lisbon', 'EUROPE/LISBON']) t.equal(findTimeZone(said), 'Europe/Lisbon');
  t.equal(findTimeZone('utc'), 'UTC');
  for (const said of ['-03:00', '-3', '-0300', '-03', 'UTC-3', 'gmt-03:00'])
    t.equal(findTimeZone(said), '-03:00', said);
  t.equal(findTimeZone('+5:45'), '+05:45');
  t.equal(findTimeZone('Asia/Kolkata'), 'Asia/Kolkata', 'and keeps the name by which it was called');
});

t.test('what is no zone is none', async (t) => {
  const none = ['', ' ', 'Lisbon', 'Mars/Olympus', '+15', '+99:00', '-03:60', '3', '__proto__', 'x'.repeat(10_000)];
  for (const said of none) t.equal(findTimeZone(said), undefined, said);
});

t.test('a zone is suggested by its city, and for what is spelled nearly so', async (t) => {
  t.equal(suggestTimeZone('lisbon'), 'Europe/Lisbon');
  t.equal(suggestTimeZone('São Paulo'), 'America/Sao_Paulo');
  t.equal(suggestTimeZone('Europe/Lisboa'), 'Europe/Lisbon');
  t.equal(suggestTimeZone('Mars/Olympus'), undefined);
});

t.test('times are those of the zone, in summer and in winter', async (t) => {
  t.equal(localTime(noonInLisbon, 'Europe/Lisbon'), '2026-11-22 12:00');
  t.equal(localTime(Date.UTC(2026, 6, 22, 12, 0), 'Europe/Lisbon'), '2026-07-22 13:00');
  t.equal(localTime(noonInLisbon, '-03:00'), '2026-11-22 09:00');
  t.equal(localTime(noonInLisbon, '+05:45'), '2026-11-22 17:45');
  t.equal(localTime(Date.UTC(2026, 0, 1), 'America/Sao_Paulo'), '2025-12-31 21:00', 'where it is still last year');
});

t.test('of today only the time is told, of other days the day as well, by the calendar of the zone', async (t) => {
  const now = noonInLisbon;
  t.equal(clockTime(Date.UTC(2026, 10, 22, 0, 5), 'Europe/Lisbon', now), '00:05');
  t.equal(clockTime(Date.UTC(2026, 10, 21, 23, 55), 'Europe/Lisbon', now), '2026-11-21 23:55');
  t.equal(clockTime(Date.UTC(2026, 10, 22, 0, 5), '-03:00', now), '2026-11-21 21:05');
});

t.test('an offset and a zone that has it tell the same time', async () => {
  const at = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) });
  fc.assert(fc.property(at, (at) => assert.equal(localTime(at, '-05:00'), localTime(at, 'Etc/GMT+5'))));
});

t.test('more zones than formatters are kept for are told all the same', async (t) => {
  const zones = Intl.supportedValuesOf('timeZone');
  const told = zones.map((zone) => localTime(noonInLisbon, zone));
  t.strictSame(
    zones.map((zone) => localTime(noonInLisbon, zone)),
    told,
  );
  for (const time of told) t.match(time, /^2026-11-2[123] \d\d:\d\d$/);
});
