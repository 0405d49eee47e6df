import { once } from 'node:events';
import { CallRefused } from '../../client/errors.js';
import type { Participant } from '../../client/participant.js';
import { defaultLimits } from '../../protocol/limits.js';
import { type Line, LineSplitter } from '../../protocol/lines.js';
import type { MethodName } from '../../protocol/methods.js';
import { refusals } from '../../protocol/refusals.js';
import { commands, parseText, usage } from '../../protocol/text-commands.js';
import { formatResult } from '../../protocol/text-replies.js';
import { eventLine } from '../message-lines.js';
import type { OneShotOptions } from '../one-shot.js';
import { jsonLine, printable } from '../printable.js';
import { wordsIn } from '../words.js';
import { persistently } from './conversing.js';
import { textsIn } from './texts.js';

/**
 * The chat without a screen, for pipes and files: what happens is printed a line each, and each line of the input is said
 * in the room joined last, or is a command of the text dialect. Ends with the input, when all that was said is answered
 * and shown. Answers whether the server said yes to all of it.
 */
export async function chatInLines(
  user: Participant,
  rooms: readonly string[],
  options: OneShotOptions,
): Promise<boolean> {
  const lines = new Lines(user, options);
  return lines.run(rooms);
}

class Lines {
  readonly #user: Participant;
  readonly #options: OneShotOptions;
  #room: string | undefined;
  #allDone = true;
  /** The last seqs that were said here, and that were shown, by place: a room, or a room's private messages. */
  readonly #said = new Map<string, number>();
  readonly #shown = new Map<string, number>();
  #onShown: (() => void) | undefined;

  constructor(user: Participant, options: OneShotOptions) {
    this.#user = user;
    this.#options = options;
  }

  async run(rooms: readonly string[]): Promise<boolean> {
    const events = this.#user.events();
    const stop = () => void events.return?.();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
    process.stdout.once('error', stop);
    for (const room of rooms) {
      await this.#user.join(room);
      // People talk in the one they named first.
      this.#room ??= room;
    }
    const shown = this.#show(events);
    const said = this.#say().finally(() => process.stdin.destroy());
    await Promise.race([shown, said.then(() => this.#allShown())]);
    stop();
    process.stdin.destroy();
    await shown;
    return this.#allDone;
  }

  async #show(events: ReturnType<Participant['events']>): Promise<void> {
    const words = wordsIn(this.#options.language);
    for await (const event of events) {
      if (event.method === 'server.draining') continue;
      await print(this.#options.json ? jsonLine(event) : eventLine(event, words));
      const { params } = event;
      if ('seq' in params) this.#shown.set(placeOf(event.method, params.room), params.seq);
      if (this.#isAllShown) this.#onShown?.();
    }
  }

  #allShown(): Promise<void> {
    return new Promise((resolve) => {
      this.#onShown = resolve;
      if (this.#isAllShown) resolve();
    });
  }

  get #isAllShown(): boolean {
    return [...this.#said].every(([place, seq]) => (this.#shown.get(place) ?? 0) >= seq);
  }

  async #say(): Promise<void> {
    const splitter = new LineSplitter(defaultLimits.lineBytesMax);
    for await (const chunk of process.stdin) {
      for (const line of splitter.push(chunk as Buffer)) {
        if (!(await this.#take(line))) return;
      }
    }
    for (const line of splitter.end()) await this.#take(line);
  }

  /** Answers whether there is more to do. */
  async #take(line: Line): Promise<boolean> {
    if (line.type === 'text') return this.#carryOut(line.text);
    const refusal = line.type === 'too-long' ? refusals.lineTooLong(defaultLimits) : refusals.invalidUtf8();
    this.#fail(refusal.message[this.#options.language]);
    return true;
  }

  async #carryOut(line: string): Promise<boolean> {
    const { language } = this.#options;
    const request = parseText(line, this.#room);
    switch (request.type) {
      case 'nothing':
        return true;
      case 'refused':
        this.#fail(request.refusal.message[language]);
        return true;
      case 'help':
        await print(commands.map((command) => `${usage(command, language)} - ${command.doc[language]}`).join('\n'));
        return true;
      case 'call': {
        if (request.method === 'user.quit') return false;
        await this.#call(request.method, request.params).catch((error: unknown) => {
          if (!(error instanceof CallRefused)) throw error;
          this.#fail(`${error.code} ${error.message}`);
        });
        return true;
      }
      default:
        // What is about a connection's own look is nothing here.
        this.#fail(textsIn(language).unknownCommand(line.trim()));
        return true;
    }
  }

  async #call(method: MethodName, params: Record<string, unknown>): Promise<void> {
    const { room, text, to } = params as { room: string; text: string; to: string };
    switch (method) {
      case 'room.send': {
        const { seq } = await persistently(() => this.#user.send(room, text));
        this.#said.set(placeOf(method, room), seq);
        return;
      }
      case 'private.send': {
        const { seq } = await persistently(() => this.#user.whisper(room, to, text));
        this.#said.set(placeOf(method, room), seq);
        return;
      }
      case 'room.join':
        await this.#user.join(room);
        this.#room = room;
        return;
      case 'room.leave':
        await this.#user.leave(room);
        if (this.#room === room) this.#room = undefined;
        return;
      default: {
        const result = await this.#user.call(method as 'ping', params as never);
        await print(this.#options.json ? jsonLine(result) : formatResult(method, result as object));
      }
    }
  }

  #fail(why: string): void {
    this.#allDone = false;
    process.stderr.write(`salas: ${printable(why)}\n`);
  }
}

/** Private messages have a sequence of their own. */
function placeOf(method: string, room: string): string {
  return method.startsWith('private.') ? '@' : room;
}

async function print(text: string): Promise<void> {
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain').catch(() => undefined);
}
