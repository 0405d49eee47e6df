import { rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Client } from '../../src/client/client.js';
import { connect } from '../../src/client/connect.js';
import { CallRefused } from '../../src/client/errors.js';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { salas } from '../support/salas.js';
import { fill, mountSmallDisk } from '../support/small-disk.js';
import { until } from '../support/until.js';
import { enter } from '../support/visitors.js';

// After 1 MiB SQLite wants to copy its write-ahead log into the database. When the disk is full it finds no room for
// that, so the room that is made later is first of all taken by the copy.
const diskMiB = 48;
const ballastMiB = 20;
const lastBallastMiB = 2;
const textBytes = 6000;
const inFlight = 8;
const refusalsMin = 40;

const disk = mountSmallDisk(diskMiB);
if (disk !== undefined) t.teardown(() => disk.remove());
const skip = disk === undefined ? 'SKIPPED: a small disk is needed, and may not be mounted here' : false;

t.test(
  'a full disk costs nothing that was answered, and ends by itself when there is room again',
  { skip },
  async (t) => {
    const directory = disk?.directory as string;
    const data = join(directory, 'data');
    const rooms = ['sala1', 'sala2'] as const;
    fill(join(directory, 'ballast-1'), ballastMiB);
    fill(join(directory, 'ballast-2'), lastBallastMiB);
    let daemon = await startDaemon(t, { data, rooms });
    const bia = await enter(t, daemon, 'bia', 'sala1');
    const ana = await connect(daemon);
    const { userId, token } = await ana.call('user.register', { name: 'ana' });
    for (const room of rooms) await ana.call('room.join', { room });
    await bia.client.nextPush('room.joined');

    const writer = new Writer(ana);
    await writer.writeUntilRefused();
    t.comment(`${writer.answered.length} messages answered, then ${writer.refused.length} refused`);
    fill(join(directory, 'filler'), diskMiB);
    const refusals = [
      ...writer.refused,
      await refusal(ana.call('room.send', { room: 'sala2', text: 'olá' })),
      await refusal(ana.call('private.send', { room: 'sala1', to: bia.userId, text: 'x'.repeat(textBytes) })),
      await refusal(ana.call('room.create', { room: 'sala3' })),
      await refusal(ana.call('room.leave', { room: 'sala2' })),
      await registerUntilRefused(daemon),
    ];
    const other = refusals.filter(({ code, retryAfterMs = 0 }) => code !== 'BUSY' || retryAfterMs === 0);
    t.strictSame(other, [], 'whatever would have to be stored is refused with BUSY and a time to come again');

    t.strictSame(await history(ana), writer.answered, 'reading goes on');
    const heard: Said[] = [];
    for (const _ of writer.answered) {
      const { seq, text } = await bia.client.nextPush('room.message');
      heard.push({ seq, text });
    }
    t.strictSame(heard, writer.answered, 'who listens was told all that was answered');
    t.strictSame(await bia.client.soFar(), [], 'and nothing else');
    t.equal(daemon.process.exitCode, null, 'the daemon lives');
    t.notMatch(daemon.log(), /died/, 'and so do its threads');

    rmSync(join(directory, 'filler'));
    rmSync(join(directory, 'ballast-1'));
    const [text] = writer.refusedTexts as [string];
    await until('there is room again', () => writer.write(text));
    t.equal((await writer.say(text)).duplicate, true, 'what was refused can be said again, and then is said once');
    await ana.call('private.send', { room: 'sala1', to: bia.userId, text: 'psiu' });
    await enter(t, daemon, 'caio', 'sala1');

    await writer.writeUntilRefused();
    fill(join(directory, 'filler'), diskMiB);
    await daemon.kill();
    const { code, stdout, stderr } = await salas(['serve', '--port', '0', '--data', data]);
    t.strictSame({ code, stdout }, { code: 1, stdout: '' }, 'on a full disk no daemon starts');
    t.match(stderr, /^salas: \S+ cannot be written: no room left on the disk[^\n]*\n$/, 'which is told in one line');

    for (const file of ['filler', 'ballast-2']) rmSync(join(directory, file));
    daemon = await startDaemon(t, { data, rooms });
    const anaAgain = await connect(daemon);
    await anaAgain.call('user.resume', { token });
    t.strictSame(await history(anaAgain), writer.answered, 'all that was answered is there, once and in order');
    const inbox = await anaAgain.call('private.history');
    t.match(inbox, { messages: [{ from: userId, to: bia.userId, text: 'psiu' }], more: false });
    await anaAgain.close();
  },
);

/** Somebody who writes to sala1. */
class Writer {
  readonly refused: CallRefused[] = [];
  readonly refusedTexts: string[] = [];
  readonly #answered: Said[] = [];
  readonly #client: Client;
  #written = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  get answered(): Said[] {
    return this.#answered.toSorted((one, other) => one.seq - other.seq);
  }

  async writeUntilRefused(): Promise<void> {
    const goal = this.refused.length + refusalsMin;
    const line = async (): Promise<void> => {
      while (this.refused.length < goal) await this.write(`${this.#written++}`.padEnd(textBytes, '.'));
    };
    await Promise.all(Array.from({ length: inFlight }, line));
  }

  /** Answers whether it was stored. */
  async write(text: string): Promise<boolean> {
    try {
      const { seq, duplicate } = await this.say(text);
      if (duplicate) throw new Error(`${text.slice(0, 10)} was refused, and stored all the same`);
      this.#answered.push({ seq, text });
      return true;
    } catch (error) {
      if (!(error instanceof CallRefused)) throw error;
      this.refused.push(error);
      this.refusedTexts.push(text);
      return false;
    }
  }

  say(text: string) {
    return this.#client.call('room.send', { room: 'sala1', text, clientMsgId: `${Number.parseInt(text, 10)}` });
  }
}

interface Said {
  readonly seq: number;
  readonly text: string;
}

/** All that was said in sala1. */
async function history(client: Client): Promise<Said[]> {
  const all: Said[] = [];
  for (let more = true; more; ) {
    const page = await client.call('room.history', { room: 'sala1', after: all.at(-1)?.seq ?? 0, limit: 500 });
    all.push(...page.messages.map(({ seq, text }) => ({ seq, text })));
    more = page.more;
  }
  return all;
}

async function refusal(call: Promise<unknown>): Promise<CallRefused> {
  const error = await call.then(
    (result) => new Error(`not refused: ${JSON.stringify(result)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof CallRefused) return error;
  throw error;
}

/** A few may still fit in the last page. */
async function registerUntilRefused(daemon: Daemon): Promise<CallRefused> {
  for (;;) {
    const client = await connect(daemon);
    const outcome = await client.call('user.register', { name: 'caio' }).catch((error: unknown) => error);
    await client.close();
    if (outcome instanceof Error) return refusal(Promise.reject(outcome));
  }
}
