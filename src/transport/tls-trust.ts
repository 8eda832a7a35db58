import { readFileSync } from 'node:fs';
import tls from 'node:tls';

/** Oldest protocol version spoken to a server. */
export const MIN_TLS_VERSION = 'TLSv1.2';

/** The private part of a SecureContext that has added a CA to the default store since Node 0.x. */
interface NativeContext {
  context: { addCACert(pem: string): void };
}

/** Our own certificate (chain) and its key, both PEM. */
export interface OwnCertificate {
  cert: Buffer;
  key: Buffer;
}

/** @throws Error without content of the files when they cannot be read or do not belong together. */
export function readOwnCertificate(certFile: string, keyFile: string): OwnCertificate {
  const own = { cert: readFileOf(certFile), key: readFileOf(keyFile) };
  try {
    tls.createSecureContext(own);
  } catch {
    // OpenSSL's own words differ by version, and a key's passphrase prompt must never come up.
    throw new Error('certificate and key cannot be used together (PEM, key without passphrase)');
  }
  return own;
}

function readFileOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'error';
    throw new Error(`cannot be read (${code})`, { cause: error });
  }
}

interface TlsWithCertificateList {
  getCACertificates?: (kind: 'default') => string[];
}

/**
 * Whom we trust: Node's own roots, NODE_EXTRA_CA_CERTS, and the certificates of `caFile` in addition.
 *
 * The plain `ca` option would replace the default store, and with it NODE_EXTRA_CA_CERTS. Node ≥ 22.15 lists the
 * default store. Before that, adding to a context keeps Node's roots but not the extra ones (the context copies the
 * store before they are in it), so they are read and added again.
 *
 * Revocation lists in `caFile` switch revocation checking on, for the whole chain: OpenSSL then refuses a chain with
 * an authority whose list is missing, too.
 *
 * @param own shown to a server that asks who we are.
 * @param extraCaFile value of NODE_EXTRA_CA_CERTS; as Node does, one that cannot be read is passed over.
 * @throws Error without content of the file when `caFile` cannot be read or holds no certificate.
 */
export function createTrust(
  caFile: string | undefined,
  extraCaFile: string | undefined,
  own?: OwnCertificate,
): tls.SecureContext {
  const base: tls.SecureContextOptions = { minVersion: MIN_TLS_VERSION, ...own };
  if (caFile === undefined) return tls.createSecureContext(base);
  const pem = readCertificates(caFile);
  const revoked = pem.match(REVOCATION_LIST);
  if (revoked !== null) base.crl = revoked;
  const { getCACertificates } = tls as TlsWithCertificateList;
  if (getCACertificates !== undefined) {
    const ca = [...getCACertificates('default'), pem];
    return tls.createSecureContext({ ...base, ca });
  }
  const trust = tls.createSecureContext(base);
  const { context } = trust as unknown as NativeContext;
  context.addCACert(pem);
  if (extraCaFile !== undefined) addIfReadable(context, extraCaFile);
  return trust;
}

function addIfReadable(context: NativeContext['context'], file: string): void {
  try {
    context.addCACert(readCertificates(file));
  } catch {
    // Node has warned about it at its start.
  }
}

/** Node takes one list per element and ignores what follows the first. */
const REVOCATION_LIST = /-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g;

function readCertificates(caFile: string): string {
  const pem = readFileOf(caFile).toString('utf8');
  if (!/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(pem)) {
    throw new Error('holds no PEM certificate');
  }
  return pem;
}
