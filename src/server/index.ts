import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { buildApp } from './app.js';
import { lockDataDir } from './data-lock.js';
import { ensureAccounts, loginLink } from './first-start.js';
import { closeApp, isLoopback, listen, loopbackHosts, urlOf } from './listen.js';
import {
  ServerConfigError,
  StartError,
  type RunningServer,
  type ServerOptions,
} from './options.js';
import { Platform } from './platform.js';
import { installedDashboardDir } from './routes/dashboard.js';
import { localTls } from './secrets/local-ca.js';
import { ensurePrivateDir, writeSecretFile } from './secrets/secret-file.js';
import { EmbeddedStore } from './store/embedded-store.js';

export {
  ServerConfigError,
  StartError,
  type RunningServer,
  type ServerOptions,
} from './options.js';

/** A renewed certificate is taken up this often, without a restart. */
const CERTIFICATE_CHECK_MS = 86_400_000;
/** Where `createLoginLink` finds the addresses of the running server. No secrets in it. */
const ADDRESS_FILE = 'server.json';

interface ServerTls {
  cert: string;
  key: string;
  caFile: string | undefined;
}

/**
 * Starts the platform: ingest, API and dashboard over TLS, and on loopback a second listener without TLS for
 * the browser on the same machine.
 * @throws ServerConfigError (exit code 2) when it would have to listen without TLS on another address.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const loopback = isLoopback(options.host);
  requireTls(options, loopback);
  const now = options.now ?? Date.now;
  const { dataDir } = options;
  ensurePrivateDir(dataDir);
  const unlock = lockDataDir(dataDir);
  const apps: FastifyInstance[] = [];
  let platform: Platform | undefined;
  let renewal: NodeJS.Timeout | undefined;
  const close = async (): Promise<void> => {
    clearInterval(renewal);
    await Promise.all(apps.map(closeApp));
    await platform?.close();
    unlock();
  };
  try {
    const store = new EmbeddedStore(dataDir);
    platform = new Platform(store, {
      retentionMinuteDays: options.retentionMinuteDays,
      retentionDays: options.retentionDays,
      now,
      log: options.log ?? (() => undefined),
    });
    const accounts = ensureAccounts(store, dataDir, loopback);
    const tls = await tlsOf(options, now());
    const dashboardDir = options.dashboardDir ?? installedDashboardDir();

    let tlsHosts: ReadonlySet<string> | undefined;
    const shared = { platform, dashboardDir, requestTimeoutMs: options.requestTimeoutMs };
    const tlsApp = await buildApp({ ...shared, tls, allowedHosts: () => tlsHosts });
    apps.push(tlsApp);
    const port = await listen(tlsApp, options.host, options.port);
    // With a certificate of one's own it may be reached under other names, for example through a proxy.
    if (tls.caFile !== undefined) tlsHosts = loopbackHosts(port, 'https');
    const tlsUrl = urlOf('https', options.host, port);

    let dashboardUrl: string | undefined;
    if (loopback && options.dashboardPort !== undefined) {
      let hosts: ReadonlySet<string> = new Set();
      const allowedHosts = (): ReadonlySet<string> => hosts;
      const plain = await buildApp({ ...shared, tls: undefined, allowedHosts });
      apps.push(plain);
      const dashboardPort = await listen(plain, '127.0.0.1', options.dashboardPort);
      hosts = loopbackHosts(dashboardPort, 'http');
      dashboardUrl = urlOf('http', '127.0.0.1', dashboardPort);
    }

    renewal = setInterval(() => {
      void renew(tlsApp, options, now()).catch(() => options.log?.('certificate renewal failed'));
    }, CERTIFICATE_CHECK_MS);
    renewal.unref();
    platform.agentCommand = agentCommand(tlsUrl, tls.caFile, loopback ? dataDir : undefined);
    platform.start();
    writeSecretFile(join(dataDir, ADDRESS_FILE), `${JSON.stringify({ tlsUrl, dashboardUrl })}\n`);
    const token = store.control.createLoginToken(accounts.ownerId, accounts.tenantId, now());
    return {
      tlsUrl,
      dashboardUrl,
      caFile: tls.caFile,
      dataDir,
      ingestKey: accounts.ingestKey,
      loginLink: loginLink(dashboardUrl ?? tlsUrl, token),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * A fresh one-time link for an existing data folder, whether or not its server runs.
 * @throws StartError when no server was ever started with this folder.
 */
export async function createLoginLink(
  options: Pick<ServerOptions, 'dataDir'> & Partial<ServerOptions>,
): Promise<string> {
  const addresses = readAddresses(options.dataDir);
  const store = new EmbeddedStore(options.dataDir);
  try {
    const accounts = ensureAccounts(store, options.dataDir, false);
    const nowMs = (options.now ?? Date.now)();
    const token = store.control.createLoginToken(accounts.ownerId, accounts.tenantId, nowMs);
    return loginLink(addresses.dashboardUrl ?? addresses.tlsUrl, token);
  } finally {
    store.close();
  }
}

/** How a host agent reaches this server. The key itself is not in it: it may be shown on a page. */
function agentCommand(url: string, caFile: string | undefined, keyDir: string | undefined): string {
  const key =
    keyDir === undefined
      ? 'RETRACE_INGEST_KEY=<ingest key>'
      : `RETRACE_INGEST_KEY_FILE=${join(keyDir, 'ingest.key')}`;
  const ca = caFile === undefined ? '' : ` RETRACE_CA_FILE=${caFile}`;
  return `RETRACE_SERVER_URL=${url}${ca} ${key} npx retrace agent`;
}

function readAddresses(dataDir: string): { tlsUrl: string; dashboardUrl?: string } {
  try {
    return JSON.parse(readFileSync(join(dataDir, ADDRESS_FILE), 'utf8')) as {
      tlsUrl: string;
      dashboardUrl?: string;
    };
  } catch {
    throw new StartError(`no server was ever started with the data folder ${dataDir}`);
  }
}

function requireTls(options: ServerOptions, loopback: boolean): void {
  const { tlsCertFile, tlsKeyFile } = options;
  if (tlsCertFile !== undefined && tlsKeyFile === undefined) {
    throw new ServerConfigError(
      'RETRACE_TLS_KEY_FILE',
      'RETRACE_TLS_KEY_FILE is missing: RETRACE_TLS_CERT_FILE needs its private key',
    );
  }
  if (tlsCertFile === undefined && (tlsKeyFile !== undefined || !loopback)) {
    throw new ServerConfigError(
      'RETRACE_TLS_CERT_FILE',
      `RETRACE_TLS_CERT_FILE is missing: ${options.host} is no loopback address and is served over TLS only`,
    );
  }
}

async function tlsOf(options: ServerOptions, nowMs: number): Promise<ServerTls> {
  if (options.tlsCertFile === undefined) return localTls(join(options.dataDir, 'tls'), nowMs);
  return {
    cert: readPem('RETRACE_TLS_CERT_FILE', options.tlsCertFile),
    key: readPem('RETRACE_TLS_KEY_FILE', options.tlsKeyFile ?? ''),
    caFile: undefined,
  };
}

function readPem(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new ServerConfigError(variable, `${variable}: cannot read ${file}`);
  }
}

/** Also picks up a certificate of one's own that was replaced on disk. */
async function renew(app: FastifyInstance, options: ServerOptions, nowMs: number): Promise<void> {
  const { cert, key } = await tlsOf(options, nowMs);
  const server = app.server as unknown as {
    setSecureContext(context: { cert: string; key: string; minVersion: string }): void;
  };
  server.setSecureContext({ cert, key, minVersion: 'TLSv1.2' });
}
