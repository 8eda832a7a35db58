/** Servers that cannot prove who they are, and proxies that do not do their work: nothing leaves, nothing is lost. */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { webcrypto } from 'node:crypto';
import dns from 'node:dns';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunningAgent } from '../../../src/agent/index.js';
import { createAuthority, TestProxy, until, writeCa } from '../agent-fixtures.js';
import { expectAccounted } from './books.js';
import type { Certificate } from './front.js';
import { Rig } from './rig.js';

const HOUR_MS = 3_600_000;
let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rig.close();
});

/** @returns why the attempts fail, after it is sure that nothing was sent and nothing is lost. */
async function failureOf(agent: RunningAgent): Promise<string> {
  const before = rig.front.requests;
  rig.runtime('shop').window();
  await rig.handedOver();
  await until(() => agent.status().uplink.consecutiveFailures > 1, 'the attempts fail');
  expect(rig.front.requests).toBe(before);
  expectAccounted(rig.recorded, await rig.books(), agent.status().counts.spooled.records);
  return agent.status().uplink.lastFailure;
}

async function serveWith(certificate: Certificate): Promise<void> {
  await rig.front.stop();
  await rig.front.start(certificate);
}

describe('a certificate', () => {
  it.each<[string, string, () => Promise<Certificate>]>([
    [
      'that has expired',
      'CERT_HAS_EXPIRED',
      () => rig.authority.issue(['localhost'], Date.now() - 2 * HOUR_MS, Date.now() - HOUR_MS),
    ],
    [
      'for another host',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      () => rig.authority.issue(['elsewhere.example']),
    ],
    ['that is self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT', () => selfSigned('localhost')],
    [
      'of an unknown authority',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      async () => (await createAuthority('Stranger')).issue(['localhost']),
    ],
  ])(
    '%s is refused; everything arrives once the server has a right one',
    async (_name, code, issue) => {
      const good = await rig.authority.issue(['localhost']);
      await serveWith(await issue());
      const agent = await rig.agent();
      expect(await failureOf(agent)).toBe(code);
      await serveWith(good);
      expect((await rig.settled()).dropped).toEqual({});
    },
  );

  it('of an authority that was revoked is refused; one of an authority that was not is accepted', async () => {
    const pki = await createRevocablePki();
    const caFile = join(rig.dir, 'with-crl.pem');
    writeFileSync(caFile, pki.trusted);
    await serveWith(pki.ofRevokedAuthority);
    const agent = await rig.agent({ caFile });
    expect(await failureOf(agent)).toBe('CERT_REVOKED');
    await serveWith(pki.ofGoodAuthority);
    expect((await rig.settled()).dropped).toEqual({});
  });

  it('of an authority that the operator took out of RETRACE_CA_FILE is refused', async () => {
    await rig.agent();
    rig.runtime('shop').window();
    await rig.settled();
    await rig.stopAgents();
    const successor = await createAuthority('Successor');
    const agent = await rig.agent({ caFile: writeCa(rig.dir, successor, 'successor.pem') });
    expect(await failureOf(agent)).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    await serveWith(await successor.issue(['localhost']));
    expect((await rig.settled()).dropped).toEqual({});
  });
});

