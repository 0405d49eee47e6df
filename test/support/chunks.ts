import fc from 'fast-check';

/** `bytes` cut in two at every offset, both ends included. */
export function cutInTwo(bytes: Buffer): (readonly [Buffer, Buffer])[] {
  return Array.from({ length: bytes.length + 1 }, (_, at) => [bytes.subarray(0, at), bytes.subarray(at)] as const);
}

/** `bytes`, a chunk for each. */
export function byteByByte(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (byte) => Buffer.from([byte]));
}

export interface ChunkedStream {
  readonly stream: Buffer;
  readonly chunks: readonly Buffer[];
}

/** Streams put together of `pieces`, and cut into chunks anywhere; some chunks are empty. */
export function chunkedStreams(pieces: fc.Arbitrary<Uint8Array>): fc.Arbitrary<ChunkedStream> {
  return fc.tuple(fc.array(pieces), fc.array(fc.double({ min: 0, max: 1, noNaN: true }))).map(([parts, cuts]) => {
    const stream = Buffer.concat(parts);
    const offsets = [0, ...cuts.map((cut) => Math.round(cut * stream.length)).sort((a, b) => a - b), stream.length];
    const chunks = offsets.slice(1).map((offset, i) => stream.subarray(offsets[i], offset));
    return { stream, chunks };
  });
}
