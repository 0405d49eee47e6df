import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { type Line, LineSplitter } from '../../src/protocol/lines.js';
import { byteByByte, chunkedStreams, cutInTwo } from '../support/chunks.js';

const lineBytesMax = 16;
const tooLong: Line = { type: 'too-long', json: false };
const invalidUtf8: Line = { type: 'invalid-utf8', json: false };
const text = (line: string): Line => ({ type: 'text', text: line });

/** All the lines of a stream that comes in these chunks and ends. */
function linesOf(chunks: readonly Buffer[]): Line[] {
  const splitter = new LineSplitter(lineBytesMax);
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

/** The contract said plainly, over a stream that is there as a whole; a character is a byte. */
function reference(stream: Buffer): Line[] {
  const lines = stream.toString('latin1').split(/\n|(?<=\r)\0/);
  if (lines.at(-1) === '') lines.pop();
  return lines.map((terminated) => {
    const line = terminated.replace(/\r$/, '');
    const bytes = Buffer.from(line, 'latin1');
    const json = /^ *[{[]/.test(line.slice(0, lineBytesMax));
    if (bytes.length > lineBytesMax) return { type: 'too-long', json };
    return isUtf8(bytes) ? text(bytes.toString()) : { type: 'invalid-utf8', json };
  });
}

/** Checks the lines of a stream in one chunk, in a chunk a byte, and cut in two everywhere. */
function check(t: Test, stream: string | Buffer, lines: readonly Line[], what: string): void {
  const bytes = typeof stream === 'string' ? Buffer.from(stream) : stream;
  t.strictSame(linesOf([bytes]), lines, what);
  t.strictSame(linesOf(byteByByte(bytes)), lines, `${what}, byte by byte`);
  for (const [first, second] of cutInTwo(bytes)) {
    t.strictSame(linesOf([first, second]), lines, `${what}, cut at ${first.length}`);
  }
}

t.test('a line ends in LF, in CR LF or in CR NUL', async (t) => {
  check(t, 'ana\nbia\r\ncaio\r\0', [text('ana'), text('bia'), text('caio')], 'three lines');
  check(t, '\n\r\n\r\0', [text(''), text(''), text('')], 'three empty lines');
  check(t, 'ana\r\0\n', [text('ana'), text('')], 'CR NUL and LF are two ends');
});

t.test('one CR is dropped and no more; a CR or a NUL elsewhere is part of the line', async (t) => {
  check(t, 'ana\r\r\n', [text('ana\r')], 'two CRs');
  check(t, 'ana\rbia\n', [text('ana\rbia')], 'a lone CR');
  check(t, 'ana\0bia\n\0\n', [text('ana\0bia'), text('\0')], 'NULs without CR');
  check(t, 'ana\r\0\0\n', [text('ana'), text('\0')], 'a second NUL after CR NUL');
  check(t, 'ana\r\n\0\n', [text('ana'), text('\0')], 'a NUL after CR LF');
});

t.test('the last line counts without a terminator, and only if there is one', async (t) => {
  check(t, 'ana\nbia', [text('ana'), text('bia')], 'no LF');
  check(t, 'ana\nbia\r', [text('ana'), text('bia')], 'a CR whose LF never came');
  check(t, 'ana\n', [text('ana')], 'nothing after the LF');
  check(t, '', [], 'nothing at all');
});

t.test('a line is told as soon as it has ended, and not before', async (t) => {
  const splitter = new LineSplitter(lineBytesMax);
  t.strictSame(splitter.push(Buffer.from('oi an')), []);
  t.strictSame(splitter.push(Buffer.from('a\noi b')), [text('oi ana')]);
  t.strictSame(splitter.push(Buffer.from('ia\r')), [], 'the CR may yet be followed by something else');
  t.strictSame(splitter.push(Buffer.alloc(0)), [], 'an empty chunk changes nothing');
  t.strictSame(splitter.push(Buffer.from('\0oi caio')), [text('oi bia')]);
  t.strictSame(splitter.end(), [text('oi caio')]);
  t.strictSame(splitter.end(), [], 'the last line is told once');
});

t.test('a line of lineBytesMax bytes is allowed, whatever ends it', async (t) => {
  const longest = 'a'.repeat(lineBytesMax);
  for (const end of ['\n', '\r\n', '\r\0', '\r', '']) {
    check(t, longest + end, [text(longest)], `the longest line with ${JSON.stringify(end)}`);
  }
});

t.test('one byte more is too long, is told once, and leaves the next line alone', async (t) => {
  for (const surplus of [1, 2, 3, 100]) {
    const long = 'a'.repeat(lineBytesMax + surplus);
    for (const end of ['\n', '\r\n', '\r\0']) {
      check(t, `${long}${end}bia\n`, [tooLong, text('bia')], `${surplus} too many with ${JSON.stringify(end)}`);
    }
    check(t, long, [tooLong], `${surplus} too many, without an end`);
    check(t, `${long}\n${long}\n`, [tooLong, tooLong], `${surplus} too many, twice`);
  }
  check(t, `${'a'.repeat(lineBytesMax)}\r\r\nbia\n`, [tooLong, text('bia')], 'a second CR counts');
});

t.test('a line that is too long is told before it ends, and its rest is never a line', async (t) => {
  const splitter = new LineSplitter(lineBytesMax);
  t.strictSame(splitter.push(Buffer.from('a'.repeat(lineBytesMax + 1))), [tooLong]);
  t.strictSame(splitter.push(Buffer.from('a'.repeat(1000))), []);
  t.strictSame(splitter.push(Buffer.from('/quit\nbia\n')), [text('bia')]);
});

t.test('a line that cannot be read still tells whether it began like JSON', async (t) => {
  const a = 'a'.repeat(lineBytesMax);
  const json: Line = { type: 'too-long', json: true };
  check(t, `{${a}\n [${a}\n"{${a}\n`, [json, json, tooLong], 'too long');
  check(t, `${' '.repeat(lineBytesMax - 1)}{}\n`, [json], 'the brace is the last byte within the bound');
  check(t, `${' '.repeat(lineBytesMax)}{}\n`, [tooLong], 'the brace is beyond the bound');
  const broken = Buffer.from('  {\xff\n{\xff\n\xff{\n', 'latin1');
  check(
    t,
    broken,
    [{ type: 'invalid-utf8', json: true }, { type: 'invalid-utf8', json: true }, invalidUtf8],
    'no UTF-8',
  );
});

t.test('characters of several bytes are whole, wherever the stream was cut', async (t) => {
  check(t, 'olá, bia 👋\nनमस्ते\n', [text('olá, bia 👋'), { type: 'too-long', json: false }], 'bytes are counted');
  check(t, 'não\né\n', [text('não'), text('é')], 'two bytes');
});

t.test('bytes that are not UTF-8 cost their own line only', async (t) => {
  const bad: Record<string, number[]> = {
    'a lone 0xFF': [0xff],
    'a lone continuation byte': [0x80],
    'a cut character': [0xe2, 0x82],
    'an overlong slash': [0xc0, 0xaf],
    'a surrogate': [0xed, 0xa0, 0x80],
    'beyond Unicode': [0xf4, 0x90, 0x80, 0x80],
  };
  for (const [what, bytes] of Object.entries(bad)) {
    const stream = Buffer.concat([Buffer.from('ana\noi'), Buffer.from(bytes), Buffer.from('\nbia')]);
    check(t, stream, [text('ana'), invalidUtf8, text('bia')], what);
  }
});

t.test('nothing is substituted: BOM and U+FFFD are kept as they came', async (t) => {
  check(t, '\ufeffana\ufeff\n', [text('\ufeffana\ufeff')], 'BOMs');
  check(t, 'ana\ufffd\n', [text('ana\ufffd')], 'the replacement character');
});

t.test('the lines are those of the contract, however the stream was cut', async () => {
  const pieces = fc.oneof(
    fc.constantFrom('\n', '\r\n', '\r\0', '\r', '\0', 'ana', 'é', '👋', ' ', '{', '[', 'a'.repeat(lineBytesMax)),
    fc.constantFrom('\xff', '\x80', '\xe2\x82', '\xed\xa0\x80').map((bytes) => Buffer.from(bytes, 'latin1')),
    fc.string({ unit: 'binary', maxLength: lineBytesMax }),
  );
  const streams = chunkedStreams(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)));
  fc.assert(
    fc.property(streams, ({ stream, chunks }) => {
      assert.deepEqual(linesOf(chunks), reference(stream));
    }),
    { numRuns: 2000 },
  );
});

t.test('an unfinished line keeps at most lineBytesMax + 1 bytes, and a line that is too long none', async (t) => {
  const longest = 16_384;
  const byte = Buffer.from('a');
  const splitters = Array.from({ length: 100 }, () => new LineSplitter(longest));
  const before = bufferedBytes();
  for (const splitter of splitters) for (let i = 0; i < longest; i++) splitter.push(byte);
  const unfinished = bufferedBytes() - before;
  for (const splitter of splitters) splitter.push(byte);
  const discarding = bufferedBytes() - before;
  t.ok(unfinished <= splitters.length * (longest + 1), `${unfinished} bytes for 100 unfinished lines`);
  t.ok(discarding <= longest, `${discarding} bytes for 100 lines that are too long`);
  t.strictSame(
    splitters.map((splitter) => splitter.push(Buffer.from('\nana\n'))),
    splitters.map(() => [text('ana')]),
  );
});

/** Bytes in buffers that are still in use: a collection begins by ending what the one before it left to threads. */
function bufferedBytes(): number {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
