import { execFileSync } from 'node:child_process';
import { createServer, request } from 'node:https';
import { readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerConfigError, startServer } from '../../src/server/index.js';
import { localTls } from '../../src/server/secrets/local-ca.js';
import { optionsFor, removeDir, temporaryDir, TestServer } from './server-harness.js';

const DAY_MS = 86_400_000;

let dir: string;

beforeEach(() => {
  dir = temporaryDir();
});

afterEach(() => removeDir(dir));

describe('listening', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'retrace.example'])(
    'without a certificate %s is refused, before anything is created',
    async (host) => {
      const error = await startServer(optionsFor(join(dir, 'data'), { host })).catch((e) => e);
      expect(error).toBeInstanceOf(ServerConfigError);
      expect(error).toMatchObject({ variable: 'RETRACE_TLS_CERT_FILE', exitCode: 2 });
      expect((error as Error).message).toContain('RETRACE_TLS_CERT_FILE');
    },
  );

  it('a certificate without its key is refused', async () => {
    const options = optionsFor(dir, { tlsCertFile: '/nowhere.pem' });
    await expect(startServer(options)).rejects.toMatchObject({ variable: 'RETRACE_TLS_KEY_FILE' });
    const both = optionsFor(dir, { tlsCertFile: '/nowhere.pem', tlsKeyFile: '/nowhere.key' });
    await expect(startServer(both)).rejects.toMatchObject({ variable: 'RETRACE_TLS_CERT_FILE' });
  });

  it('with a certificate it serves TLS alone, and shows the key once', async () => {
    await localTls(join(dir, 'own'), Date.now());
    const options = optionsFor(join(dir, 'data'), {
      host: '0.0.0.0',
      tlsCertFile: join(dir, 'own/server.crt'),
      tlsKeyFile: join(dir, 'own/server.key'),
    });
    const first = await startServer(options);
    expect(first.dashboardUrl).toBeUndefined();
    expect(first.caFile).toBeUndefined();
    expect(first.ingestKey).toMatch(/^rtk_/);
    expect(first.loginLink.startsWith(`${first.tlsUrl}/login#`)).toBe(true);
    await first.close();
    const second = await startServer(options);
    expect(second.ingestKey).toBeUndefined();
    await second.close();
  });

  it('speaks TLS 1.2 and newer only', async () => {
    const server = await TestServer.start(dir);
    const { hostname, port } = new URL(server.running.tlsUrl);
    const ca = readFileSync(server.running.caFile as string);
    const handshake = (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(
          {
            host: hostname,
            port: Number(port),
            ca,
            minVersion: version,
            maxVersion: version,
            // Lets this client offer the old version at all.
            ciphers: 'DEFAULT:@SECLEVEL=0',
          },
          () => {
            resolve(socket.getProtocol() ?? '');
            socket.destroy();
          },
        );
        socket.on('error', () => resolve('refused'));
      });
    expect(await handshake('TLSv1.1')).toBe('refused');
    expect(await handshake('TLSv1.2')).toBe('TLSv1.2');
    expect(await handshake('TLSv1.3')).toBe('TLSv1.3');
    await server.stop();
  });
});

describe('local authority', () => {
  it('signs for loopback names, and stays the same', async () => {
    const first = await localTls(dir, Date.now());
    expect((await localTls(dir, Date.now())).cert).toBe(first.cert);
    const leaf = new X509Certificate(first.cert);
    const authority = new X509Certificate(readFileSync(first.caFile));
    expect(leaf.checkHost('localhost')).toBe('localhost');
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(leaf.checkIP('::1')).toBe('::1');
    expect(leaf.ca).toBe(false);
    expect(leaf.verify(authority.publicKey)).toBe(true);
  });

  it('renews a certificate that is about to expire, under the same authority', async () => {
    const first = await localTls(dir, Date.now());
    const authority = readFileSync(first.caFile, 'utf8');
    const later = await localTls(dir, Date.now() + 370 * DAY_MS);
    expect(later.cert).not.toBe(first.cert);
    expect(readFileSync(later.caFile, 'utf8')).toBe(authority);
    expect(Date.parse(new X509Certificate(later.cert).validTo)).toBeGreaterThan(
      Date.now() + 700 * DAY_MS,
    );
  });

  it('cannot vouch for any other name, even with its key', async ({ skip }) => {
    await localTls(dir, Date.now());
    try {
      execFileSync('openssl', ['version']);
    } catch {
      skip('openssl is absent');
    }
    const at = (name: string): string => join(dir, name);
    const openssl = (...args: string[]): void => {
      execFileSync('openssl', args, { stdio: 'pipe' });
    };
    const issue = (name: string): void => {
      openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
        '-keyout', at('x.key'), '-out', at('x.csr'), '-subj', '/O=x'); // prettier-ignore
      writeFileSync(at('x.ext'), `subjectAltName=DNS:${name}\n`);
      openssl('x509', '-req', '-in', at('x.csr'), '-CA', at('ca.crt'), '-CAkey', at('ca.key'),
        '-CAcreateserial', '-out', at('x.crt'), '-days', '1', '-extfile', at('x.ext')); // prettier-ignore
    };
    const verdict = async (name: string): Promise<string> => {
      issue(name);
      const server = createServer(
        { cert: readFileSync(at('x.crt')), key: readFileSync(at('x.key')) },
        (_request, answer) => answer.end(),
      );
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const result = await new Promise<string>((resolve) => {
        request(
          {
            host: '127.0.0.1',
            port: (server.address() as AddressInfo).port,
            servername: name,
            headers: { host: name },
            ca: readFileSync(at('ca.crt')),
            agent: false,
          },
          (answer) => {
            answer.resume();
            resolve('trusted');
          },
        )
          .on('error', (error) => resolve(error.message))
          .end();
      });
      await new Promise((resolve) => server.close(resolve));
      return result;
    };
    expect(await verdict('localhost')).toBe('trusted');
    expect(await verdict('bank.example')).toBe('permitted subtree violation');
  });
});
