import type { Client } from '../client/client.js';
import { connect } from '../client/connect.js';
import type { Language } from '../protocol/speech.js';

/** Who goes where. */
export interface VisitOptions {
  readonly host: string;
  readonly port: number;
  readonly name: string;
  readonly token: string | undefined;
  /** The language of what the server says. */
  readonly language: Language;
}

/** A user for the time of one command. */
export interface Visit {
  readonly client: Client;
  readonly userId: string;
  /** Joins the room, unless the user is in it. */
  enter(room: string): Promise<void>;
}

const quitDeadlineMs = 5000;

/**
 * Does `work` as a user: the one whom the token brings back, who stays as they are; else a new one, who quits
 * afterwards so that no ghost stays in the rooms.
 *
 * @throws whatever `connect` and `Client.call` throw
 */
export async function visit<Done>(options: VisitOptions, work: (visit: Visit) => Promise<Done>): Promise<Done> {
  const { host, port, name, token, language } = options;
  const client = await connect({ host, port, language });
  try {
    if (token !== undefined) {
      const { userId, rooms } = await client.call('user.resume', { token });
      return await work(visitOf(client, userId, new Set(rooms.map(({ room }) => room))));
    }
    const { userId } = await client.call('user.register', { name });
    try {
      return await work(visitOf(client, userId, new Set()));
    } finally {
      // The work's own outcome counts; a new user who cannot quit expires.
      await client.call('user.quit', {}, { deadlineMs: quitDeadlineMs }).catch(() => undefined);
    }
  } finally {
    await client.close();
  }
}

function visitOf(client: Client, userId: string, rooms: ReadonlySet<string>): Visit {
  return {
    client,
    userId,
    async enter(room) {
      if (!rooms.has(room.normalize('NFC'))) await client.call('room.join', { room });
    },
  };
}
