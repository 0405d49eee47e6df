import t, { type Test } from 'tap';
import { connect } from '../../src/client/connect.js';
import { makeCertificate, transports } from '../support/certificates.js';
import { type Daemon, startDaemon } from '../support/daemon.js';
import type { LineClient } from '../support/line-client.js';
import { bytesUnderWay, watchMemory } from '../support/process-figures.js';
import { enter, enterInText } from '../support/visitors.js';

const room = 'sala1';
const stoppedMax = 20;
const readingMax = 5;
const writersMax = 4;
const messagesMax = 20_000;
const textCharacters = 200;
const inFlight = 64;
const memoryGrowthMax = 150e6;
// A message as each dialect tells it. There are hundreds of thousands to read, and none that needs escapes.
const inJson = /"method":"room\.message".*"seq":(\d+),"from":"([^"]*)","at":\d+,"text":"([^"]*)"/u;
const inText = /^\[sala1 #(\d+)\] (\S+): (.*)$/u;

for (const { over, skip } of transports) {
  t.test(
    `readers that stop reading cost little memory, hold nobody up, and are sent everything later, over ${over}`,
    { skip },
    async (t) => {
      const daemon = await startDaemon(t, { certificate: over === 'TLS' ? makeCertificate(t) : undefined });
      const stopped = await enterAll(t, daemon, 'parado', stoppedMax);
      const reading = await enterAll(t, daemon, 'leitor', readingMax);
      const writers = await Promise.all(Array.from({ length: writersMax }, (_, i) => enterAsWriter(t, daemon, i)));
      for (const { socket } of stopped) socket.pause();

      const memory = watchMemory(daemon.process.pid as number);
      const began = performance.now();
      const said = new Map<number, string>();
      const read = Promise.all(reading.map(readMessages));
      await Promise.all(writers.map((write) => write(said)));
      const lists = await read;
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      const growth = memory.stop() - memory.before;

      const expected = [...said].sort(([one], [other]) => one - other).map(([seq, message]) => `${seq} ${message}`);
      t.equal(expected.length, messagesMax, 'every message was answered');
      for (const list of lists)
        t.equal(firstDifference(list, expected), undefined, 'a reader that reads had everything');
      t.comment(`written and read in ${seconds} s beside ${stoppedMax} stopped readers`);
      t.comment(`memory before ${megabytes(memory.before)}, grown by ${megabytes(growth)} at the most`);
      t.ok(growth < memoryGrowthMax, `the memory grew by less than ${megabytes(memoryGrowthMax)}`);
      const underWay = bytesUnderWay(daemon.port) / stoppedMax;
      const everything = reading[0]?.socket.bytesRead ?? 0;
      t.comment(`on the way to each who stopped: ${megabytes(underWay)} of ${megabytes(everything)}`);
      t.ok(underWay < everything, 'they are behind, and not because the system holds it all for them');

      const later = watchMemory(daemon.process.pid as number);
      for (const { socket } of stopped) socket.resume();
      for (const list of await Promise.all(stopped.map(readMessages))) {
        t.equal(firstDifference(list, expected), undefined, 'a reader that had stopped got everything, in order');
      }
      const most = later.stop() - memory.before;
      t.comment(`while they caught up, the memory was ${megabytes(most)} over what it was at first`);
      t.ok(most < memoryGrowthMax, 'nor did the memory grow much while they caught up');
    },
  );
}

/** People in the room, all but every third of them in text. */
async function enterAll(t: Test, daemon: Daemon, name: string, count: number): Promise<LineClient[]> {
  const clients: LineClient[] = [];
  for (let i = 0; i < count; i++) {
    const come = i % 3 === 0 ? enter : enterInText;
    clients.push((await come(t, daemon, `${name}-${i}`, room)).client);
  }
  return clients;
}

/** Somebody in the room, as a function that writes a share of all messages and notes them with their seqs. */
async function enterAsWriter(t: Test, daemon: Daemon, number: number) {
  const client = await connect(daemon);
  t.teardown(() => client.close());
  const { userId } = await client.call('user.register', { name: `autor-${number}` });
  await client.call('room.join', { room });
  return async (said: Map<number, string>): Promise<void> => {
    let left = messagesMax / writersMax;
    const line = async (): Promise<void> => {
      while (left > 0) {
        const text = `${left--} é `.padEnd(textCharacters, 'x');
        const { seq } = await client.call('room.send', { room, text });
        said.set(seq, `${userId} ${text}`);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, line));
  };
}

/** The messages that come in, each as `SEQ FROM TEXT`, in either dialect. */
async function readMessages(client: LineClient): Promise<string[]> {
  const messages: string[] = [];
  while (messages.length < messagesMax) {
    const message = messageIn(await client.next());
    if (message !== undefined) messages.push(message);
  }
  return messages;
}

function messageIn(line: string): string | undefined {
  const [, seq, from, text] = inJson.exec(line) ?? inText.exec(line) ?? [];
  return seq === undefined ? undefined : `${seq} ${from} ${text}`;
}

function firstDifference(list: readonly string[], expected: readonly string[]): string | undefined {
  const at = expected.findIndex((message, i) => list[i] !== message);
  return at === -1 ? undefined : `${list[at]} instead of ${expected[at]}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
