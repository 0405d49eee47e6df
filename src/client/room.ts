import type { Params, Result } from '../protocol/methods.js';
import type { Participant, SendOptions, WhisperOptions } from './participant.js';

/** A room as one user has it, made by {@link Participant.room}: the calls that concern it, which reject as those do. */
export class Room {
  readonly name: string;
  readonly #user: Participant;

  constructor(user: Participant, name: string) {
    this.#user = user;
    this.name = name;
  }

  join(): Promise<Result<'room.join'>> {
    return this.#user.join(this.name);
  }

  leave(): Promise<Result<'room.leave'>> {
    return this.#user.leave(this.name);
  }

  /** Says a text to everybody, as {@link Participant.send} does. */
  say(text: string, options?: SendOptions): Promise<Result<'room.send'>> {
    return this.#user.send(this.name, text, options);
  }

  /** Says a text to one member, as {@link Participant.whisper} does. */
  whisper(to: string, text: string, options?: WhisperOptions): Promise<Result<'private.send'>> {
    return this.#user.whisper(this.name, to, text, options);
  }

  /** What was said: the latest, the latest before the seq `before`, or the earliest after the seq `after`. */
  history(page: Omit<Params<'room.history'>, 'room'> = {}): Promise<Result<'room.history'>> {
    return this.#user.call('room.history', { room: this.name, ...page });
  }

  async members(): Promise<Result<'room.members'>['members']> {
    return (await this.#user.call('room.members', { room: this.name })).members;
  }
}
