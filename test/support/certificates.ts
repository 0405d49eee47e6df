import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import type { Certificate } from '../../src/transport/tls.js';

/** A certificate with its key, as text and on disk. */
export interface TestCertificate extends Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface CertificateOptions {
  /** As openssl writes subjectAltName. Default: localhost and 127.0.0.1. */
  readonly names?: string;
  /** Who signs it. Default: itself. */
  readonly issuer?: TestCertificate;
  /** UTC, as openssl reads it. Default: from long ago to long after. */
  readonly validFrom?: string;
  readonly validTo?: string;
}

const versionOf = (program: string): boolean => {
  try {
    execFileSync(program, ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** For a test's `skip`: why there are no certificates here. */
export const noOpenssl = versionOf('openssl') ? false : 'there is no openssl here: TLS is not tried';

/** What a test may reach its server over; each with a test's `skip`. */
export const transports = [
  { over: 'TCP', skip: false },
  { over: 'TLS', skip: noOpenssl },
] as const;

/** Only `openssl ca` takes both dates in every version of it. */
const configuration = `
[ca]
default_ca = d
[d]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = p
x509_extensions = x
copy_extensions = copy
unique_subject = no
[p]
commonName = supplied
[x]
basicConstraints = CA:TRUE
[req]
distinguished_name = n
[n]
`;

/** Has openssl make a certificate and its key (P-256), in a directory that is gone when the test ends. */
export function makeCertificate(t: Test, options: CertificateOptions = {}): TestCertificate {
  const { names = 'DNS:localhost,IP:127.0.0.1', validFrom = '20000101000000Z', validTo = '20991231000000Z' } = options;
  const directory = mkdtempSync(join(tmpdir(), 'salas-certificate-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
  writeFileSync(join(directory, 'ca.conf'), configuration);
  writeFileSync(join(directory, 'index.txt'), '');
  const request = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  const subject = ['-subj', options.issuer === undefined ? '/CN=raiz' : '/CN=folha'];
  openssl(
    'req',
    '-new',
    ...request,
    ...subject,
    '-addext',
    `subjectAltName=${names}`,
    '-out',
    'request.pem',
    '-config',
    'ca.conf',
  );
  const signer =
    options.issuer === undefined
      ? ['-selfsign', '-keyfile', keyFile]
      : ['-cert', options.issuer.certFile, '-keyfile', options.issuer.keyFile];
  const dates = ['-startdate', validFrom, '-enddate', validTo];
  openssl('ca', '-batch', '-notext', '-config', 'ca.conf', ...signer, ...dates, '-in', 'request.pem', '-out', certFile);
  return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}
