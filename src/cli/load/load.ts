import { setTimeout as sleep } from 'node:timers/promises';
import type { TlsOptions } from '../../client/connect.js';
import { callDaemon } from '../../client/control.js';
import { ConnectionLost, ServerUnreachable } from '../../client/errors.js';
import { enter, type Participant } from '../../client/participant.js';
import type { Push } from '../../client/pushes.js';
import { Ledger, type Violations } from './ledger.js';
import { Measures } from './measures.js';
import type { OwnDaemon } from './own-daemon.js';

export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | undefined;
  readonly clients: number;
  readonly rooms: readonly string[];
  /** Messages a second, of all clients together. */
  readonly rate: number;
  readonly seconds: number;
  /** Bytes of one message, at least those that tell it from others. */
  readonly payload: number;
  /** A daemon to be killed, so often. */
  readonly kill?: { readonly daemon: OwnDaemon; readonly everySeconds: number } | undefined;
  /** Rooms to be killed one after the other, so often, by the control socket of their daemon. */
  readonly killRooms?: { readonly control: string; readonly everySeconds: number } | undefined;
}

export interface LoadResult {
  readonly measures: Measures;
  readonly violations: Violations;
  /** What clients were refused, or failed with: the first, a line each. */
  readonly errors: readonly string[];
}

/** Every so manieth message is a private one. */
const whisperEvery = 20;
const tickMs = 10;
/** How long what was sent may take to be answered and heard after the last message. */
const settleSeconds = 60;
const connectingAtOnce = 50;
const historyLimit = 500;
const errorsMax = 20;

/** Loads a server as its users would, checks all that they are told, and reads the logs afterwards. */
export async function runLoad(
  options: LoadOptions,
  onSecond: (measures: Measures, second: number) => void,
): Promise<LoadResult> {
  const { host, port, tls, rooms, rate, seconds, payload, kill, killRooms } = options;
  const ledger = new Ledger();
  const measures = new Measures();
  const errors: string[] = [];
  const fail = (error: unknown) => {
    measures.errors++;
    if (errors.length < errorsMax) errors.push((error as Error).message);
  };
  let begun = performance.now();
  const now = () => performance.now() - begun;
  const users: Participant[] = [];
  const enterRoom = async (number: number): Promise<Client> => {
    const user = await enter({
      host,
      port,
      tls,
      as: { name: `load${number}` },
      // Who waits for a daemon that comes back is counted as waiting, not as failed.
      queueMax: Math.max(1000, rate * settleSeconds),
      onChange: ({ type }) => {
        if (type === 'away') measures.reconnections++;
      },
    });
    users.push(user);
    const client = new Client(user, rooms[number % rooms.length] as string, ledger, measures, now, fail);
    await client.begin();
    return client;
  };

  try {
    const clients: Client[] = [];
    while (clients.length < options.clients) {
      const count = Math.min(connectingAtOnce, options.clients - clients.length);
      const numbers = Array.from({ length: count }, (_, i) => clients.length + i);
      // All of them, so that nobody comes after the others were let go.
      const come = await Promise.allSettled(numbers.map(enterRoom));
      for (const one of come) {
        if (one.status === 'rejected') throw one.reason;
        clients.push(one.value);
      }
    }
    begun = performance.now();
    const killings = [
      kill && often(kill.everySeconds, seconds, now, () => killDaemon(kill.daemon, now, measures)),
      killRooms &&
        often(killRooms.everySeconds, seconds, now, (time) => {
          const client = clients[time % Math.min(rooms.length, clients.length)] as Client;
          return killRoom(killRooms.control, client, now, measures);
        }),
    ];
    for (let told = 0; now() < seconds * 1000; ) {
      const due = Math.floor((now() / 1000) * rate);
      while (measures.said + measures.whispered < due) {
        const number = measures.said + measures.whispered;
        const client = clients[number % clients.length] as Client;
        const peer = clients[(number + rooms.length) % clients.length] as Client;
        const whispers = number % whisperEvery === whisperEvery - 1 && peer !== client && peer.room === client.room;
        if (whispers) client.whisper(peer.id);
        else client.say(payload);
      }
      await sleep(tickMs);
      const second = Math.floor(now() / 1000);
      if (second > told) {
        told = second;
        onSecond(measures, second);
      }
    }
    await Promise.all(killings);
    await settled(clients);
    for (const room of rooms) await readLog(clients, room, ledger);
    for (const user of users) await user.quit();
    return { measures, violations: ledger.conclude(), errors };
  } finally {
    await Promise.all(users.map((user) => user.close()));
  }
}

/** One user of the test. */
class Client {
  readonly room: string;
  readonly user: Participant;
  readonly #ledger: Ledger;
  readonly #measures: Measures;
  readonly #now: () => number;
  readonly #fail: (error: unknown) => void;
  #order = 0;
  #unanswered = 0;
  #heard = 0;
  #head = 0;

