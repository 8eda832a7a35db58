import http from 'node:http';
import path from 'node:path';
import { ROOT, startNode, type Child } from './child.js';
import type { Postgres } from './services.js';

export type Framework = 'http' | 'express4' | 'express5' | 'fastify';
export type Format = 'cjs' | 'esm';

const FIXTURES = path.join(ROOT, 'test/fixtures/e2e');

export interface AppOptions {
  framework: Framework;
  format: Format;
  postgres: Postgres;
  peer: Peer;
  /** RETRACE_* and whatever else the app is to see. */
  env: Record<string, string>;
  node?: string;
  /** False: the bare app, for comparison. */
  observed?: boolean;
}

export interface App extends Child {
  readonly port: number;
}

/** Starts an app as a user does: `--require retrace/register` for CommonJS, `--import` for ESM. */
export async function startApp(options: AppOptions): Promise<App> {
  const { framework, format, postgres, peer, env, node } = options;
  const preload = [format === 'cjs' ? '--require' : '--import', 'retrace/register'];
  const file = path.join(FIXTURES, format === 'cjs' ? 'app.cjs' : 'app.mjs');
  const child = startNode(
    [...(options.observed === false ? [] : preload), file],
    { ...postgres.env, ...env, FRAMEWORK: framework, PEER_URL: peer.url },
    node,
  );
  const port = await child.message<number>('port');
  return { ...child, port };
}

/** The service that the apps call; it counts for itself. */
export interface Peer {
  url: string;
  calls(): number;
  close(): void;
}

export function startPeer(): Promise<Peer> {
  let calls = 0;
  const server = http.createServer((request, response) => {
    calls += 1;
    request.resume();
    response.end('ok');
  });
  server.keepAliveTimeout = 75_000;
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      resolve({
        url: `http://127.0.0.1:${port}`,
        calls: () => calls,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}

export const PATHS = ['/items', '/list', '/errors', '/status', '/ping'] as const;

/** Every route `rounds` times, several at once, with a new id each time. @returns requests sent */
export async function visit(app: App, rounds: number): Promise<number> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 6 });
  const send = (target: string): Promise<void> =>
    new Promise((resolve, reject) => {
      http
        .get({ host: '127.0.0.1', port: app.port, path: target, agent }, (response) => {
          response.resume();
          response.once('end', resolve);
        })
        .once('error', reject);
    });
  const all: Promise<void>[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const target of PATHS)
      all.push(send(target === '/items' ? `/items/id${round}x7?q=1` : target));
  }
  await Promise.all(all);
  agent.destroy();
  return all.length;
}

/** What the reports must say after `rounds` of `visit`. */
export function expectedCounts(framework: Framework, rounds: number): Record<string, unknown> {
  const n = rounds;
  const items = framework === 'http' ? 'GET /items/*' : 'GET /items/:id';
  return {
    [items]: { calls: n },
    'GET /list': { calls: n },
    'GET /errors': { calls: n, errors: { '500': n } },
    'GET /status': { calls: n, errors: { '503': n } },
    'GET /ping': { calls: n },
    'SELECT ?::text AS id': { calls: n, callers: { [items]: n } },
    'SELECT ? AS name': { calls: n, callers: { [items]: n } },
    'SELECT ? + ?': { calls: 6 * n, callers: { 'GET /list': 6 * n } },
    'SELECT ?::int': { calls: n, errors: { '22P02': n }, callers: { 'GET /errors': n } },
    'GET /v1/items/*': { calls: n, callers: { [items]: n } },
    'GET /v1/status': { calls: n, errors: { ECONNREFUSED: n }, callers: { 'GET /status': n } },
  };
}
