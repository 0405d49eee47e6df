import type { Push } from '../../client/pushes.js';
import type { Speech } from '../../protocol/speech.js';

/** What can be wrong with what clients were told. */
export const violationTypes = ['lost', 'doubled', 'reordered', 'gap', 'altered', 'misdelivered', 'replaced'] as const;
export type ViolationType = (typeof violationTypes)[number];

export interface Violations {
  readonly counts: Readonly<Record<ViolationType, number>>;
  /** The first of them, a line each. */
  readonly examples: readonly Speech[];
}

const examplesMax = 20;

/**
 * What every client was told, held against each other as it comes: each of a room's events reaches each of its clients
 * once and in order, all read the same, what was answered is in the log, and private messages reach nobody else.
 */
export class Ledger {
  readonly #logs = new Map<string, string[]>();
  /** By room and client, the last event that was told. */
  readonly #positions = new Map<string, number>();
  /** By client and room, the last message of the client's own that was answered. */
  readonly #answered = new Map<string, { readonly order: number; readonly seq: number }>();
  readonly #acks: { readonly room: string; readonly seq: number; readonly text: string }[] = [];
  readonly #counts = Object.fromEntries(violationTypes.map((type) => [type, 0])) as Record<ViolationType, number>;
  readonly #examples: Speech[] = [];

  get violations(): Violations {
    return { counts: this.#counts, examples: this.#examples };
  }

  /** The client is told everything in the room behind `seq`. */
  begins(client: string, room: string, seq: number): void {
    this.#positions.set(`${room} ${client}`, seq);
  }

  /** The client was told of something. */
  heard(client: string, push: Push): void {
    switch (push.method) {
      case 'server.draining':
      case 'server.announcement':
        return;
      case 'room.reset':
        this.#note('replaced', {
          en: `${client}: the log of ${push.params.room} was replaced`,
          pt: `${client}: o registro de ${push.params.room} foi substituído`,
        });
        return;
      case 'private.message': {
        const { from, to, seq } = push.params;
        if (from !== client && to !== client)
          this.#note('misdelivered', {
            en: `${client} was told what ${from} said to ${to}`,
            pt: `${client} recebeu o que ${from} disse a ${to}`,
          });
        this.#follow(client, 'inbox', seq);
        return;
      }
      case 'room.message':
        this.#read(client, push.params.room, push.params.seq, push.params.text);
        this.#follow(client, push.params.room, push.params.seq);
        return;
      case 'room.edited':
      case 'room.deleted':
      case 'room.reacted':
      case 'room.joined':
      case 'room.left':
      case 'room.changed':
        this.#follow(client, push.params.room, push.params.seq);
        return;
      case 'room.invited':
        return;
      default:
        push satisfies never;
    }
  }

  /** A client's message was answered; `order` counts what the client has sent to the room. */
  answered(client: string, room: string, order: number, seq: number, text: string): void {
    this.#acks.push({ room, seq, text });
    const key = `${room} ${client}`;
    const last = this.#answered.get(key);
    if (last === undefined || order > last.order) {
      if (last !== undefined && seq <= last.seq)
        this.#note('reordered', {
          en: `${client} in ${room}: ${order} is before ${last.order}`,
          pt: `${client} em ${room}: ${order} está antes de ${last.order}`,
        });
      this.#answered.set(key, { order, seq });
    }
  }

  /** A stretch of a room's log, as its history shows it afterwards. */
  logged(room: string, messages: readonly { readonly seq: number; readonly text: string }[]): void {
    for (const { seq, text } of messages) this.#read('the history', room, seq, text);
  }

  /** To be called last: what was answered must have been read in the log, once. */
  conclude(): Violations {
    const where = new Map<string, number>();
    for (const [room, texts] of this.#logs) {
      // A hole is an event that is no message.
      texts.forEach((text, seq) => {
        const key = `${room} ${text}`;
        const before = where.get(key);
        if (before !== undefined) {
          this.#note('doubled', {
            en: `in ${room} ${before} and ${seq} are the same message`,
            pt: `em ${room} ${before} e ${seq} são a mesma mensagem`,
          });
        }
        where.set(key, seq);
      });
    }
    for (const { room, seq, text } of this.#acks) {
      const logged = this.#logs.get(room)?.[seq];
      if (logged === undefined) {
        this.#note('lost', {
          en: `${room} ${seq} was answered, and is not in the log`,
          pt: `${room} ${seq} foi respondida, e não está no registro`,
        });
      } else if (logged !== text) {
        this.#note('altered', {
          en: `${room} ${seq} was answered, and is another message in the log`,
          pt: `${room} ${seq} foi respondida, e é outra mensagem no registro`,
        });
      }
    }
    return this.violations;
  }

  #read(reader: string, room: string, seq: number, text: string): void {
    const log = this.#logs.get(room) ?? [];
    this.#logs.set(room, log);
    const known = log[seq];
    if (known === undefined) log[seq] = text;
    else if (known !== text) {
      this.#note('altered', {
        en: `${reader}: ${room} ${seq} is not what others read`,
        pt: `${reader}: ${room} ${seq} não é o que outros leram`,
      });
    }
  }

  #follow(client: string, log: string, seq: number): void {
    const key = `${log} ${client}`;
    const last = this.#positions.get(key) ?? 0;
    const where = `${client}: ${log}`;
    if (seq === last) {
      this.#note('doubled', { en: `${where} ${seq} came twice`, pt: `${where} ${seq} veio duas vezes` });
    } else if (seq < last) {
      this.#note('reordered', {
        en: `${where} ${seq} came after ${last}`,
        pt: `${where} ${seq} veio depois de ${last}`,
      });
    } else if (seq > last + 1) {
      this.#note('gap', {
        en: `${where} ${last + 1} to ${seq - 1} did not come`,
        pt: `${where} ${last + 1} a ${seq - 1} não vieram`,
      });
    }
    if (seq > last) this.#positions.set(key, seq);
  }

  #note(type: ViolationType, { en, pt }: Speech): void {
    this.#counts[type]++;
    if (this.#examples.length < examplesMax) this.#examples.push({ en: `${type}: ${en}`, pt: `${type}: ${pt}` });
  }
}
