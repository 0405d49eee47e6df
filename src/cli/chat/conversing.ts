import { setTimeout as sleep } from 'node:timers/promises';
import { CallRefused, CallTimedOut } from '../../client/errors.js';
import type { Participant } from '../../client/participant.js';
import type { MethodName, Params } from '../../protocol/methods.js';
import type { Language } from '../../protocol/speech.js';
import { formatResult } from '../../protocol/text-replies.js';
import type { ChatEvent, Effect } from './events.js';
import { type Page, pageMessages } from './state.js';
import { textsIn } from './texts.js';

/** The chat's side towards the server: carries effects out, and tells as events what came of them. */

const searchMessages = 20;
const inboxMessages = 200;
/** What passes by itself is waited for so long at the most, then the message is refused. */
const patienceMs = 60_000;
const retryMs = 1000;

export class Conversing {
  readonly #user: Participant;
  readonly #language: Language;
  readonly #dispatch: (event: ChatEvent) => void;
  /** The end of each conversation's queue: what was said first is answered before the next is sent. */
  readonly #queues = new Map<string, Promise<void>>();

  constructor(user: Participant, language: Language, dispatch: (event: ChatEvent) => void) {
    this.#user = user;
    this.#language = language;
    this.#dispatch = dispatch;
  }

  /** Carries out what concerns the server. It never rejects: what fails is told. */
  async perform(effect: Effect): Promise<void> {
    switch (effect.type) {
      case 'say':
        return this.#queued(effect.key, () => this.#say(effect));
      case 'join':
        return this.#queued(effect.room, () => this.#join(effect.room, effect.show));
      case 'create':
        return this.#telling(effect.key, async () => {
          const { room } = await this.#user.call('room.create', effect.params as Params<'room.create'>);
          await this.#join(room, true);
        });
      case 'leave':
        return this.#telling(effect.key, async () => {
          await this.#user.leave(effect.room);
          this.#dispatch({ type: 'left', room: effect.room });
        });
      case 'load':
        return this.#load(effect);
      case 'search':
        return this.#telling(effect.key, async () => {
          const other = effect.key.startsWith('@') ? effect.key.slice(1) : undefined;
          const { before, query } = effect;
          const params = { query, limit: searchMessages, ...(before === undefined ? {} : { before }) };
          const history = await (other === undefined
            ? this.#user.call('room.search', { room: effect.room, ...params })
            : this.#user.call('private.search', { with: other, ...params }));
          this.#dispatch({ type: 'found', key: effect.key, query, history });
        });
      case 'members':
        return this.#telling(effect.show ? effect.room : undefined, async () => {
          const { room, members } = await this.#user.call('room.members', { room: effect.room });
          this.#dispatch({ type: 'members', room, members, show: effect.show });
        });
      case 'rooms':
        return this.#telling('', async () => {
          const { rooms } = await this.#user.call('room.list');
          this.#dispatch({ type: 'rooms', rooms, show: effect.show });
        });
      case 'unread':
        return this.#telling(effect.show ? '' : undefined, async () => {
          const { rooms } = await this.#user.call('room.unread');
          this.#dispatch({ type: 'unread', rooms, show: effect.show });
        });
      case 'inbox':
        return this.#telling(undefined, async () => {
          const { messages } = await this.#user.call('private.history', { limit: inboxMessages });
          this.#dispatch({ type: 'inbox', messages });
        });
      case 'mark-read':
        return this.#telling(undefined, async () => {
          await this.#user.call('room.mark_read', { room: effect.room, seq: effect.seq });
        });
      case 'call':
        return this.#telling(effect.key, async () => {
          const result = await this.#user.call(effect.method, effect.params as Params<MethodName>);
          const answer = answerOf(effect.method, result);
          // What happens in a room is told by its event.
          if (answer !== undefined) this.#tell(effect.key, answer);
          else if (!('seq' in result)) this.#tell(effect.key, textsIn(this.#language).done);
        });
      case 'redraw':
      case 'suspend':
      case 'quit':
        return;
      default:
        return effect satisfies never;
    }
  }

  async #join(room: string, show: boolean): Promise<void> {
    try {
      this.#dispatch({ type: 'joined', joined: await this.#user.join(room), show });
    } catch (error) {
      this.#dispatch({ type: 'join-refused', room, why: this.#reason(error) });
    }
  }

  /**
   * One after the other in each conversation: what is held back for a while is not overtaken, and what is said in a room
   * waits until it is joined.
   */
  #queued(key: string, work: () => Promise<void>): Promise<void> {
    const queue = (this.#queues.get(key) ?? Promise.resolve()).then(work);
    this.#queues.set(key, queue);
    return queue.finally(() => {
      if (this.#queues.get(key) === queue) this.#queues.delete(key);
    });
  }

  async #say({ key, room, to, text, clientMsgId, replyTo }: Extract<Effect, { type: 'say' }>): Promise<void> {
    try {
      const said = { room, text, clientMsgId, ...(replyTo === undefined ? {} : { replyTo }) };
      const { seq, at } = await persistently<{ seq: number; at: number }>(() =>
        to === undefined ? this.#user.call('room.send', said) : this.#user.call('private.send', { ...said, to }),
      );
      this.#dispatch({ type: 'sent', key, clientMsgId, seq, at });
    } catch (error) {
      this.#dispatch({ type: 'refused', key, clientMsgId, text, why: this.#reason(error) });
    }
  }

  async #load({ key, room, with: other, page }: Extract<Effect, { type: 'load' }>): Promise<void> {
    try {
      const limit = pageMessages;
      const history = await (other === undefined
        ? this.#user.call('room.history', { room, limit, ...roomRange(page) })
        : this.#user.call('private.history', { with: other, limit, ...inboxRange(page) }));
      this.#dispatch({ type: 'page', key, page, history });
    } catch (error) {
      this.#dispatch({ type: 'page-failed', key, why: this.#reason(error) });
    }
  }

  /** Does it, and tells in a conversation why it failed; nowhere if there is no `key`. */
  async #telling(key: string | undefined, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (key !== undefined) this.#tell(key, this.#reason(error), true);
    }
  }

  #tell(key: string, text: string, isError = false): void {
    this.#dispatch({ type: 'told', key, text, isError });
  }

  #reason(error: unknown): string {
    const texts = textsIn(this.#language);
    if (error instanceof CallRefused) return error.code === 'METHOD_NOT_FOUND' ? texts.notKnown : error.message;
    return texts.failed(error instanceof Error ? error.message : String(error));
  }
}

