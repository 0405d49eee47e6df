import t, { type Test } from 'tap';
import { connect } from '../../src/client/connect.js';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { LineClient } from '../support/line-client.js';
import { type Random, seeded } from '../support/seeded.js';
import { register } from '../support/visitors.js';

const room = 'sala1';
const readersMax = 60;
const writersMax = 5;
const messagesPerWriter = 500;
const inFlight = 4;
const stayMsMax = 150;
const dropsMin = 5;
const lastWords = 'tchau';

/** What one reader was sent, over however many connections. */
interface Reading {
  readonly token: string;
  readonly epoch: string;
  readonly first: number;
  /** The events as they came in, by seq. */
  readonly lines: Map<number, string>;
  last: number;
  drops: number;
  /** A line that was not the next one; there is no reading on behind it. */
  fault: string | undefined;
}

t.test('readers that drop and resume all the time are sent the same as those that stay', async (t) => {
  const random = seeded(t);
  const daemon = await startDaemon(t);
  const clients = await Promise.all(Array.from({ length: readersMax }, (_, i) => register(t, daemon, `leitor-${i}`)));
  const readings = clients.map(async ({ client, token }, i) => {
    const { epoch, seq } = await client.call('room.join', { room });
    const reading = { token, epoch, first: seq, lines: new Map(), last: seq - 1, drops: 0, fault: undefined };
    await (comesAndGoes(i) ? readComingAndGoing(t, daemon, client, reading, random) : read(client, reading));
    return reading;
  });

  const writers = await Promise.all(Array.from({ length: writersMax }, () => connect(daemon)));
  for (const [i, writer] of writers.entries()) {
    await writer.call('user.register', { name: `autor-${i}` });
    await writer.call('room.join', { room });
  }
  await Promise.all(
    writers.map(async (writer, i) => {
      let said = 0;
      const line = async (): Promise<void> => {
        while (said < messagesPerWriter) await writer.call('room.send', { room, text: `olá de ${i}: ${said++}` });
      };
      await Promise.all(Array.from({ length: inFlight }, line));
    }),
  );
  await writers[0]?.call('room.send', { room, text: lastWords });
  const logs: Reading[] = await Promise.all(readings);
  for (const writer of writers) await writer.close();

  const faults = logs.map(({ fault }) => fault).filter((fault) => fault !== undefined);
  t.strictSame(faults, [], 'nobody was sent an event twice, out of order or behind a gap');
  const [one, ...others] = logs as [Reading, ...Reading[]];
  const comers = logs.filter((_, i) => comesAndGoes(i));
  t.ok(
    comers.every(({ drops }) => drops >= dropsMin),
    `a third of them dropped, ${dropsMin} times and more`,
  );
  const drops = comers.reduce((sum, log) => sum + log.drops, 0);
  t.comment(`${one.lines.size} events, ${readersMax} readers, ${drops} connections dropped`);
  t.ok(one.lines.size > writersMax * messagesPerWriter, 'everything that was said was read');
  const differing = others.filter(({ first, last, lines }) => {
    if (last !== one.last) return true;
    for (let seq = Math.max(first, one.first); seq <= last; seq++)
      if (lines.get(seq) !== one.lines.get(seq)) return true;
    return false;
  });
  t.equal(differing.length, 0, 'every reader was sent the same event under the same seq');
});

function comesAndGoes(i: number): boolean {
  return i % 3 === 0;
}

/** Reads on to the last words, or to the connection's end, which throws. */
async function read(client: LineClient, reading: Reading): Promise<void> {
  for (;;) {
    const line = await client.next();
    const { params } = JSON.parse(line) as { params: { seq: number; text?: string } };
    if (params.seq !== reading.last + 1) reading.fault = `${line} after ${reading.last}`;
    if (reading.fault !== undefined) return;
    reading.last = params.seq;
    reading.lines.set(params.seq, line);
    if (params.text === lastWords) return;
  }
}

/** As {@link read}, but cuts the connection at any moment, and comes back to where it has read. */
async function readComingAndGoing(
  t: Test,
  daemon: Daemon,
  client: LineClient,
  reading: Reading,
  random: Random,
): Promise<void> {
  const { token, epoch } = reading;
  let dropped = false;
  const dropSoon = (connection: LineClient) => {
    dropped = false;
    return setTimeout(
      () => {
        dropped = true;
        connection.destroy();
      },
      random.between(0, stayMsMax),
    );
  };
  for (let connection = client; ; connection = await LineClient.connect(t, daemon)) {
    const timer = dropSoon(connection);
    try {
      if (connection !== client) {
        await connection.call('user.resume', { token, rooms: { [room]: { epoch, after: reading.last } } });
      }
      await read(connection, reading);
      clearTimeout(timer);
      connection.destroy();
      return;
    } catch (error) {
      if (!dropped) throw error;
      reading.drops++;
    }
  }
}
