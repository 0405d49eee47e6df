import type { AddressBan } from '../protocol/control.js';
import type { Limits } from '../protocol/limits.js';
import type { Speech } from '../protocol/speech.js';

/** What is said at the door to whom nothing is known of yet: one line, in both languages. */

export function doorWords(version: string, limits: Limits) {
  const { connectionsMax, connectionsPerAddressMax } = limits;
  return {
    // It fits a line of a terminal, and its command speaks the language of who reads it.
    banner: `# salas ${version}: /help helps, /register NAME lets you in; em português: /ajuda`,
    crowded: line(version, {
      en: `there are ${connectionsMax} connections, and may be no more; come again later`,
      pt: `há ${connectionsMax} conexões, o máximo; volte mais tarde`,
    }),
    overrun: line(version, {
      en: `there are ${connectionsPerAddressMax} connections from your address, and may be no more; end one first`,
      pt: `há ${connectionsPerAddressMax} conexões do seu endereço, o máximo; encerre uma antes`,
    }),
  };
}

/** What somebody at a banned address is told. */
export function bannedAtDoor({ until, reason }: AddressBan): string {
  const end = until === null ? undefined : new Date(until).toISOString();
  const en = `this address is banned${end === undefined ? '' : ` until ${end}`}`;
  const pt = `este endereço está banido${end === undefined ? '' : ` até ${end}`}`;
  return `# ${en} / ${pt}${reason === '' ? '' : `: ${reason}`}`;
}

function line(version: string, { en, pt }: Speech): string {
  return `# salas ${version}: ${en} / ${pt}`;
}