/** Sends until there is an answer that does not pass by itself: `send` must be repeatable. */
export async function persistently<Result>(send: () => Promise<Result>): Promise<Result> {
  const end = performance.now() + patienceMs;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (performance.now() > end || !passes(error)) throw error;
      const told = error instanceof CallRefused ? error.retryAfterMs : undefined;
      await sleep(Math.min(told ?? retryMs, patienceMs));
    }
  }
}

function passes(error: unknown): boolean {
  if (error instanceof CallTimedOut) return true;
  return error instanceof CallRefused && ['RATE_LIMITED', 'BUSY', 'ACTOR_RESTARTED'].includes(error.code);
}

function roomRange(page: Page) {
  return page.type === 'latest' ? {} : { [page.type]: page.seq };
}

/** As many messages of other conversations may be between, an inbox has no page around one. */
function inboxRange(page: Page) {
  return page.type === 'around' ? { before: page.seq + pageMessages / 2 + 1 } : roomRange(page);
}

/** What a command was answered beyond that it was done. */
function answerOf(method: MethodName, result: object): string | undefined {
  const [first = '', ...lines] = formatResult(method, result).split('\n');
  const said = first.replace(/^\+OK ?/, '');
  if (lines.length > 0) return lines.join('\n');
  return 'room' in result || said === '' || said === '0' ? undefined : said;
}
