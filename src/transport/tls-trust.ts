import { readFileSync } from 'node:fs';
import tls from 'node:tls';

/** Oldest protocol version spoken to a server. */
export const MIN_TLS_VERSION = 'TLSv1.2';

/** The private part of a SecureContext that has added a CA to the default store since Node 0.x. */
interface NativeContext {
  context: { addCACert(pem: string): void };
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
 * @param extraCaFile value of NODE_EXTRA_CA_CERTS; as Node does, one that cannot be read is passed over.
 * @throws Error without content of the file when `caFile` cannot be read or holds no certificate.
 */
export function createTrust(
  caFile: string | undefined,
  extraCaFile: string | undefined,
): tls.SecureContext {
  if (caFile === undefined) return tls.createSecureContext({ minVersion: MIN_TLS_VERSION });
  const pem = readCertificates(caFile);
  const { getCACertificates } = tls as TlsWithCertificateList;
  if (getCACertificates !== undefined) {
    const ca = [...getCACertificates('default'), pem];
    return tls.createSecureContext({ minVersion: MIN_TLS_VERSION, ca });
  }
  const trust = tls.createSecureContext({ minVersion: MIN_TLS_VERSION });
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

function readCertificates(caFile: string): string {
  let pem: string;
  try {
    pem = readFileSync(caFile, 'utf8');
  } catch (error) {
    throw new Error(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`, {
      cause: error,
    });
  }
  if (!/-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(pem)) {
    throw new Error('holds no PEM certificate');
  }
  return pem;
}
