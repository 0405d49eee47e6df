import { isIP } from 'node:net';
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { TlsOptions } from './connect.js';
import { TlsFailed, type TlsFault } from './errors.js';

/** The client's side of TLS. */

/** A socket that connects, and is ready at 'secureConnect'. */
export function connectTls(options: TlsOptions & { readonly host: string; readonly port: number }): TLSSocket {
  // By its name the server may choose a certificate (RFC 6066, section 3); an address is none.
  const named = isIP(options.host) === 0 ? { servername: options.host } : {};
  return connect({ minVersion: 'TLSv1.2', ...named, ...options });
}

/** OpenSSL's results of checking a certificate (openssl-verification-options(1)), and Node's own check of the name. */
const faults: Record<string, TlsFault> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown-authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong-host',
  ERR_SSL_WRONG_VERSION_NUMBER: 'not-offered',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'not-offered',
};

const explanations: Record<TlsFault, string> = {
  expired: 'its certificate has expired',
  'not-yet-valid': 'its certificate is not valid yet',
  'self-signed': 'its certificate is self-signed; if it is to be trusted, give it as `ca`',
  'unknown-authority': 'its certificate is signed by an unknown authority; if that is to be trusted, give it as `ca`',
  'wrong-host': 'its certificate is for another host',
  'not-offered': 'it does not speak TLS',
  other: 'TLS failed',
};

/** What an error at connecting says about TLS; undefined where there was no connection to begin with. */
export function tlsFailure(socket: TLSSocket, cause: NodeJS.ErrnoException, address: string): TlsFailed | undefined {
  const { code = '', message } = cause;
  const isTls = socket.authorizationError || code === 'EPROTO' || code.startsWith('ERR_SSL_');
  if (!isTls) return undefined;
  const fault = faults[code] ?? 'other';
  const names = fault === 'wrong-host' ? namesOf((cause as { cert?: PeerCertificate }).cert) : undefined;
  return new TlsFailed(`${address} cannot be trusted: ${explanations[fault]} (${message})`, fault, names, cause);
}

/** As people write them: without the kinds that stand before them. */
function namesOf(cert: PeerCertificate | undefined): string | undefined {
  return cert?.subjectaltname?.replace(/\b(DNS|IP Address):/g, '') ?? [cert?.subject?.CN].flat().join(', ');
}
