import assert from 'node:assert/strict';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { LineSplitter } from '../../src/protocol/lines.js';
import { TelnetFilter } from '../../src/protocol/telnet.js';
import { byteByByte, chunkedStreams, cutInTwo } from '../support/chunks.js';

/** What comes out of the filter, to the server's lines and back to the client; in hex, as telnet is read. */
function filtered(chunks: readonly Buffer[]): { readonly data: string; readonly replies: string } {
  const telnet = new TelnetFilter();
  const replies: Buffer[] = [];
  const data = chunks.map((chunk) => telnet.filter(chunk, { put: (reply) => replies.push(reply) }));
  return {
    data: Buffer.concat([...data, telnet.end()]).toString('hex'),
    replies: Buffer.concat(replies).toString('hex'),
  };
}

/** Checks a stream in one chunk, in a chunk a byte, and cut in two everywhere. Spaces in hex are for the reader. */
function check(t: Test, stream: string, data: string, replies: string, what: string): void {
  const bytes = Buffer.from(stream.replaceAll(' ', ''), 'hex');
  const wanted = { data: data.replaceAll(' ', ''), replies: replies.replaceAll(' ', '') };
  t.strictSame(filtered([bytes]), wanted, what);
  t.strictSame(filtered(byteByByte(bytes)), wanted, `${what}, byte by byte`);
  for (const [first, second] of cutInTwo(bytes)) {
    t.strictSame(filtered([first, second]), wanted, `${what}, cut at ${first.length}`);
  }
}

const hex = (byte: number) => byte.toString(16).padStart(2, '0');

t.test('commands of two bytes are taken out and not answered', async (t) => {
  const commands: Record<string, string> = {
    'end of file': 'ec',
    suspend: 'ed',
    abort: 'ee',
    'end of record': 'ef',
    'end of subnegotiation': 'f0',
    'no operation': 'f1',
    'data mark': 'f2',
    break: 'f3',
    'interrupt process': 'f4',
    'abort output': 'f5',
    'are you there': 'f6',
    'erase character': 'f7',
    'erase line': 'f8',
    'go ahead': 'f9',
  };
  for (const [what, command] of Object.entries(commands)) check(t, `6f ff ${command} 69 0a`, '6f 69 0a', '', what);
});

t.test('IAC IAC is the byte 0xFF, and so is an IAC that begins no command', async (t) => {
  check(t, '6f ff ff 69 0a', '6f ff 69 0a', '', 'IAC IAC');
  check(t, 'ff ff ff ff', 'ff ff', '', 'twice');
  check(t, 'ff ff fd 06 0a', 'ff fd 06 0a', '', 'what follows IAC IAC is no command');
  for (let byte = 0; byte < 0xec; byte++) check(t, `ff ${hex(byte)} 69`, `ff ${hex(byte)} 69`, '', `IAC ${hex(byte)}`);
  check(t, '6f ff', '6f ff', '', 'IAC as the last byte of all');
});

t.test('a lone 0xFF makes its line invalid UTF-8, and not the next', async (t) => {
  const telnet = new TelnetFilter();
  const noReply = { put: () => t.fail('nothing is answered') };
  const lines = new LineSplitter(100).push(telnet.filter(Buffer.from('ana\xff\nbia\n', 'latin1'), noReply));
  t.strictSame(lines, [
    { type: 'invalid-utf8', json: false },
    { type: 'text', text: 'bia' },
  ]);
});

t.test('every option is refused: WILL with DONT, DO with WONT', async (t) => {
  for (let option = 0; option <= 0xff; option++) {
    if (option === 0x0a) continue;
    const o = hex(option);
    check(t, `61 ff fb ${o} 62 ff fd ${o} 63`, '61 62 63', `ff fe ${o} ff fc ${o}`, `option ${option}`);
  }
});

t.test('an option is refused once a verb, so that two ends never argue for ever', async (t) => {
  check(t, 'ff fb 01 ff fb 01 ff fd 01 ff fd 01', '', 'ff fe 01 ff fc 01', 'the same again');
  check(t, 'ff fb 01 ff fb 03 ff fb 01', '', 'ff fe 01 ff fe 03', 'another option in between');
  check(t, 'ff fc 01 ff fe 01 61', '61', '', 'WONT and DONT want no answer');
  check(t, 'ff fe 01 ff fc 01 ff fd 01 ff fb 01', '', 'ff fc 01 ff fe 01', 'and do not count as refused');
});

t.test('Ctrl-C is answered each time, since telnet shows nothing until it is', async (t) => {
  const ctrlC = 'ff f4 ff fd 06';
  check(t, ctrlC, '', 'ff fc 06', 'once');
  check(t, `61 ${ctrlC} 62 ${ctrlC} ${ctrlC} 63`, '61 62 63', 'ff fc 06 ff fc 06 ff fc 06', 'three times');
  check(t, 'ff fb 06 ff fb 06', '', 'ff fe 06', 'WILL TIMING-MARK is an option like the others');
});

t.test('answers are given at once, not when the command after them comes', async (t) => {
  const telnet = new TelnetFilter();
  const replies: string[] = [];
  const reply = { put: (bytes: Buffer) => replies.push(bytes.toString('hex')) };
  telnet.filter(Buffer.from('fffd', 'hex'), reply);
  t.strictSame(replies, []);
  telnet.filter(Buffer.from('06', 'hex'), reply);
  t.strictSame(replies, ['fffc06']);
});

t.test('a subnegotiation is taken out up to its end, whatever it holds', async (t) => {
  check(t, '61 ff fa 1f 00 50 00 18 ff f0 62', '61 62', '', 'a window size');
  check(t, 'ff fa 18 ff ff 41 ff f0 62', '62', '', 'with an IAC IAC inside');
  check(t, 'ff fa 18 ff fd 06 41 ff f0 62', '62', '', 'a command inside is none');
  check(t, 'ff fa ff f0 62', '62', '', 'an empty one');
});

t.test('LF ends a line even inside a command, so that garbage swallows one line at most', async (t) => {
  check(t, '61 ff fd 0a 62', '61 0a 62', '', 'for an option');
  check(t, 'ff fa 18 41 0a 62', '0a 62', '', 'in a subnegotiation');
  check(t, 'ff fa 18 ff 0a 62', '0a 62', '', 'after an IAC in a subnegotiation');
  check(t, '61 ff 0a 62', '61 ff 0a 62', '', 'after an IAC');
});

t.test('a command cut off by the end of the stream is nothing', async (t) => {
  check(t, '61 ff fd', '61', '', 'no option');
  check(t, '61 ff fa 18 41', '61', '', 'no end of the subnegotiation');
});

t.test('a stream without 0xFF comes out as it went in, and nothing is answered', async () => {
  fc.assert(
    fc.property(chunkedStreams(fc.uint8Array({ max: 0xfe })), ({ stream, chunks }) => {
      assert.deepEqual(filtered(chunks), { data: stream.toString('hex'), replies: '' });
    }),
  );
});

t.test('what comes out does not depend on how the stream was cut', async () => {
  const bytes = fc.constantFrom(
    0xff,
    0xff,
    0xff,
    0xfe,
    0xfd,
    0xfc,
    0xfb,
    0xfa,
    0xf4,
    0xf0,
    0xec,
    0x0a,
    0x06,
    0x01,
    0x61,
  );
  fc.assert(
    fc.property(chunkedStreams(bytes.map((byte) => Uint8Array.of(byte))), ({ stream, chunks }) => {
      assert.deepEqual(filtered(chunks), filtered([stream]));
    }),
    { numRuns: 2000 },
  );
});
