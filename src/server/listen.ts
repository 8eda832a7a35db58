import type { AddressInfo } from 'node:net';
import { isIPv6 } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** The names in the local certificate; other addresses of 127.0.0.0/8 need one of their own. */
const LOOPBACK = /^(127\.0\.0\.1|::1|localhost)$/i;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Listens and @returns the port. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<number> {
  await app.listen({ host, port });
  return (app.server.address() as AddressInfo).port;
}

export function urlOf(scheme: 'http' | 'https', host: string, port: number): string {
  const name = isIPv6(host) ? `[${host}]` : host;
  const usual = port === (scheme === 'https' ? 443 : 80);
  return `${scheme}://${name}${usual ? '' : `:${port}`}`;
}

/** Host headers under which a loopback listener may be asked. */
export function loopbackHosts(port: number, scheme: 'http' | 'https'): ReadonlySet<string> {
  const names = ['127.0.0.1', 'localhost', '[::1]'];
  const hosts = names.map((name) => `${name}:${port}`);
  if (port === (scheme === 'https' ? 443 : 80)) hosts.push(...names);
  return new Set(hosts);
}

/** Longest wait for requests under way when the server stops: a slow sender will repeat its batch. */
const CLOSE_MS = 3000;

/** Takes no more requests, lets those under way finish for a moment, then cuts them off. */
export async function closeApp(app: FastifyInstance): Promise<void> {
  const cutOff = setTimeout(() => app.server.closeAllConnections(), CLOSE_MS);
  try {
    await app.close();
  } finally {
    clearTimeout(cutOff);
  }
}
