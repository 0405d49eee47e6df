import type { Logger } from 'pino';
import type { Gateway } from '../transport/gateway.js';
import type { UsableCertificate } from './certificate.js';
import type { Settings } from './settings.js';

/** Where a server's certificate is, and how it is read again while the server runs. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The files that the settings name; nothing where TLS is not offered. */
export function certificateFilesBy(settings: Settings): CertificateFiles | undefined {
  const { 'tls-cert': certFile, 'tls-key': keyFile } = settings;
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
}

/** Shows new connections the certificate that is in the files now; where that cannot be used, the old one stays. */
export function certificateReloader(
  files: CertificateFiles,
  gateway: Gateway,
  logger: () => Promise<Logger>,
): () => Promise<void> {
  return async () => {
    const log = await logger();
    try {
      const { readCertificate } = await import('./certificate.js');
      const certificate = readCertificate(files);
      gateway.replaceCertificate(certificate);
      log.info({ file: files.certFile, validTo: certificate.validTo }, 'the certificate was read again');
      await warnOfExpiry(files, certificate, logger);
    } catch (error) {
      log.error({ reason: (error as Error).message }, 'the certificate could not be read again; the old one stays');
    }
  };
}

export async function warnOfExpiry(
  { certFile }: CertificateFiles,
  { validTo }: UsableCertificate,
  logger: () => Promise<Logger>,
): Promise<void> {
  if (Date.parse(validTo) > Date.now()) return;
  (await logger()).warn({ file: certFile, validTo }, 'the certificate has expired; clients will not trust it');
}
