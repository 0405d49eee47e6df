import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { Ledger } from '../../src/cli/load/ledger.js';
import { CallRefused } from '../../src/client/errors.js';
import { enter, type Participant } from '../../src/client/participant.js';
import { type Daemon, startDaemon } from '../support/daemon.js';
import { fill, mountSmallDisk } from '../support/small-disk.js';
import { until } from '../support/until.js';

const diskMiB = 64;
const ballastMiB = 24;
const rooms = ['sala1', 'sala2'] as const;
const writersPerRoom = 4;
const inFlight = 4;
const textBytes = 1000;
/** Between a stored message and the next, so that the disk is not filled by what is said. */
const pauseMs = 40;
const rounds = 2;
const refusalsMin = 30;

const disk = mountSmallDisk(diskMiB);
if (disk !== undefined) t.teardown(() => disk.remove());
const skip = disk === undefined ? 'SKIPPED: a small disk is needed, and may not be mounted here' : false;

/** Somebody who says things in a room and to the next one in it, again and again until each is stored. */
class Writer {
  readonly user: Participant;
  readonly room: string;
  /** Private messages that were answered, by their place in the own inbox. */
  readonly whispered = new Map<number, string>();
  refusals = 0;
  privateRefusals = 0;
  answered = 0;
  readonly unexpected: unknown[] = [];
  readonly #ledger: Ledger;
  #said = 0;

  constructor(user: Participant, room: string, ledger: Ledger) {
    this.user = user;
    this.room = room;
    this.#ledger = ledger;
  }

  async begin(): Promise<void> {
    const events = this.user.events();
    const { seq } = await this.user.join(this.room);
    this.#ledger.begins(this.user.userId, this.room, seq - 1);
    void this.#listen(events);
  }

  /** Talks until `over`; what was begun is brought to its end. */
  async talk(peer: Writer, over: () => boolean): Promise<void> {
    const line = async (whispers: boolean): Promise<void> => {
      while (!over()) {
        const order = this.#said++;
        const text = `${this.user.userId} ${order} `.padEnd(textBytes, 'x');
        if (whispers) await this.#whisper(peer.user.userId, text, `w${order}`);
        else await this.#say(order, text);
      }
    };
    // Each waits until its message is stored: one for the supervisor's disk, the others for the room's.
    await Promise.all(Array.from({ length: inFlight }, (_, i) => line(i === 0)));
  }

  async #say(order: number, text: string): Promise<void> {
    const { userId } = this.user;
    const seq = await this.#untilStored(
      () => this.user.send(this.room, text, { clientMsgId: `s${order}` }),
      'refusals',
    );
    // Refused messages are said again later, so each stands for itself.
    this.#ledger.answered(`${userId} ${order}`, this.room, order, seq, text);
  }

  async #whisper(to: string, text: string, id: string): Promise<void> {
    const seq = await this.#untilStored(
      () => this.user.whisper(this.room, to, text, { clientMsgId: id }),
      'privateRefusals',
    );
    this.whispered.set(seq, text);
  }

  async #untilStored(send: () => Promise<{ seq: number }>, count: 'refusals' | 'privateRefusals'): Promise<number> {
    for (;;) {
      try {
        const { seq } = await send();
        this.answered++;
        await delay(pauseMs);
        return seq;
      } catch (error) {
        if (!(error instanceof CallRefused) || error.code !== 'BUSY') {
          this.unexpected.push(error);
          throw error;
        }
        this[count]++;
        await delay(20);
      }
    }
  }

  async #listen(events: AsyncIterable<Parameters<Ledger['heard']>[1]>): Promise<void> {
    for await (const push of events) this.#ledger.heard(this.user.userId, push);
  }
}

