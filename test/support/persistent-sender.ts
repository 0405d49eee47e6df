import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../../src/client/client.js';
import { connect } from '../../src/client/connect.js';
import { ConnectionLost, ServerUnreachable } from '../../src/client/errors.js';
import type { Push } from '../../src/client/pushes.js';

/** What a person says: in a room, or to one user of it. */
export interface Intent {
  readonly clientMsgId: string;
  readonly room: string;
  readonly to: string | undefined;
  readonly text: string;
}

export interface Answered extends Intent {
  readonly seq: number;
  /** The server had it already: the answer to it was lost with the connection. */
  readonly duplicate: boolean;
}

interface Position {
  readonly epoch: string;
  readonly after: number;
}

const inFlight = 32;
const reconnectMs = 20;

/**
 * Somebody whose program does what the contract asks of one that wants nothing lost and nothing doubled: it repeats
 * what was not answered, in the order in which it was said, and resumes from where it has read.
 */
export class PersistentSender {
  readonly name: string;
  /** In the order of the answers. */
  readonly answered: Answered[] = [];
  /** What was heard, by its `seq`: in each room, and in the inbox under ''. */
  readonly heard = new Map<string, Map<number, Push>>();
  userId = '';
  token = '';
  /** How often it has come back. */
  resumed = 0;
  readonly #port: number;
  readonly #positions: Record<string, Position> = {};
  #inboxAfter = 0;
  #unanswered: Intent[] = [];
  #said = 0;

  constructor(name: string, port: number) {
    this.name = name;
    this.#port = port;
  }

  async enter(...rooms: readonly string[]): Promise<void> {
    const client = await connect({ port: this.#port });
    const { userId, token } = await client.call('user.register', { name: this.name });
    this.userId = userId;
    this.token = token;
    this.heard.set('', new Map());
    for (const room of rooms) {
      const { epoch, seq } = await client.call('room.join', { room });
      this.#positions[room] = { epoch, after: seq };
      this.heard.set(room, new Map());
    }
    await client.close();
  }

  /**
   * Says what `next` makes up, as fast as it is answered, until that makes up nothing more; and stays until all of
   * it is answered, however often the server goes away.
   */
  async talk(next: (number: number) => Omit<Intent, 'clientMsgId'> | undefined): Promise<void> {
    let done = false;
    while (!done) {
      try {
        const client = await this.#return();
        await this.#say(client, next);
        done = true;
        await client.close();
      } catch (error) {
        if (!(error instanceof ConnectionLost || error instanceof ServerUnreachable)) throw error;
        await delay(reconnectMs);
      }
    }
  }

  async #return(): Promise<Client> {
    const client = await connect({ port: this.#port });
    void this.#listen(client);
    const positions = { rooms: this.#positions, inboxAfter: this.#inboxAfter };
    const { rooms } = await client.call('user.resume', { token: this.token, ...positions });
    for (const { room, epoch, status } of rooms) {
      if (status !== 'resumed' || epoch !== this.#positions[room]?.epoch) throw new Error(`${room} lost its log`);
    }
    if (rooms.length !== Object.keys(this.#positions).length) throw new Error(`${this.name} is no member any more`);
    this.resumed++;
    return client;
  }

  async #say(client: Client, next: (number: number) => Omit<Intent, 'clientMsgId'> | undefined): Promise<void> {
    const repeats = [...this.#unanswered];
    const take = (): Intent | undefined => {
      const repeat = repeats.shift();
      if (repeat !== undefined) return repeat;
      const made = next(this.#said);
      if (made === undefined) return undefined;
      const intent = { ...made, clientMsgId: `${this.name}-${this.#said++}` };
      this.#unanswered.push(intent);
      return intent;
    };
    const line = async (): Promise<void> => {
      for (let intent = take(); intent !== undefined; intent = take()) {
        const { seq, duplicate } = await send(client, intent);
        this.#unanswered.splice(this.#unanswered.indexOf(intent), 1);
        this.answered.push({ ...intent, seq, duplicate });
      }
    };
    await Promise.all(Array.from({ length: inFlight }, line));
  }

  /** Notes what is pushed; a gap, a double or a step back throws where nobody catches it, which fails the test. */
  async #listen(client: Client): Promise<void> {
    try {
      for await (const push of client.pushes()) this.#hear(push);
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    }
  }

  #hear(push: Push): void {
    const { method } = push;
    if (method === 'server.draining' || method === 'server.announcement' || method === 'room.invited') return;
    const { room, seq } = push.params;
    const inbox = push.method === 'private.message';
    const after = inbox ? this.#inboxAfter : this.#positions[room]?.after;
    if (seq !== (after ?? 0) + 1) throw new Error(`${this.name} was sent ${JSON.stringify(push)} after ${after}`);
    if (inbox) this.#inboxAfter = seq;
    else this.#positions[room] = { epoch: this.#positions[room]?.epoch ?? '', after: seq };
    this.heard.get(inbox ? '' : room)?.set(seq, push);
  }
}

/** Sends, or sends again. */
export function send(client: Client, { room, to, text, clientMsgId }: Intent) {
  return to === undefined
    ? client.call('room.send', { room, text, clientMsgId })
    : client.call('private.send', { room, to, text, clientMsgId });
}
