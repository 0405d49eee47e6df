import { createHash, randomBytes } from 'node:crypto';

const tokenBytes = 16;

export function newToken(): { readonly token: string; readonly tokenHash: Uint8Array } {
  const token = randomBytes(tokenBytes).toString('hex');
  return { token, tokenHash: hashOf(token) };
}

/** Tokens are random and long, so a plain hash keeps them: nothing could be guessed from it. */
export function hashOf(token: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(token).digest());
}
