import { resolve } from 'node:path';
import type { Role } from '../protocol/events.js';
import { type AuditEntry, readAudit } from '../storage/audit.js';
import { type AdminOptions, say, telling } from './admin.js';
import { exitCodes } from './exit-codes.js';
import { jsonLine } from './printable.js';
import { table } from './table.js';
import { type Words, wordsIn } from './words.js';

/** Shows who did what with the power that rooms give, the latest `limit` of it. Answers the exit code. */
export function audit(room: string | undefined, limit: number, { data, json, language }: AdminOptions): number {
  const words = wordsIn(language);
  return telling({ json, language }, () => {
    const { entries, more } = readAudit(resolve(data), room?.normalize('NFC'), limit);
    if (json) {
      say(jsonLine({ entries: entries.map(audited), more }));
      return exitCodes.done;
    }
    const rows = entries.map((entry) => {
      const { room, seq, at, by, what, user, ...details } = audited(entry);
      return [new Date(at).toISOString(), room, seq, by, words.acts[what], user ?? '', detailsOf(details, words)];
    });
    const { columnWhen, columnRoom, columnSeq, columnBy, columnAct, columnUser, columnDetails } = words;
    say(table([columnWhen, columnRoom, columnSeq, columnBy, columnAct, columnUser, columnDetails], rows));
    if (more) process.stderr.write(`${words.moreActs(limit)}\n`);
    return exitCodes.done;
  });
}

/** An act in the words of the wire. */
function audited(entry: AuditEntry) {
  const { room, seq, at, type: what, user: by, ...rest } = entry;
  const { target, author, note: reason, ...details } = rest as AuditDetails;
  // Of a message that was deleted it was the author to whom that was done.
  const whom = author === undefined ? { user: target } : { user: author, message: target };
  return { room, seq, at, by, what, ...whom, ...details, reason };
}

interface AuditDetails {
  /** A user, or the `seq` of a message. */
  readonly target?: string | number;
  readonly author?: string;
  readonly note?: string;
  readonly until?: number;
  readonly role?: Role;
  readonly seconds?: number;
  readonly topic?: string;
}

function detailsOf(
  {
    message,
    until,
    role,
    seconds,
    topic,
    reason,
  }: Pick<AuditDetails, 'until' | 'role' | 'seconds' | 'topic'> & { message?: unknown; reason?: string | undefined },
  words: Words,
): string {
  return [
    message === undefined ? undefined : `#${message}`,
    until === undefined ? undefined : words.until(new Date(until).toISOString()),
    role === undefined ? undefined : words[role],
    seconds === undefined ? undefined : `${seconds} s`,
    topic,
    reason,
  ]
    .filter((part) => part !== undefined && part !== '')
    .join('; ');
}
