// The certificate library's dependency injection needs this polyfill first.
import 'reflect-metadata';
import { X509Certificate as NodeCertificate, type webcrypto } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { ensurePrivateDir, writeSecretFile } from './secret-file.js';

const DAY_MS = 86_400_000;
const CA_DAYS = 3650;
/** Browsers and Apple's TLS refuse server certificates valid for longer than 398 days. */
const LEAF_DAYS = 397;
const RENEW_BEFORE_DAYS = 30;
/** Clocks of other machines and containers may lag behind. */
const BACKDATE_MS = DAY_MS;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const NAME_CONSTRAINTS_OID = '2.5.29.30';

export interface LocalTls {
  cert: string;
  key: string;
  /** PEM of the authority. */
  caFile: string;
}

/**
 * Certificate for 127.0.0.1, ::1 and localhost from this data folder's own authority. Both are created where
 * absent; the certificate is replaced when it is about to expire. The authority is constrained to loopback
 * names: even its stolen key could not sign for any other host.
 */
export async function localTls(dir: string, nowMs: number): Promise<LocalTls> {
  ensurePrivateDir(dir);
  const caFile = join(dir, 'ca.crt');
  const caKeyFile = join(dir, 'ca.key');
  const certFile = join(dir, 'server.crt');
  const keyFile = join(dir, 'server.key');
  if (!isValidFor(caFile, caKeyFile, nowMs)) await createAuthority(caFile, caKeyFile, nowMs);
  if (!isValidFor(certFile, keyFile, nowMs) || !isIssuedBy(certFile, caFile)) {
    await createLeaf({ caFile, caKeyFile, certFile, keyFile, nowMs });
  }
  return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8'), caFile };
}

function isValidFor(certFile: string, keyFile: string, nowMs: number): boolean {
  if (!existsSync(certFile) || !existsSync(keyFile)) return false;
  try {
    const certificate = new NodeCertificate(readFileSync(certFile));
    return Date.parse(certificate.validTo) - nowMs > RENEW_BEFORE_DAYS * DAY_MS;
  } catch {
    // Not readable as a certificate: made anew.
    return false;
  }
}

function isIssuedBy(certFile: string, caFile: string): boolean {
  const authority = new NodeCertificate(readFileSync(caFile));
  return new NodeCertificate(readFileSync(certFile)).verify(authority.publicKey);
}

async function createAuthority(certFile: string, keyFile: string, nowMs: number): Promise<void> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    // The random part tells authorities of several data folders apart in a trust store.
    name: `CN=Retrace local CA ${serialNumber().slice(0, 8)}`,
    notBefore: new Date(nowMs - BACKDATE_MS),
    notAfter: new Date(nowMs + CA_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true,
      ),
      new x509.Extension(NAME_CONSTRAINTS_OID, true, loopbackConstraints()),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  writeSecretFile(keyFile, await privateKeyPem(keys.privateKey));
  writeSecretFile(certFile, `${certificate.toString('pem')}\n`, 0o644);
}

async function createLeaf(files: {
  caFile: string;
  caKeyFile: string;
  certFile: string;
  keyFile: string;
  nowMs: number;
}): Promise<void> {
  const authority = new x509.X509Certificate(readFileSync(files.caFile, 'utf8'));
  const signingKey = await crypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(readFileSync(files.caKeyFile, 'utf8')),
    ALGORITHM,
    false,
    ['sign'],
  );
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=localhost',
    issuer: authority.subject,
    notBefore: new Date(files.nowMs - BACKDATE_MS),
    notAfter: new Date(files.nowMs + LEAF_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  writeSecretFile(files.keyFile, await privateKeyPem(keys.privateKey));
  writeSecretFile(files.certFile, `${certificate.toString('pem')}\n`, 0o644);
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

/** 16 random bytes, positive (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x01;
  return Buffer.from(bytes).toString('hex');
}

/**
 * NameConstraints ::= SEQUENCE { permittedSubtrees [0] SEQUENCE OF SEQUENCE { base GeneralName } }
 * (RFC 5280, 4.2.1.10): localhost, 127.0.0.0/8 and ::1. All lengths are below 128: one byte each.
 */
function loopbackConstraints(): ArrayBuffer {
  const element = (tag: number, content: readonly number[]): number[] => [
    tag,
    content.length,
    ...content,
  ];
  const names = [
    element(0x82, [...Buffer.from('localhost')]),
    element(0x87, [127, 0, 0, 0, 255, 0, 0, 0]),
    element(0x87, [...new Array<number>(15).fill(0), 1, ...new Array<number>(16).fill(255)]),
  ];
  const subtrees = names.flatMap((name) => element(0x30, name));
  return Uint8Array.from(element(0x30, element(0xa0, subtrees))).buffer;
}
