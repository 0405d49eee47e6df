import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Certificate } from '../transport/tls.js';
import type { CertificateFiles } from './certificate-files.js';

/** A certificate that TLS can be offered with. */
export interface UsableCertificate extends Certificate {
  /** When it expires, as OpenSSL says it. */
  readonly validTo: string;
}

/**
 * Reads a certificate and its key, and tries whether they can be used together.
 *
 * @throws {Error} that names the file and what is wrong with it, in one line
 */
export function readCertificate({ certFile, keyFile }: CertificateFiles): UsableCertificate {
  const [cert, key] = [read(certFile), read(keyFile)];
  const parsed = parse(certFile, 'has no certificate in PEM', () => new X509Certificate(cert));
  const privateKey: KeyObject = parse(keyFile, 'has no private key in PEM without a password', () =>
    createPrivateKey(key),
  );
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new Error(
      `the key in ${keyFile} is not that of the certificate in ${certFile}; give the two that belong together`,
    );
  }
  parse(certFile, 'cannot be used for TLS', () => createSecureContext({ cert, key }));
  return { cert, key, validTo: parsed.validTo };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function parse<Parsed>(file: string, otherwise: string, how: () => Parsed): Parsed {
  try {
    return how();
  } catch (error) {
    throw new Error(`${file} ${otherwise} (${(error as Error).message})`);
  }
}
