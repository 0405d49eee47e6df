import { hashSync, verifySync } from '@node-rs/argon2';

/**
 * Argon2id (RFC 9106) at the cost that the OWASP Password Storage Cheat Sheet gives first: 19 MiB, 2 passes, 1 lane.
 * The library's default algorithm is Argon2id.
 */
const cost = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/** The password's hash with a salt of its own, as a PHC string. */
export function hash(password: string): string {
  return hashSync(password, cost);
}

/** Whether `hashed` is the password's; without one, no, after as long as it takes to find that out. */
export function verify({ hashed, password }: { readonly hashed: string | undefined; readonly password: string }) {
  if (hashed !== undefined) return verifySync(hashed, password);
  hash(password);
  return false;
}