  constructor(
    user: Participant,
    room: string,
    ledger: Ledger,
    measures: Measures,
    now: () => number,
    fail: (error: unknown) => void,
  ) {
    this.user = user;
    this.room = room;
    this.#ledger = ledger;
    this.#measures = measures;
    this.#now = now;
    this.#fail = fail;
  }

  get id(): string {
    return this.user.userId;
  }

  /** Joins, and from then on hears. */
  async begin(): Promise<void> {
    const events = this.user.events();
    const { seq } = await this.user.join(this.room);
    this.#heard = seq - 1;
    this.#ledger.begins(this.id, this.room, seq - 1);
    this.#listen(events).catch(this.#fail);
  }

  say(payload: number): void {
    const order = this.#order++;
    // The time it was sent goes with it, so that whoever hears it knows how long it took.
    const text = `${this.id} ${order} ${this.#now().toFixed(3)} `.padEnd(payload, 'x');
    this.#measures.said++;
    this.#answered(this.user.send(this.room, text), ({ seq }) => {
      this.#head = Math.max(this.#head, seq);
      this.#ledger.answered(this.id, this.room, order, seq, text);
    });
  }

  whisper(to: string): void {
    this.#measures.whispered++;
    this.#answered(this.user.whisper(this.room, to, `psst ${to}`), () => undefined);
  }

  /** Whether all that was sent is answered, and all that is in the room up to `head` was heard. */
  isSettled(head: number): boolean {
    return this.#unanswered === 0 && this.#heard >= head;
  }

  /** The last of the room's messages that was answered to this client. */
  get head(): number {
    return this.#head;
  }

  #answered<Result>(answer: Promise<Result>, note: (result: Result) => void): void {
    const sent = this.#now();
    this.#unanswered++;
    answer
      .then((result) => {
        this.#measures.answer(this.#now(), this.#now() - sent);
        note(result);
      }, this.#fail)
      .finally(() => {
        this.#unanswered--;
      });
  }

  async #listen(events: AsyncIterable<Push>): Promise<void> {
    for await (const push of events) {
      this.#ledger.heard(this.id, push);
      if (push.method === 'room.message') {
        const sent = Number(push.params.text.split(' ')[2]);
        if (Number.isFinite(sent)) this.#measures.delivery(this.#now(), this.#now() - sent);
      }
      if ('seq' in push.params && push.method !== 'private.message')
        this.#heard = Math.max(this.#heard, push.params.seq);
    }
  }
}

/** Does something every so many seconds, until `seconds` are over; it is told how often it was done. */
async function often(
  everySeconds: number,
  seconds: number,
  now: () => number,
  work: (time: number) => Promise<void>,
): Promise<void> {
  for (let time = 0; (time + 1) * everySeconds < seconds; time++) {
    await sleep(Math.max(0, (time + 1) * everySeconds * 1000 - now()));
    await work(time);
  }
}

async function killDaemon(daemon: OwnDaemon, now: () => number, measures: Measures): Promise<void> {
  const atMs = now();
  await daemon.kill();
  await daemon.start();
  measures.faults.push({ what: 'daemon', atMs, backAtMs: now() });
}

/** Kills the room of a client, who then asks the room something to learn when it is back. */
async function killRoom(control: string, { room, user }: Client, now: () => number, measures: Measures): Promise<void> {
  const atMs = now();
  try {
    await callDaemon(control, 'chaos', { fault: 'crash-room', room });
    await user.call('room.members', { room });
    measures.faults.push({ what: 'room', atMs, backAtMs: now() });
  } catch (error) {
    // Then the daemon was killed itself meanwhile.
    if (!(error instanceof ServerUnreachable || error instanceof ConnectionLost)) throw error;
  }
}

/** Waits until everybody has heard everything; what is still missing then counts as missing. */
async function settled(clients: readonly Client[]): Promise<void> {
  const deadline = performance.now() + settleSeconds * 1000;
  const heads = () => {
    const heads = new Map<string, number>();
    for (const { room, head } of clients) heads.set(room, Math.max(heads.get(room) ?? 0, head));
    return heads;
  };
  for (let known = heads(); performance.now() < deadline; known = heads()) {
    if (clients.every((client) => client.isSettled(known.get(client.room) ?? 0))) return;
    await sleep(tickMs);
  }
}

async function readLog(clients: readonly Client[], room: string, ledger: Ledger): Promise<void> {
  const reader = clients.find((client) => client.room === room)?.user;
  if (reader === undefined) return;
  for (let after = 0, more = true; more; ) {
    const page = await reader.call('room.history', { room, after, limit: historyLimit });
    ledger.logged(room, page.messages);
    after = page.messages.at(-1)?.seq ?? after;
    more = page.more;
  }
}
