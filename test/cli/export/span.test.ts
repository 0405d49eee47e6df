import fc from 'fast-check';
import t from 'tap';
import { parseMoment } from '../../../src/cli/export/moments.js';
import { type Placed, positionBefore } from '../../../src/cli/export/span.js';

/** A log with gaps between its messages, whose times never run backwards. */
const logs = fc
  .array(fc.record({ gap: fc.integer({ min: 1, max: 5 }), later: fc.integer({ min: 0, max: 3 }) }), { maxLength: 60 })
  .map((steps) => {
    let seq = 0;
    let at = 0;
    return steps.map(({ gap, later }): Placed => {
      seq += gap;
      at += later;
      return { seq, at };
    });
  });

t.test('the position before a time has all messages from then on behind it, and no others', async () => {
  await fc.assert(
    fc.asyncProperty(logs, fc.nat(200), fc.nat(5), async (log, since, more) => {
      const head = (log.at(-1)?.seq ?? 0) + more;
      const position = await positionBefore(since, head, async (after) => log.find(({ seq }) => seq > after));
      const behind = log.filter(({ seq }) => seq > position);
      return behind.length === log.filter(({ at }) => at >= since).length && behind.every(({ at }) => at >= since);
    }),
  );
});

t.test('a time is found in a long log with few questions', async (t) => {
  const head = 1_000_000;
  let asked = 0;
  const first = async (after: number) => {
    asked++;
    return after < head ? { seq: after + 1, at: after + 1 } : undefined;
  };
  t.equal(await positionBefore(777_777, head, first), 777_776);
  t.ok(asked <= 21, `${asked} questions`);
});

t.test('a date is its beginning where the reader is, a time may have its own zone', async (t) => {
  t.equal(parseMoment('2026-11-22'), new Date(2026, 10, 22).getTime());
  t.equal(parseMoment('2026-11-22 14:30'), new Date(2026, 10, 22, 14, 30).getTime());
  t.equal(parseMoment('2026-11-22T14:30:05.250Z'), Date.UTC(2026, 10, 22, 14, 30, 5, 250));
  t.equal(parseMoment('2026-11-22T14:30-03:00'), Date.UTC(2026, 10, 22, 17, 30));
  for (const wrong of ['', 'yesterday', '2026-02-30', '2026-13-01', '2026-00-01', '2026-11-22T25:00', '22/11/2026']) {
    t.equal(parseMoment(wrong), undefined, wrong);
  }
});
