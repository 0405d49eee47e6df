import fc from 'fast-check';
import t from 'tap';
import { Ledger, type ViolationType } from '../../../src/cli/load/ledger.js';
import type { Push } from '../../../src/client/pushes.js';

const room = 'sala1';
const said = (seq: number, text = `${seq}`): Push => ({
  method: 'room.message',
  params: { room, seq, from: 'ana#1', at: 1, text },
});
const message = (seq: number, text = `${seq}`) => ({ seq, text });

/** What is found where only this is wrong. */
function found(t: (ledger: Ledger) => void): Partial<Record<ViolationType, number>> {
  const ledger = new Ledger();
  ledger.begins('ana', room, 0);
  ledger.begins('bia', room, 0);
  t(ledger);
  const { counts, examples } = ledger.conclude();
  const wrong = Object.entries(counts).filter(([, count]) => count > 0);
  if (wrong.length > 0 && examples.length === 0) throw new Error('no example of what is wrong');
  return Object.fromEntries(wrong);
}

t.test('nothing is found where all is well, whoever hears first and whatever else happens', async () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('ana', 'bia'), { maxLength: 40 }),
      fc.integer({ min: 1, max: 10 }),
      (turns, seqs) => {
        const heard = { ana: 0, bia: 0 };
        const result = found((ledger) => {
          const hear = (client: 'ana' | 'bia') => {
            const seq = ++heard[client];
            ledger.heard(
              client,
              seq === 1 ? { method: 'room.joined', params: { room, seq, user: 'bia#1', at: 1 } } : said(seq),
            );
          };
          for (const client of turns) if (heard[client as 'ana'] < seqs) hear(client as 'ana');
          for (const client of ['ana', 'bia'] as const) while (heard[client] < seqs) hear(client);
          for (let seq = 2; seq <= seqs; seq++) ledger.answered('ana', room, seq, seq, `${seq}`);
          ledger.logged(
            room,
            Array.from({ length: seqs - 1 }, (_, i) => message(i + 2)),
          );
        });
        t.strictSame(result, {});
      },
    ),
  );
});

t.test('what is wrong is found, and named', async (t) => {
  const log = (...seqs: number[]) => seqs.map((seq) => message(seq));
  t.strictSame(
    found((l) => l.answered('ana', room, 0, 1, 'oi')),
    { lost: 1 },
  );
  t.strictSame(
    found((l) => {
      l.answered('ana', room, 0, 1, 'oi');
      l.logged(room, [message(1, 'olá')]);
    }),
    { altered: 1 },
  );
  t.strictSame(
    found((l) => l.logged(room, [message(1, 'oi'), message(3, 'oi')])),
    { doubled: 1 },
  );
  t.strictSame(
    found((l) => {
      l.heard('ana', said(1));
      l.heard('ana', said(1));
    }),
    { doubled: 1 },
  );
  t.strictSame(
    found((l) => {
      l.heard('ana', said(1));
      l.heard('ana', said(3));
    }),
    { gap: 1 },
  );
  t.strictSame(
    found((l) => {
      l.heard('ana', said(1));
      l.heard('ana', said(2));
      l.heard('ana', said(1));
    }),
    { reordered: 1 },
  );
  t.strictSame(
    found((l) => {
      l.heard('ana', said(1));
      l.heard('bia', said(1, 'outra'));
    }),
    { altered: 1 },
  );
  t.strictSame(
    found((l) => {
      l.answered('ana', room, 0, 2, '2');
      l.answered('ana', room, 1, 1, '1');
      l.logged(room, log(1, 2));
    }),
    { reordered: 1 },
  );
  const psst: Push = {
    method: 'private.message',
    params: { seq: 1, room, from: 'bia', to: 'caio', at: 1, text: 'psiu' },
  };
  t.strictSame(
    found((l) => l.heard('ana', psst)),
    { misdelivered: 1 },
  );
  t.strictSame(
    found((l) => l.heard('caio', psst)),
    {},
  );
  t.strictSame(
    found((l) => l.heard('ana', { method: 'room.reset', params: { room, epoch: 'e2', seq: 3 } })),
    { replaced: 1 },
  );
});
