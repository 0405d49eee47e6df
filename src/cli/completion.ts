import { setTimeout as sleep } from 'node:timers/promises';
import { defaultLimits } from '../protocol/limits.js';
import { parseWord } from '../protocol/names.js';
import type { CommandOutline } from './command-outline.js';
import { defaultName } from './default-name.js';
import { savedSession } from './saved-session.js';
import { type Shell, scripts } from './shells.js';
import { type Candidate, type Place, wanted } from './typed-words.js';
import { visit } from './visit.js';

/** How long a server is waited for before somebody who presses Tab. */
const roomsWaitMs = 700;

export function printScript(shell: Shell): void {
  process.stdout.write(scripts[shell]);
}

/**
 * Prints what the last of the words may become, a line each, as the shell wants it. The exit code is 1 where it may be
 * anything, so that the shell offers the names of files.
 */
export async function printCandidates(salas: CommandOutline, shell: Shell, words: readonly string[]): Promise<void> {
  const { candidates, isFree, rooms } = wanted(salas, words);
  const asked =
    rooms && (await Promise.race([roomNames(rooms.place), sleep(roomsWaitMs, [], { ref: false })]).catch(() => []));
  const found = (asked ?? [])
    .filter((room) => room.startsWith(rooms?.typed ?? ''))
    .map((room) => ({ word: `${rooms?.before ?? ''}${room}`, about: '' }));
  for (const candidate of [...candidates, ...found]) process.stdout.write(`${lineFor(shell, candidate)}\n`);
  if (isFree) process.exitCode = 1;
  // A server that does not let go is not waited for either.
  setTimeout(() => process.exit(), roomsWaitMs).unref();
}

function lineFor(shell: Shell, { word, about }: Candidate): string {
  switch (shell) {
    case 'bash':
      return word;
    case 'zsh':
      return about === '' ? word.replaceAll(':', '\\:') : `${word.replaceAll(':', '\\:')}:${about}`;
    case 'fish':
      return about === '' ? word : `${word}\t${about}`;
    default:
      return shell satisfies never;
  }
}

/**
 * The rooms of a server, as whoever is logged in there sees them; a shell is shown only what is the name of a room. They
 * are told before the visit is over.
 */
function roomNames({ host, port, tls, ca }: Place): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    const visiting = async () => {
      const token = (await savedSession({ host, port }))?.token;
      const who = {
        host,
        port,
        tls,
        ca,
        name: defaultName(),
        token,
        wait: roomsWaitMs / 1000,
        language: 'en',
      } as const;
      await visit(who, 'done', async (user) => {
        const { rooms } = await user.call('room.list');
        resolve(rooms.map(({ room }) => room).filter(isRoomName));
      });
    };
    visiting().catch(reject);
  });
}

function isRoomName(text: string): boolean {
  return parseWord(text, defaultLimits.roomNameCharactersMax) === text;
}
