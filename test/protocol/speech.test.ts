import fc from 'fast-check';
import t from 'tap';
import { quote } from '../../src/protocol/speech.js';

t.test('what is quoted is what was written, as long as it is plain', async (t) => {
  t.equal(quote('sala1'), '"sala1"');
  t.equal(quote('São Paulo 中 👋'), '"São Paulo 中 👋"');
  t.equal(quote('a"b\\c'), '"a\\"b\\\\c"');
});

t.test('a long input is cut, and says so', async (t) => {
  t.equal(quote('a'.repeat(60)), `"${'a'.repeat(60)}"`);
  t.equal(quote('a'.repeat(61)), `"${'a'.repeat(60)}…"`);
  t.ok(quote('\x00'.repeat(100_000)).length < 500);
});

t.test("control characters are escaped, so that none can move a terminal's cursor", async (t) => {
  t.equal(quote('\x1b[2J\n\t\x7f\x9b1A'), '"\\u001b[2J\\n\\t\\u007f\\u009b1A"');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (input) => {
      return !/\p{Cc}/u.test(quote(input));
    }),
  );
});

t.test('a short input can be read back from its quotation', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (input) => {
      return JSON.parse(quote(input)) === input;
    }),
  );
});
