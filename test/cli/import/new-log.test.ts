import fc from 'fast-check';
import t from 'tap';
import type { ExportedMessage } from '../../../src/cli/import/exported-message.js';
import { NewLog } from '../../../src/cli/import/new-log.js';
import type { RoomEvent } from '../../../src/protocol/events.js';

const now = 1000;
const message = (seq: number, at: number, more: Partial<ExportedMessage> = {}): ExportedMessage => ({
  ...{ seq, at, from: 'ana#1', text: `n${seq}`, deleted: false, edited: false, reactedTo: false },
  ...more,
});

function taken(log: NewLog, ...messages: readonly ExportedMessage[]): RoomEvent[] {
  return messages.flatMap((one) => {
    const result = log.take(one);
    if ('wrong' in result) throw new Error(result.wrong.en);
    return result.events;
  });
}

t.test('the room begins with its first message, and numbers its events anew without a gap', async (t) => {
  const log = new NewLog('import', now);
  t.equal(log.head, 0);
  t.strictSame(taken(log, message(7, 10), message(90, 10, { from: 'bia#2@escola' })), [
    { type: 'created', seq: 1, at: 10, user: 'salas', topic: '' },
    { type: 'said', seq: 2, at: 10, user: 'ana#1@import', text: 'n7' },
    { type: 'said', seq: 3, at: 10, user: 'bia#2@escola', text: 'n90' },
  ]);
  t.match(log, { head: 3, messages: 2 });
});

t.test('an answer is to the message that it was to; one to a message that is not there is a plain one', async (t) => {
  const log = new NewLog('import', now);
  const events = taken(
    log,
    message(5, 1),
    message(6, 2, { deleted: true, text: '' }),
    ...[5, 6, 1, 9, 10].map((replyTo, i) => message(9 + i, 3, { replyTo })),
  );
  const replies = events.slice(2).map((event) => (event.type === 'said' ? event.replyTo : undefined));
  t.strictSame(replies, [2, undefined, undefined, 3, 4], 'the third message was number 9, and the fourth number 10');
  t.match(log.left, { deleted: 1, replies: 2 });
});

t.test('what is left out is counted', async (t) => {
  const log = new NewLog('import', now);
  taken(log, message(1, 1, { deleted: true }), message(2, 1, { edited: true, reactedTo: true }), message(3, 1));
  t.strictSame(log.left, { deleted: 1, replies: 0, edits: 1, reactions: 1 });
  t.equal(log.messages, 2);
});

t.test('a message out of its order, or of the future, is refused, and the log stays as it was', async (t) => {
  const log = new NewLog('import', now);
  taken(log, message(5, 100), message(6, 200, { deleted: true }));
  t.match(log.take(message(6, 300)), { wrong: { en: /"seq" is 6, and must be more than the 6/ } });
  t.match(log.take(message(7, 199)), { wrong: { en: /"at" is 199, and must not be less than the 200/ } });
  t.match(log.take(message(7, now + 1)), { wrong: { en: /in the future/ } });
  t.strictSame(taken(log, message(7, now)), [{ type: 'said', seq: 3, at: now, user: 'ana#1@import', text: 'n7' }]);
});

t.test('every log keeps the texts, the order, and whom each answers', async (t) => {
  const rows = fc.array(
    fc.record({
      gap: fc.integer({ min: 1, max: 9 }),
      deleted: fc.boolean(),
      back: fc.option(fc.integer({ min: 1, max: 9 })),
    }),
  );
  fc.assert(
    fc.property(rows, (list) => {
      const log = new NewLog('import', now);
      let seq = 0;
      const messages = list.map(({ gap, deleted, back }) => {
        seq += gap;
        return message(seq, 1, { deleted, ...(back === null ? {} : { replyTo: Math.max(0, seq - back) }) });
      });
      const events = taken(log, ...messages);
      const kept = messages.filter(({ deleted }) => !deleted);
      const said = events.filter((event) => event.type === 'said');
      t.strictSame(
        said.map(({ text }) => text),
        kept.map(({ text }) => text),
      );
      t.strictSame(
        events.map((event) => event.seq),
        events.map((_, i) => i + 1),
      );
      for (const [i, event] of said.entries()) {
        const target = kept.find((one) => one.seq === kept[i]?.replyTo && one.seq < (kept[i]?.seq ?? 0));
        t.equal(event.replyTo && events[event.replyTo - 1], target && said.find(({ text }) => text === target.text));
      }
    }),
  );
});