t.test(
  'a disk that is filled and emptied under load: refusals, then service, and nothing answered is lost',
  {
    skip,
  },
  async (t) => {
    const directory = disk?.directory as string;
    const filler = join(directory, 'filler');
    fill(join(directory, 'ballast'), ballastMiB);
    const daemon = await startDaemon(t, { data: join(directory, 'data'), rooms });
    const ledger = new Ledger();
    const writers: Writer[] = [];
    for (let i = 0; i < rooms.length * writersPerRoom; i++) {
      const user = await enter({ port: daemon.port, as: { name: `autor${i}` } });
      t.teardown(() => user.close());
      const writer = new Writer(user, rooms[i % rooms.length] as string, ledger);
      await writer.begin();
      writers.push(writer);
    }

    let over = false;
    const total = (count: 'refusals' | 'privateRefusals' | 'answered') =>
      writers.reduce((sum, one) => sum + one[count], 0);
    const talks = Promise.all(
      writers.map((writer, i) => writer.talk(writers[(i + rooms.length) % writers.length] as Writer, () => over)),
    );
    // It throws where nobody waits for it yet.
    talks.catch(() => undefined);
    for (let round = 1; round <= rounds; round++) {
      await until(
        'everybody is answered',
        more(() => total('answered'), 200),
      );
      fill(filler, diskMiB);
      const rejected = [more(() => total('refusals'), refusalsMin), more(() => total('privateRefusals'), refusalsMin)];
      await until('rooms and supervisor refuse', () => rejected.every((enough) => enough()));
      t.match(await registration(daemon), { code: 'BUSY', temporary: true }, 'nobody can register either');
      t.equal(daemon.process.exitCode, null, 'the daemon lives');
      rmSync(filler);
      if (round === rounds) rmSync(join(directory, 'ballast'));
      await until(
        'everybody is answered again',
        more(() => total('answered'), 200),
      );
      await until('the log says so', () => lines(daemon, 'there is room on the disk again').length === round);
      t.equal(lines(daemon, 'the disk is full').length, round, 'the log says once that the disk is full');
    }
    over = true;
    await talks;
    t.strictSame(
      writers.flatMap(({ unexpected }) => unexpected),
      [],
      'nothing but BUSY was answered meanwhile',
    );
    t.comment(`${total('answered')} answered, ${total('refusals') + total('privateRefusals')} refused`);
    await readLogs(t, writers, ledger);
    const { counts, examples } = ledger.conclude();
    t.strictSame(examples, [], 'no message is lost, doubled, or another than was answered');
    t.ok(Object.values(counts).every((count) => count === 0));
    t.notMatch(daemon.log(), /died|cannot be opened|a call failed/, 'no thread died of it');
  },
);

/** Tells when a count has grown by so much from now on. */
function more(count: () => number, by: number): () => boolean {
  const before = count();
  return () => count() >= before + by;
}

async function registration({ port }: Daemon): Promise<unknown> {
  for (;;) {
    // Small as it is, one may still find its place.
    const outcome = await enter({ port, as: { name: 'caio' } }).catch((error: unknown) => error);
    if (outcome instanceof Error) return outcome;
    await (outcome as Participant).close();
  }
}

async function readLogs(t: Test, writers: readonly Writer[], ledger: Ledger): Promise<void> {
  for (const room of rooms) {
    const { user } = writers.find((writer) => writer.room === room) as Writer;
    for (let after = 0, more = true; more; ) {
      const page = await user.call('room.history', { room, after, limit: 500 });
      ledger.logged(room, page.messages);
      after = page.messages.at(-1)?.seq ?? after;
      more = page.more;
    }
  }
  for (const { user, whispered } of writers) {
    const inbox = new Map<number, string>();
    for (let after = 0, more = true; more; ) {
      const page = await user.call('private.history', { after, limit: 500 });
      for (const { seq, text } of page.messages) inbox.set(seq, text);
      after = page.messages.at(-1)?.seq ?? after;
      more = page.more;
    }
    const lost = [...whispered].filter(([seq, text]) => inbox.get(seq) !== text);
    t.strictSame(lost, [], `every private message of ${user.userId} that was answered is in the inbox`);
    t.equal(new Set(inbox.values()).size, inbox.size, 'once');
  }
}

function lines(daemon: Daemon, what: string): string[] {
  return daemon
    .log()
    .split('\n')
    .filter((line) => line.includes(what));
}