describe('a proxy', () => {
  // A name that leads to the front, if anybody asked for it: a direct connection would be seen there.
  const HOST = 'collect.retrace.example';
  let proxy: TestProxy;
  const lookedUp: string[] = [];

  beforeEach(async () => {
    lookedUp.length = 0;
    const { lookup } = dns;
    vi.spyOn(dns, 'lookup').mockImplementation(((host: string, ...rest: unknown[]) => {
      lookedUp.push(host);
      const to = host === HOST ? '127.0.0.1' : host;
      return (lookup as (...all: unknown[]) => unknown)(to, ...rest);
    }) as typeof dns.lookup);
    await serveWith(await rig.authority.issue([HOST]));
    proxy = new TestProxy();
    await proxy.start();
    proxy.target.port = rig.front.port;
  });
  afterEach(() => proxy.stop());

  const serverUrl = (): string => `https://${HOST}:${rig.front.port}`;

  it('that is not configured is not needed: the same address is reached directly (so the next tests could fail)', async () => {
    await rig.agent({ serverUrl: serverUrl() });
    rig.runtime('shop').window();
    await rig.settled();
    expect(rig.front.connections).toBeGreaterThan(0);
    expect(lookedUp).toContain(HOST);
  });

  it.each<[string, string, () => Promise<void>, () => Promise<void>]>([
    ['that answers 407', 'PROXY_407', () => refuse(407), () => refuse(undefined)],
    ['that answers 502', 'PROXY_502', () => refuse(502), () => refuse(undefined)],
    ['that is gone', 'ECONNREFUSED', () => proxy.stop(), restartProxy],
  ])(
    '%s is never bypassed: no direct connection, no look-up of the name',
    async (_name, code, fail, mend) => {
      const { port } = proxy;
      await fail();
      const agent = await rig.agent({
        serverUrl: serverUrl(),
        httpsProxy: `http://u:p@127.0.0.1:${port}`,
      });
      expect(await failureOf(agent)).toBe(code);
      expect(rig.front.connections).toBe(0);
      expect(lookedUp).not.toContain(HOST);
      await mend();
      expect((await rig.settled()).dropped).toEqual({});
      expect(lookedUp).not.toContain(HOST);
    },
  );

  async function refuse(status: number | undefined): Promise<void> {
    proxy.refuse = status;
    await Promise.resolve();
  }

  async function restartProxy(): Promise<void> {
    const { port } = proxy;
    proxy = new TestProxy();
    proxy.target.port = rig.front.port;
    await proxy.start(port);
  }
});

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, [
    'sign',
    'verify',
  ]) as Promise<webcrypto.CryptoKeyPair>;
}

async function keyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  );
}

function validity(): { notBefore: Date; notAfter: Date } {
  return {
    notBefore: new Date(Date.now() - HOUR_MS),
    notAfter: new Date(Date.now() + 24 * HOUR_MS),
  };
}

async function selfSigned(host: string): Promise<Certificate> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${host}`,
    keys,
    ...validity(),
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
  });
  return { key: await keyPem(keys), cert: certificate.toString('pem') };
}

interface Issuer {
  certificate: x509.X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

/** A root with two authorities below it, one of them revoked; `trusted` holds the root and all revocation lists. */
async function createRevocablePki(): Promise<{
  trusted: string;
  ofRevokedAuthority: Certificate;
  ofGoodAuthority: Certificate;
}> {
  const rootKeys = await newKeys();
  const ca = new x509.BasicConstraintsExtension(true, undefined, true);
  const root: Issuer = {
    keys: rootKeys,
    certificate: await x509.X509CertificateGenerator.createSelfSigned({
      name: 'CN=Root',
      keys: rootKeys,
      ...validity(),
      signingAlgorithm: ALGORITHM,
      extensions: [ca],
    }),
  };
  const below = async (name: string, serialNumber: string): Promise<Issuer> => {
    const keys = await newKeys();
    return { keys, certificate: await issue(root, keys, name, [ca], serialNumber) };
  };
  const revoked = await below('Revoked', '0a01');
  const good = await below('Good', '0a02');
  const lists = [
    await listOf(root, [revoked.certificate.serialNumber]),
    await listOf(revoked, []),
    await listOf(good, []),
  ];
  return {
    trusted: [root.certificate.toString('pem'), ...lists].join('\n'),
    ofRevokedAuthority: await leafOf(revoked),
    ofGoodAuthority: await leafOf(good),
  };
}

function issue(
  issuer: Issuer,
  keys: webcrypto.CryptoKeyPair,
  name: string,
  extensions: x509.Extension[],
  serialNumber: string,
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.create({
    serialNumber,
    subject: `CN=${name}`,
    issuer: issuer.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    ...validity(),
    extensions,
  });
}

async function leafOf(issuer: Issuer): Promise<Certificate> {
  const keys = await newKeys();
  const names = new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]);
  const leaf = await issue(issuer, keys, 'localhost', [names], '0b01');
  // The server sends its authority along, as servers do.
  return {
    key: await keyPem(keys),
    cert: `${leaf.toString('pem')}\n${issuer.certificate.toString('pem')}`,
  };
}

async function listOf({ certificate, keys }: Issuer, serialNumbers: string[]): Promise<string> {
  const list = await x509.X509CrlGenerator.create({
    issuer: certificate.subject,
    thisUpdate: new Date(Date.now() - HOUR_MS),
    nextUpdate: new Date(Date.now() + HOUR_MS),
    signingAlgorithm: ALGORITHM,
    signingKey: keys.privateKey,
    entries: serialNumbers.map((serialNumber) => ({
      serialNumber,
      revocationDate: new Date(Date.now() - HOUR_MS),
    })),
  });
  return x509.PemConverter.encode(list.rawData, 'X509 CRL');
}
