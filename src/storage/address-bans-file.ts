import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { type AddressBan, addressBanList } from '../protocol/control.js';
import { StorageError } from './database.js';

/** The banned addresses: JSON that people can read, written anew as a whole at each change. */
export function addressBansFile(directory: string): string {
  return join(directory, 'addresses.json');
}

/** @throws StorageError when there is a file which is no such list: to go on without would let everybody in. */
export function loadAddressBans(file: string): readonly AddressBan[] {
  try {
    return v.parse(addressBanList, JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    throw new StorageError(
      code === undefined
        ? {
            en: `${file} is not a list of banned addresses (${message}); mend it, or move it away to ban nobody`,
            pt: `${file} não é uma lista de endereços banidos (${message}); corrija-o, ou mova-o para não banir ninguém`,
          }
        : { en: `${file} cannot be read: ${message}`, pt: `${file} não pode ser lido: ${message}` },
    );
  }
}

/**
 * Writes the list; it is on disk when this has ended, and the old one is there until then.
 *
 * @throws the system's error
 */
export async function saveAddressBans(file: string, bans: readonly AddressBan[]): Promise<void> {
  const unfinished = `${file}.new`;
  await written(unfinished, 'w', `${JSON.stringify(bans, null, 2)}\n`);
  await rename(unfinished, file);
  // The directory has the new name of the file.
  await written(dirname(file), 'r');
}

async function written(path: string, flags: string, text?: string): Promise<void> {
  const handle = await open(path, flags, 0o600);
  try {
    if (text !== undefined) await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
