import t from 'tap';
import { Inquiry } from '../../src/actors/inquiry.js';

const longMs = 60_000;

t.test('who asks is answered, and each question is a new one', async (t) => {
  let asked = 0;
  const inquiry = new Inquiry(async () => ++asked);
  t.equal(await inquiry.answer(longMs), 1);
  t.equal(await inquiry.answer(longMs), 2);
  t.strictSame(await Promise.all([inquiry.answer(longMs), inquiry.answer(longMs)]), [3, 3], 'at once it is one');
});

t.test('a thread that hangs is waited for once, and asked once, until it answers', async (t) => {
  let asked = 0;
  let answer: ((value: string) => void) | undefined;
  const inquiry = new Inquiry(() => {
    asked++;
    return new Promise<string>((resolve) => {
      answer = resolve;
    });
  });
  t.equal(await inquiry.answer(1), undefined);
  t.equal(await inquiry.answer(longMs), undefined, 'nobody waits a second time');
  t.equal(asked, 1);
  answer?.('late');
  await new Promise(setImmediate);
  const again = inquiry.answer(longMs);
  t.equal(asked, 2);
  answer?.('in time');
  t.equal(await again, 'in time', 'and what was too late is not taken for the next answer');
});
