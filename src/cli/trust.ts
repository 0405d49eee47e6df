import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TlsOptions } from '../client/connect.js';

/** How a command's server is trusted. */
export interface Trust {
  readonly tls: boolean | undefined;
  /** A file of certificates in PEM that are trusted; it means `tls` too. */
  readonly ca: string | undefined;
}

/** A file of certificates that cannot be used; `message` says why. */
export class CaUnusable extends Error {
  override readonly name = 'CaUnusable';
  readonly file: string;

  constructor(file: string, { message }: Error) {
    super(message);
    this.file = file;
  }
}

/** @throws {CaUnusable} */
export function tlsOf({ tls, ca }: Trust): TlsOptions | undefined {
  if (ca === undefined) return tls === true ? {} : undefined;
  try {
    const pem = readFileSync(ca, 'utf8');
    // TLS itself would take any text, and then trust nobody.
    new X509Certificate(pem);
    return { ca: pem };
  } catch (error) {
    throw new CaUnusable(ca, error as Error);
  }
}
