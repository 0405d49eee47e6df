import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { Speech } from '../protocol/speech.js';
import type { Certificate } from '../transport/tls.js';
import type { CertificateFiles } from './certificate-files.js';

/** A certificate, or its key, that cannot be used; `said` names the file and what is wrong with it, in one line. */
export class CertificateUnusable extends Error {
  override readonly name = 'CertificateUnusable';
  readonly said: Speech;

  constructor(said: Speech) {
    super(said.en);
    this.said = said;
  }
}

/** A certificate that TLS can be offered with. */
export interface UsableCertificate extends Certificate {
  /** When it expires, as OpenSSL says it. */
  readonly validTo: string;
}

/**
 * Reads a certificate and its key, and tries whether they can be used together.
 *
 * @throws {CertificateUnusable}
 */
export function readCertificate({ certFile, keyFile }: CertificateFiles): UsableCertificate {
  const [cert, key] = [read(certFile), read(keyFile)];
  const parsed = parse(
    certFile,
    { en: 'has no certificate in PEM', pt: 'não tem certificado em PEM' },
    () => new X509Certificate(cert),
  );
  const noKey = {
    en: 'has no private key in PEM without a password',
    pt: 'não tem chave privada em PEM sem senha',
  };
  const privateKey: KeyObject = parse(keyFile, noKey, () => createPrivateKey(key));
  if (!parsed.checkPrivateKey(privateKey)) {
    throw new CertificateUnusable({
      en: `the key in ${keyFile} is not that of the certificate in ${certFile}; give the two that belong together`,
      pt: `a chave em ${keyFile} não é a do certificado em ${certFile}; dê as duas que são uma da outra`,
    });
  }
  parse(certFile, { en: 'cannot be used for TLS', pt: 'não pode ser usado para TLS' }, () =>
    createSecureContext({ cert, key }),
  );
  return { cert, key, validTo: parsed.validTo };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const why = (error as Error).message;
    throw new CertificateUnusable({ en: `${file} cannot be read: ${why}`, pt: `${file} não pode ser lido: ${why}` });
  }
}

function parse<Parsed>(file: string, otherwise: Speech, how: () => Parsed): Parsed {
  try {
    return how();
  } catch (error) {
    const why = (error as Error).message;
    const { en, pt } = otherwise;
    throw new CertificateUnusable({ en: `${file} ${en} (${why})`, pt: `${file} ${pt} (${why})` });
  }
}
